"""Where the names of curves stand: beside each curve, where the others are farthest, so that no legend is needed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GRID = np.linspace(0.02, 0.98, 33)  # where curves are compared, in shares of the plot's width
WIDE, TALL = 0.2, 0.06  # what a name covers, in shares of the plot; generous for long names on narrow screens
SIDES = np.array([(right, up) for right in (1, -1) for up in (1, -1)])
SPOT = np.repeat(np.arange(len(GRID)), len(SIDES))
RIGHT, UP = np.tile(SIDES, (len(GRID), 1)).T
FITS = GRID[SPOT] * RIGHT < 0.55 * RIGHT + 0.05  # a name to the right of the middle runs left, so a phone shows it


class Place(NamedTuple):
    """A point of a curve in shares of the plot, and on which side of it the name stands (1 or -1)."""

    x: float
    y: float
    right: int
    up: int


class Boxes(NamedTuple):
    """What names would cover, one for each candidate."""

    left: np.ndarray
    right: np.ndarray
    bottom: np.ndarray
    top: np.ndarray


def heights(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A curve, given in shares of the plot, at the places of GRID; not a number where it is not drawn."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 2:
        return np.full_like(GRID, np.nan)
    order = np.argsort(x[known], kind="stable")
    return np.interp(GRID, x[known][order], y[known][order], left=np.nan, right=np.nan)


def named(tracks: list[np.ndarray], wanted: list[bool]) -> list[Place | None]:
    """A place for the name of each curve that wants one and can be seen."""
    every = np.stack(tracks) if tracks else np.empty((0, len(GRID)))
    crowd = np.zeros(len(SPOT), bool)
    places: list[Place | None] = []
    for k, want in enumerate(wanted):
        y = every[k, SPOT]
        boxes = covered(y)
        score = np.where(seen(y, boxes) & ~crowd, free(k, every, boxes), -1.0)
        best = int(score.argmax())
        if not want or score[best] < 0:
            places.append(None)
            continue
        places.append(Place(float(GRID[SPOT[best]]), float(y[best]), int(RIGHT[best]), int(UP[best])))
        crowd |= overlaps(boxes, best)
    return places


def covered(y: np.ndarray) -> Boxes:
    x, y = GRID[SPOT] + 0.005 * RIGHT, y + 0.01 * UP
    far_x, far_y = x + WIDE * RIGHT, y + TALL * UP
    return Boxes(np.minimum(x, far_x), np.maximum(x, far_x), np.minimum(y, far_y), np.maximum(y, far_y))


def seen(y: np.ndarray, boxes: Boxes) -> np.ndarray:
    return FITS & np.isfinite(y) & (boxes.bottom >= -0.02) & (boxes.top <= 1.02)


def free(k: int, tracks: np.ndarray, boxes: Boxes) -> np.ndarray:
    """How clear it is whose name this is: its own curve just touched, the others far from it and from the point."""
    under = (boxes.left[:, None] - 0.02 <= GRID) & (boxes.right[:, None] + 0.02 >= GRID)  # (places, grid)
    gaps = np.maximum(boxes.bottom[:, None, None] - tracks, tracks - boxes.top[:, None, None]).clip(0)
    gaps = np.where(under[:, None] & np.isfinite(tracks), gaps, 1.0).min(-1)  # (places, curves)
    apart = np.abs(tracks - tracks[k])[:, SPOT].T
    others = np.arange(len(tracks)) != k
    near = gaps[:, others].min(1, initial=0.2)
    beside = np.nan_to_num(apart[:, others], nan=1.0).min(1, initial=0.2)
    return 4 * gaps[:, k].clip(max=0.01) + near + beside


def overlaps(boxes: Boxes, best: int) -> np.ndarray:
    """Which places a name at this one leaves no room for."""
    across = (boxes.left < boxes.right[best]) & (boxes.left[best] < boxes.right)
    return across & (boxes.bottom < boxes.top[best]) & (boxes.bottom[best] < boxes.top)
