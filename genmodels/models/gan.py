"""A residual GAN: a modulated generator that enlarges without a checkerboard, and a discriminator without norms."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.adversarial import Game
from genmodels.latents import LatentModel
from genmodels.models.axes import Axes, Borders
from genmodels.models.blocks import Residual, double, halved, hand_on


class Generator(LatentModel):
    """z (B, latent) -> (B, C, H, W); every block sees z again."""

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        channels: Sequence[int] = (192, 128, 80, 40),
        fine: int = 16,
        axes: Axes = (),
    ) -> None:
        super().__init__()
        self.latent_shape = (latent,)
        self.side = halved(shape[1], len(channels))
        condition = 2 * latent
        self.axes, self.borders = axes, Borders(axes)
        seen = latent + len(self.borders.at)
        self.mapping = nn.Sequential(nn.Linear(seen, condition), nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.enter = nn.Linear(latent, channels[0] * self.side**2)
        self.blocks = nn.ModuleList(
            Residual(before, after, condition)
            for before, after in zip((channels[0], *channels[:-1]), channels, strict=True)
        )
        self.narrow = nn.Conv2d(channels[-1], fine, 3, padding=1)
        self.smooth = nn.Conv2d(fine, fine, 3, padding=1)
        self.leave = nn.Conv2d(fine, shape[0], 3, padding=1)
        start(self, slope=1.0)
        for after in (self.smooth, self.leave):
            hand_on(after, slope=0.0)  # a SiLU lets half of the signal through
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def decode(self, z: Tensor) -> Tensor:
        condition = self.mapping(torch.cat([z, self.borders(z)], dim=1))
        h = self.enter(z).reshape(len(z), -1, self.side, self.side)
        h = h.contiguous(memory_format=torch.channels_last)
        for level, block in enumerate(self.blocks):
            if level:
                h = double(h)
            h = block(h, condition)
        h = self.smooth(double(F.silu(self.narrow(F.silu(h)))))
        return self.leave(F.silu(h)).tanh()

    forward = decode


class Discriminator(nn.Module):
    """(B, C, H, W) -> a score (B,); no norms and no batch statistics, so every picture is judged alone.

    With labels it also learns to name what pictures show.
    """

    def __init__(
        self, shape: Sequence[int], channels: Sequence[int] = (40, 80, 128, 192), labels: Sequence[int] = ()
    ) -> None:
        super().__init__()
        side = shape[1] // 2 ** len(channels)
        self.enter = nn.Conv2d(4 * shape[0], channels[0], 3, padding=1)
        self.blocks = nn.ModuleList(
            Plain(before, after) for before, after in zip((channels[0], *channels[:-1]), channels, strict=True)
        )
        self.leave = nn.Linear(channels[-1] * side**2, 1)
        self.names = nn.Linear(channels[-1] * side**2, sum(labels)) if labels else None
        start(self, slope=0.2)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> Tensor:
        return self.leave(self.seen(x))[:, 0]

    def named(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The scores (B,), and how surely each value of each field is seen, (B, K) logits."""
        assert self.names is not None
        seen = self.seen(x)
        return self.leave(seen)[:, 0], self.names(seen)

    def seen(self, x: Tensor) -> Tensor:
        h = self.enter(F.pixel_unshuffle(x, 2).contiguous(memory_format=torch.channels_last))
        for level, block in enumerate(self.blocks):
            if level:
                h = F.avg_pool2d(h, 2)
            h = block(h)
        return F.leaky_relu(h, 0.2).flatten(1)


class Plain(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.short = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.leaky_relu(x, 0.2))
        return self.short(x) + self.conv2(F.leaky_relu(h, 0.2))


def start(net: nn.Module, slope: float) -> None:
    """First weights that hand the signal on, with every block as its short cut."""
    hand_on(net, slope)
    for block in net.modules():
        if isinstance(block, Residual | Plain):
            nn.init.zeros_(block.conv2.weight)


class GAN(Game[Generator]):
    """Generator against Discriminator, who with `axes` also names what pictures show."""

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        generator: Sequence[int] = (192, 128, 80, 40),
        discriminator: Sequence[int] = (40, 80, 128, 192),
        axes: Axes = (),
    ) -> None:
        judge = Discriminator(shape, discriminator, [len(odds) for odds in axes])
        super().__init__(Generator(shape, latent, generator, axes=axes), judge)
