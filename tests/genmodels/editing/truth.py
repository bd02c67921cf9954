"""Small Gaussian pictures, what may be known of them, and what is then left to know: closed forms of linear algebra."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from genmodels.denoising import GaussianDenoiser
from genmodels.editing import Kept, Known, Noisy, Pooled
from genmodels.samplers import Step
from genmodels.schedules.schedule import NoiseSchedule

F64 = torch.float64
SHAPE = (1, 4, 4)
SIZE = 16
HOLE = torch.zeros(4, 4, dtype=torch.bool)
HOLE[1:3, 1:4] = True


def law(schedule: NoiseSchedule) -> GaussianDenoiser:
    """Pictures whose pixels follow their neighbors, around a slope."""
    place = torch.cartesian_prod(torch.arange(4.0), torch.arange(4.0)).double()
    covariance = 0.5 * torch.exp(-torch.cdist(place, place) / 2) + 0.02 * torch.eye(SIZE)
    return GaussianDenoiser(schedule, (place.sum(1) / 6 - 0.4).reshape(SHAPE), covariance)


def picture(denoise: GaussianDenoiser) -> Tensor:
    return denoise.sample(1, torch.Generator().manual_seed(4))


def noise(n: int, seed: int = 0) -> Tensor:
    return torch.randn(n, *SHAPE, generator=torch.Generator().manual_seed(seed), dtype=F64)


KNOWN: dict[str, Callable[[Tensor], Known]] = {
    "kept": lambda x: Kept(x, HOLE),
    "kept-noisy": lambda x: Kept(x, HOLE, 0.3),
    "noisy": lambda x: Noisy(x, 0.5),
    "pooled": lambda x: Pooled(torch.nn.functional.avg_pool2d(x, 2), 2),
    "pooled-noisy": lambda x: Pooled(torch.nn.functional.avg_pool2d(x, 2), 2, 0.1),
}


def matrix(known: Known) -> Tensor:
    """The rows of A that say something, (M, 16), read off from what it does to single pixels."""
    columns = known.see(torch.eye(SIZE, dtype=F64).reshape(SIZE, *SHAPE)).flatten(1)
    return columns.mT[columns.mT.abs().sum(1) > 0]


def conditional(denoise: GaussianDenoiser, known: Known) -> GaussianDenoiser:
    """The law of the data once y is known."""
    covariance = denoise.axes @ (denoise.variances[:, None] * denoise.axes.mT)
    rows, mean = matrix(known), denoise.mean.reshape(-1)
    said = known.y.reshape(-1)[known.see(torch.ones(1, *SHAPE, dtype=F64)).reshape(-1) > 0]
    inner = rows @ covariance @ rows.mT + known.level**2 * torch.eye(len(rows))
    gain = covariance @ rows.mT @ torch.linalg.inv(inner)
    left = covariance - gain @ rows @ covariance
    moved = (mean + gain @ (said - rows @ mean)).reshape(SHAPE)
    return GaussianDenoiser(denoise.schedule, moved, (left + left.mT) / 2)


def affine(go: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """Mean and covariance of what an affine map makes of white noise, found by asking it for a basis."""
    ends = go(torch.cat([torch.zeros(1, SIZE), torch.eye(SIZE)]).double().reshape(-1, *SHAPE)).flatten(1)
    slope = (ends[1:] - ends[0]).mT
    return ends[0], slope @ slope.mT


def covariance_of(denoise: GaussianDenoiser) -> Tensor:
    return denoise.axes @ (denoise.variances[:, None] * denoise.axes.mT)


def last(steps: Iterator[Step]) -> Tensor:
    *_, end = steps
    return end.x
