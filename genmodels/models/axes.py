"""Labels that a latent tells by itself: each field has a coordinate of its own, and each of its values a stretch of it.

A normal number falls into a stretch as often as the value is common. A generator that hears nothing but its latent can
so be held to labels: its judge, who learns from real pictures to name what they show, names its pictures too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

import torch
from torch import Tensor, nn

Axes = Sequence[Sequence[float]]  # by field, how common each value is

BLUR = 0.06  # of the narrower of two stretches: how far around their border a picture may be of both
EDGE = 0.1  # of a stretch: so far from its borders, who looks for a latent begins
LOUD = 4.0  # a field's few borders are then as long as a latent


class Borders(nn.Module):
    """(B, Z) -> (B, N): of every border between two values, on which side of it the latent is, minus or plus LOUD.

    Without this a generator would have to bend its first layers into stairs before it can tell one value from the next.
    """

    at: Tensor
    sharpness: Tensor
    axis: Tensor

    def __init__(self, axes: Axes) -> None:
        super().__init__()
        at = [end for odds in axes for end in ends(odds)[:-1]]
        sharpness = [sum(odds) / (BLUR * min(two)) for odds in axes for two in pairwise(odds)]
        axis = [number for number, odds in enumerate(axes) for _ in odds[1:]]
        # on the CPU from the start: arithmetic on the meta device would load a second of torch
        for name, values in (("at", at), ("sharpness", sharpness)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32, device="cpu"), persistent=False)
        self.register_buffer("axis", torch.tensor(axis, dtype=torch.int64, device="cpu"), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        return LOUD * (self.sharpness * (torch.special.ndtr(z[:, self.axis]) - self.at)).tanh()


def agreeing(z: Tensor, label: Tensor, axes: Axes, dice: torch.Generator) -> Tensor:
    """The latents (B, Z) moved along their first coordinates to where they call for the labels (B, K).

    They stay normal as a whole if the labels are as common as the axes say, and the fields independent of each other.
    """
    u = torch.rand(len(z), len(axes), generator=dice, dtype=torch.float64)
    values = (part.argmax(1).cpu() for part in by_field(label, axes))
    told = [place(value, odds, own) for value, odds, own in zip(values, axes, u.T, strict=True)]
    return torch.cat([torch.stack(told, dim=1).to(z), z[:, len(axes) :]], dim=1)


def called_for(z: Tensor, axes: Axes) -> Tensor:
    """The labels (B, K) that the latents call for."""
    u = torch.special.ndtr(z.double())
    parts = []
    for axis, odds in enumerate(axes):
        value = torch.bucketize(u[:, axis].contiguous(), u.new_tensor(ends(odds)[:-1]))
        parts.append(torch.nn.functional.one_hot(value, len(odds)))
    return torch.cat(parts, dim=1).to(z)


def brought(z: Tensor, said: Tensor, axes: Axes) -> Tensor:
    """The latents with each field's coordinate brought into the stretch of the value of which most is said (B, K).

    Not to its borders, where a picture may be of both values.
    """
    found = []
    for axis, (part, odds) in enumerate(zip(by_field(said, axes), axes, strict=True)):
        least, most = (shares_of(odds, share).to(z) for share in (EDGE, 1 - EDGE))
        least[0], most[-1] = -math.inf, math.inf  # there is no border there
        value = part.argmax(1)
        found.append(z[:, axis].clamp(least[value], most[value]))
    return torch.cat([torch.stack(found, dim=1), z[:, len(axes) :]], dim=1)


def place(value: Tensor, odds: Sequence[float], u: Tensor) -> Tensor:
    """A normal number within the stretch of each value, the u-th part of the way through it."""
    upper = torch.tensor(ends(odds), dtype=torch.float64)
    lower = torch.cat([upper.new_zeros(1), upper[:-1]])
    return torch.special.ndtri(lower[value] + u.clamp(1e-6, 1 - 1e-6) * (upper - lower)[value])


def stretches(odds: Sequence[float], farthest: float) -> list[float]:
    """Where each value's stretch of its coordinate ends; the last ends where we stop looking."""
    borders = torch.special.ndtri(torch.tensor(ends(odds)[:-1], dtype=torch.float64))
    return [*borders.clamp(-farthest, farthest).tolist(), farthest]


def middles(odds: Sequence[float], farthest: float) -> list[float]:
    """Half the latents that call for a value lie on either side of its middle."""
    return shares_of(odds, 0.5).clamp(-farthest, farthest).tolist()


def shares_of(odds: Sequence[float], share: float) -> Tensor:
    """Of each value, up to where this share of the latents that call for it lies."""
    return place(torch.arange(len(odds)), odds, torch.full((len(odds),), share, dtype=torch.float64))


def ends(odds: Sequence[float]) -> list[float]:
    """Up to which share of all latents each stretch goes."""
    return [upto / sum(odds) for upto in accumulate(odds)]


def by_field(label: Tensor, axes: Axes) -> Sequence[Tensor]:
    return label.split([len(odds) for odds in axes], dim=1)


def misnamed(names: Tensor, label: Tensor, axes: Axes) -> Tensor:
    """The cross entropy (B,) of what is seen in each picture and what it should show, summed over the fields."""
    seen = zip(by_field(names, axes), by_field(label, axes), strict=True)
    return torch.stack([nn.functional.cross_entropy(said, shown, reduction="none") for said, shown in seen]).sum(0)
