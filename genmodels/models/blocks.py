"""What the convolutional networks share: modulated residual blocks, attention, smooth features of a number."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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
