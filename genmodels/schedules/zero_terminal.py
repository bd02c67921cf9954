"""The rescaling that makes the end of a schedule pure noise (2305.08891)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule


@dataclass(frozen=True)
class ZeroTerminal(NoiseSchedule):
    """A variance-preserving schedule with sqrt(alpha_bar) moved and stretched so that it ends at exactly 0."""

    schedule: NoiseSchedule

    def __post_init__(self) -> None:
        t = torch.linspace(0, 1, 65, dtype=torch.float64)
        if (self.schedule.alpha(t) ** 2 + self.schedule.sigma(t) ** 2 - 1).abs().max() > 1e-9:
            raise Refused("not-variance-preserving", schedule=type(self.schedule).__name__)

    @cached_property
    def left_over(self) -> float:
        return float(self.schedule.alpha(torch.ones((), dtype=torch.float64)))

    def alpha(self, t: Tensor) -> Tensor:
        # the end is set by hand: alpha(1) may differ in its last bit between one time and many
        return torch.where(t < 1, (self.schedule.alpha(t) - self.left_over) / (1 - self.left_over), torch.zeros_like(t))

    def sigma(self, t: Tensor) -> Tensor:
        lost = self.schedule.sigma(t) ** 2 / (1 + self.schedule.alpha(t)) / (1 - self.left_over)  # 1 - alpha, exactly
        return torch.where(t < 1, (lost * (2 - lost)).sqrt(), torch.ones_like(t))
