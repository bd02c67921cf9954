"""The training pictures nearest to a picture: sought by small codes, then drawn again and compared pixel by pixel.

A face is drawn in milliseconds, so no cache of fifty thousand is needed: a code of 32 bytes each finds those worth
drawing. The codes of large data sets are shipped; `genmodels.build_neighbors` writes them.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused

FOLDER = Path(__file__).parent / "datasets"
COARSE = 16  # places along a side at most, of what a code is made of: the rest is edges, which noise moves too
LENGTHS = {"glyphs": 16}  # bytes of a code; glyphs are many and simple
LENGTH = 32
PORTION = 500
CANDIDATES = 64  # drawn again at most
ROUND = 16  # drawn at a time


class Neighbor(NamedTuple):
    """A training picture and how far it is: root mean square over all pixel values, which go from 0 to 255."""

    item: int
    distance: float
    picture: np.ndarray  # (H, W, C) uint8


class Index(NamedTuple):
    """A code for every training picture: its place along the ways in which the coarse pictures differ most."""

    codes: np.ndarray  # (N, K) int8, in units of `step`
    ways: np.ndarray  # (D, K) float32, orthonormal
    mean: np.ndarray  # (D,) float32
    step: float
    data_version: str

    def estimate(self, pictures: np.ndarray) -> np.ndarray:
        """(Q, N): how far every training picture is by the codes; in the units of `Neighbor.distance`."""
        places = (coarse(pictures) - self.mean) @ self.ways / self.step
        codes = self.codes.astype(np.float32)
        square = (places**2).sum(1)[:, None] + (codes**2).sum(1) - 2 * places @ codes.T
        return np.sqrt(square.clip(0)) * self.step / len(self.mean) ** 0.5

    @property
    def doubt(self) -> float:
        """What rounding adds to an estimate at most: apart from it, no picture is nearer than estimated.

        Averaging over blocks and looking along some ways only can but shorten a difference.
        """
        return 0.5 * self.codes.shape[1] ** 0.5 * self.step / len(self.mean) ** 0.5


def nearest(
    dataset: Dataset, picture: np.ndarray, count: int = 5, candidates: int = CANDIDATES, index: Index | None = None
) -> list[Neighbor]:
    """The `count` nearest training pictures of one (H, W, C) uint8 picture, nearest first.

    Those whose codes are nearest are drawn, until none that is left can be nearer or `candidates` have been drawn.
    """
    if picture.dtype != np.uint8 or picture.shape != (*dataset.shape[1:], dataset.shape[0]):
        raise Refused("picture-shape", shape=str(tuple(picture.shape)), expected=str(dataset.shape))
    index = index or index_of(dataset)
    estimate = index.estimate(picture[None])[0]
    worth = np.argsort(estimate, kind="stable")[: max(candidates, count)]
    found: list[Neighbor] = []
    for first in range(0, len(worth), ROUND):
        portion = worth[first : first + ROUND]
        if len(found) >= count and estimate[portion[0]] - index.doubt > found[count - 1].distance:
            break
        items = [dataset.train[int(k)] for k in portion]
        drawn = dataset.pictures(items)
        difference = drawn.astype(np.float32) - picture
        distances = np.sqrt((difference**2).mean((1, 2, 3)))
        found += map(Neighbor, items, distances.tolist(), drawn)
        found.sort(key=lambda neighbor: neighbor.distance)
    return found[:count]


def coarse(pictures: np.ndarray) -> np.ndarray:
    """(B, H, W, C) -> (B, D) float32: means over equal blocks."""
    count, side, _, channels = pictures.shape
    block = next(b for b in range(1, side + 1) if side % b == 0 and side // b <= COARSE)
    places = pictures.reshape(count, side // block, block, side // block, block, channels)
    return places.mean((2, 4), dtype=np.float32).reshape(count, -1)


def built(dataset: Dataset, length: int | None = None) -> Index:
    """The index made anew, for which every training picture is drawn once."""
    length = length or LENGTHS.get(dataset.name, LENGTH)
    parts = [dataset.train[k : k + PORTION] for k in range(0, len(dataset.train), PORTION)]
    rows = np.concatenate([coarse(dataset.pictures(part)) for part in parts])
    mean = rows.mean(0)
    rows -= mean
    _, ways = np.linalg.eigh(rows.T.astype(np.float64) @ rows / len(rows))
    ways = ways[:, ::-1][:, :length].astype(np.float32)
    places = rows @ ways
    step = max(float(np.abs(places).max()) / 127, 1e-6)
    return Index(np.rint(places / step).astype(np.int8), ways, mean, step, dataset.data_version)


def index_of(dataset: Dataset) -> Index:
    """The shipped index, or one made now for a data set that has none: seconds for some thousand pictures."""
    return kept(dataset) or made(dataset)


@lru_cache(maxsize=1)
def made(dataset: Dataset) -> Index:
    return built(dataset)


def kept(dataset: Dataset, folder: Path = FOLDER) -> Index | None:
    """The index in the folder, if it is one of these very drawings."""
    path = folder / file_name(dataset)
    index = stored(path) if path.is_file() else None
    same = index and index.data_version == dataset.data_version and len(index.codes) == len(dataset.train)
    return index if same else None


@cache
def stored(path: Path) -> Index:
    with np.load(path) as file:
        return Index(
            file["codes"], file["ways"].astype(np.float32), file["mean"], float(file["step"]), str(file["data_version"])
        )


def write(index: Index, dataset: Dataset, folder: Path = FOLDER) -> Path:
    """The index as a file, the codes way by way: neighbors of one kind pack better."""
    path = folder / file_name(dataset)
    np.savez_compressed(path, **index._replace(codes=np.asfortranarray(index.codes))._asdict())
    stored.cache_clear()
    return path


def file_name(dataset: Dataset) -> str:
    return f"{dataset.name}_neighbors.npz"
