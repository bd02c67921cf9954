"""What generated pictures of each value lack on average: a hint where a judge knows of no small step to the better.

A picture is right only when a whole thing is there; a generator that never painted one gets no credit for its traces.
The mean of the real pictures shows where such things are, however many ways there are to paint them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.models.axes import Axes

SIDE = 16  # so small are pictures compared, for only details can tell a mean from a picture
MEMORY = 500.0  # so many pictures of a value, real and generated, make its two means
DOUBT = 2.0  # an excess counts for what its square is more than so many times that of chance


class MeanPictures(nn.Module):
    """Of every value: the mean of the generated pictures that should show it, less that of the real ones that do."""

    excess: Tensor
    spread: Tensor

    def __init__(self, channels: int, axes: Axes) -> None:
        super().__init__()
        values = sum(map(len, axes))
        self.register_buffer("excess", torch.zeros(values, channels, SIDE, SIDE))
        self.register_buffer("spread", torch.zeros(values))  # mean square of a single pair's difference

    @torch.no_grad()
    def meet(self, real: Tensor, fake: Tensor, label: Tensor) -> None:
        """As many of each, and of the same labels (B, K)."""
        difference, count = small(fake) - small(real), label.sum(0)
        single = label.T @ difference.square().flatten(1).sum(1)
        self.spread += (single - count * self.spread) / MEMORY
        summed = torch.einsum("bk,bchw->kchw", label, difference)
        self.excess += (summed - count[:, None, None, None] * self.excess) / MEMORY

    def pull(self, fake: Tensor, label: Tensor) -> Tensor:
        """Small where the pictures (B, C, H, W) have less of what their values have too much of."""
        return torch.einsum("bk,k,kchw,bchw->b", label, self.sure(), self.excess, small(fake)).mean()

    def sure(self) -> Tensor:
        """How much of each excess counts (K,), from 0 to 1: what chance alone would bring is left out."""
        chance = self.spread / (2 * MEMORY)  # of a mean whose pictures fade, as if of twice as many
        return (1 - DOUBT * chance / self.excess.square().flatten(1).sum(1).clamp(min=1e-12)).clamp(min=0)


def small(x: Tensor) -> Tensor:
    return F.interpolate(x, size=(SIDE, SIDE), mode="area")
