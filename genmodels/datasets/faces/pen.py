"""A pen for smooth, flat, translucent shapes on a sheet of 256 × 256 units, whatever its size in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import cos, sin

import numpy as np
from PIL import Image, ImageDraw

Color = tuple[int, ...]  # (r, g, b), or (r, g, b, alpha)
Points = Sequence[tuple[float, float]] | np.ndarray


def around(n: int) -> np.ndarray:
    """n points around the unit circle."""
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


# a third column of ones, so that one product moves, scales and turns
_CIRCLES = {n: np.concatenate([around(n), np.ones((n, 1))], axis=1) for n in (12, 20, 32, 56)}
_ARC = np.exp(1j * np.linspace(0, np.pi, 7)[1:-1])


@lru_cache(maxsize=4096)
def mix(a: Color, b: Color, weight: float) -> Color:
    """From a (weight 0) to b (weight 1)."""
    return tuple(round(x + weight * (y - x)) for x, y in zip(a[:3], b[:3], strict=True))


def darker(color: Color, weight: float = 0.25) -> Color:
    """Towards a warm violet rather than to black: shadows keep their colour."""
    return mix(color, (44, 20, 48), weight)


def lighter(color: Color, weight: float = 0.25) -> Color:
    return mix(color, (255, 246, 228), weight)


def glass(color: Color, alpha: int) -> Color:
    return (*color[:3], alpha)


@lru_cache
def _spline(n: int, closed: bool, k: int = 5) -> np.ndarray:
    """Catmull-Rom as a matrix: rows are points on the curve, columns its n control points."""
    u = np.arange(k)[:, None] / k
    basis = np.concatenate(
        [-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, -(u**2) + u**3], axis=1
    )
    spans = n if closed else n - 1
    matrix = np.zeros((spans * k + (not closed), n))
    for span in range(spans):
        for j in range(4):
            at = (span + j - 1) % n if closed else min(max(span + j - 1, 0), n - 1)
            matrix[span * k : span * k + k, at] += basis[:, j] / 2
    if not closed:
        matrix[-1, -1] = 1
    return matrix


@lru_cache
def _bulge(n: int) -> np.ndarray:
    return np.sin(np.linspace(0, np.pi, n))


def curve(points: Points, closed: bool = False) -> np.ndarray:
    """A smooth line through the points."""
    return _spline(len(points), closed) @ np.asarray(points, dtype=np.float64)


def mirrored(half: Points) -> np.ndarray:
    """A shape from its left half, both ends near the axis: the right half follows, backwards."""
    left = np.asarray(half, dtype=np.float64)
    return np.concatenate([left, left[::-1] * (-1, 1)])


class Ink:
    """The two ways to fill a shape on a sheet: translucent colors are blended in, which is slower."""

    def __init__(self, sheet: Image.Image):
        self.scale = sheet.width / 256
        self._opaque = ImageDraw.Draw(sheet)
        self._blend = ImageDraw.Draw(sheet, "RGBA")

    def fill(self, corners: np.ndarray, color: Color) -> None:
        draw = self._opaque if len(color) == 3 else self._blend
        draw.polygon(corners.ravel().tolist(), fill=color)


class Pen:
    """Draws in a frame: x and y are measured from `origin`, stretched by `width`, turned by `angle` about `pivot`."""

    def __init__(
        self,
        ink: Ink,
        origin: tuple[float, float],
        angle: float = 0.0,
        pivot: tuple[float, float] = (0.0, 0.0),
        width: float = 1.0,
    ):
        self._frame = (ink, origin, angle, pivot)
        self._ink = ink
        turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
        self._matrix = ink.scale * np.diag([width, 1.0]) @ turn
        self._offset = ink.scale * (np.array(origin) + np.array(pivot) - np.array(pivot) @ turn)
        self._affine = (*self._matrix.ravel().tolist(), *self._offset.tolist())

    def stretched(self, width: float) -> Pen:
        return Pen(*self._frame, width=width)

    def polygon(self, points: Points, color: Color) -> None:
        self._ink.fill(np.asarray(points, dtype=np.float64) @ self._matrix + self._offset, color)

    def blob(self, points: Points, color: Color) -> None:
        """A closed smooth shape through the points."""
        self.polygon(curve(points, closed=True), color)

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: Color) -> None:
        circle = _CIRCLES[12 if rx < 4 else 20 if rx < 12 else 32 if rx < 40 else 56]
        a, b, c, d, left, top = self._affine
        move = ((rx * a, rx * b), (ry * c, ry * d), (x * a + y * c + left, x * b + y * d + top))
        self._ink.fill(circle @ np.array(move), color)

    def soft(self, points: np.ndarray, shade: Color, color: Color, light: tuple[float, float]) -> None:
        """A shape lit from `light`, a point inside it: its far side falls softly into shade."""
        for k in range(4):
            self.polygon((points - light) * (1 - 0.04 * k) + light, mix(shade, color, k / 3))

    def glow(self, x: float, y: float, rx: float, ry: float, color: Color, alpha: int) -> None:
        """A spot that fades outwards."""
        for grow in (1, 0.75, 0.5):
            self.ellipse(x, y, rx * grow, ry * grow, glass(color, alpha // 3))

    def stroke(self, points: Points, width: float, color: Color, end: float | None = None, smooth: bool = True) -> None:
        """A line with round ends; from `width` in the middle it narrows to `end`."""
        line = curve(points) if smooth else np.array(points, dtype=np.float64)
        z = line.view(np.complex128)[:, 0]
        along = np.empty_like(z)
        along[1:-1], along[0], along[-1] = z[2:] - z[:-2], z[1] - z[0], z[-1] - z[-2]
        half = width / 2 if end is None else end / 2 + (width - end) / 2 * _bulge(len(z))
        side = along * (-1j * half) / np.abs(along)
        # the round ends turn from one side of the line to the other, outwards
        edge = np.concatenate([z + side, z[-1] + side[-1] * _ARC, (z - side)[::-1], z[0] - side[0] * _ARC])
        self.polygon(edge.view(np.float64).reshape(-1, 2), color)
