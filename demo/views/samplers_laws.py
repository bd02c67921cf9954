"""The 2-D worlds of the Samplers tab, each with its exact denoiser: what is drawn there is known without an error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from torch import Tensor

from demo.checks import By, OneOf
from genmodels.denoising.estimate import Estimate
from genmodels.denoising.exact import ExactDenoiser, GaussianDenoiser, log_normal
from genmodels.denoising.ode import follow
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.schedules import NoiseSchedule

MOST_DOTS = 64
REACH = 3.0  # how far from the middle a dot may be put


@dataclass(frozen=True)
class World:
    """The law of the data that the visitor has chosen; `wide`, `narrow` and `angle` are those of the one Gaussian."""

    law: Law = "grid"
    dots: Dots = ()
    wide: Wide = 1.2
    narrow: Narrow = 0.4
    angle: Angle = 30

    def denoiser(self, schedule: NoiseSchedule) -> ExactDenoiser:
        if self.law == "gaussian":
            return GaussianDenoiser(schedule, torch.zeros(2), covariance(self.wide, self.narrow, self.angle))
        centers, spread = (self.own(), 0.07) if self.law == "dots" else LAWS[self.law]()
        return ClustersDenoiser(schedule, centers, spread)

    def own(self) -> Tensor:
        if not self.dots:
            raise Refused("samplers-no-dots")
        return torch.tensor(self.dots, dtype=torch.float64)

    def variance(self) -> float:
        """The variance along an axis, the mean of both: what the start of a run must allow for."""
        if self.law == "gaussian":
            return (self.wide**2 + self.narrow**2) / 2
        centers, spread = (self.own(), 0.07) if self.law == "dots" else LAWS[self.law]()
        return float((centers - centers.mean(0)).square().mean()) + spread**2


class ClustersDenoiser(ExactDenoiser):
    """Equal round Gaussians about some centers (K, D): a mixture that is quick because one distance says all."""

    def __init__(self, schedule: NoiseSchedule, centers: Tensor, spread: float) -> None:
        super().__init__(schedule)
        self.centers, self.spread = centers.double(), spread

    def logits(self, x: Tensor, alpha: Tensor, tau2: Tensor) -> Tensor:
        """The log weight of each center, less what is the same for all: (B, K)."""
        far = (self.centers**2).sum(1)
        return (alpha / tau2) * (x @ self.centers.mT) - (alpha**2 / (2 * tau2)) * far

    def split(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        alpha, sigma = alpha.reshape(-1, 1), sigma.reshape(-1, 1)
        tau2 = (alpha * self.spread) ** 2 + sigma**2
        center = torch.softmax(self.logits(x, alpha, tau2), 1) @ self.centers
        away = (x - alpha * center) / tau2
        return Estimate(center + alpha * self.spread**2 * away, sigma * away)

    def log_density(self, x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = self.rates(t)
        x, tau2 = x.double(), (alpha * self.spread) ** 2 + sigma**2
        pulled = torch.logsumexp(self.logits(x, alpha, tau2), 1) - math.log(len(self.centers))
        return log_normal(x, tau2.expand_as(x)) + pulled

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        which = torch.randint(len(self.centers), (n,), generator=generator)
        z = torch.randn(n, self.centers.shape[1], generator=generator, dtype=torch.float64)
        return self.centers[which] + self.spread * z

    def ode_flow(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        return follow(self.split, self.schedule, x, start, end)


def grid() -> tuple[Tensor, float]:
    """25 clusters, five by five, of variance about 1."""
    marks = torch.arange(-2, 3, dtype=torch.float64) * 0.7
    return torch.cartesian_prod(marks, marks), 0.05


def ring() -> tuple[Tensor, float]:
    """8 clusters on a circle, of variance about 1."""
    turn = torch.arange(8, dtype=torch.float64) * (math.pi / 4)
    return 1.4 * torch.stack([turn.cos(), turn.sin()], 1), 0.07


def covariance(wide: float, narrow: float, angle: float) -> Tensor:
    """The covariance with these two standard deviations, the first at an angle (degrees) to the x axis."""
    turn = math.radians(angle)
    axes = torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]], dtype=torch.float64)
    return axes @ torch.diag(torch.tensor([wide, narrow], dtype=torch.float64) ** 2) @ axes.mT


def read_dots(value: Any) -> tuple[tuple[float, float], ...]:
    """Points of the plane from outside: [[x, y], ...], at most MOST_DOTS, none far out."""
    if not isinstance(value, list) or len(value) > MOST_DOTS:
        raise Refused("samplers-dots", most=MOST_DOTS)
    return tuple(dot(entry) for entry in value)


def dot(entry: Any) -> tuple[float, float]:
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        raise Refused("samplers-dots", most=MOST_DOTS)
    x, y = (Knob(-REACH, REACH, 0.01).check("dots", value) for value in entry)
    return float(x), float(y)


LAWS = {"grid": grid, "ring": ring}
LAW_NAMES = (*LAWS, "dots", "gaussian")
Law = Annotated[str, OneOf(LAW_NAMES)]
Dots = Annotated[tuple, By(read_dots)]
Wide = Annotated[float, Knob(0.05, 2, 0.05, 1.2)]
Narrow = Annotated[float, Knob(0.05, 2, 0.05, 0.4)]
Angle = Annotated[float, Knob(0, 180, 1, 30)]
