"""Distances between two sets of samples by closed forms: of their moments, of a kernel, of their shadows on lines."""

from __future__ import annotations

import torch
from torch import Tensor

ROWS = 1000  # rows compared with all others at a time


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


def kernel_distance(a: Tensor, b: Tensor) -> Tensor:
    """The squared maximum mean discrepancy under the kernel (x·y / D + 1)³, unbiased: it may be below 0."""
    n, m = len(a), len(b)
    within_a = (_kernels(a, a) - _alone(a)) / (n * (n - 1))
    within_b = (_kernels(b, b) - _alone(b)) / (m * (m - 1))
    return within_a + within_b - 2 * _kernels(a, b) / (n * m)


def _kernels(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack([(rows @ b.T / a.shape[1] + 1).pow(3).sum() for rows in a.split(ROWS)]).sum()


def _alone(a: Tensor) -> Tensor:
    """A row's kernel with itself says nothing of the law it was drawn from."""
    return (a.square().mean(1) + 1).pow(3).sum()


def sliced_wasserstein(a: Tensor, b: Tensor, directions: int = 256, seed: int = 0) -> Tensor:
    """Root mean square, over random directions, of the Wasserstein-2 distance along them; both sets of one size."""
    chance = torch.Generator().manual_seed(seed)
    way = torch.randn(a.shape[1], directions, generator=chance, dtype=torch.float64).to(a)
    way = way / way.norm(dim=0)
    along_a, along_b = (a @ way).sort(dim=0).values, (b @ way).sort(dim=0).values
    return (along_a - along_b).square().mean().sqrt()
