"""Distances between sets of samples, rows of numbers (N, D); each is read beside its floor, real against real."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

Distance = Callable[[Tensor, Tensor], Tensor]


def sliced_wasserstein(a: Tensor, b: Tensor, directions: int = 256, seed: int = 0) -> Tensor:
    """Root mean square, over random directions, of the Wasserstein-2 distance along them; both sets of one size."""
    chance = torch.Generator().manual_seed(seed)
    way = torch.randn(a.shape[1], directions, generator=chance, dtype=torch.float64).to(a)
    way = way / way.norm(dim=0)
    along_a, along_b = (a @ way).sort(dim=0).values, (b @ way).sort(dim=0).values
    return (along_a - along_b).square().mean().sqrt()


def frechet(a: Tensor, b: Tensor) -> Tensor:
    """The squared Wasserstein-2 distance of the two Gaussians with these sets' means and covariances."""
    cov_a, cov_b = (torch.cov(rows.T).reshape(rows.shape[1], -1) for rows in (a, b))
    root = _root(cov_a)
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    spread = cov_a.trace() + cov_b.trace() - 2 * cross
    return (a.mean(0) - b.mean(0)).square().sum() + spread.clamp(min=0)


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def principal(reference: Tensor, count: int = 64) -> Callable[[Tensor], Tensor]:
    """A map to the coordinates along which the reference varies most, measured from its mean."""
    mean = reference.mean(0)
    _, _, ways = torch.linalg.svd(reference - mean, full_matrices=False)
    return lambda rows: (rows - mean) @ ways[:count].T


def bootstrap(distance: Distance, a: Tensor, b: Tensor, rounds: int = 50, seed: int = 0) -> tuple[float, float]:
    """Where nine in ten values fall when both sets are drawn again from themselves.

    Drawing again repeats rows, which pushes a distance up; the middle of the rounds is put back on the value itself.
    """
    dice = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        i, j = dice.integers(len(a), size=len(a)), dice.integers(len(b), size=len(b))
        values.append(float(distance(a[i], b[j])))
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95]).tolist()
    value = float(distance(a, b))
    return max(value + low - middle, 0.0), value + high - middle
