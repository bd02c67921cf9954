"""How far chance alone may have moved a number: intervals that mean to hold the truth nineteen times in twenty.

The truth is the mean over all pairs of sets of these sizes. By simulation they hold it 86 to 100 times in a hundred,
mostly about 95; the kernel distance of a law with such tails that few rows say little of its spread, 75 to 92 times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

Distance = Callable[[Tensor, Tensor], Tensor]
Z = 1.96  # standard errors to either side
EDGES = (0.025, 0.5, 0.975)
# standard errors to either side (Student's t), where their size is itself known from so few values and one more
FEW = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)
FEW += (2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064)
BLOCKS = (4, 25)  # fewest and most; each of 10 rows or more, if there are so many


class Interval(NamedTuple):
    """A number and where it may truly lie."""

    value: float
    low: float
    high: float

    def told(self) -> dict[str, float | None]:
        """As JSON can say it, which knows no infinite numbers: without an upper end if nothing bounds it there."""
        return {"value": self.value, "low": self.low, "high": None if math.isinf(self.high) else self.high}


def share(count: float, of: float) -> Interval:
    """A share of independent cases, by Wilson's interval: it stays within [0, 1] and does not vanish at the ends."""
    value = count / of
    middle = (value + Z**2 / (2 * of)) / (1 + Z**2 / of)
    reach = Z / (1 + Z**2 / of) * (value * (1 - value) / of + Z**2 / (4 * of**2)) ** 0.5
    return Interval(value, max(0.0, min(middle - reach, value)), min(1.0, max(middle + reach, value)))


def middle(distance: Distance, a: Tensor, b: Tensor) -> Interval:
    """The mean of an unbiased distance over disjoint blocks of both sets, with the standard error of that mean."""
    fewest, most = BLOCKS
    count = max(min(most, min(len(a), len(b)) // 10), fewest)
    values = [float(distance(x, y)) for x, y in zip(a.tensor_split(count), b.tensor_split(count), strict=True)]
    value, error = float(np.mean(values)), float(np.std(values, ddof=1)) / count**0.5
    return Interval(value, value - FEW[count - 2] * error, value + FEW[count - 2] * error)


def spread(value: float, draws: Sequence[float] | np.ndarray, least: float = 0.0) -> Interval:
    """A value with the spread of its bootstrap draws about their own middle.

    Drawing again repeats rows, which pushes a distance up and a coverage down; the spread is what it shows rightly.
    """
    low, middle, high = np.quantile(np.asarray(draws), EDGES).tolist()
    return Interval(value, max(value + low - middle, min(least, value)), value + high - middle)


def bootstrap(distance: Distance, a: Tensor, b: Tensor, rounds: int = 50, seed: int = 0) -> tuple[float, float]:
    """Where nineteen in twenty values fall when both sets are drawn again from themselves."""
    return spread(float(distance(a, b)), redrawn(distance, a, b, rounds, seed))[1:]


def redrawn(distance: Distance, a: Tensor, b: Tensor, rounds: int = 50, seed: int = 0) -> np.ndarray:
    """(rounds, ...): the distance of sets drawn again from the two, row by row."""
    dice = np.random.default_rng(seed)
    draws = []
    for _ in range(rounds):
        i, j = (torch.from_numpy(dice.integers(len(rows), size=len(rows))) for rows in (a, b))
        draws.append(distance(a[i], b[j]).numpy())
    return np.stack(draws)


def tallies(size: int, rounds: int, dice: np.random.Generator) -> Tensor:
    """(size, 1 + rounds) float32: how often each row was drawn; the first column draws every row once."""
    counts = dice.multinomial(size, np.full(size, 1 / size), rounds).T
    return torch.from_numpy(np.concatenate([np.ones((size, 1)), counts], axis=1)).float()
