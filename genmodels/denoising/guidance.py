"""Guidance: a denoiser made of two, one that knows what is wanted and one that does not.

The scale counts so that 1 is the first denoiser alone and 0 the second. Neither form remembers earlier calls: solvers
ask at times in any order, and the answer must not depend on who asks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.errors import Refused
from genmodels.knobs import knob
from genmodels.schedules.schedule import NoiseSchedule, per_sample

Interval = tuple[float, float]


@dataclass(frozen=True)
class Guided:
    """Classifier-free guidance (2207.12598) in an interval of time (2404.07724), its x0 rescaled toward the spread that
    the first denoiser gives (2305.08891)."""

    conditional: Denoiser
    unconditional: Denoiser
    scale: float = knob(3.0, 0, 20, 0.1)
    rescale: float = knob(0.0, 0, 1, 0.05)
    interval: Interval = (0.0, 1.0)

    def __post_init__(self) -> None:
        refuse_pair(self.conditional, self.unconditional, self.interval)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.conditional.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        wanted, inside = self.conditional(x, t), within(t, self.interval)
        if self.scale == 1 or not inside.any():
            return wanted
        plain = self.unconditional(x, t)
        scale = 1 + (self.scale - 1) * per_sample(inside, x)
        x0, eps = (w * scale + p * (1 - scale) for w, p in zip(wanted, plain, strict=True))
        if self.rescale == 0:
            return Estimate(x0, eps)
        factor = 1 + self.rescale * (ratio_of_spreads(wanted.x0, x0) - 1)  # 1 outside the interval: there x0 is wanted
        return given_x0(self.schedule, x, t, x0 * factor)


@dataclass(frozen=True)
class APG:
    """Adaptive projected guidance (2410.02416): of the change that guidance makes to x0, the part along x0 saturates
    colors and is damped (`parallel`); what is left may be no longer than `longest` per element."""

    conditional: Denoiser
    unconditional: Denoiser
    scale: float = knob(3.0, 0, 20, 0.1)
    parallel: float = knob(0.0, 0, 1, 0.05)
    longest: float = knob(0.25, 0.01, 10, 0.01)
    interval: Interval = (0.0, 1.0)

    def __post_init__(self) -> None:
        refuse_pair(self.conditional, self.unconditional, self.interval)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.conditional.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        wanted, inside = self.conditional(x, t), within(t, self.interval)
        if self.scale == 1 or not inside.any():
            return wanted
        x0 = wanted.x0
        change = x0 - self.unconditional(x, t).x0
        change = change * (self.longest / root_mean_square(change).clamp(min=1e-30)).clamp(max=1)
        along = x0 * (mean(change * x0) / mean(x0 * x0).clamp(min=1e-30))
        step = (self.scale - 1) * per_sample(inside, x)
        return given_x0(self.schedule, x, t, x0 + step * (change - (1 - self.parallel) * along))


def within(t: Tensor, interval: Interval) -> Tensor:
    return (t >= interval[0]) & (t <= interval[1])


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


def refuse_pair(first: Denoiser, second: Denoiser, interval: Interval) -> None:
    if first.schedule != second.schedule:
        raise Refused("two-schedules")
    if not 0 <= interval[0] <= interval[1] <= 1:
        raise Refused("interval", low=interval[0], high=interval[1])
