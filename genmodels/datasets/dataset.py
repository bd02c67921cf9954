"""What a data set is: items that a number names for ever, and the labels that are known of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genmodels.errors import Refused

HELD_OUT = 1_000_000  # items from here on are never trained on, in every data set


class Batch(NamedTuple):
    """x0 in [-1, 1] as (B, C, H, W), or points as (B, 2); the label is (B, K), K may be 0."""

    x0: Tensor
    label: Tensor


class Dataset(ABC):
    """Item i is always the same picture, so that a nearest neighbour means something."""

    name: str
    data_version: str
    shape: tuple[int, ...]  # (C, H, W), or (2,) for points
    fields: dict[str, tuple[str, ...]]  # the label's blocks, in order, with their values
    train: range
    held_out: range

    @abstractmethod
    def pictures(self, items: Sequence[int]) -> np.ndarray:
        """(B, H, W, C) uint8, or (B, 2) float32 for points."""

    @abstractmethod
    def labels(self, items: Sequence[int]) -> np.ndarray:
        """(B, K) float32: one-hot blocks in the order of `fields`."""

    def batch(self, items: Sequence[int]) -> Batch:
        return Batch(to_tensor(self.pictures(items)), torch.from_numpy(self.labels(items)))


def to_tensor(pictures: np.ndarray) -> Tensor:
    """uint8 pictures as float32 (B, C, H, W) in [-1, 1]; points as they are."""
    if pictures.dtype != np.uint8:
        return torch.from_numpy(np.ascontiguousarray(pictures, dtype=np.float32))
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().float().div_(127.5).sub_(1)


def batches(dataset: Dataset, items: Sequence[int], size: int, seed: int, skip: int = 0) -> Iterator[Batch]:
    """Endless shuffled batches; `skip` leaves out the first, so that a resumed run sees what it would have seen."""
    epoch = max(len(items) // size, 1)
    for number in range(skip // epoch, 10**9):
        order = np.random.default_rng([seed, number]).permutation(len(items))
        first = skip % epoch if number == skip // epoch else 0
        for k in range(first, epoch):
            yield dataset.batch([items[j] for j in order[k * size : (k + 1) * size]])


def one_hot(values: np.ndarray, count: int) -> np.ndarray:
    """(B,) whole numbers as a (B, count) block of a label."""
    return np.eye(count, dtype=np.float32)[values]


def numbered(dataset: Dataset, items: Sequence[int]) -> np.ndarray:
    """(B,) int64, every one an item that the data set has."""
    numbers = np.asarray(items, np.int64)
    inside = [(numbers >= part.start) & (numbers < part.stop) for part in (dataset.train, dataset.held_out)]
    strange = numbers[~(inside[0] | inside[1])]
    if len(strange):
        raise Refused("unknown-item", item=int(strange[0]), dataset=dataset.name)
    return numbers
