"""How near a new picture usually comes to a training picture: without it, no distance says that something was copied.

The distances of large data sets are shipped; `genmodels.build_neighbors` measures them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from genmodels.datasets.dataset import Dataset
from genmodels.neighbors import FOLDER, Index, nearest

SHIPPED = 199  # held-out pictures: being nearer than all of them has a chance of 1 in 200
SOON = 39  # those measured on the spot, for a data set that has no file


@lru_cache(maxsize=4)
def usual(dataset: Dataset, folder: Path = FOLDER) -> tuple[float, ...]:
    """Distances of held-out pictures to their nearest training picture, the smallest first."""
    return kept(dataset, folder) or measured(dataset, SOON)


def kept(dataset: Dataset, folder: Path = FOLDER) -> tuple[float, ...] | None:
    """The distances in the folder, if they are those of these very drawings."""
    path = folder / file_name(dataset)
    facts = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return tuple(facts["distances"]) if facts.get("data_version") == dataset.data_version else None


def measured(dataset: Dataset, count: int, index: Index | None = None) -> tuple[float, ...]:
    """The distances of `count` held-out pictures, drawn by lot."""
    lots = np.random.default_rng(0).permutation(len(dataset.held_out))[:count]
    pictures = dataset.pictures([dataset.held_out[int(k)] for k in lots])
    return tuple(sorted(round(nearest(dataset, picture, 1, index=index)[0].distance, 2) for picture in pictures))


def chance(distance: float, distances: Sequence[float]) -> float:
    """How probable it is that a new picture of the same law comes as near as that: its rank among the others, exactly.

    If the picture is one more of their kind, each of the n + 1 places in the order is equally likely.
    """
    return (sum(other <= distance for other in distances) + 1) / (len(distances) + 1)


def write(distances: Sequence[float], dataset: Dataset, folder: Path = FOLDER) -> Path:
    path = folder / file_name(dataset)
    path.write_text(json.dumps({"data_version": dataset.data_version, "distances": distances}) + "\n", "utf-8")
    return path


def file_name(dataset: Dataset) -> str:
    return f"{dataset.name}_nearness.json"
