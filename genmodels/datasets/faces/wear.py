"""What people put on: shirts, glasses, hats; and what they stand before."""

from __future__ import annotations

import numpy as np

from genmodels.datasets.faces.attributes import Traits
from genmodels.datasets.faces.features import EYE_X, EYE_Y, SHAPES
from genmodels.datasets.faces.palette import BACKGROUND, CLOTH, GOLD, INK, Skin
from genmodels.datasets.faces.pen import Pen, around, curve, darker, glass, lighter, mirrored, mix

SHOULDERS = [(-6, 78), (-26, 79), (-58, 88), (-84, 104), (-96, 150)]


def background(pen: Pen, face: Traits) -> None:
    """Drawn in a frame whose origin is the sheet's middle."""
    color = BACKGROUND[face.background_color]
    deep = mix(darker(color, 0.13), color, 0.1)
    if face.background == "gradient":
        for k in range(32):
            y = -128 + 8 * k
            pen.polygon([(-128, y), (128, y), (128, y + 8), (-128, y + 8)], mix(lighter(color, 0.35), deep, k / 31))
        return
    disc = face.background == "disc"
    pen.polygon([(-129, -129), (129, -129), (129, 129), (-129, 129)], mix(color, deep, 0.45) if disc else color)
    if disc:
        pen.ellipse(0, 4, 108, 108, mix(color, (255, 255, 255), 0.5))
    elif face.background == "two-tone":
        pen.polygon([(-129, 129), (129, -129), (129, 129)], deep)


def neck(pen: Pen, skin: Skin) -> None:
    pen.blob(mirrored([(-8, 30), (-21, 34), (-21, 70), (-25, 80), (-16, 88), (-5, 89)]), skin.base)
    pen.blob(mirrored([(-8, 30), (-21, 34), (-21, 66), (-20, 74), (-6, 81)]), skin.shade)


def shirt(pen: Pen, face: Traits, skin: Skin) -> None:
    color = CLOTH[face.shirt_color]
    shade = darker(color, 0.22)
    body = curve(mirrored(SHOULDERS), closed=True)
    pen.soft(body, mix(color, shade, 0.7), color, light=(-24, 120))
    if face.shirt == "stripes":
        stripe = mix(CLOTH["white"], color, 0.1) if face.shirt_color != "white" else CLOTH["navy"]
        for y, half in ((99, 72), (117, 88)):
            pen.stroke([(-half, y + 3), (0, y + 9), (half, y + 3)], 8, stripe)
    throat = {"v-neck": 0, "turtleneck": 0}.get(face.shirt, 29)
    if throat:
        pen.ellipse(0, 79, throat + 5, 18, shade)
        pen.ellipse(0, 77, throat, 15, skin.base)
    if face.shirt == "v-neck":
        pen.polygon([(-36, 75), (36, 75), (0, 124)], shade)
        pen.polygon([(-29, 73), (29, 73), (0, 114)], skin.base)


def collar(pen: Pen, face: Traits) -> None:
    """What of the shirt lies around the neck, and so is drawn after it."""
    color = CLOTH[face.shirt_color]
    shade, light = darker(color, 0.22), lighter(color, 0.4)
    if face.shirt == "turtleneck":
        pen.blob(mirrored([(-6, 60), (-25, 58), (-29, 70), (-31, 90), (-8, 95)]), mix(color, shade, 0.75))
        pen.blob(mirrored([(-6, 69), (-27, 66), (-29, 76), (-31, 89), (-8, 94)]), mix(color, light, 0.25))
    elif face.shirt == "collar":
        for side in (-1, 1):
            wing = np.array([(-27, 68), (-40, 84), (-24, 108), (-2, 92)])
            pen.polygon(np.add(wing, (0, 3)) * (side, 1), shade)
            pen.polygon(wing * (side, 1), mix(color, light, 0.6))
        pen.ellipse(0, 112, 4, 4, shade)
    elif face.shirt == "hoodie":
        for side in (-1, 1):
            hood = np.array([(-26, 66), (-46, 74), (-52, 92), (-30, 104), (-4, 106), (-14, 94), (-26, 82)])
            pen.blob(np.add(hood, (0, 3)) * (side, 1), shade)
            pen.blob(hood * (side, 1), mix(color, light, 0.3))
            pen.stroke([(side * 14, 104), (side * 15, 114), (side * 14, 130)], 5, lighter(color, 0.75))


def glasses(pen: Pen, face: Traits) -> None:
    if face.glasses == "none":
        return
    ear = SHAPES[face.face_shape][0]
    wire = GOLD if face.glasses == "round" else INK
    edge = darker(GOLD, 0.3) if face.glasses == "round" else INK
    for side in (-1, 1):
        x = side * EYE_X
        n, rx, ry = {"round": (2.0, 21, 21), "square": (4.5, 21.5, 18), "sunglasses": (2.9, 23, 19)}[face.glasses]
        circle = around(36)
        rim = np.sign(circle) * np.abs(circle) ** (2 / n) * (rx, ry) + (x, EYE_Y + 2)
        pen.stroke([(x + side * rx, EYE_Y - 2), (side * (ear - 3), EYE_Y - 4)], 5, edge, smooth=False)
        if face.glasses == "sunglasses":
            pen.polygon(rim, INK)
            pen.polygon((rim - (x, EYE_Y + 2)) * 0.84 + (x, EYE_Y + 2), (74, 66, 92))
            pen.polygon(
                [(x - 12, EYE_Y + 8), (x - 2, EYE_Y - 9), (x + 6, EYE_Y - 9), (x - 5, EYE_Y + 11)], (255, 255, 255, 70)
            )
            continue
        pen.polygon(rim, (255, 255, 255, 46))
        closed = np.concatenate([rim, rim[:2]])
        pen.stroke(closed, 6.5, edge, smooth=False)
        if wire is not INK:
            pen.stroke(closed, 3.8, wire, smooth=False)
    pen.stroke([(-5, EYE_Y), (0, EYE_Y - 4), (5, EYE_Y)], 6, edge)


def hat(pen: Pen, face: Traits, skin: Skin) -> None:
    if face.hat == "none":
        return
    color = CLOTH[face.hat_color]
    shade, light = darker(color, 0.24), lighter(color, 0.4)
    pen.ellipse(0, -32, 52, 11, glass(skin.shade, 150))
    if face.hat == "beanie":
        dome = curve(mirrored([(-8, -104), (-36, -95), (-60, -66), (-64, -38), (-20, -34)]), closed=True)
        pen.soft(dome, shade, color, light=(-20, -60))
        pen.ellipse(0, -106, 15, 15, mix(light, color, 0.3))
        pen.ellipse(-3, -109, 10, 10, lighter(light, 0.3))
        band = [(-8, -62), (-46, -58), (-67, -50), (-69, -34), (-62, -27), (-30, -32), (-8, -34)]
        pen.blob(mirrored(band), mix(color, light, 0.3))
        for x in (-40, -14, 14, 40):
            pen.stroke([(x * 1.05, -53), (x * 1.08, -38)], 5, glass(shade, 150), smooth=False)
    elif face.hat == "cap":
        dome = curve(mirrored([(-8, -96), (-38, -88), (-59, -64), (-63, -34), (-20, -36)]), closed=True)
        pen.soft(dome, shade, color, light=(-20, -60))
        pen.stroke([(-34, -62), (-26, -76), (-12, -84)], 8, glass(light, 140), end=2)
        pen.ellipse(0, -96, 6, 4, shade)
        pen.ellipse(0, -64, 13, 12, mix(CLOTH["white"], color, 0.12))
        pen.blob(
            [(-56, -44), (-20, -52), (20, -52), (56, -44), (70, -32), (56, -25), (0, -31), (-56, -25), (-70, -32)],
            shade,
        )
        pen.blob(
            [(-54, -47), (-20, -54), (20, -54), (54, -47), (66, -36), (50, -31), (0, -37), (-50, -31), (-66, -36)],
            color,
        )
    else:
        crown = curve(mirrored([(-10, -100), (-36, -99), (-50, -78), (-57, -44), (-20, -40)]), closed=True)
        pen.ellipse(0, -36, 98, 16, shade)
        pen.ellipse(0, -40, 97, 15, color)
        pen.soft(crown, shade, color, light=(-20, -70))
        pen.polygon([(-54, -60), (0, -55), (54, -60), (57, -44), (0, -37), (-57, -44)], mix(shade, (40, 30, 50), 0.35))
        pen.stroke([(-36, -70), (-31, -86), (-18, -93)], 8, glass(light, 140), end=2)
