"""How near a new picture usually comes to a training picture: without it, no distance says that something was copied.

`python -m genmodels.nearness faces glyphs` measures held-out pictures and writes the distances that are shipped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from genmodels.datasets import DATASETS
from genmodels.datasets.cache import Cached, files
from genmodels.datasets.dataset import Dataset
from genmodels.neighbors import FOLDER, nearest

SHIPPED = 199  # held-out pictures: being nearer than all of them has a chance of 1 in 200
SOON = 39  # those measured on the spot, for a data set that has no file


@lru_cache(maxsize=4)
def usual(dataset: Dataset, folder: Path = FOLDER) -> tuple[float, ...]:
    """Distances of held-out pictures to their nearest training picture, the smallest first."""
    path = folder / file_name(dataset)
    if path.is_file():
        kept = json.loads(path.read_text("utf-8"))
        if kept["data_version"] == dataset.data_version:
            return tuple(kept["distances"])
    return measured(dataset, SOON)


def measured(dataset: Dataset, count: int) -> tuple[float, ...]:
    """The distances of `count` held-out pictures, drawn by lot."""
    lots = np.random.default_rng(0).permutation(len(dataset.held_out))[:count]
    pictures = dataset.pictures([dataset.held_out[int(k)] for k in lots])
    return tuple(sorted(round(nearest(dataset, picture, 1)[0].distance, 2) for picture in pictures))


def chance(distance: float, distances: Sequence[float]) -> float:
    """How probable it is that a new picture of the same law comes as near as that: its rank among the others, exactly.

    If the picture is one more of their kind, each of the n + 1 places in the order is equally likely.
    """
    return (sum(other <= distance for other in distances) + 1) / (len(distances) + 1)


def file_name(dataset: Dataset) -> str:
    return f"{dataset.name}_nearness.json"


def main(names: Sequence[str]) -> None:
    """Measure each data set named; faces take some minutes."""
    for name in names:
        dataset = DATASETS[name]()
        kept = all(file.is_file() for file in files(dataset))
        distances = measured(Cached(dataset) if kept else dataset, SHIPPED)
        facts = {"data_version": dataset.data_version, "distances": distances}
        (FOLDER / file_name(dataset)).write_text(json.dumps(facts) + "\n", "utf-8")
        print(f"{file_name(dataset)}: {len(distances)} distances, {distances[0]} to {distances[-1]}")


if __name__ == "__main__":
    main(sys.argv[1:])
