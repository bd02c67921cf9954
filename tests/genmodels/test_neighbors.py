"""Nearest training pictures: against brute force, with a training picture and a noisy one, on the shipped codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genmodels import neighbors
from genmodels.build_neighbors import SHIPPED
from genmodels.datasets import DATASETS
from genmodels.datasets.digits import Digits
from genmodels.errors import Refused
from genmodels.neighbors import FOLDER, built, file_name, index_of, kept, nearest, stored

DICE = np.random.default_rng(0)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_codes_are_of_this_drawing(name: str):
    dataset = DATASETS[name]()
    path = FOLDER / file_name(dataset)
    index = stored(path)
    assert index.data_version == dataset.data_version and len(index.codes) == len(dataset.train)
    assert path.stat().st_size < 2_000_000
    items = [0, len(dataset.train) // 2, len(dataset.train) - 1]
    rows = [dataset.train.index(dataset.train[k]) for k in items]
    here = np.rint((neighbors.coarse(dataset.pictures(items)) - index.mean) @ index.ways / index.step)
    assert np.abs(here - index.codes[rows]).max() <= 1


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("noise", [0, 8])
def test_a_training_picture_finds_itself(name: str, noise: float):
    dataset = DATASETS[name]()
    item = len(dataset.train) - 77
    picture = dataset.pictures([item])[0]
    dirty = np.clip(picture + DICE.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
    first, second = nearest(dataset, dirty, count=2)
    assert first.item == item and np.array_equal(first.picture, picture)
    assert first.distance == 0 if noise == 0 else 0 < first.distance < 10
    assert second.distance > 2 * first.distance


def test_the_codes_find_what_brute_force_finds():
    """All glyphs against forty held-out ones: at least nine in ten of the true five nearest are found."""
    dataset = DATASETS["glyphs"]()
    asked = dataset.pictures(range(dataset.held_out.start, dataset.held_out.start + 40))
    rows = asked.reshape(len(asked), -1).astype(np.float32)
    square = []
    for k in range(0, len(dataset.train), 2000):
        known = dataset.pictures(dataset.train[k : k + 2000]).reshape(2000, -1).astype(np.float32)
        square.append((rows**2).sum(1)[:, None] + (known**2).sum(1) - 2 * rows @ known.T)
    true = np.argsort(np.concatenate(square, axis=1), axis=1)[:, :5]
    found = [[neighbor.item for neighbor in nearest(dataset, picture)] for picture in asked]
    assert np.mean([a[0] == b[0] for a, b in zip(found, true, strict=True)]) >= 0.9
    assert np.mean([len(set(a) & set(b)) / 5 for a, b in zip(found, true, strict=True)]) >= 0.9


@pytest.mark.parametrize("name", SHIPPED)
def test_no_picture_is_nearer_than_its_code_allows(name: str):
    dataset = DATASETS[name]()
    items = DICE.choice(len(dataset.train), 40, replace=False)
    asked = dataset.pictures([dataset.held_out.start])
    index = index_of(dataset)
    true = np.sqrt(((dataset.pictures(items).astype(np.float64) - asked) ** 2).mean((1, 2, 3)))
    estimate = index.estimate(asked)[0][items]
    assert (true >= estimate - index.doubt).all()
    assert np.corrcoef(true, estimate)[0, 1] > 0.8


def test_without_a_file_the_index_is_made(tmp_path: Path):
    dataset = Digits()
    assert not (FOLDER / file_name(dataset)).exists()
    picture = dataset.pictures([42])[0]
    found = nearest(dataset, picture, 3)
    assert (found[0].item, found[0].distance) == (42, 0)
    assert [n.distance for n in found] == sorted(n.distance for n in found)
    neighbors.write(built(dataset), dataset, tmp_path)
    again = nearest(dataset, picture, 3, index=kept(dataset, tmp_path))
    assert [n.item for n in again] == [n.item for n in found]


def test_an_index_of_another_drawing_is_not_believed(tmp_path: Path):
    dataset = Digits()
    neighbors.write(built(dataset), dataset, tmp_path)
    assert kept(dataset, tmp_path) is not None
    for change in ({"data_version": "of tomorrow"}, {"train": range(1000)}):
        assert kept(type("Changed", (Digits,), change)(), tmp_path) is None


def test_ways_are_the_main_axes():
    index = built(Digits(), length=8)
    assert np.allclose(index.ways.T @ index.ways, np.eye(8), atol=1e-5)
    spread = index.codes.astype(float).std(0)
    assert (np.diff(spread) <= 0.02 * spread[0]).all() and np.abs(index.codes).max() == 127


@pytest.mark.parametrize("picture", [np.zeros((8, 8), np.uint8), np.zeros((9, 9, 1), np.uint8), np.zeros((8, 8, 1))])
def test_a_picture_of_another_shape_is_refused(picture: np.ndarray):
    with pytest.raises(Refused):
        nearest(Digits(), picture)
