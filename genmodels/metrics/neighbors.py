"""What can be said by looking at who lies next to whom: support, copies, and whether two sets can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genmodels.metrics.intervals import Interval, share, spread, tallies

PORTION = 64  # rows whose nearest are looked for at a time: fits where memory is fast
AT_ONCE = 4_000_000  # distances in memory at a time


class Manifolds(NamedTuple):
    """A set's manifold: the union of balls around its rows, each just reaching the row's k-th neighbor in the set."""

    precision: Interval  # share of what was made that lies in some ball of the real ones
    recall: Interval  # share of the real ones that lie in some ball of what was made
    density: Interval  # how many balls of the real ones a made one lies in, over k; may exceed 1
    coverage: Interval  # share of the real ones whose ball holds something that was made


def nearest(rows: Tensor, others: Tensor, k: int = 1, same: bool = False) -> Tensor:
    """(N, k): distances of each row to its k nearest others, the nearest first; `same`: a row is none of its others."""
    return nearest_of(rows, others, k, same)[0]


def nearest_of(rows: Tensor, others: Tensor, k: int = 1, same: bool = False) -> tuple[Tensor, Tensor]:
    """Those distances, and which of the others they lead to."""
    quick, quick_others = rows.float(), others.float()
    half = quick_others.square().sum(1) / 2
    gaps_found, found = [], []
    for first in range(0, len(rows), PORTION):
        gaps = half - quick[first : first + PORTION] @ quick_others.T  # as good as distances to find the nearest by
        if same:
            gaps.diagonal(first).fill_(torch.inf)
        # a minimum is had sooner than a ranking
        index = gaps.argmin(1, keepdim=True) if k == 1 else gaps.topk(k, largest=False).indices
        gaps_found.append((rows[first : first + PORTION, None] - others[index]).norm(dim=2))
        found.append(index)
    ranked, order = torch.cat(gaps_found).sort(dim=1)
    return ranked, torch.cat(found).gather(1, order)


def apart(rows: Tensor, others: Tensor, same: bool = False) -> Iterator[tuple[slice, Tensor]]:
    """Distances from some rows at a time to all others; if both are the same set, a row's to itself is infinite."""
    count = max(AT_ONCE // len(others), 1)
    for first in range(0, len(rows), count):
        part = slice(first, first + count)
        gaps = torch.cdist(rows[part], others)
        if same:
            gaps.diagonal(first).fill_(torch.inf)
        yield part, gaps


def manifolds(made: Tensor, real: Tensor, k: int = 5, rounds: int = 200, seed: int = 0) -> Manifolds:
    """Precision and recall, density and coverage; the intervals draw both sets again but keep the balls as they are.

    Rows drawn twice lie in the same balls, so that most of the intervals come out wider than they need be.
    """
    dice = np.random.default_rng(seed)
    times_made, times_real = tallies(len(made), rounds, dice), tallies(len(real), rounds, dice)
    around_made, around_real = (nearest(rows, rows, k, same=True)[:, -1] for rows in (made, real))
    per_round = {name: torch.zeros(rounds + 1) for name in Manifolds._fields}
    hits = torch.zeros_like(times_made)  # in how many balls of the real ones each made one lies
    for part, gaps in apart(real, made):
        own, times = (gaps <= around_real[part, None]).float(), times_real[part]
        held = own @ times_made
        per_round["coverage"] += (times * (held > 0)).sum(0)
        per_round["density"] += (times * held).sum(0)
        per_round["recall"] += (times * ((gaps <= around_made).float() @ times_made > 0)).sum(0)
        hits += own.T @ times
    per_round["precision"] = (times_made * (hits > 0)).sum(0)
    over = {"precision": len(made), "recall": len(real), "density": k * len(made), "coverage": len(real)}
    found = {name: (per_round[name].double() / over[name]).numpy() for name in over}
    whole = {name: spread(float(draws[0]), draws[1:]) for name, draws in found.items()}
    return Manifolds(**{name: i if name == "density" else i._replace(high=min(i.high, 1)) for name, i in whole.items()})


def told_apart(made: Tensor, real: Tensor) -> Interval:
    """Share of rows whose nearest other row is of their own set: 1/2 if nothing tells the sets apart, 1 if all does.

    Much below 1/2 what was made repeats the real ones. A tie counts half, and both sets count alike. Two rows that are
    nearest to each other are right or wrong together, so they count as one case: as independent ones, the interval
    would be too narrow by a fifth in the plane (Schilling 1986).
    """
    right, nearest_row = [], []
    for own, other, starts in ((made, real, (0, len(made))), (real, made, (len(made), 0))):
        (near, friend), (far, stranger) = nearest_of(own, own, same=True), nearest_of(own, other)
        right.append(float(((near < far).double() + (near == far).double() / 2).mean()))
        nearest_row.append(torch.where(near <= far, friend + starts[0], stranger + starts[1])[:, 0])
    chosen = torch.cat(nearest_row)
    mutual = float((chosen[chosen] == torch.arange(len(chosen))).double().mean())
    cases = 4 / (1 / len(made) + 1 / len(real)) / (1 + mutual)
    return share(sum(right) / 2 * cases, cases)


def neighbor_ratio(made: Tensor, held_out: Tensor, rounds: int = 200, seed: int = 0) -> Interval:
    """Median distance to the nearest training picture over that of held-out ones, from the two (N,) of distances.

    Copies give 0, new pictures of the same law 1.
    """
    dice = np.random.default_rng(seed)
    a, b = (distances.numpy() for distances in (made, held_out))
    draws = [
        np.median(a[dice.integers(len(a), size=len(a))]) / max(np.median(b[dice.integers(len(b), size=len(b))]), 1e-12)
        for _ in range(rounds)
    ]
    return spread(float(np.median(a) / max(np.median(b), 1e-12)), draws)
