"""Schedules that leave the data as it is (alpha = 1) and pile noise on it, from a floor just after t = 0."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import knob
from genmodels.schedules.schedule import NoiseSchedule

LEAST, MOST = 1e-6, 1e6  # noise levels that float64 still works with


@dataclass(frozen=True)
class Exploding(NoiseSchedule):
    """Noise between two levels; how it grows from one to the other is for each schedule to say."""

    sigma_min: float
    sigma_max: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sigma_min < self.sigma_max:
            raise Refused("order", low="sigma_min", high="sigma_max")

    @final
    def alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    @final
    def sigma(self, t: Tensor) -> Tensor:
        return torch.where(t > 0, self.level(t), torch.zeros_like(t))

    @abstractmethod
    def level(self, t: Tensor) -> Tensor:
        """The noise from just after t = 0 on."""


@dataclass(frozen=True)
class VE(Exploding):
    """The variance-exploding SDE (2011.13456): the noise grows by the same factor in equal times."""

    sigma_min: float = knob(0.01, 0.001, 1, 0.001, least=LEAST, most=MOST)
    sigma_max: float = knob(50.0, 2, 200, 1, least=LEAST, most=MOST)

    def level(self, t: Tensor) -> Tensor:
        return self.sigma_min * (self.sigma_max / self.sigma_min) ** t


@dataclass(frozen=True)
class LogLinear(VE):
    """VE between the moderate levels that small data sets need: log-SNR is a straight line in t."""

    sigma_min: float = knob(0.02, 0.001, 1, 0.001, least=LEAST, most=MOST)
    sigma_max: float = knob(10.0, 2, 200, 1, least=LEAST, most=MOST)


@dataclass(frozen=True)
class EDM(Exploding):
    """Karras's schedule (2206.00364): sigma^(1/rho) is a straight line."""

    sigma_min: float = knob(0.002, 0.001, 1, 0.001, least=LEAST, most=MOST)
    sigma_max: float = knob(80.0, 2, 200, 1, least=LEAST, most=MOST)
    rho: float = knob(7.0, 1, 20, 0.5, least=0.1, most=100)

    def level(self, t: Tensor) -> Tensor:
        low, high = self.sigma_min ** (1 / self.rho), self.sigma_max ** (1 / self.rho)
        return (low + t * (high - low)) ** self.rho
