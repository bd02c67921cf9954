"""A data set of few pictures in any shape, and rows of ZOO cut down to it: for tests of seconds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from genmodels import runs, zoo
from genmodels.datasets.dataset import HELD_OUT, Dataset
from genmodels.models import dcgan


class Few(Dataset):
    """Noise that its number names, with the fields of another data set."""

    data_version = "1"
    train = range(24)
    held_out = range(HELD_OUT, HELD_OUT + 24)

    def __init__(self, like: Dataset) -> None:
        self.name, self.shape, self.fields = like.name, like.shape, like.fields

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        c, h, w = self.shape
        return np.stack([np.random.default_rng(i).integers(0, 256, (h, w, c), np.uint8) for i in items])

    def labels(self, items: Sequence[int]) -> np.ndarray:
        rows = [[np.eye(len(values))[i % len(values)] for values in self.fields.values()] for i in items]
        return np.stack([np.concatenate(row) for row in rows]).astype(np.float32)


def shrink(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Every row of ZOO with two pictures a step, every data set with few."""
    monkeypatch.setattr(runs, "SHEET", 4)
    monkeypatch.setattr(dcgan, "SETTLING", (2, 8))
    for name, row in zoo.ZOO.items():
        monkeypatch.setitem(zoo.ZOO, name, dataclasses.replace(row, **{"batch": 2, **changes}))
        few = Few(zoo.DATASETS[row.dataset]()) if not isinstance(zoo.DATASETS[row.dataset](), Few) else None
        if few:
            monkeypatch.setitem(zoo.DATASETS, row.dataset, lambda few=few: few)
