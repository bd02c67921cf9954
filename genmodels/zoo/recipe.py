"""What a row of the zoo says: what to build, from which data, how to train it, for how long, and how to run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Dataset

COUNTED = 5_000  # items that say how common each value is


@dataclass(frozen=True)
class Recipe:
    """`build` gets the data set's shape (and labels or axes) and `config`; `trainer` the model and `optimizer`."""

    kind: str
    build: Callable[..., nn.Module]
    trainer: Callable[..., Any]
    dataset: str
    steps: int
    batch: int
    config: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    usual: dict[str, Any] = field(default_factory=dict)  # how it is run: may be chosen after the training
    conditional: bool = False
    often: dict[str, float] = field(default_factory=dict)  # values that are shown so many times as often as they occur
    axes: bool = False  # the latent calls for a label, each (independent) field by a coordinate of its own
    seed: int = 0
    snapshots: float = 180  # seconds from one to the next
    sheets: float = 300
    after: str | None = None  # a teacher: a row that must have been trained before

    def data(self) -> Dataset:
        return DATASETS[self.dataset]()

    def shown(self, dataset: Dataset) -> Sequence[int]:
        """The training items, and once more those of values that are shown more often."""
        if not self.often:
            return dataset.train
        names = [value for values in dataset.fields.values() for value in values]
        labels, more = dataset.labels(dataset.train), []
        for value, times in self.often.items():
            those = np.flatnonzero(labels[:, names.index(value)])
            more.append(np.resize(those, round((times - 1) * len(those))))
        return [*dataset.train, *(dataset.train[int(place)] for place in np.concatenate(more))]

    def full_config(self, dataset: Dataset) -> dict[str, Any]:
        """All that `build` needs, so that a card alone can rebuild the model."""
        known: dict[str, Any] = {"shape": list(dataset.shape)}
        if self.conditional:
            known["labels"] = [len(values) for values in dataset.fields.values()]
        if self.axes:
            known["axes"] = commonness(dataset)
        return known | self.config | self.habit

    @property
    def habit(self) -> dict[str, Any]:
        return {"usual": self.usual} if self.usual else {}


def commonness(dataset: Dataset) -> list[list[float]]:
    """The share of each value of each field among training items, where none is so rare that it is never seen."""
    chosen = np.random.default_rng(0).permutation(len(dataset.train))[:COUNTED]
    shares = iter(dataset.labels([dataset.train[int(k)] for k in chosen]).mean(0).tolist())
    return [[max(round(next(shares), 4), 1e-4) for _ in values] for values in dataset.fields.values()]
