"""Pictures that are drawn by code, drawn once: by all cores into files that are then read without copying."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from genmodels.datasets.dataset import Dataset

FOLDER = Path("runs") / "cache"
CHUNK = 500  # items a worker draws before it reports


class Cached(Dataset):
    """A data set whose training items lie in memory-mapped files; other items are drawn as before."""

    def __init__(self, dataset: Dataset, folder: Path = FOLDER) -> None:
        self.dataset = dataset
        self.name, self.data_version = dataset.name, dataset.data_version
        self.shape, self.fields = dataset.shape, dataset.fields
        self.train, self.held_out = dataset.train, dataset.held_out
        pictures, labels = files(dataset, folder)
        self._pictures, self._labels = np.load(pictures, mmap_mode="r"), np.load(labels, mmap_mode="r")

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        rows = self.rows(items)
        return self.dataset.pictures(items) if rows is None else self._pictures[rows]

    def labels(self, items: Sequence[int]) -> np.ndarray:
        rows = self.rows(items)
        return self.dataset.labels(items) if rows is None else self._labels[rows].astype(np.float32)

    def rows(self, items: Sequence[int]) -> list[int] | None:
        """Where the items lie, if all of them do."""
        known = all(item in self.train for item in items)
        return [self.train.index(item) for item in items] if known else None


def files(dataset: Dataset, folder: Path = FOLDER) -> tuple[Path, Path]:
    """A new drawing has a new name, so an old file is never mistaken for it."""
    stem = f"{dataset.name}-{dataset.data_version}-{len(dataset.train)}"
    return folder / f"{stem}-pictures.npy", folder / f"{stem}-labels.npy"


def render(dataset: Dataset, folder: Path = FOLDER, workers: int | None = None) -> Iterator[int]:
    """Draw the training items into the files, unless they are there; how many are done, now and then."""
    pictures, labels = files(dataset, folder)
    if pictures.exists() and labels.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    chunks = [dataset.train[k : k + CHUNK] for k in range(0, len(dataset.train), CHUNK)]
    drawn, known, done = [], [], 0
    # spawn: a fork of a process that has started torch's threads may hang
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for picture, label in pool.map(_draw, [dataset] * len(chunks), chunks):
            drawn.append(picture)
            known.append(label.astype(np.float16 if set(np.unique(label)) <= {0, 1} else np.float32))
            done += len(picture)
            yield done
    _write(labels, np.concatenate(known))
    _write(pictures, np.concatenate(drawn))


def _draw(dataset: Dataset, items: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    return dataset.pictures(items), dataset.labels(items)


def _write(path: Path, array: np.ndarray) -> None:
    """Whole or not at all, also when two runs draw at once."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.save(file, array)
    os.replace(part, path)
