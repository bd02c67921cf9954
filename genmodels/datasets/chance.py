"""Chance by number: what item i looks like is decided by i alone, on every machine and in any batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def uniforms(items: Sequence[int] | np.ndarray, count: int, stream: int = 0) -> np.ndarray:
    """(B, count) float64 in (0, 1): SplitMix64 (Steele et al. 2014) at the place that item, column and stream name."""
    with np.errstate(over="ignore"):
        x = np.asarray(items, np.int64).astype(np.uint64)[:, None] * np.uint64(count) + np.arange(
            count, dtype=np.uint64
        )
        x = mix(x + mix(np.uint64(stream) + np.uint64(0x9E3779B97F4A7C15)))
    return ((x >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def mix(x: np.ndarray | np.uint64) -> np.ndarray:
    """Spreads every bit over the whole word; twice, because neighbouring items differ in so few."""
    x = np.asarray(x, np.uint64)
    for _ in range(2):
        x = (x + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return x
