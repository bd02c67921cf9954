"""How near new pictures usually come to training pictures, and what being nearer means."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from genmodels import build_neighbors
from genmodels.datasets import DATASETS
from genmodels.nearness import FOLDER, SHIPPED, SOON, chance, file_name, measured, usual
from genmodels.neighbors import nearest
from tests.genmodels.tiny import Few


@pytest.fixture(scope="module")
def digits():
    return DATASETS["digits"]()


def test_distances_are_those_of_brute_force(digits):
    train = digits.pictures(list(digits.train)).astype(float)
    lots = np.random.default_rng(0).permutation(len(digits.held_out))[:5]
    found = measured(digits, 5)
    pictures = digits.pictures([digits.held_out[int(k)] for k in lots]).astype(float)
    brute = [np.sqrt(((train - picture) ** 2).mean((1, 2, 3))).min() for picture in pictures]
    assert found == pytest.approx(sorted(brute), abs=0.006)


def test_for_pictures_of_the_same_law_every_rank_is_equally_likely():
    dice = np.random.default_rng(1)
    draws = dice.gamma(3, size=(4000, 20))
    ranks = np.array([chance(row[0], row[1:]) for row in draws])
    assert np.bincount(np.rint(ranks * 20).astype(int), minlength=21)[0] == 0
    for share in (0.05, 0.25, 0.5):
        assert np.mean(ranks <= share + 1e-9) == pytest.approx(share, abs=4 * (share / 4000) ** 0.5)


def test_a_training_picture_is_nearer_than_all_and_a_far_one_farther(digits):
    distances = measured(digits, 9)
    copy = nearest(digits, digits.pictures([digits.train[3]])[0], 1)[0].distance
    assert (copy, chance(copy, distances)) == (0, 0.1)
    assert chance(200.0, distances) == 1


@pytest.mark.parametrize("name", build_neighbors.SHIPPED)
def test_what_is_shipped_is_of_this_drawing_and_holds_what_is_found_now(name: str):
    dataset = DATASETS[name]()
    kept = json.loads((FOLDER / file_name(dataset)).read_text("utf-8"))
    assert kept["data_version"] == dataset.data_version
    assert len(kept["distances"]) == SHIPPED and kept["distances"] == sorted(kept["distances"])
    lot = int(np.random.default_rng(0).permutation(len(dataset.held_out))[0])
    distance = nearest(dataset, dataset.pictures([dataset.held_out[lot]])[0], 1)[0].distance
    assert min(abs(other - distance) for other in kept["distances"]) < 0.5  # Pillow may round otherwise


def test_a_file_of_another_drawing_is_not_believed(tmp_path: Path, digits):
    few = Few(digits)
    (tmp_path / file_name(few)).write_text(json.dumps({"data_version": "0", "distances": [1.0]}))
    assert len(usual(few, tmp_path)) == min(SOON, len(few.held_out))
    (tmp_path / file_name(few)).write_text(json.dumps({"data_version": few.data_version, "distances": [1.0]}))
    assert usual(Few(digits), tmp_path) == (1.0,)
