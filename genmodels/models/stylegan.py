"""A StyleGAN for small pictures: a mapping network, one style per layer, noise inputs, and a sum of RGB images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.latents import StyleModel
from genmodels.models.gan import Discriminator

GAIN = math.sqrt(2 / (1 + 0.2**2))  # what a leaky ReLU takes from the power of a signal


class StyleGenerator(StyleModel):
    """z (B, latent) -> w (B, L, style) -> (B, C, H, W); `channels` from 4 × 4 on, doubling the side each time.

    At each size one convolution sees the features as they are, and one hands them on; both run before the enlarging,
    where they cost a quarter. Enlarging is bilinear, so nothing ever shuffles or checkers.
    """

    w_mean: Tensor

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        style: int = 128,
        depth: int = 3,
        channels: Sequence[int] = (192, 128, 80, 48, 16),
    ) -> None:
        super().__init__()
        self.latent_shape = (latent,)
        self.sides = [shape[1] // 2**k for k in reversed(range(len(channels)))]
        self.layers = 2 * len(channels) - 1
        widths = [latent, *[style] * depth]
        self.mapping = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.constant = nn.Parameter(torch.empty(1, channels[0], self.sides[0], self.sides[0]))
        self.stay = nn.ModuleList(Layer(width, width, style) for width in channels)
        self.grow = nn.ModuleList(Layer(before, after, style) for before, after in pairwise(channels))
        self.color = nn.ModuleList(Modulated(width, shape[0], style, size=1, restore=False) for width in channels)
        self.leave = nn.Parameter(torch.zeros(1, shape[0], 1, 1))
        self.register_buffer("w_mean", torch.zeros(style))
        nn.init.normal_(self.constant)
        for layer in self.mapping:
            nn.init.kaiming_normal_(layer.weight, a=0.2)  # type: ignore[arg-type]
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        return self.style(z)[:, None].expand(-1, self.layers, -1)

    def style(self, z: Tensor) -> Tensor:
        """(B, latent) -> (B, style); only the direction of z counts."""
        h = z * z.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()
        for layer in self.mapping:
            h = F.leaky_relu(layer(h), 0.2)
        return h

    def synthesize(self, w: Tensor, noise: Sequence[Tensor] | None = None) -> Tensor:
        styles, grains = w.unbind(1), noise or [None] * self.layers
        h = self.constant.expand(len(w), -1, -1, -1).contiguous(memory_format=torch.channels_last)
        picture = self.leave
        for level, (stay, color) in enumerate(zip(self.stay, self.color, strict=True)):
            here = 2 * level
            h = stay(h, styles[here], grains[here])
            picture = picture + color(h, styles[here])
            if level < len(self.grow):
                h = double(self.grow[level](h, styles[here + 1], grains[here + 1]))
                picture = double(picture)
        return picture.tanh()

    @property
    def grain_sides(self) -> list[int]:
        """The side of each layer's noise."""
        return [side for side in self.sides for _ in range(2)][: self.layers]


class Layer(nn.Module):
    """A modulated convolution, noise at its learned strength, and a leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, style: int) -> None:
        super().__init__()
        self.conv = Modulated(inputs, outputs, style)
        self.bias = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, style: Tensor, noise: Tensor | None) -> Tensor:
        h = self.conv(x, style) + self.bias
        if noise is not None:
            h = h + self.strength * noise
        return F.leaky_relu(h, 0.2) * GAIN


class Modulated(nn.Module):
    """A convolution whose weights every picture's style scales by input channel, then restored to unit length.

    Scaling what comes in and what goes out is the same as scaling the weights, and all pictures share one convolution.
    """

    def __init__(self, inputs: int, outputs: int, style: int, size: int = 3, restore: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, size, size))
        self.affine = nn.Linear(style, inputs)
        self.restore = restore
        nn.init.normal_(self.weight, std=(inputs * size**2) ** -0.5 * (1 if restore else 0.25))
        nn.init.kaiming_normal_(self.affine.weight, nonlinearity="linear")
        nn.init.ones_(self.affine.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale = self.affine(style)
        y = F.conv2d(x * scale[:, :, None, None], self.weight, padding=self.weight.shape[-1] // 2)
        if not self.restore:
            return y
        power = F.linear(scale.square(), self.weight.square().sum((2, 3)))  # of each output's scaled weights
        return y * (power + 1e-8).rsqrt()[:, :, None, None]


def double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class StyleGAN(nn.Module):
    """The two players."""

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        style: int = 128,
        depth: int = 3,
        generator: Sequence[int] = (192, 128, 80, 48, 16),
        discriminator: Sequence[int] = (40, 80, 128, 192),
    ) -> None:
        super().__init__()
        self.generator = StyleGenerator(shape, latent, style, depth, generator)
        self.discriminator = Discriminator(shape, discriminator)
