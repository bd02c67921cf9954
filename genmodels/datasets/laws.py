"""Laws of points in the plane whose density is known: Gaussian mixtures and pictures made of even squares."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from genmodels.errors import Refused

CHUNK = 4_000_000  # pairs of point and component that are looked at together


class Law(ABC):
    """A distribution in the plane; all of it is float64."""

    @property
    @abstractmethod
    def parts(self) -> int:
        """How many named parts the law has (Gaussians, arms); 0 where none is to be told apart."""

    @abstractmethod
    def place(self, chance: Tensor) -> Tensor:
        """Uniform numbers (n, 3) as points (n, 2) of the law."""

    @abstractmethod
    def part(self, chance: Tensor) -> Tensor:
        """Which part the same numbers fall into: (n,) int64."""

    @abstractmethod
    def log_density(self, x: Tensor) -> Tensor:
        """(n,); minus infinity outside the support."""

    @final
    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Points (n, 2)."""
        return self.place(torch.rand(n, 3, generator=generator, dtype=torch.float64))


@dataclass(frozen=True, eq=False)
class GaussianMixture(Law):
    """sum of weights[k] N(means[k], covariances[k]); `owner[k]` is the part that component k belongs to."""

    weights: Tensor  # (K,)
    means: Tensor  # (K, 2)
    covariances: Tensor  # (K, 2, 2)
    owner: Tensor | None = None  # (K,) int64

    @property
    def parts(self) -> int:
        return 0 if self.owner is None else int(self.owner.max()) + 1

    def component(self, chance: Tensor) -> Tensor:
        return chosen(self.weights, chance[:, 0])

    def place(self, chance: Tensor) -> Tensor:
        k = self.component(chance)
        radius = torch.sqrt(-2 * torch.log1p(-chance[:, 1]))  # Box and Muller
        angle = 2 * math.pi * chance[:, 2]
        normal = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], 1)
        scale = torch.linalg.cholesky(self.covariances)[k]
        return self.means[k] + (scale * normal[:, None, :]).sum(-1)

    def part(self, chance: Tensor) -> Tensor:
        k = self.component(chance)
        return torch.zeros_like(k) if self.owner is None else self.owner[k]

    def log_density(self, x: Tensor) -> Tensor:
        rows = max(CHUNK // len(self.weights), 1)
        return torch.cat([self.log_density_of(some) for some in x.double().split(rows)])

    def log_density_of(self, x: Tensor) -> Tensor:
        precision = torch.linalg.inv(self.covariances)
        pulled = (precision @ self.means[..., None])[..., 0]
        constant = (self.means * pulled).sum(-1) + torch.logdet(self.covariances) + 2 * math.log(2 * math.pi)
        # the quadratic form as one product of matrices: a row of monomials times a column of coefficients
        monomials = torch.cat([x[:, :, None].mul(x[:, None, :]).flatten(1), x], 1)  # (n, 6)
        coefficients = torch.cat([precision.flatten(1), -2 * pulled], 1)  # (K, 6)
        return torch.logsumexp(self.weights.log() - (monomials @ coefficients.mT + constant) / 2, 1)


@dataclass(frozen=True, eq=False)
class Squares(Law):
    """An even density inside each square of a picture: weights (rows, columns) over [-half, half]², row 0 on top."""

    weights: Tensor
    half: float = 1.0

    @property
    def parts(self) -> int:
        return 0

    @property
    def side(self) -> float:
        """Of one square; the longer side of the picture fills the plane's window."""
        return 2 * self.half / max(self.weights.shape)

    def place(self, chance: Tensor) -> Tensor:
        rows, columns = self.weights.shape
        square = chosen(self.weights.flatten(), chance[:, 0])
        x = (square % columns + chance[:, 1] - columns / 2) * self.side
        y = (rows / 2 - (square // columns + chance[:, 2])) * self.side
        return torch.stack([x, y], 1)

    def part(self, chance: Tensor) -> Tensor:
        return torch.zeros(len(chance), dtype=torch.int64)

    def log_density(self, x: Tensor) -> Tensor:
        rows, columns = self.weights.shape
        column = torch.floor(x[:, 0].double() / self.side + columns / 2).long()
        row = torch.floor(rows / 2 - x[:, 1].double() / self.side).long()
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        weight = self.weights[row.clamp(0, rows - 1), column.clamp(0, columns - 1)]
        density = weight / self.weights.sum() / self.side**2
        return torch.where(inside, density, 0).log()


def chosen(weights: Tensor, chance: Tensor) -> Tensor:
    """The place in a table of weights that a uniform number falls on."""
    heights = torch.cumsum(weights.double(), 0)
    place = torch.searchsorted(heights, chance * heights[-1], right=True)
    return place.clamp(max=int(weights.nonzero().max()))


def blurred(points: Tensor, std: float, owner: Tensor | None = None) -> GaussianMixture:
    """The mixture that puts one round Gaussian of the same weight at every point: a curve drawn with a soft pen."""
    if not len(points):
        raise Refused("no-points")
    n = len(points)
    return GaussianMixture(
        weights=torch.full((n,), 1 / n, dtype=torch.float64),
        means=points.double(),
        covariances=(torch.eye(2, dtype=torch.float64) * std**2).expand(n, 2, 2),
        owner=owner,
    )
