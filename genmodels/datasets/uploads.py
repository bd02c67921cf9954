"""Laws made of what somebody brings: dots drawn by hand, a table of numbers, a picture."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from genmodels.datasets.laws import GaussianMixture, Squares, blurred
from genmodels.datasets.pixels import opened, upright
from genmodels.errors import Refused

DOTS = 2_000
CHARACTERS = 1_000_000
ROOM = 0.9  # uploads are moved and scaled into [-0.9, 0.9]²
RESOLUTION = 96  # squares along the longer side of a picture
WIDTH = 0.03


def hand_drawn(dots: Sequence[Sequence[float]], std: float = WIDTH) -> GaussianMixture:
    """Dots where they were put, each a little Gaussian."""
    try:
        points = torch.tensor([[float(x), float(y)] for x, y in dots], dtype=torch.float64).reshape(-1, 2)
    except (TypeError, ValueError):
        raise Refused("dots") from None
    if not len(points):
        raise Refused("no-points")
    if len(points) > DOTS:
        raise Refused("too-many-points", count=len(points), high=DOTS)
    if not points.isfinite().all() or points.abs().max() > 10:
        raise Refused("dots")
    return blurred(points, width(std))


def from_csv(text: str, std: float = WIDTH) -> GaussianMixture:
    """Two numbers a line, apart by comma, semicolon, tab or space; a first line of words is a heading."""
    if len(text) > CHARACTERS:
        raise Refused("table-too-long", count=len(text), high=CHARACTERS)
    points = []
    heading = True
    for number, row in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        cells = row.replace(",", " ").replace(";", " ").split()
        if not cells or cells[0].startswith("#"):
            continue
        point = numbers(cells)
        if point is None and not (heading and all(numbers([cell, "0"]) is None for cell in cells)):
            raise Refused("table-line", line=number, text=row.strip()[:40])
        if point is not None:
            points.append(point)
        if len(points) > DOTS:
            raise Refused("too-many-points", count=f"> {DOTS}", high=DOTS)
        heading = False
    if len(points) < 2:
        raise Refused("too-few-points", count=len(points), low=2)
    return hand_drawn(fitted(np.array(points)).tolist(), std)


def numbers(cells: Sequence[str]) -> tuple[float, float] | None:
    """Two finite numbers, or nothing."""
    try:
        x, y = (float(cell) for cell in cells)
    except ValueError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) <= 1e12 else None


def fitted(points: np.ndarray) -> np.ndarray:
    """Moved and scaled into the window, with the proportions kept."""
    low, high = points.min(0), points.max(0)
    return (points - (low + high) / 2) * (2 * ROOM / max((high - low).max(), 1e-12))


def from_picture(picture: Image.Image | bytes | str | Path) -> Squares:
    """Dark pixels are where the points are."""
    if not isinstance(picture, Image.Image):
        name = "upload" if isinstance(picture, bytes) else Path(picture).name
        picture = opened(io.BytesIO(picture) if isinstance(picture, bytes) else picture, name)
    grey = upright(picture, "picture").convert("L")
    grey.thumbnail((RESOLUTION, RESOLUTION), Image.Resampling.BOX)
    dark = 255 - np.asarray(grey, np.float64)
    dark[dark < 16] = 0  # paper is never quite white
    if dark.sum() == 0:
        raise Refused("blank-picture")
    return Squares(torch.from_numpy(dark / dark.sum()), half=ROOM)


def width(std: float) -> float:
    if not isinstance(std, int | float) or not 0.005 <= std <= 0.5:
        raise Refused("knob", name="std", value=str(std)[:40], low=0.005, high=0.5)
    return float(std)
