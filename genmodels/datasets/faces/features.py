"""The face itself: outline, eyes, brows, nose, mouth, beard, cheeks and ears."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from genmodels.datasets.faces.attributes import Traits
from genmodels.datasets.faces.palette import EYE_WHITE, EYES, GOLD, INK, PEARL, Skin
from genmodels.datasets.faces.pen import Color, Pen, curve, darker, glass, lighter, mix

EYE_X, EYE_Y = 25, 2
SHAPES = {  # half width, half height, squareness and taper of the jaw
    "oval": (51, 65, 2.0, 0.08),
    "round": (58, 61, 2.15, 0.0),
    "square": (54, 62, 3.1, 0.0),
    "heart": (57, 66, 1.75, 0.16),
}


@lru_cache
def outline(face_shape: str, grow: float = 1.0) -> np.ndarray:
    """The head's outline, from the right ear down around the chin; its first half is the jaw."""
    rx, ry, power, taper = SHAPES[face_shape]
    angle = np.linspace(0, 2 * np.pi, 56, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    n = np.where(s > 0, power, 2.2)
    x = rx * np.sign(c) * np.abs(c) ** (2 / n) * (1 - taper * np.maximum(s, 0) ** 2)
    return np.stack([x * grow, ry * np.sign(s) * np.abs(s) ** (2 / n) * grow], axis=1)


def ears(pen: Pen, face: Traits, skin: Skin) -> None:
    rx = SHAPES[face.face_shape][0]
    for side in (-1, 1):
        pen.ellipse(side * (rx + 1), 8, 11, 15, skin.shade if side > 0 else mix(skin.base, skin.shade, 0.25))
        pen.ellipse(side * (rx + 3), 9, 5, 8, glass(darker(skin.shade, 0.12), 150))


def head(pen: Pen, face: Traits, skin: Skin) -> None:
    pen.soft(outline(face.face_shape), skin.shade, skin.base, light=(-20, -24))
    pen.glow(-16, -34, 34, 20, lighter(skin.base, 0.5), 90)


def cheeks(pen: Pen, face: Traits, skin: Skin) -> None:
    strength = {"plain": 0, "freckles": 40, "blush": 165}[face.cheeks]
    for side in (-1, 1):
        if strength:
            pen.glow(side * 33, 25, 17, 12, skin.blush, strength)
        if face.cheeks == "freckles":
            for x, y in ((26, 19), (35, 17), (31, 26), (41, 24)):
                pen.ellipse(side * x, y, 3.3, 3.3, glass(darker(skin.shade, 0.28), 205))


def eyes(pen: Pen, face: Traits, skin: Skin) -> None:
    size = 0.86 + 0.4 * face.eye_size
    for side in (-1, 1):
        x = side * EYE_X
        rx, ry = 13.5 * size, 13 * size
        pen.ellipse(x, EYE_Y + 1, rx + 1.5, ry + 1.5, glass(skin.shade, 170))
        pen.ellipse(x, EYE_Y, rx, ry, EYE_WHITE)
        iris = EYES[face.eye_color]
        pen.ellipse(x, EYE_Y + 1, 9.2 * size, 9.8 * size, darker(iris, 0.35))
        pen.ellipse(x, EYE_Y + 2.2, 7.6 * size, 8.2 * size, lighter(iris, 0.12))
        pen.ellipse(x, EYE_Y + 1, 4.6 * size, 4.9 * size, (26, 20, 28))
        pen.ellipse(x - 3.4 * size, EYE_Y - 3.2 * size, 3.3 * size, 3.3 * size, (255, 255, 255))
        lid = [(x - side * rx, EYE_Y - 2), (x, EYE_Y - ry - 1), (x + side * (rx + 3), EYE_Y - 3)]
        pen.stroke(lid, 5.5, INK, end=3)


def brows(pen: Pen, face: Traits, hair: Color, skin: Skin) -> None:
    """Brows of the hair's colour, dark enough to be seen on any skin."""
    color = mix(darker(hair, 0.42), skin.shade, 0.1)
    width = 5 + 5 * face.brow_weight
    y = EYE_Y - 21 - 5 * face.eye_size
    slope = 5.5 * face.brow_angle
    for side in (-1, 1):
        x = side * EYE_X
        line = [(x - side * 15, y + slope), (x + side * 1, y - 4), (x + side * 16, y + 2 - slope)]
        pen.stroke(line, width, color, end=width * 0.5)


def nose(pen: Pen, skin: Skin) -> None:
    pen.ellipse(-1, 17, 8, 7, glass(lighter(skin.base, 0.35), 110))
    pen.stroke([(-8, 21), (-3, 26), (4, 26), (9, 21)], 5.5, darker(skin.shade, 0.16), end=3)


def mouth(pen: Pen, face: Traits, skin: Skin) -> None:
    s, y = face.smile, 41
    u = np.linspace(-1, 1, 15)
    if face.grin == "open":
        half, top, drop = 20.5 + 2 * s, 1.5 + 2 * s, 17 + 3.5 * s
        upper = np.stack([half * u, y - 4 - top + top * (1 - u**2) * 2], axis=1)
        lower = np.stack([half * u, y - 4 - top + drop * (1 - u**2) ** 0.7 + 1], axis=1)
        rim = np.concatenate([upper, lower[::-1]])
        center = np.array([0, y + 2])
        pen.polygon((rim - center) * 1.13 + center, mix(skin.lips, (90, 20, 30), 0.35))
        pen.polygon(rim, (112, 32, 44))
        pen.polygon(np.concatenate([upper, (upper + (0, 6.5) * (1 - u**4)[:, None])[::-1]]), (255, 252, 246))
        pen.ellipse(0, y + drop - 10, 8, 3.5, (226, 104, 108))
        return
    bend = 11 * s
    line = np.stack([(17 + 3 * s) * u, y + bend * (0.55 - u**2)], axis=1)
    pen.stroke(line, 6.5, mix(skin.lips, (70, 16, 28), 0.22), end=4, smooth=False)
    pen.stroke(
        [(-8, y + 9 + bend * 0.5), (0, y + 10 + bend * 0.55), (8, y + 9 + bend * 0.5)], 4, glass(skin.shade, 150), end=2
    )


def _mustache(pen: Pen, hair: Color) -> None:
    for side in (-1, 1):
        half = np.array([(0, 29), (12, 27), (24, 33), (31, 40), (20, 39), (9, 37), (0, 36)])
        pen.blob(half * (side, 1), hair)


def _jaw(pen: Pen, face: Traits, color: Color) -> None:
    """From one sideburn around the chin to the other, up to the mustache."""
    rx = SHAPES[face.face_shape][0]
    lower = outline(face.face_shape, grow=1.035)[: 56 // 2 + 1]
    left = [(-rx, -2), (-rx + 6, 9), (-rx + 11, 27), (-31, 36), (-20, 31), (-8, 27.5)]
    inner = np.array([*left, *((-x, y) for x, y in reversed(left))], dtype=np.float64)
    pen.polygon(np.concatenate([lower, curve(inner)]), color)


def beard(pen: Pen, face: Traits, hair: Color) -> None:
    color = darker(hair, 0.12)
    if face.beard == "stubble":
        _jaw(pen, face, glass(darker(hair, 0.3), 66))
    elif face.beard == "mustache":
        _mustache(pen, color)
    elif face.beard == "goatee":
        _mustache(pen, color)
        low = SHAPES[face.face_shape][1] + 3
        pen.blob([(-16, 50), (0, 53), (16, 50), (18, 58), (9, low + 3), (0, low + 6), (-9, low + 3), (-18, 58)], color)
    elif face.beard == "full":
        _jaw(pen, face, color)
        pen.stroke([(-36, 44), (-26, 56), (-8, 63)], 7, glass(lighter(color, 0.25), 120), end=2)


def earrings(pen: Pen, face: Traits) -> None:
    rx = SHAPES[face.face_shape][0]
    for side in (-1, 1):
        x = side * (rx + 4)
        if face.earrings == "stud":
            pen.ellipse(x, 25, 7.5, 7.5, (120, 110, 140))
            pen.ellipse(x, 24.5, 6.2, 6.2, PEARL)
        elif face.earrings == "hoop":
            angle = np.linspace(-0.5 * np.pi, 1.5 * np.pi, 25)
            ring = np.stack([x + 9.5 * np.cos(angle), 34 + 11 * np.sin(angle)], axis=1)
            pen.stroke(ring, 7, (142, 92, 34), smooth=False)
            pen.stroke(ring, 4.6, GOLD, smooth=False)
