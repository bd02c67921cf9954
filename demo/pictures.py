"""Tensors to pictures: the only place that knows about pixels, grids and encodings."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image
from torch import Tensor


def to_image(pictures: Tensor, columns: int | None = None, zoom: int = 1, gap: int = 0) -> Image.Image:
    """(B, C, H, W) in [-1, 1] as one picture, side by side."""
    pixels = ((pictures.detach().float().clamp(-1, 1) + 1) * 127.5).round().byte().cpu().numpy()
    tiles = pixels.transpose(0, 2, 3, 1)
    count, height, width, channels = tiles.shape
    columns = columns or count
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = (k // columns) * (height + gap), (k % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    image = Image.fromarray(sheet.squeeze(-1) if channels == 1 else sheet)
    return image.resize((image.width * zoom, image.height * zoom), Image.Resampling.BICUBIC) if zoom > 1 else image


def jpeg(image: Image.Image, quality: int = 90) -> str:
    """The picture as base64 JPEG, which costs a thirtieth of WebP and is what the page draws."""
    buffer = io.BytesIO()
    image.convert("L" if image.mode == "L" else "RGB").save(buffer, "JPEG", quality=quality, subsampling=0)
    return base64.b64encode(buffer.getvalue()).decode()


def png(image: Image.Image) -> str:
    """The picture as base64 PNG, exact to the last bit."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
