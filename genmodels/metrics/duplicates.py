"""The birthday paradox turned round: how often two samples are alike tells among how many they were drawn."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from genmodels.metrics.intervals import Interval, Z
from genmodels.metrics.neighbors import apart

ODDS = 1e-5  # of pairs of real pictures, the share that is called alike


def reach(real: Tensor, odds: float = ODDS) -> float:
    """The distance within which so small a share of the pairs of real rows lies: what closer rows are, is alike."""
    pairs = len(real) * (len(real) - 1) // 2
    count = 2 * max(round(odds * pairs), 1)  # every pair is met from both of its ends
    closest = torch.full((1,), torch.inf, dtype=real.dtype)
    for _, gaps in apart(real, real, same=True):
        candidates = torch.cat([closest, gaps.flatten()])
        closest = candidates.topk(min(count, len(candidates)), largest=False).values
    return float(closest.max())


def duplicates(rows: Tensor, within: float) -> int:
    """Pairs of rows no further apart than that."""
    return sum(int((gaps <= within).sum()) for _, gaps in apart(rows, rows, same=True)) // 2


def support_size(pairs_alike: int, n: int) -> Interval:
    """Of how many equally likely things n draws hold so many pairs alike; with none it can be any number from `low` up.

    Nothing bounds it from above then: `high` is infinite, and `low` stands for the value.
    """
    pairs = n * (n - 1) / 2
    low = pairs / _poisson(pairs_alike + 1, Z)
    if not pairs_alike:
        return Interval(low, low, math.inf)
    return Interval(pairs / pairs_alike, low, pairs / _poisson(pairs_alike, -Z))


def _poisson(count: int, z: float) -> float:
    """A bound on the mean of a Poisson count by Wilson and Hilferty's cube: from above if the count is one higher."""
    return count * max(1 - 1 / (9 * count) + z / (3 * count**0.5), 0.05) ** 3
