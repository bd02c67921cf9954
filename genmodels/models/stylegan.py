"""A StyleGAN for small pictures: a mapping network, one style per layer, noise inputs, and a sum of RGB images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.adversarial import Game
from genmodels.latents import StyleModel
from genmodels.models.axes import Axes, Borders
from genmodels.models.blocks import double, halved
from genmodels.models.gan import Discriminator

LENGTH = math.sqrt(2 / (1 + 0.2**2))  # of each output's weights: what the leaky ReLU takes, they give beforehand


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
        channels: Sequence[int] = (192, 128, 96, 64, 32),
        axes: Axes = (),
    ) -> None:
        super().__init__()
        self.latent_shape = (latent,)
        self.axes, self.borders = axes, Borders(axes)
        smallest = halved(shape[1], len(channels) - 1)
        sides = [smallest * 2**k for k in range(len(channels))]
        self.layers = 2 * len(channels) - 1
        self.grain_sides = [side for side in sides for _ in range(2)][: self.layers]
        widths = [latent + len(self.borders.at), *[style] * depth]
        self.mapping = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.constant = nn.Parameter(torch.empty(1, channels[0], sides[0], sides[0]))
        self.stay = nn.ModuleList(Layer(width, width, style, enlarge=level > 0) for level, width in enumerate(channels))
        self.grow = nn.ModuleList(Layer(before, after, style) for before, after in pairwise(channels))
        self.color = nn.ModuleList(Color(width, shape[0], style) for width in channels)
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
        """(B, latent) -> (B, style); but for the borders it lies between, only the direction of z counts."""
        direction = z * z.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()
        h = torch.cat([direction, self.borders(z)], dim=1)
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
                h = self.grow[level](h, styles[here + 1], grains[here + 1])
                picture = double(picture)
        return picture.tanh()


class Layer(nn.Module):
    """A modulated convolution, noise at its learned strength, and a leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, style: int, enlarge: bool = False) -> None:
        super().__init__()
        self.conv = Modulated(inputs, outputs, style, enlarge)
        self.bias = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, style: Tensor, noise: Tensor | None) -> Tensor:
        h = self.conv(x, style) + self.bias
        if noise is not None:
            h = h + self.strength * noise.to(h)
        return F.leaky_relu(h, 0.2)


class Modulated(nn.Module):
    """A convolution whose weights every picture's style scales by input channel, then brings back to one length.

    Scaling what comes in and what goes out is the same as scaling the weights, and all pictures share one convolution.
    """

    def __init__(self, inputs: int, outputs: int, style: int, enlarge: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 3, 3))
        self.affine = affine(style, inputs)
        self.enlarge = enlarge
        nn.init.normal_(self.weight, std=(9 * inputs) ** -0.5)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale = self.affine(style)
        x = x * scale[:, :, None, None]  # before the enlarging, where there is a quarter to scale
        y = F.conv2d(double(x) if self.enlarge else x, self.weight, padding=1)
        power = F.linear(scale.square(), self.weight.square().sum((2, 3)))  # of each output's scaled weights
        return y * (LENGTH * (power + 1e-8).rsqrt())[:, :, None, None]


class Color(nn.Module):
    """A place's features as a color, through weights that the style scales."""

    def __init__(self, inputs: int, outputs: int, style: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.affine = affine(style, inputs)
        nn.init.normal_(self.weight, std=0.25 * inputs**-0.5)  # several colors are summed, and all must stay in range

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        weight = self.weight * self.affine(style)[:, None]
        return (x.permute(0, 2, 3, 1).flatten(1, 2) @ weight.mT).unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)


def affine(style: int, channels: int) -> nn.Linear:
    """From a style to the scale of each channel, around 1."""
    layer = nn.Linear(style, channels)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
    nn.init.ones_(layer.bias)
    return layer


class StyleGAN(Game[StyleGenerator]):
    """StyleGenerator against the residual GAN's Discriminator, who with `axes` also names what pictures show."""

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        style: int = 128,
        depth: int = 3,
        generator: Sequence[int] = (192, 128, 96, 64, 32),
        discriminator: Sequence[int] = (40, 80, 128, 192),
        axes: Axes = (),
    ) -> None:
        judge = Discriminator(shape, discriminator, [len(odds) for odds in axes])
        super().__init__(StyleGenerator(shape, latent, style, depth, generator, axes), judge)
