"""The smallest GAN: z -> 128 -> 256 -> 784 and its mirror image, fully connected, as introductions write it.

They let ink go from 0 to 1 by a sigmoid. Measured on glyphs, that collapses within some hundred steps; the same
sigmoid stretched to -1 to 1, a tanh, does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from genmodels.adversarial import Game
from genmodels.latents import LatentModel


class DenseGenerator(LatentModel):
    """z (B, latent) -> (B, C, H, W)."""

    def __init__(self, shape: Sequence[int], latent: int = 100, widths: Sequence[int] = (128, 256)) -> None:
        super().__init__()
        self.latent_shape, self.shape = (latent,), tuple(shape)
        self.layers = dense([latent, *widths, math.prod(shape)])

    def decode(self, z: Tensor) -> Tensor:
        return self.layers(z).tanh().reshape(len(z), *self.shape)

    forward = decode


class DenseDiscriminator(nn.Module):
    """(B, C, H, W) -> a score (B,), whose sigmoid is the odds of being real."""

    def __init__(self, shape: Sequence[int], widths: Sequence[int] = (256, 128)) -> None:
        super().__init__()
        self.layers = dense([math.prod(shape), *widths, 1])

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x.flatten(1))[:, 0]


def dense(widths: Sequence[int]) -> nn.Sequential:
    """Linear layers with leaky ReLUs between them, started as Glorot did."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        linear = nn.Linear(before, after)
        nn.init.xavier_uniform_(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


class DenseGAN(Game[DenseGenerator]):
    """DenseGenerator against DenseDiscriminator, whose widths are the generator's backwards."""

    def __init__(self, shape: Sequence[int], latent: int = 100, widths: Sequence[int] = (128, 256)) -> None:
        super().__init__(DenseGenerator(shape, latent, widths), DenseDiscriminator(shape, [*reversed(widths)]))
