"""Tensors to pictures: the only place that knows about pixels, grids and encodings."""

from __future__ import annotations

import base64
import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def to_image(pictures: Tensor, columns: int | None = None, zoom: int = 1, gap: int = 0) -> Image.Image:
    """(B, C, H, W) in [-1, 1] as one picture, side by side."""
    return sheet(shades(pictures), columns, zoom, gap)


def shades(pictures: Tensor, light: float = 1.0) -> np.ndarray:
    """(B, C, H, W) in [-1, 1] -> (B, H, W, C) uint8, the shades of the screen; with less light, of a wider range."""
    half = torch.tensor(128.0, device=pictures.device)  # what is cut off is so rounded
    levels = torch.add(half, pictures.detach().float(), alpha=127.5 * light).clamp_(0, 255.5).byte()
    return torch.stack(levels.unbind(1), dim=-1).cpu().numpy()


def sheet(tiles: np.ndarray, columns: int | None = None, zoom: int = 1, gap: int = 0) -> Image.Image:
    """(B, H, W, C) uint8 as one picture, side by side."""
    count, height, width, channels = tiles.shape
    columns = columns or int(count)
    rows = -(-count // columns)
    if gap or rows * columns > count:
        spread = np.full((rows * columns, height + gap, width + gap, channels), 255, np.uint8)
        spread[:count, :height, :width] = tiles
        tiles = spread
    whole = tiles.reshape(rows, columns, *tiles.shape[1:]).swapaxes(1, 2).reshape(rows * (height + gap), -1, channels)
    whole = whole[: len(whole) - gap, : whole.shape[1] - gap]
    image = Image.fromarray(whole.squeeze(-1) if channels == 1 else whole)
    return image.resize((image.width * zoom, image.height * zoom), Image.Resampling.BICUBIC) if zoom > 1 else image


def jpeg(image: Image.Image, quality: int = 90, fine: bool = True) -> str:
    """The picture as base64 JPEG, which costs a thirtieth of WebP; unless `fine`, colors at half the sharpness."""
    buffer = io.BytesIO()
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    image.save(buffer, "JPEG", quality=quality, subsampling="4:4:4" if fine else "4:2:0")
    return base64.b64encode(buffer.getvalue()).decode()


def png(image: Image.Image) -> str:
    """The picture as base64 PNG, exact to the last bit."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
