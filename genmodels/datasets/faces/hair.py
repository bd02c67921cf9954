"""Hair styles: what hangs behind the head, and what lies on it. Under a hat, each keeps what tells it from others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from genmodels.datasets.faces.palette import CLOTH
from genmodels.datasets.faces.pen import Color, Pen, Points, around, curve, darker, glass, lighter, mirrored


class Tones(NamedTuple):
    base: Color
    shade: Color
    light: Color
    on_skin: Color  # the shadow that hair throws on the forehead


Paint = Callable[[Pen, Tones, bool], None]


def tones(color: Color, skin_shade: Color) -> Tones:
    return Tones(color, darker(color, 0.26), lighter(color, 0.3), glass(skin_shade, 150))


def _lying(pen: Pen, tone: Tones, shape: Points, shine: Points | None = None) -> None:
    """Hair on the head: its shadow first, then itself, then where it catches the light."""
    outline = curve(shape, closed=True)
    pen.polygon(np.clip(np.add(outline, (0, 6)), (-49, -60), (49, 60)), tone.on_skin)
    pen.polygon(outline, tone.base)
    if shine is not None:
        pen.stroke(shine, 9, glass(tone.light, 150), end=2)


SHINE = [(-46, -36), (-38, -52), (-22, -63), (-4, -67)]


def _strands(pen: Pen, tone: Tones, *lines: Points) -> None:
    for line in lines:
        pen.stroke(line, 5, glass(tone.shade, 170), end=1.5)


def _nothing(pen: Pen, tone: Tones, hat: bool) -> None:
    pass


def _bald(pen: Pen, tone: Tones, hat: bool) -> None:
    if not hat:
        pen.stroke([(-30, -44), (-20, -52), (-8, -55)], 9, (255, 255, 255, 70), end=3)


def _buzz(pen: Pen, tone: Tones, hat: bool) -> None:
    half = [(-6, -66), (-36, -57), (-53, -32), (-57, 4), (-51, 8), (-46, -18), (-40, -34), (-14, -40)]
    pen.blob(mirrored(half), glass(tone.base, 205))


def _side_part(pen: Pen, tone: Tones, hat: bool) -> None:
    if hat:  # sideburns, and a sweep across one temple
        _under_hat(pen, tone, side=-1)
        return
    shape = [(-57, 8), (-63, -26), (-50, -62), (-12, -80), (34, -76), (60, -46), (60, 6), (52, 8), (49, -22)]
    _lying(pen, tone, [*shape, (30, -30), (-2, -30), (-30, -48), (-44, -28), (-50, 6)], SHINE)
    _strands(pen, tone, [(-31, -50), (-8, -52), (20, -44), (40, -30)])


def _under_hat(pen: Pen, tone: Tones, side: int) -> None:
    half = [(-8, -70), (-44, -60), (-59, -30), (-58, 10), (-52, 14), (-47, -16), (-14, -36)]
    _lying(pen, tone, mirrored(half))
    pen.blob(np.array([(54, -40), (10, -40), (2, -30), (24, -22), (46, -4), (54, -10)]) * (side, 1), tone.base)


def _quiff(pen: Pen, tone: Tones, hat: bool) -> None:
    if hat:  # pressed flat, it sticks out at the sides and falls over the other temple
        for side in (-1, 1):
            pen.blob(np.array([(-50, -36), (-60, -36), (-70, -14), (-58, -4), (-50, 2)]) * (side, 1), tone.base)
        _under_hat(pen, tone, side=1)
        return
    shape = [(-56, 6), (-60, -30), (-54, -62), (-32, -90), (8, -100), (44, -92), (60, -66), (59, -30), (56, 6)]
    _lying(pen, tone, [*shape, (50, 4), (46, -30), (26, -44), (-6, -42), (-34, -46), (-47, -28), (-50, 4)])
    pen.stroke([(-36, -62), (-18, -82), (14, -90), (40, -82)], 10, glass(tone.light, 150), end=2)
    _strands(pen, tone, [(-18, -48), (-2, -66), (26, -74)], [(14, -46), (28, -58), (46, -62)])


def _curls(pen: Pen, tone: Tones, spots: Points, radius: float) -> None:
    for x, y in spots:
        pen.ellipse(x, y, radius, radius, tone.base)
    for x, y in spots:
        pen.stroke([(x - 8, y + 1), (x - 4, y - 7), (x + 5, y - 6)], 5, glass(tone.light, 130), end=2)


def _curly(pen: Pen, tone: Tones, hat: bool) -> None:
    _lying(pen, tone, mirrored([(-8, -76), (-44, -66), (-60, -30), (-58, 6), (-50, 6), (-44, -26), (-16, -36)]))
    sides = [(-60, 12), (-64, -10), (60, 12), (64, -10)]
    fore = [(-46, -34), (-24, -38), (0, -36), (24, -38), (46, -34)]
    top = [(-60, -34), (60, -34), (-48, -58), (48, -58), (-26, -72), (26, -72), (0, -76), (-20, -54), (20, -54)]
    _curls(pen, tone, [*sides, *fore] if hat else [*sides, *top, *fore], 15)


def _afro_back(pen: Pen, tone: Tones, hat: bool) -> None:
    ring = around(14)
    rx, ry, y = (84, 52, -4) if hat else (88, 80, -24)
    pen.polygon(_bumpy(ring * (rx, ry) + (0, y), 1.09), tone.shade)
    pen.polygon(_bumpy(ring * (rx - 4, ry - 5) + (-2, y - 2), 1.09), tone.base)
    if not hat:
        pen.glow(-34, -70, 40, 26, tone.light, 120)


def _bumpy(ring: np.ndarray, bulge: float) -> np.ndarray:
    center = ring.mean(axis=0)
    between = (ring + np.roll(ring, -1, axis=0)) / 2
    out = (between - center) * bulge * 1.03 + center
    return curve(np.stack([ring, out], axis=1).reshape(-1, 2), closed=True)


def _afro(pen: Pen, tone: Tones, hat: bool) -> None:
    _lying(
        pen, tone, mirrored([(-8, -74), (-44, -66), (-62, -30), (-62, 8), (-51, 8), (-46, -24), (-34, -38), (-12, -42)])
    )


def _bob_back(pen: Pen, tone: Tones, hat: bool) -> None:
    pen.blob(mirrored([(-10, -70), (-52, -56), (-72, -8), (-76, 40), (-62, 62), (-20, 58)]), tone.shade)


def _bob(pen: Pen, tone: Tones, hat: bool) -> None:
    half = [(-6, -78), (-42, -70), (-65, -38), (-72, 6), (-74, 46), (-60, 58), (-49, 46), (-50, 10)]
    left = [*half, (-46, -18), (-20, -38)]
    right = [(14, -44), (40, -28), (49, -4), (50, 46), (60, 58), (74, 46), (72, 6), (65, -38), (42, -70), (6, -78)]
    _lying(pen, tone, left + right, SHINE)
    _strands(pen, tone, [(-60, 40), (-61, 10), (-56, -20)], [(62, 40), (62, 10), (57, -20)])


def _fringe_back(pen: Pen, tone: Tones, hat: bool) -> None:
    pen.blob(mirrored([(-10, -70), (-54, -54), (-68, -8), (-66, 24), (-44, 34), (-10, 30)]), tone.shade)


def _fringe(pen: Pen, tone: Tones, hat: bool) -> None:
    half = [(-8, -80), (-44, -70), (-65, -36), (-68, 0), (-65, 26), (-52, 28), (-49, 0), (-44, -19), (-20, -23)]
    _lying(pen, tone, mirrored(half), [(-48, -42), (-28, -50), (0, -53), (30, -50)])
    _strands(pen, tone, [(-22, -26), (-20, -44)], [(4, -26), (3, -44)], [(26, -26), (23, -44)])


def _parted(pen: Pen, tone: Tones, ends: Points) -> None:
    """Two curtains from a middle parting down to the shoulders."""
    fall = np.asarray(ends, dtype=np.float64)
    for side in (-1, 1):
        shape = np.concatenate(
            [[(6, -77), (-36, -74), (-64, -40), (-70, 0)], fall, [(-50, 10), (-42, -24), (-12, -44)]]
        )
        _lying(pen, tone, shape * (-side, 1))
        _strands(pen, tone, np.array([(-62, -20), (-62, 20), (-66, 60)]) * (-side, 1))
    pen.stroke(SHINE, 9, glass(tone.light, 150), end=2)


def _long_back(pen: Pen, tone: Tones, hat: bool) -> None:
    pen.blob(mirrored([(-10, -72), (-54, -58), (-74, -4), (-80, 60), (-86, 104), (-70, 126), (-20, 120)]), tone.shade)


def _long_straight(pen: Pen, tone: Tones, hat: bool) -> None:
    _parted(pen, tone, [(-74, 50), (-78, 104), (-64, 112), (-54, 96), (-52, 50)])


def _wavy_back(pen: Pen, tone: Tones, hat: bool) -> None:
    left = [(-10, -74), (-56, -60), (-82, -28), (-74, 4), (-92, 34), (-82, 66), (-98, 98), (-84, 124), (-20, 120)]
    pen.blob(mirrored(left), tone.shade)


def _long_wavy(pen: Pen, tone: Tones, hat: bool) -> None:
    shape = [(10, -80), (-34, -78), (-66, -48), (-64, -16), (-82, 10), (-72, 38), (-90, 66), (-78, 96), (-88, 112)]
    inner = [(-66, 112), (-56, 92), (-62, 66), (-50, 40), (-56, 12), (-48, -18), (-14, -42)]
    for side in (1, -1):
        _lying(pen, tone, np.array([*shape, *inner], dtype=np.float64) * (side, 1))
        _strands(pen, tone, np.array([(-58, -14), (-68, 14), (-60, 40), (-72, 68), (-66, 96)]) * (side, 1))
    pen.stroke(SHINE, 9, glass(tone.light, 150), end=2)


def _pulled_back(pen: Pen, tone: Tones, hat: bool) -> None:
    half = [(-8, -75), (-42, -67), (-59, -36), (-60, 2), (-54, 8), (-49, -16), (-36, -36), (-12, -43)]
    _lying(pen, tone, mirrored(half), SHINE)
    _strands(pen, tone, [(-26, -44), (-14, -58), (0, -70)], [(26, -44), (16, -58), (6, -70)])


def _ponytail_back(pen: Pen, tone: Tones, hat: bool) -> None:
    rise = 26 if hat else 0
    tail = [(30, -58 + rise), (62, -72 + rise), (88, -50 + rise), (96, 0), (88, 50), (98, 92), (80, 84), (68, 50)]
    pen.blob([*tail, (72, 8), (62, -20 + rise), (40, -36 + rise)], tone.base)
    pen.stroke([(70, -52 + rise), (83, -18), (79, 30), (86, 68)], 6, glass(tone.light, 130), end=2)
    pen.ellipse(56, -50 + rise, 9, 12, CLOTH["coral"])


def _bun_back(pen: Pen, tone: Tones, hat: bool) -> None:
    if hat:  # the knot slips down to the nape, on both sides
        for side in (-1, 1):
            pen.ellipse(side * 60, 34, 21, 21, tone.shade)
            pen.ellipse(side * 60 - 2, 32, 18, 18, tone.base)
        return
    pen.ellipse(0, -86, 29, 25, tone.shade)
    pen.ellipse(-2, -88, 26, 22, tone.base)
    pen.stroke([(-16, -88), (-8, -100), (8, -102)], 7, glass(tone.light, 150), end=2)


def _pigtails_back(pen: Pen, tone: Tones, hat: bool) -> None:
    for side in (-1, 1):
        tail = np.array([(-52, 2), (-78, -14), (-98, 8), (-104, 44), (-92, 84), (-78, 96), (-74, 60), (-70, 28)])
        pen.blob(tail * (side, 1), tone.base)
        pen.stroke(np.array([(-82, 4), (-91, 36), (-86, 70)]) * (side, 1), 6, glass(tone.light, 130), end=2)
        pen.ellipse(side * 64, 8, 8, 11, CLOTH["mustard"])


def _pigtails(pen: Pen, tone: Tones, hat: bool) -> None:
    half = [(-1, -77), (-40, -70), (-61, -36), (-61, 6), (-53, 10), (-48, -14), (-28, -30), (-3, -48)]
    _lying(pen, tone, mirrored(half), SHINE)
    _strands(pen, tone, [(0, -50), (0, -62), (0, -74)])


def _mohawk(pen: Pen, tone: Tones, hat: bool) -> None:
    half = [(-10, -64), (-38, -55), (-54, -30), (-56, -4), (-51, 0), (-48, -18), (-38, -36), (-14, -44)]
    pen.blob(mirrored(half), glass(tone.base, 95))
    if hat:  # a lick of it falls out over the forehead
        pen.blob([(-16, -46), (16, -46), (14, -26), (4, -12), (0, -24), (-8, -16), (-14, -28)], tone.base)
        return
    crest = [(-21, -34), (-27, -60), (-36, -88), (-22, -84), (-19, -108), (-7, -94), (4, -114), (12, -94)]
    rest = [(26, -106), (25, -84), (38, -86), (28, -60), (21, -36), (8, -28), (-8, -28)]
    _lying(pen, tone, crest + rest, [(-15, -48), (-18, -66), (-20, -84)])
    _strands(pen, tone, [(1, -38), (2, -62), (3, -90)], [(13, -42), (17, -62), (22, -84)])


HAIR_STYLES: dict[str, tuple[Paint, Paint]] = {  # behind the head, on the head
    "bald": (_nothing, _bald),
    "buzz": (_nothing, _buzz),
    "side-part": (_nothing, _side_part),
    "quiff": (_nothing, _quiff),
    "curly": (_nothing, _curly),
    "afro": (_afro_back, _afro),
    "bob": (_bob_back, _bob),
    "fringe": (_fringe_back, _fringe),
    "long-straight": (_long_back, _long_straight),
    "long-wavy": (_wavy_back, _long_wavy),
    "ponytail": (_ponytail_back, _pulled_back),
    "bun": (_bun_back, _pulled_back),
    "pigtails": (_pigtails_back, _pigtails),
    "mohawk": (_nothing, _mohawk),
}
