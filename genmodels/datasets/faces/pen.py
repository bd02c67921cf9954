"""A pen for smooth, flat, translucent shapes: coordinates are those of a 256 × 256 sheet, in a frame that may be turned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import cos, sin

import numpy as np
from PIL import ImageDraw

Color = tuple[int, ...]  # (r, g, b), or (r, g, b, alpha)
Points = Sequence[tuple[float, float]] | np.ndarray

_ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)
CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
_SMALL_CIRCLE = CIRCLE[::2]


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
def _spline(n: int, closed: bool, k: int = 6) -> np.ndarray:
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


def curve(points: Points, closed: bool = False) -> np.ndarray:
    """A smooth line through the points."""
    return _spline(len(points), closed) @ np.asarray(points, dtype=np.float64)


def mirrored(half: Points) -> np.ndarray:
    """A shape from its left half, both ends near the axis: the right half follows, backwards."""
    left = np.asarray(half, dtype=np.float64)
    return np.concatenate([left, left[::-1] * (-1, 1)])


class Pen:
    """Draws in a frame: x and y are measured from `origin`, stretched by `width`, turned by `angle` about `pivot`."""

    def __init__(
        self,
        draw: ImageDraw.ImageDraw,
        scale: float,
        origin: tuple[float, float],
        angle: float = 0.0,
        pivot: tuple[float, float] = (0.0, 0.0),
        width: float = 1.0,
    ):
        self._frame = (draw, scale, origin, angle, pivot)
        self._draw = draw
        turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
        self._matrix = scale * np.diag([width, 1.0]) @ turn
        self._offset = scale * (np.array(origin) + np.array(pivot) - np.array(pivot) @ turn)

    def stretched(self, width: float) -> Pen:
        return Pen(*self._frame, width=width)

    def polygon(self, points: Points, color: Color) -> None:
        at = np.asarray(points, dtype=np.float64) @ self._matrix + self._offset
        self._draw.polygon(at.ravel().tolist(), fill=color)

    def blob(self, points: Points, color: Color) -> None:
        """A closed smooth shape through the points."""
        self.polygon(curve(points, closed=True), color)

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: Color) -> None:
        self.polygon((CIRCLE if rx > 6 else _SMALL_CIRCLE) * (rx, ry) + (x, y), color)

    def soft(self, points: np.ndarray, shade: Color, color: Color, light: tuple[float, float]) -> None:
        """A shape lit from `light`, a point inside it: its far side falls softly into shade."""
        for k in range(4):
            self.polygon((points - light) * (1 - 0.035 * k) + light, mix(shade, color, k / 3))

    def glow(self, x: float, y: float, rx: float, ry: float, color: Color, alpha: int) -> None:
        """A spot that fades outwards."""
        for k in range(4):
            self.ellipse(x, y, rx * (1 - 0.2 * k), ry * (1 - 0.2 * k), glass(color, alpha // 4))

    def stroke(self, points: Points, width: float, color: Color, end: float | None = None, smooth: bool = True) -> None:
        """A line with round ends; from `width` in the middle it narrows to `end`."""
        line = curve(points) if smooth else np.asarray(points, dtype=np.float64)
        along = np.gradient(line, axis=0)
        normal = along[:, ::-1] * (1, -1) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
        tip = width if end is None else end
        bulge = np.sin(np.linspace(0, np.pi, len(line)))
        half = (tip + (width - tip) * bulge)[:, None] / 2
        a, b = (np.arctan2(*normal[k, ::-1]) for k in (0, -1))
        arc = np.linspace(0, np.pi, 6)[1:-1, None]
        # the round ends turn from one side of the line to the other, outwards
        last = line[-1] + half[-1] * np.concatenate([np.cos(b + arc), np.sin(b + arc)], axis=1)
        first = line[0] + half[0] * np.concatenate([np.cos(a + np.pi + arc), np.sin(a + np.pi + arc)], axis=1)
        self.polygon(np.concatenate([line + half * normal, last, (line - half * normal)[::-1], first]), color)
