"""Schedules given as a table of betas, the way DDPM counts: between two steps log alpha_bar is a straight line."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import final

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import knob
from genmodels.schedules.schedule import VariancePreserving

MOST_STEPS = 10_000


class Table(VariancePreserving):
    """alpha_bar known at i/T, i = 0 ... T."""

    @abstractmethod
    def beta_table(self) -> Tensor:
        """beta_1 ... beta_T, each between 0 and 1."""

    @final
    @cached_property
    def nodes(self) -> tuple[Tensor, Tensor]:
        """log alpha_bar at the start of each step, and its change over the step."""
        change = torch.log1p(-self.beta_table())
        return torch.cumsum(change, 0) - change, change

    @final
    def log_alpha_bar(self, t: Tensor) -> Tensor:
        start, change = (values.to(t.device) for values in self.nodes)
        position = t * len(change)
        step = position.long().clamp(0, len(change) - 1)
        return start[step] + change[step] * (position - step)


@dataclass(frozen=True)
class FromBetas(Table):
    """A table that somebody else made."""

    betas_given: tuple[float, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.betas_given) <= MOST_STEPS:
            raise Refused("beta-count", count=len(self.betas_given), high=MOST_STEPS)
        refuse_betas(list(self.betas_given))

    def beta_table(self) -> Tensor:
        return torch.tensor(self.betas_given, dtype=torch.float64)


@dataclass(frozen=True)
class LinearBeta(Table):
    """DDPM's schedule (2006.11239); with another T the betas grow so that the same noise comes in."""

    T: int = knob(1000, 2, MOST_STEPS, 1, least=1)
    beta_start: float = knob(1e-4, 1e-6, 0.02, 1e-5, most=1)
    beta_end: float = knob(0.02, 1e-3, 0.1, 1e-3, least=1e-6, most=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_beta_range(self.beta_start, self.beta_end, self.T)

    def beta_table(self) -> Tensor:
        return torch.linspace(self.beta_start, self.beta_end, self.T, dtype=torch.float64) * (1000 / self.T)


@dataclass(frozen=True)
class ScaledLinear(Table):
    """Latent diffusion's schedule (2112.10752): the square roots of the betas are a straight line."""

    T: int = knob(1000, 2, MOST_STEPS, 1, least=1)
    beta_start: float = knob(0.00085, 1e-6, 0.02, 1e-5, most=1)
    beta_end: float = knob(0.012, 1e-3, 0.1, 1e-3, least=1e-6, most=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_beta_range(self.beta_start, self.beta_end, self.T)

    def beta_table(self) -> Tensor:
        roots = torch.linspace(self.beta_start**0.5, self.beta_end**0.5, self.T, dtype=torch.float64)
        return roots**2 * (1000 / self.T)


def refuse_betas(betas: list[float]) -> None:
    """Each beta must add some noise and leave some signal."""
    for step, beta in enumerate(betas, 1):
        if not (math.isfinite(beta) and 0 < beta < 1):
            raise Refused("beta", step=step, value=beta)


def refuse_beta_range(start: float, end: float, T: int) -> None:
    if max(start, end) * 1000 / T >= 1:
        raise Refused("beta-steps", T=T, least=int(max(start, end) * 1000) + 1)
