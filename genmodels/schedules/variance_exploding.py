"""Schedules that leave the data as it is (alpha = 1) and pile noise on it, from a floor just after t = 0."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import knob
from genmodels.schedules.schedule import NoiseSchedule


@dataclass(frozen=True)
class VE(NoiseSchedule):
    """The variance-exploding SDE (2011.13456): the noise grows by the same factor in equal times."""

    sigma_min: float = knob(0.01, 0.001, 1, 0.001)
    sigma_max: float = knob(50.0, 2, 200, 1)

    def __post_init__(self) -> None:
        refuse_range(self.sigma_min, self.sigma_max)

    def alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    def sigma(self, t: Tensor) -> Tensor:
        return geometric(self.sigma_min, self.sigma_max, t)


@dataclass(frozen=True)
class EDM(NoiseSchedule):
    """Karras's schedule (2206.00364): sigma^(1/rho) is a straight line."""

    sigma_min: float = knob(0.002, 0.001, 1, 0.001)
    sigma_max: float = knob(80.0, 2, 200, 1)
    rho: float = knob(7.0, 1, 20, 0.5)

    def __post_init__(self) -> None:
        refuse_range(self.sigma_min, self.sigma_max)

    def alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    def sigma(self, t: Tensor) -> Tensor:
        low, high = self.sigma_min ** (1 / self.rho), self.sigma_max ** (1 / self.rho)
        return torch.where(t > 0, (low + t * (high - low)) ** self.rho, torch.zeros_like(t))


@dataclass(frozen=True)
class LogLinear(NoiseSchedule):
    """VE between the moderate levels that small data sets need: log-SNR is a straight line in t."""

    sigma_min: float = knob(0.02, 0.001, 1, 0.001)
    sigma_max: float = knob(10.0, 2, 200, 1)

    def __post_init__(self) -> None:
        refuse_range(self.sigma_min, self.sigma_max)

    def alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    def sigma(self, t: Tensor) -> Tensor:
        return geometric(self.sigma_min, self.sigma_max, t)


def geometric(low: float, high: float, t: Tensor) -> Tensor:
    return torch.where(t > 0, low * (high / low) ** t, torch.zeros_like(t))


def refuse_range(sigma_min: float, sigma_max: float) -> None:
    if not 0 < sigma_min < sigma_max:
        raise Refused("order", low="sigma_min", high="sigma_max")
