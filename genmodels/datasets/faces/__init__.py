"""Cartoon portraits, 64 × 64, of people who do not exist: every pixel follows from a few known traits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genmodels.datasets.dataset import Dataset
from genmodels.datasets.faces.attributes import FIELDS, Traits, described, one_hot, traits
from genmodels.datasets.faces.drawing import draw

__all__ = ["FIELDS", "Faces", "Traits", "described", "draw", "one_hot", "traits"]


class Faces(Dataset):
    """Change the drawing and every checkpoint trained on it is void: then `data_version` must change too."""

    name = "faces"
    data_version = "1"
    shape = (3, 64, 64)
    fields = FIELDS
    train = range(50_000)
    held_out = range(1_000_000, 1_010_000)

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        return np.stack([draw(traits(item)) for item in items])

    def labels(self, items: Sequence[int]) -> np.ndarray:
        return one_hot([traits(item) for item in items])
