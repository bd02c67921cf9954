"""A visitor's picture as the page sends it: letters of base64, trusted with nothing, kept nowhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from genmodels.datasets.dataset import to_tensor
from genmodels.datasets.pixels import opened, square, upright
from genmodels.errors import Refused

MOST_LETTERS = 80_000  # of a picture that the page has already made small
MOST_PIXELS = 4_000_000  # that so few letters may unfold into


def own_picture(letters: str, shape: Sequence[int]) -> Tensor:
    """(1, C, side, side) in [-1, 1]: the first frame, upright, on white paper, the square in its middle."""
    if not letters:
        raise Refused("no-upload")
    try:
        with opened(io.BytesIO(base64.b64decode(letters, validate=True)), "upload", MOST_PIXELS) as picture:
            whole = upright(picture, "upload")
    except ValueError as problem:  # of which Refused is one
        if isinstance(problem, Refused) and problem.key == "picture-too-large":
            raise Refused("upload-large", millions=MOST_PIXELS // 1_000_000) from None
        raise Refused("upload") from None
    channels, side, _ = shape
    pixels = np.asarray(square(whole, side).convert("L" if channels == 1 else "RGB"))
    return to_tensor(pixels.reshape(1, side, side, channels).copy())
