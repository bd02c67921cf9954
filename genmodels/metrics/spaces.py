"""The coordinates in which sets are compared, always fitted on training pictures."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Space = Callable[[Tensor], Tensor]


def principal(reference: Tensor, count: int = 64) -> Space:
    """A map to the coordinates along which the reference varies most, measured from its mean."""
    mean = reference.mean(0)
    centered = reference - mean
    wide = centered.shape[0] < centered.shape[1]  # then its rows' products tell the same, and are fewer
    _, vectors = torch.linalg.eigh((centered @ centered.T if wide else centered.T @ centered).double())
    ways = vectors.flip(1)[:, :count].to(reference)
    if wide:
        ways = torch.linalg.qr(centered.T @ ways).Q
    return lambda rows: (rows - mean) @ ways


def standardized(reference: Tensor, together: bool = False) -> Space:
    """A map to mean 0 and variance 1 of each coordinate, or, together, of the coordinates on average: shapes remain."""
    variance = reference.var(0)
    scale = (variance.mean() if together else variance).clamp(min=1e-12).sqrt()
    mean = reference.mean(0)
    return lambda rows: (rows - mean) / scale
