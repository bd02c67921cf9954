"""Denoisers that keep the data in its range, whatever the one inside believes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.knobs import knob
from genmodels.schedules.schedule import NoiseSchedule


@dataclass(frozen=True)
class Clipped:
    """x0 within [-bound, bound], and the eps that goes with it."""

    denoiser: Denoiser
    bound: float = knob(1.0, 0.1, 10, 0.1)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        return given_x0(self.schedule, x, t, self.denoiser(x, t).x0.clamp(-self.bound, self.bound))


@dataclass(frozen=True)
class DynamicThreshold:
    """Imagen's threshold (2205.11487): where more than a few values of x0 leave [-1, 1], all of it shrinks."""

    denoiser: Denoiser
    quantile: float = knob(0.995, 0.5, 1, 0.005)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        x0 = self.denoiser(x, t).x0
        size = torch.quantile(x0.abs().flatten(1), self.quantile, dim=1).clamp(min=1)
        size = size.reshape(-1, *[1] * (x0.ndim - 1))
        return given_x0(self.schedule, x, t, x0.clamp(-size, size) / size)
