"""Denoisers that keep the data in its range, whatever the one inside believes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.knobs import knob, settle
from genmodels.schedules.schedule import NoiseSchedule, per_sample


@dataclass(frozen=True)
class Clipped:
    """x0 within [-bound, bound], and the eps that goes with it."""

    denoiser: Denoiser
    bound: float = knob(1.0, 0.1, 10, 0.1, least=1e-6, most=1e6)

    def __post_init__(self) -> None:
        settle(self)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        return given_x0(self.schedule, x, t, self.denoiser(x, t).x0.clamp(-self.bound, self.bound))


@dataclass(frozen=True)
class DynamicThreshold:
    """Imagen's threshold (2205.11487): where more than a few values of x0 leave [-1, 1], all of it shrinks."""

    denoiser: Denoiser
    quantile: float = knob(0.995, 0.5, 1, 0.005, least=0)

    def __post_init__(self) -> None:
        settle(self)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        x0 = self.denoiser(x, t).x0
        size = per_sample(quantile(x0.abs().flatten(1), self.quantile).clamp(min=1), x0)
        return given_x0(self.schedule, x, t, x0.clamp(-size, size) / size)


def quantile(values: Tensor, share: float) -> Tensor:
    """Of each row, between its two nearest values; torch's own takes no more than 2^24 numbers."""
    place = share * (values.shape[1] - 1)
    above = values.topk(values.shape[1] - math.floor(place), dim=1).values[:, -2:]  # falling; a few, as a rule
    return above[:, -1].lerp(above[:, 0], place % 1)
