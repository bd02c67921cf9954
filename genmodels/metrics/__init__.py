"""Distances between sets of samples, rows of numbers (N, D); each is read beside its floor, real against real."""

from __future__ import annotations

from genmodels.metrics.attributes import pairs_variation, total_variation
from genmodels.metrics.distances import frechet, kernel_distance, sliced_wasserstein
from genmodels.metrics.duplicates import duplicates, reach, support_size
from genmodels.metrics.intervals import Interval, bootstrap, middle, share, spread
from genmodels.metrics.neighbors import Manifolds, manifolds, nearest, neighbor_ratio, told_apart
from genmodels.metrics.spaces import principal, standardized

__all__ = [
    "Interval",
    "Manifolds",
    "bootstrap",
    "duplicates",
    "frechet",
    "kernel_distance",
    "manifolds",
    "middle",
    "nearest",
    "neighbor_ratio",
    "pairs_variation",
    "principal",
    "reach",
    "share",
    "sliced_wasserstein",
    "spread",
    "standardized",
    "support_size",
    "told_apart",
    "total_variation",
]
