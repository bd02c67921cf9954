"""28 x 28 digits and capitals in some hundred open typefaces, each turned, scaled and thickened as its number says.

The file holds distances to the outline instead of pixels: a stroke gets bolder by adding a number, and edges stay
sharp when the picture is warped. FONTS.md names every face and its licence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from genmodels.datasets.chance import uniforms
from genmodels.datasets.dataset import HELD_OUT, Dataset, numbered, one_hot

FILE = Path(__file__).with_name("glyphs.npz")
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FIELDS = {"character": tuple(CHARACTERS)}
SIZE = 28
BOX = 26.0  # pixels of the final picture that the stored grid covers
GRID = 32  # samples along each side of that box
LEVELS, STEP = 32, 0.1  # a code is a distance in tenths of a pixel, the middle code lies on the outline

TURN, SHEAR, SHRINK, SHIFT = 0.1, 0.12, 0.15, 0.7  # the most of each; so little that nothing leaves the picture
THINNER, BOLDER = 0.12, 0.38  # pixels by which the outline moves


class Typefaces(NamedTuple):
    """What the file holds; the faces of the held-out packages come last."""

    codes: np.ndarray  # (F, 36, GRID, GRID) uint8
    names: list[str]
    packages: list[str]
    held_out: int


def pack(codes: np.ndarray) -> np.ndarray:
    """Differences along the row: what a compressor likes."""
    return np.diff(codes, axis=-1, prepend=np.uint8(0)) % np.uint8(LEVELS)


def unpack(packed: np.ndarray) -> np.ndarray:
    return np.cumsum(packed, axis=-1, dtype=np.uint8) % np.uint8(LEVELS)


@cache
def stored() -> Typefaces:
    with np.load(FILE) as file:
        names, packages = file["names"].tolist(), file["packages"].tolist()
        return Typefaces(unpack(file["packed"]), names, packages, int(file["held_out"]))


class Glyphs(Dataset):
    """Items walk through the characters first, then the faces, then the variations; the first round is upright."""

    name = "glyphs"
    data_version = "1"
    shape = (1, SIZE, SIZE)
    fields = FIELDS
    train = range(120_000)
    held_out = range(HELD_OUT, HELD_OUT + 10_000)

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        face, character, variation = self.place(items)
        codes = stored().codes.reshape(-1, GRID, GRID)[face * len(CHARACTERS) + character]
        chance = uniforms(items, 7).T
        turn, slope, right, down = (2 * chance[:4] - 1) * (variation > 0)
        less_x, less_y, weight = chance[4:] * (variation > 0)
        affine = warp(TURN * turn, SHEAR * slope, 1 - SHRINK * less_x, 1 - SHRINK * less_y)
        thickness = (THINNER + BOLDER) * weight - THINNER * (variation > 0)
        return drawn(codes, affine, SHIFT * np.stack([right, down], 1), thickness)[..., None]

    def labels(self, items: Sequence[int]) -> np.ndarray:
        return one_hot(self.place(items)[1], len(CHARACTERS))

    def typeface(self, item: int) -> str:
        return stored().names[int(self.place([item])[0][0])]

    def place(self, items: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which face, which character and which variation each item is."""
        number, faces = numbered(self, items), stored()
        tested = number >= HELD_OUT
        known = len(faces.names) - faces.held_out
        number = number - HELD_OUT * tested
        rest, character = np.divmod(number, len(CHARACTERS))
        variation, face = np.divmod(rest, np.where(tested, faces.held_out, known))
        return face + known * tested, character, variation


def warp(turn: np.ndarray, slope: np.ndarray, width: np.ndarray, height: np.ndarray) -> np.ndarray:
    """(B, 4): the matrix row by row from a place in the picture back to the place in the file, about the middle."""
    half = turn / 2  # sine and cosine by the half-angle formula: plain arithmetic gives the same bits everywhere
    cos, sin = (1 - half**2) / (1 + half**2), 2 * half / (1 + half**2)
    return np.stack([cos / width - slope * sin, sin / width + slope * cos, -sin / height, cos / height], 1)


def drawn(codes: np.ndarray, affine: np.ndarray, shift: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(B, SIZE, SIZE) uint8, white on black: the distance at each pixel, read between the samples of the file."""
    axis = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    affine, shift = affine.astype(np.float32), shift.astype(np.float32)
    x, y = axis - shift[:, :1], axis - shift[:, 1:]
    a, b, c, d = affine.T[:, :, None, None]
    column = (a * x[:, None, :] + b * y[:, :, None]) * np.float32(GRID / BOX) + np.float32((GRID - 1) / 2)
    row = (c * x[:, None, :] + d * y[:, :, None]) * np.float32(GRID / BOX) + np.float32((GRID - 1) / 2)
    column, row = column.clip(0, GRID - 1.001), row.clip(0, GRID - 1.001)
    left, top = column.astype(np.int32), row.astype(np.int32)
    across, along = column - left, row - top
    flat = codes.reshape(-1)
    corner = np.arange(len(codes), dtype=np.int32)[:, None, None] * GRID**2 + top * GRID + left
    upper = flat[corner] * (1 - across) + flat[corner + 1] * across
    lower = flat[corner + GRID] * (1 - across) + flat[corner + GRID + 1] * across
    distance = (upper * (1 - along) + lower * along - LEVELS // 2) * np.float32(STEP)
    cover = (distance + weight.astype(np.float32)[:, None, None] + np.float32(0.5)).clip(0, 1)
    return np.rint(cover * np.float32(255)).astype(np.uint8)
