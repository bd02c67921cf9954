"""A schedule drawn by hand: a monotone curve through a few points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule

MOST_POINTS = 64
BOUND = 40.0  # log-SNR beyond which float64 no longer tells alpha or sigma from 1

Quantity = Literal["log-snr", "alpha-bar"]
RANGES: dict[str, tuple[float, float]] = {"log-snr": (-BOUND, BOUND), "alpha-bar": (0.0, 1.0)}


@dataclass(frozen=True)
class Drawn(NoiseSchedule):
    """Variance-preserving, with log-SNR or alpha_bar through the points (t, value) and between them as smooth as it can
    be without ever rising; where it does not start from clean data it jumps to its floor."""

    points: tuple[tuple[float, float], ...]
    quantity: Quantity = "log-snr"

    def __post_init__(self) -> None:
        if not isinstance(self.quantity, str) or self.quantity not in RANGES:
            raise Refused("drawn-quantity", value=str(self.quantity)[:40])
        if not 2 <= len(self.points) <= MOST_POINTS:
            raise Refused("drawn-count", low=2, high=MOST_POINTS, count=len(self.points))
        low, high = RANGES[self.quantity]
        if not all(math.isfinite(t) and low <= value <= high for t, value in self.points):
            raise Refused("drawn-range", low=low, high=high)
        if self.points[0][0] != 0 or self.points[-1][0] != 1:
            raise Refused("drawn-ends")
        for (t, value), (later, lower) in zip(self.points, self.points[1:], strict=False):
            if later - t < 1e-6 or value - lower < 1e-6:
                raise Refused("drawn-order", t=later)

    @cached_property
    def cubics(self) -> tuple[Tensor, Tensor]:
        """Where each piece starts, and its four coefficients; of alpha_bar the part that is gone, exact beside 0."""
        t, value = torch.tensor(self.points, dtype=torch.float64).T.contiguous()
        return t, monotone_cubics(t, 1 - value if self.quantity == "alpha-bar" else value)

    def curve(self, t: Tensor) -> Tensor:
        starts, cubics = (table.to(t.device) for table in self.cubics)
        piece = torch.searchsorted(starts, t, right=True).clamp(1, len(starts) - 1) - 1
        d, (a, b, c, e) = t - starts[piece], cubics[:, piece]
        return a + d * (b + d * (c + d * e))

    def alpha(self, t: Tensor) -> Tensor:
        curve = self.curve(t)
        alpha_bar = torch.sigmoid(curve) if self.quantity == "log-snr" else (1 - curve).clamp(min=0)
        return torch.where(t > 0, alpha_bar.sqrt(), torch.ones_like(t))

    def sigma(self, t: Tensor) -> Tensor:
        curve = self.curve(t)
        gone = torch.sigmoid(-curve) if self.quantity == "log-snr" else curve.clamp(max=1)
        return torch.where(t > 0, gone.sqrt(), torch.zeros_like(t))


def monotone_cubics(t: Tensor, y: Tensor) -> Tensor:
    """Coefficients of each piece of the monotone cubic through the points (Fritsch and Butland, 1984): (4, K - 1)."""
    h = t.diff()
    rise = y.diff() / h
    if len(h) == 1:
        slopes = rise.expand(2)
    else:
        before, after = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        inner = (before + after) / (before / rise[:-1] + after / rise[1:])
        slopes = torch.cat([end_slope(h, rise), inner, end_slope(h.flip(0), rise.flip(0))])
    c = (3 * rise - 2 * slopes[:-1] - slopes[1:]) / h
    e = (slopes[:-1] + slopes[1:] - 2 * rise) / h**2
    return torch.stack([y[:-1], slopes[:-1], c, e])


def end_slope(h: Tensor, rise: Tensor) -> Tensor:
    """The slope of the parabola through the three points next to an end, held back where it would turn: (1,)."""
    slope = ((2 * h[0] + h[1]) * rise[0] - h[0] * rise[1]) / (h[0] + h[1])
    if slope * rise[0] <= 0:
        return torch.zeros(1, dtype=h.dtype)
    return slope.reshape(1)
