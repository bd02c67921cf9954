"""Distances between what two sets of pictures show: rows of one-hot blocks (N, K), a block for each field."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def total_variation(a: Tensor, b: Tensor, blocks: Sequence[int]) -> Tensor:
    """(F,): of each field, the share of pictures that would have to change for both sets to show the same."""
    gaps = (a.mean(0) - b.mean(0)).abs()
    return torch.stack([gap.sum() / 2 for gap in gaps.split(list(blocks))])


def pairs_variation(a: Tensor, b: Tensor, blocks: Sequence[int]) -> Tensor:
    """The total variation of two fields taken together, in the mean over all pairs of fields."""
    gaps = (a.T @ a / len(a) - b.T @ b / len(b)).abs()
    field = torch.arange(len(blocks)).repeat_interleave(torch.tensor(list(blocks)))
    between = field[:, None] < field  # every pair of fields once
    return (gaps * between).sum() / 2 / (len(blocks) * (len(blocks) - 1) / 2)
