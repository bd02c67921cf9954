"""A picture of the training set is told from a new one, and what is shown beside a run is nearest of all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.checks import accept
from demo.views.denoising_film import FILMS, Film, finished, key_of
from demo.views.denoising_nearest import near
from demo.views.nearness import beside_training
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from tests.demo.test_views_denoising_keep import ASKED, through, young  # noqa: F401

DATA = DATASETS["digits"]()
pytestmark = pytest.mark.usefixtures("young")


def found(**values: Any) -> dict[str, Any]:
    return near(**accept(near, {**ASKED, **values}))


def on_stage(pictures: np.ndarray, **values: Any) -> None:
    """As if the run had ended with these pictures."""
    taken = accept(near, {**ASKED, **values})
    FILMS.keep(key_of(taken["plan"], ()), Film([0], [np.stack([pictures] * 3)]))


@pytest.fixture
def films() -> Iterator[None]:
    yield
    FILMS._films.clear()


def test_what_is_shown_is_the_nearest_of_all(films: None):
    through(count="4")
    made = finished(accept(near, {**ASKED, "count": "4"})["plan"], ()).final
    training = DATA.pictures(DATA.train).astype(float)
    for k in range(4):
        reply = found(count="4", picture=k)
        distances = np.sqrt(((training - made[k]) ** 2).mean((1, 2, 3)))
        assert reply["of"] == 4 and reply["distances"] == [pytest.approx(distances.min(), rel=1e-4)]
    assert len(beside_training(DATA, made[0])["items"]) == 3


def test_a_training_picture_is_a_copy_and_a_held_out_one_is_not(films: None, tmp_path: Path):
    on_stage(DATA.pictures([DATA.train[123]]))
    copied = found()
    assert (copied["items"][0], copied["distances"][0]) == (DATA.train[123], 0)
    assert copied["chance"] == pytest.approx(1 / (copied["usual"]["count"] + 1))
    ranks = []
    for item in DATA.held_out[:12]:
        on_stage(DATA.pictures([item]))
        ranks.append(found()["chance"])
    assert 0.15 < np.mean(ranks) < 0.85, "new pictures fall anywhere among the new ones"


@pytest.mark.parametrize("values", [{"seed": 4321}, {"picture": 1}, {"picture": 16}, {"count": "4", "picture": 4}])
def test_what_is_not_there_is_refused(films: None, values: dict[str, Any]):
    through()
    with pytest.raises(Refused):
        found(**values)
