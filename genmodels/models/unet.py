"""A small U-Net on unshuffled pictures: patches become channels, so that two CPU cores can train and run it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.models.blocks import Attention, Residual, Smooth


class UNet(nn.Module):
    """(B, C, H, W), log-SNR (B,) and a label (B, K) in, a picture out; zeros in the label mean "not given"."""

    def __init__(
        self,
        shape: Sequence[int],
        labels: int = 0,
        patch: int = 4,
        channels: int = 64,
        multiples: Sequence[int] = (1, 2, 3),
        blocks: int = 2,
        attention: int = 8,  # the largest height that is given attention
        fine: int = 0,  # channels of a finish on patches of 2, if there is one
    ) -> None:
        super().__init__()
        condition = 4 * channels
        self.patch, self.labels = patch, labels
        self.smooth = Smooth()
        self.time = nn.Sequential(nn.Linear(self.smooth.width, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.label = nn.Linear(labels, condition, bias=False) if labels else None

        height, c = shape[1] // patch, channels
        self.enter = nn.Conv2d(shape[0] * patch**2, channels, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips = []
        for level, multiple in enumerate(multiples):
            if level:
                self.down.append(nn.Conv2d(c, c, 3, stride=2, padding=1))
                height //= 2
            for _ in range(blocks):
                self.down.append(Stage(c, round(channels * multiple), condition, height <= attention))
                c = round(channels * multiple)
                skips.append(c)
        self.middle = Stage(c, c, condition, height <= attention)
        for level, multiple in reversed(list(enumerate(multiples))):
            for _ in range(blocks):
                self.up.append(Stage(c + skips.pop(), round(channels * multiple), condition, height <= attention))
                c = round(channels * multiple)
            if level:
                self.up.append(Enlarge(c))
                height *= 2
        self.leave = nn.Sequential(nn.GroupNorm(8, c), nn.SiLU(), nn.Conv2d(c, shape[0] * patch**2, 3, padding=1))
        nn.init.zeros_(self.leave[-1].weight)  # type: ignore[arg-type]
        self.finish = Finish(shape[0], fine, condition) if fine else None
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor, log_snr: Tensor, label: Tensor | None = None) -> Tensor:
        condition = self.time(self.smooth(log_snr))
        if self.label is not None and label is not None:
            condition = condition + self.label(label)
        condition = F.silu(condition)
        h = F.pixel_unshuffle(x, self.patch) if self.patch > 1 else x
        h = self.enter(h.contiguous(memory_format=torch.channels_last))
        skips = []
        for layer in self.down:
            if isinstance(layer, Stage):
                h = layer(h, condition)
                skips.append(h)
            else:
                h = layer(h)
        h = self.middle(h, condition)
        for layer in self.up:
            h = layer(torch.cat([h, skips.pop()], dim=1), condition) if isinstance(layer, Stage) else layer(h)
        h = self.leave(h)
        painted = F.pixel_shuffle(h, self.patch) if self.patch > 1 else h
        return painted if self.finish is None else painted + self.finish(x, painted, condition)


class Finish(nn.Module):
    """What a picture lacks that was painted in large patches, whose numbers are nearly as many as the channels.

    It looks at what was left out, noise or detail, on patches of 2, where nothing is lost and little is to be computed;
    and where there is hardly any noise, it takes all of it.
    """

    def __init__(self, colors: int, channels: int, condition: int) -> None:
        super().__init__()
        self.trust = nn.Linear(condition, 1)
        self.enter = nn.Conv2d(2 * 4 * colors, channels, 3, padding=1)
        self.stages = nn.ModuleList(Residual(channels, channels, condition) for _ in range(2))
        self.leave = nn.Sequential(nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, 4 * colors, 3, padding=1))
        for last in (self.trust, self.leave[-1]):
            nn.init.zeros_(last.weight)  # type: ignore[arg-type]

    def forward(self, x: Tensor, painted: Tensor, condition: Tensor) -> Tensor:
        left = x - painted
        size = left.square().mean((1, 2, 3), keepdim=True).add(1e-8).sqrt()  # it is answered in its own measure
        both = F.pixel_unshuffle(torch.cat([left / size, painted], dim=1), 2)
        h = self.enter(both.contiguous(memory_format=torch.channels_last))
        for stage in self.stages:
            h = stage(h, condition)
        return self.trust(condition)[..., None, None] * left + size * F.pixel_shuffle(self.leave(h), 2)


class Stage(nn.Module):
    """A residual block, and attention where places are few."""

    def __init__(self, inputs: int, outputs: int, condition: int, attend: bool) -> None:
        super().__init__()
        self.residual = Residual(inputs, outputs, condition)
        self.attention = Attention(outputs) if attend else None

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.residual(x, condition)
        return h if self.attention is None else self.attention(h)


class Enlarge(nn.Module):
    """Twice the size, then a convolution that hides the seams."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
