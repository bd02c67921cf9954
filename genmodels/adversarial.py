"""What a generator and a discriminator play for: losses on their scores and penalties on the discriminator's slope."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

Score = Callable[[Tensor], Tensor]


class Loss(NamedTuple):
    """Each function takes the scores of real and of generated pictures, both (B,), and is to be made small."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]


def non_saturating(real: Tensor, fake: Tensor) -> Tensor:
    return (F.softplus(-real) + F.softplus(fake)).mean()


def relativistic(better: Tensor, worse: Tensor) -> Tensor:
    """Only the difference counts: each real picture against the generated one beside it (R3GAN's pairing)."""
    return F.softplus(worse - better).mean()


def slope(score: Score, pictures: Tensor) -> Tensor:
    """Half the mean squared gradient of the score at these pictures, itself differentiable."""
    pictures = pictures.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(pictures).sum(), pictures, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean() / 2


def r1(score: Score, real: Tensor, fake: Tensor) -> Tensor:
    return slope(score, real)


def r2(score: Score, real: Tensor, fake: Tensor) -> Tensor:
    return slope(score, fake)


LOSSES = {
    "non-saturating": Loss(non_saturating, lambda real, fake: F.softplus(-fake).mean()),
    "relativistic": Loss(relativistic, lambda real, fake: relativistic(fake, real)),
}
PENALTIES: dict[str, Callable[[Score, Tensor, Tensor], Tensor]] = {"r1": r1, "r2": r2}
