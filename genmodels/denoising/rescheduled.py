"""A model on another schedule than its own: translated, or, to see what breaks, not."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.errors import Refused
from genmodels.schedules.schedule import FIRST, NoiseSchedule, per_sample


@dataclass(frozen=True)
class Rescheduled:
    """The model is asked at the time at which it knows this noise level, with x brought to the length it has there."""

    denoiser: Denoiser
    schedule: NoiseSchedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        level, known = self.schedule.noise_level(t), self.denoiser.schedule
        ends = known.noise_level(torch.tensor([FIRST, 1], dtype=t.dtype, device=t.device))
        if (level < ends[0] * (1 - 1e-6)).any() or (level > ends[1] * (1 + 1e-6)).any():
            low, high = (float(f"{end:.4g}") for end in ends)
            raise Refused("untrained-noise", level=float(f"{level.max():.4g}"), low=low, high=high)
        there = known.time_of(level)
        length = (known.alpha(there) + known.sigma(there)) / (self.schedule.alpha(t) + self.schedule.sigma(t))
        return given_x0(self.schedule, x, t, self.denoiser(per_sample(length, x) * x, there).x0)


@dataclass(frozen=True)
class Mismatched:
    """The model is told its own time t although x follows another schedule: its x0 is then wrong."""

    denoiser: Denoiser
    schedule: NoiseSchedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        return given_x0(self.schedule, x, t, self.denoiser(x, t).x0)
