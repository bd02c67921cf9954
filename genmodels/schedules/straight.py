"""Rectified flow's schedules: data and noise trade places along a straight line, alpha + sigma = 1."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from genmodels.knobs import knob
from genmodels.schedules.schedule import NoiseSchedule


@dataclass(frozen=True)
class Flow(NoiseSchedule):
    """alpha = 1 - t, sigma = t (2209.03003, 2210.02747)."""

    def alpha(self, t: Tensor) -> Tensor:
        return 1 - t

    def sigma(self, t: Tensor) -> Tensor:
        return t + 0.0


@dataclass(frozen=True)
class ShiftedFlow(NoiseSchedule):
    """Stable Diffusion 3's schedule (2403.03206): the noise level of the flow, times `shift`."""

    shift: float = knob(3.0, 0.1, 20, 0.1, least=0.001, most=1000)

    def alpha(self, t: Tensor) -> Tensor:
        return (1 - t) / (1 + (self.shift - 1) * t)

    def sigma(self, t: Tensor) -> Tensor:
        return self.shift * t / (1 + (self.shift - 1) * t)
