"""Puts a face together, back to front, on a sheet four times too large, and reduces it."""

from __future__ import annotations

from math import radians

import numpy as np
from PIL import Image

from genmodels.datasets.faces import features, wear
from genmodels.datasets.faces.attributes import Traits
from genmodels.datasets.faces.hair import HAIR_STYLES, tones
from genmodels.datasets.faces.palette import HAIR, SKIN
from genmodels.datasets.faces.pen import Ink, Pen

OVERSAMPLING = 4


def draw(face: Traits, size: int = 64) -> np.ndarray:
    """(size, size, 3) uint8."""
    sheet = Image.new("RGB", (size * OVERSAMPLING, size * OVERSAMPLING))
    at = (128 + 5 * face.shift_x, 128 + 5 * face.shift_y)
    ink = Ink(sheet)
    straight = Pen(ink, at)
    turned = Pen(ink, at, angle=radians(7 * face.tilt), pivot=(0, 62))
    fitted = turned.stretched(features.SHAPES[face.face_shape][0] / 54)

    skin, hair = SKIN[face.skin], HAIR[face.hair_color]
    tone = tones(hair, skin.shade)
    behind, on_top = HAIR_STYLES[face.hair_style]
    hatted = face.hat != "none"

    wear.background(Pen(ink, (128, 128)), face)
    behind(fitted, tone, hatted)
    wear.shirt(straight, face, skin)
    wear.neck(straight, skin)
    wear.collar(straight, face)
    features.ears(turned, face, skin)
    features.head(turned, face, skin)
    features.cheeks(turned, face, skin)
    features.nose(turned, skin)
    features.beard(turned, face, hair)
    features.mouth(turned, face, skin)
    features.eyes(turned, face, skin)
    on_top(fitted, tone, hatted)
    features.brows(turned, face, hair, skin)
    wear.glasses(turned, face)
    wear.hat(fitted, face, skin)
    features.earrings(turned, face)
    return np.asarray(sheet.reduce(OVERSAMPLING))
