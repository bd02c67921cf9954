"""Mode collapse in numbers: what is missing, rare or repeated among generated pictures, and what chance alone would do.

Generated and real pictures are counted by the same reader, so its errors fall on both alike. If both followed one law,
every way of dealing the pictures out into the two sets would be equally likely: all chances here follow from that, and
nothing need be known of the law. They are exact, but for that of pairs alike: pairs may share a picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

SELDOM = 1e-3  # of healthy models, so few at most are called ill, in all that is looked at together
SEARCHES = 4  # what is missing, rare, repeated, unread: each has a quarter of that


class Counts(NamedTuple):
    """How many pictures show each value of a field."""

    made: np.ndarray  # (K,)
    real: np.ndarray


class Missing(NamedTuple):
    """Values of a field that no generated picture shows, and how many would be missing by chance."""

    field: str
    values: list[int]
    expected: float
    chance: float  # of so many or more


class Verdict(NamedTuple):
    """What was found; empty lists are good news."""

    missing: list[Missing]  # fields in which more is missing than chance explains
    rare: list[tuple[str, int]]  # values present, but fewer than chance explains
    repeats: bool
    unreadable: bool


def dealt(total: int, marked: int, taken: int) -> np.ndarray:
    """(marked + 1,): the chance that so many of the marked things are among those taken from all (hypergeometric)."""
    return _dealt(total, marked, np.array([taken]))[0]


def _dealt(total: int, marked: int, taken: np.ndarray) -> np.ndarray:
    """(T, marked + 1): the same for several numbers of things taken."""
    x, taken = np.arange(marked + 1), taken[:, None]
    possible = (x <= taken) & (taken - x <= total - marked)
    others = np.clip(taken - x, 0, total - marked)
    ways = _ways(marked, x) + _ways(total - marked, others) - _ways(total, taken)
    return np.exp(np.where(possible, ways, -np.inf))


def _ways(n: int, k: np.ndarray) -> np.ndarray:
    """The logarithm of the number of ways to choose k of n."""
    return LOG_FACTORIALS[n] - LOG_FACTORIALS[k] - LOG_FACTORIALS[np.maximum(n - k, 0)]


def missing_law(counts: Counts) -> np.ndarray:
    """(K + 1,): the chance that so many of the values are missing among the generated pictures.

    Value after value gets its share of the places that are left; a table keeps how likely each number of places left
    is together with each number of values missing so far.
    """
    sizes = (counts.made + counts.real).astype(int)
    sizes = sizes[sizes > 0]
    taken, left = int(counts.made.sum()), int(sizes.sum())
    table = np.zeros((taken + 1, len(sizes) + 1))
    table[taken, 0] = 1
    for size in sizes.tolist():
        law, after = _dealt(left, size, np.arange(taken + 1)), np.zeros_like(table)
        after[:, 1:] = law[:, :1] * table[:, :-1]
        for x in range(1, min(size, taken) + 1):
            after[: taken + 1 - x] += law[x:, x, None] * table[x:]
        table, left = after, left - size
    return table.sum(0)


def expected_missing(counts: Counts) -> float:
    """The mean of that law, which needs no table."""
    total, taken = int((counts.made + counts.real).sum()), int(counts.made.sum())
    sizes = (counts.made + counts.real).astype(int)
    return float(sum(dealt(total, int(size), taken)[0] for size in sizes[sizes > 0]))


def fewer(counts: Counts) -> np.ndarray:
    """(K,): the chance that so few of the generated pictures, or fewer, show each value."""
    total, taken = int((counts.made + counts.real).sum()), int(counts.made.sum())
    return np.array(
        [
            min(float(dealt(total, int(made + real), taken)[: int(made) + 1].sum()), 1.0)
            for made, real in zip(counts.made, counts.real, strict=True)
        ]
    )


def variation(counts: Counts) -> float:
    """Total variation: the share of the generated pictures that would have to show something else."""
    gap = counts.made / counts.made.sum() - counts.real / counts.real.sum()
    return float(np.abs(gap).sum() / 2)


def expected_variation(counts: Counts) -> float:
    """What chance alone makes of it."""
    total, taken = int((counts.made + counts.real).sum()), int(counts.made.sum())
    gap = 0.0
    for size in (counts.made + counts.real).astype(int):
        x = np.arange(size + 1)
        gap += float(dealt(total, int(size), taken) @ np.abs(x / taken - (size - x) / (total - taken)))
    return gap / 2


def expected_coverage(made: int, real: int, neighbors: int) -> float:
    """What coverage a perfect model has: a real one's ball stays empty if its `neighbors` nearest are all real."""
    empty = math.prod((real - 1 - j) / (real - 1 + made - j) for j in range(neighbors))
    return 1 - empty


def repeats_chance(pairs_alike: int, made: int, real_alike: int, real: int) -> float:
    """The chance of so many pairs alike, or more, within the distance that holds `real_alike` pairs of real pictures.

    Taken by their distance, pairs of both sets come in an order in which each next one is a generated one with the
    same chance: how many of those come before the `real_alike`-th real one is negative binomial, as far as the pairs
    are of different pictures. Those that share one come in clusters, which makes the chance a good guess only.
    """
    pairs, others = (n * (n - 1) / 2 for n in (made, real))
    share = pairs / (pairs + others)
    before, term = 0.0, (1 - share) ** real_alike
    for k in range(pairs_alike):
        before += term
        term *= share * (real_alike + k) / (k + 1)
    return max(1 - before, 0.0)


def unreadable_chance(made_sure: int, made: int, real_sure: int, real: int) -> float:
    """The chance that the reader is sure of so few generated pictures, or fewer."""
    return min(float(dealt(made + real, made_sure + real_sure, made)[: made_sure + 1].sum()), 1.0)


def verdict(fields: Mapping[str, Counts], repeated: float, unread: float, seldom: float = SELDOM) -> Verdict:
    """What is beyond chance; whatever is looked for many times at once must be so many times less likely."""
    missing, rare = [], []
    seldom = seldom / SEARCHES
    values = sum(len(counts.made) for counts in fields.values())
    for field, counts in fields.items():
        gone = np.flatnonzero((counts.made == 0) & (counts.real > 0))
        chance = float(missing_law(counts)[len(gone) :].sum()) if len(gone) else 1.0
        if chance < seldom / len(fields):
            missing.append(Missing(field, gone.tolist(), expected_missing(counts), chance))
        few = (fewer(counts) < seldom / values) & (counts.made > 0)
        rare += [(field, int(value)) for value in np.flatnonzero(few)]
    return Verdict(missing, rare, repeated < seldom, unread < seldom)


def counted(shown: Sequence[int] | np.ndarray, values: int) -> np.ndarray:
    """How often each value was read."""
    return np.bincount(np.asarray(shown, int), minlength=values)


LOG_FACTORIALS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 20_001)))])
