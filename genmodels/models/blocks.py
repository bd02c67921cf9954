"""What the convolutional networks share: their blocks, their first weights, and how they change size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.errors import Refused


class Smooth(nn.Module):
    """Low frequencies of log-SNR: what depends on them bends so gently that an ODE solver keeps its order."""

    frequency: Tensor
    REACH = 16.0  # log-SNR is squashed softly to this range, where the lowest wave is still one-to-one

    def __init__(self, waves: int = 8) -> None:
        super().__init__()
        waves_of = torch.arange(1, waves + 1, device="cpu")  # on "meta", arithmetic would load a second of torch
        self.register_buffer("frequency", math.pi / (1.5 * self.REACH) * waves_of, persistent=False)
        self.width = 2 * waves

    def forward(self, log_snr: Tensor) -> Tensor:
        squashed = self.REACH * torch.tanh(log_snr / self.REACH)
        angle = squashed[:, None] * self.frequency.to(log_snr)
        return torch.cat([angle.sin(), angle.cos()], dim=1)  # (B, 2 waves)


class Residual(nn.Module):
    """Two convolutions beside a short cut; the condition scales and shifts what lies between them (FiLM)."""

    def __init__(self, inputs: int, outputs: int, condition: int, groups: int = 8) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.film = nn.Linear(condition, 2 * outputs)
        self.norm2 = nn.GroupNorm(groups, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.short = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        h = torch.addcmul(shift, self.norm2(h), 1 + scale)
        return self.short(x) + self.conv2(F.silu(h))


class Attention(nn.Module):
    """Every place looks at every other; cheap where the picture is 8 × 8 or less."""

    def __init__(self, channels: int, head: int = 32) -> None:
        super().__init__()
        self.heads = max(channels // head, 1)
        self.norm = nn.GroupNorm(8, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        b, c, height, width = x.shape
        qkv = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, height * width)
        q, k, v = qkv.transpose(3, 4).unbind(1)  # (B, heads, places, head)
        h = F.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(b, c, height, width)
        return x + self.out(h)


class Half(nn.Module):
    """Two convolutions beside a short cut, to half the side."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.short = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.short(F.avg_pool2d(x, 2, ceil_mode=True)) + self.norm2(self.conv2(h)))


class Gaze(nn.Module):
    """How networks that look at a picture begin: it is folded into patches, then halved for every further width."""

    def __init__(self, shape: Sequence[int], channels: Sequence[int], fold: int) -> None:
        super().__init__()
        self.shape, self.fold = tuple(shape), fold
        self.enter = nn.Conv2d(shape[0] * fold**2, channels[0], 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels[0])
        self.blocks = nn.ModuleList(Half(before, after) for before, after in pairwise(channels))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def seen(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, channels[-1], h, w)."""
        h = F.pixel_unshuffle(x, self.fold).contiguous(memory_format=torch.channels_last)
        h = F.relu(self.norm(self.enter(h)))
        for block in self.blocks:
            h = block(h)
        return h


def double(x: Tensor) -> Tensor:
    """Twice the side; bilinear, because transposed convolutions leave a checkerboard."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def halved(side: int, times: int) -> int:
    """The side that must be doubled so often; a generator that cannot get there is refused when it is built."""
    if side % 2**times:
        raise Refused("uneven-side", side=side, times=times)
    return side // 2**times


def hand_on(net: nn.Module, slope: float) -> None:
    """First weights that hand the signal on in full, through leaky ReLUs of this slope (1: none).

    With torch's own it fades from layer to layer: the judge sees little but the mean, the generator collapses on it.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, a=slope)
