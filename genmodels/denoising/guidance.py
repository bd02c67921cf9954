"""Guidance: a denoiser made of two, one that knows what is wanted and one that does not.

The scale counts so that 1 is the first denoiser alone and 0 the second. Neither form remembers earlier calls: solvers
ask at times in any order, and the answer must not depend on who asks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import final

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.errors import Refused
from genmodels.knobs import knob, settle
from genmodels.schedules.schedule import NoiseSchedule, per_sample

Interval = tuple[float, float]


@dataclass(frozen=True)
class Guidance(ABC):
    """Of two denoisers on one schedule, the first alone outside an interval of time (2404.07724), both within it."""

    conditional: Denoiser
    unconditional: Denoiser
    scale: float = knob(3.0, 0, 20, 0.1, least=-100, most=100)
    interval: Interval = field(default=(0.0, 1.0), kw_only=True)

    def __post_init__(self) -> None:
        settle(self)
        if self.conditional.schedule != self.unconditional.schedule:
            raise Refused("two-schedules")
        if not 0 <= self.interval[0] <= self.interval[1] <= 1:
            raise Refused("interval", low=self.interval[0], high=self.interval[1])

    @property
    def schedule(self) -> NoiseSchedule:
        return self.conditional.schedule

    @final
    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        wanted, inside = self.conditional(x, t), (t >= self.interval[0]) & (t <= self.interval[1])
        if self.scale == 1 or not inside.any():
            return wanted
        scale = 1 + (self.scale - 1) * per_sample(inside, x)
        return self.guide(x, t, wanted, self.unconditional(x, t), scale)

    @abstractmethod
    def guide(self, x: Tensor, t: Tensor, wanted: Estimate, plain: Estimate, scale: Tensor) -> Estimate:
        """From `plain` past `wanted` by each picture's own scale, which is 1 outside the interval."""


@dataclass(frozen=True)
class Guided(Guidance):
    """Classifier-free guidance (2207.12598), its x0 rescaled toward the spread that the first denoiser gives
    (2305.08891)."""

    rescale: float = knob(0.0, 0, 1, 0.05)

    def guide(self, x: Tensor, t: Tensor, wanted: Estimate, plain: Estimate, scale: Tensor) -> Estimate:
        x0, eps = (w * scale + p * (1 - scale) for w, p in zip(wanted, plain, strict=True))
        if self.rescale == 0:
            return Estimate(x0, eps)
        factor = 1 + self.rescale * (ratio_of_spreads(wanted.x0, x0) - 1)  # 1 outside the interval: there x0 is wanted
        return given_x0(self.schedule, x, t, x0 * factor)


@dataclass(frozen=True)
class APG(Guidance):
    """Adaptive projected guidance (2410.02416): of the change that guidance makes to x0, the part along x0 saturates
    colors and is damped (`parallel`); what is left may be no longer than `longest` per element."""

    parallel: float = knob(0.0, 0, 1, 0.05)
    longest: float = knob(0.25, 0.01, 10, 0.01)

    def guide(self, x: Tensor, t: Tensor, wanted: Estimate, plain: Estimate, scale: Tensor) -> Estimate:
        x0, change = wanted.x0, wanted.x0 - plain.x0
        change = change * (self.longest / root_mean_square(change).clamp(min=1e-30)).clamp(max=1)
        along = x0 * (mean(change * x0) / mean(x0 * x0).clamp(min=1e-30))
        return given_x0(self.schedule, x, t, x0 + (scale - 1) * (change - (1 - self.parallel) * along))


def ratio_of_spreads(wanted: Tensor, guided: Tensor) -> Tensor:
    """How much wider `wanted` is spread than `guided`, per sample; 1 where there is no spread to compare."""
    ratio = spread(wanted) / spread(guided)
    return torch.where(torch.isfinite(ratio), ratio, torch.ones_like(ratio))


def spread(x: Tensor) -> Tensor:
    return root_mean_square(x - mean(x))


def root_mean_square(x: Tensor) -> Tensor:
    return mean(x * x).sqrt()


def mean(x: Tensor) -> Tensor:
    """Over all but the batch, in a shape that goes with x."""
    return x.mean(dim=tuple(range(1, x.ndim)), keepdim=True)
