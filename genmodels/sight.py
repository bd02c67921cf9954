"""Two independent ways to look at pictures: what a reader makes of them, and their pixels along the main axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels import checkpoints
from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.metrics.spaces import Space, principal, standardized
from genmodels.models.reader import Reader

FITTED = 2000  # training pictures that decide the coordinates
AXES = 64
PORTION = 250  # pictures in memory at a time


class Seen(NamedTuple):
    """A set of pictures as rows: float64 coordinates by space, and (N, K) the odds that the reader gives each value."""

    pixels: Tensor
    features: Tensor | None
    shown: Tensor | None

    @property
    def spaces(self) -> Mapping[str, Tensor]:
        """By the endings of the metrics' names; a reader may be blind to texture, pixels are not."""
        return {"pca": self.pixels} if self.features is None else {"clf": self.features, "pca": self.pixels}


@dataclass(frozen=True)
class Sight:
    """Fitted once on a data set's training pictures."""

    axes: Space
    reader: Reader | None
    scale: Space

    @staticmethod
    def of(dataset: Dataset, reader: Reader | None, fitted: int = FITTED) -> Sight:
        chosen = torch.randperm(len(dataset.train), generator=torch.Generator().manual_seed(0))[:fitted]
        pictures = torch.cat(list(portions(dataset, [dataset.train[int(k)] for k in chosen])))
        flat = pictures.flatten(1)
        axes = principal(flat, min(AXES, len(flat) - 1))
        size = standardized(axes(flat).double(), together=True)
        scale = size
        if reader is not None:
            scale = standardized(_read(reader, pictures.split(PORTION))[0])
        return Sight(lambda rows: size(axes(rows).double()), reader, scale)

    def look(self, pictures: Iterable[Tensor]) -> Seen:
        """Portions of pictures as rows; the pictures themselves are let go."""
        pixels, features, shown = [], [], []
        for portion in pictures:
            pixels.append(self.axes(portion.flatten(1)))
            if self.reader is not None:
                feature, odds = _read(self.reader, [portion])
                features.append(self.scale(feature))
                shown.append(odds)
        if self.reader is None:
            return Seen(torch.cat(pixels), None, None)
        return Seen(torch.cat(pixels), torch.cat(features), torch.cat(shown))

    def pixels_of(self, pictures: Iterable[Tensor]) -> Tensor:
        return torch.cat([self.axes(portion.flatten(1)) for portion in pictures])


@torch.no_grad()
def _read(reader: Reader, pictures: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    features = torch.cat([reader.features(portion) for portion in pictures])
    return features.double(), reader.probabilities(reader.heads(features))


def portions(dataset: Dataset, items: Sequence[int]) -> Iterator[Tensor]:
    """The pictures of these items, some at a time."""
    for first in range(0, len(items), PORTION):
        yield dataset.batch(items[first : first + PORTION]).x0


def reader_of(dataset: Dataset, folder: Path = checkpoints.FOLDER) -> Reader | None:
    """The reader of these very pictures and fields, if one is in the folder."""
    try:
        path = checkpoints.where(f"{dataset.name}-reader", folder)
        card = checkpoints.read(path)
        fields = {name: list(values) for name, values in dataset.fields.items()}
        if (card.dataset, card.data_version, card.fields) != (dataset.name, dataset.data_version, fields):
            return None
        reader = checkpoints.load(path)
    except Refused:
        return None
    return reader if isinstance(reader, Reader) else None
