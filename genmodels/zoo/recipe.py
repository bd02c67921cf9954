"""What a row of the zoo says: what to build, from which data, how to train it, for how long, and how to run it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Dataset


@dataclass(frozen=True)
class Recipe:
    """`build` gets the data set's shape (and labels) and `config`; `trainer` the model and `optimizer`."""

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
    seed: int = 0
    snapshots: float = 180  # seconds from one to the next
    sheets: float = 300
    after: str | None = None  # a teacher: a row that must have been trained before

    def data(self) -> Dataset:
        return DATASETS[self.dataset]()

    def full_config(self, dataset: Dataset) -> dict[str, Any]:
        """All that `build` needs, so that a card alone can rebuild the model."""
        known: dict[str, Any] = {"shape": list(dataset.shape)}
        if self.conditional:
            known["labels"] = [len(values) for values in dataset.fields.values()]
        return known | self.config | self.habit

    @property
    def habit(self) -> dict[str, Any]:
        return {"usual": self.usual} if self.usual else {}
