"""Schedules with alpha² + sigma² = 1 in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import knob
from genmodels.schedules.schedule import NoiseSchedule, VariancePreserving

MOST_BETA = 0.999  # where alpha_bar would fall to 0, the last step has this beta instead
CUT = 1 - 1 / 1000  # in continuous time that is the last of 1000 steps
CUT_SLOPE = 1000 * math.log(1 - MOST_BETA)


@dataclass(frozen=True)
class Cosine(VariancePreserving):
    """Improved DDPM's schedule (2102.09672): alpha_bar falls as cos², from an offset so that it starts gently."""

    offset: float = knob(0.008, 0.001, 0.2, 0.001, least=0, most=1)
    most_beta: ClassVar[float] = MOST_BETA

    def log_alpha_bar(self, t: Tensor) -> Tensor:
        before = t.clamp(max=CUT)
        u = before * (math.pi / 2 / (1 + self.offset))
        # log of cos²(a + u) / cos²(a), written to lose no digits where t is small
        lost = 2 * torch.sin(u / 2) ** 2 + math.tan(math.pi / 2 * self.offset / (1 + self.offset)) * torch.sin(u)
        return 2 * torch.log1p(-lost) + (t - before) * CUT_SLOPE


@dataclass(frozen=True)
class ShiftedCosine(NoiseSchedule):
    """Simple diffusion's schedule (2301.11093): log-SNR of a cosine at 64 pixels, moved by 2 log(64 / size)."""

    size: float = knob(64, 8, 1024, 8, least=1, most=100_000)

    def scaled(self, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        signal, noise = torch.sin((1 - t) * (math.pi / 2)), torch.sin(t * (math.pi / 2)) * (self.size / 64)
        return signal, noise, torch.hypot(signal, noise)

    def alpha(self, t: Tensor) -> Tensor:
        signal, _, length = self.scaled(t)
        return signal / length

    def sigma(self, t: Tensor) -> Tensor:
        _, noise, length = self.scaled(t)
        return noise / length


@dataclass(frozen=True)
class Sigmoid(VariancePreserving):
    """A piece of the logistic curve as alpha_bar (2212.11972)."""

    start: float = knob(-3.0, -10, 0, 0.1, least=-20, most=20)
    end: float = knob(3.0, 0.1, 10, 0.1, least=-20, most=20)
    tau: float = knob(1.0, 0.1, 3, 0.05, least=0.1, most=100)
    most_beta: ClassVar[float] = MOST_BETA

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.start < self.end:
            raise Refused("order", low="start", high="end")

    def log_alpha_bar(self, t: Tensor) -> Tensor:
        a, b = self.start / self.tau, self.end / self.tau
        before = t.clamp(max=CUT)
        middle = torch.cosh((a + (b - a) * before) / 2) * math.sinh((b - a) / 2)
        gone = torch.sinh((b - a) / 2 * before) * math.cosh(b / 2) / middle
        left = torch.sinh((b - a) / 2 * (1 - before)) * math.cosh(a / 2) / middle
        # alpha_bar = left = 1 - gone; each side keeps its digits where it is small
        return torch.where(gone < 0.5, torch.log1p(-gone), torch.log(left)) + (t - before) * CUT_SLOPE


@dataclass(frozen=True)
class Laplace(NoiseSchedule):
    """log-SNR distributed as a Laplace law about mu (2407.03297): t is its quantile."""

    mu: float = knob(0.0, -4, 4, 0.1, least=-20, most=20)
    b: float = knob(0.5, 0.1, 3, 0.05, least=0.05, most=5)

    def log_ratio(self, t: Tensor) -> Tensor:
        return self.mu + self.b * (torch.log((2 - 2 * t).clamp(max=1)) - torch.log((2 * t).clamp(max=1)))

    def alpha(self, t: Tensor) -> Tensor:
        return torch.sigmoid(self.log_ratio(t)).sqrt()

    def sigma(self, t: Tensor) -> Tensor:
        return torch.sigmoid(-self.log_ratio(t)).sqrt()


@dataclass(frozen=True)
class Trig(NoiseSchedule):
    """A quarter turn at even speed (2410.11081)."""

    def alpha(self, t: Tensor) -> Tensor:
        return torch.sin((1 - t) * (math.pi / 2))

    def sigma(self, t: Tensor) -> Tensor:
        return torch.sin(t * (math.pi / 2))
