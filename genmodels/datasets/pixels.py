"""Picture files from outside, opened with care: turned upright, on paper, and never larger than memory allows."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps

from genmodels.errors import Refused

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
PIXELS = 50_000_000  # of one picture; more is a mistake or an attack


def opened(file: str | Path | IO[bytes], name: str, most: int | None = None) -> Image.Image:
    """A picture of which only the head was read so far; of at most so many pixels, or as many as memory allows."""
    most = PIXELS if most is None else most
    try:
        picture = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("picture-too-large", name=name, millions=most // 1_000_000) from None
    except (OSError, ValueError, SyntaxError):
        raise Refused("unreadable-picture", name=name) from None
    if picture.width * picture.height > most:
        picture.close()
        raise Refused("picture-too-large", name=name, millions=most // 1_000_000)
    return picture


def upright(picture: Image.Image, name: str) -> Image.Image:
    """The first frame in RGB, as a camera meant it; what is transparent lies on white paper."""
    try:
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I") or picture.mode == "F":
            return eight_bits(picture).convert("RGB")
        if picture.has_transparency_data:
            picture = picture.convert("RGBA")
            return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Refused("unreadable-picture", name=name) from None


def eight_bits(picture: Image.Image) -> Image.Image:
    """Sixteen bits of gray as eight: Pillow's own conversion would cut off instead of scaling."""
    values = np.asarray(picture, np.float64)
    scale = 255 / 65_535 if values.max() > 255 else 1.0
    return Image.fromarray(np.rint(values * scale).clip(0, 255).astype(np.uint8))


def square(picture: Image.Image, size: int) -> Image.Image:
    """The largest square in the middle, in `size` pixels."""
    return ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
