"""What came of an edit is saved to the last bit, made again by its recipe, and held against the training pictures."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demo.checks import accept
from demo.export import recipe_in
from demo.pictures import shades
from demo.views import denoising_edit as view
from demo.views import denoising_edit_result as result
from demo.views.denoising_edit_result import near_edit, save_edit
from demo.views.denoising_keep import opened
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from tests.demo.shelf import away
from tests.demo.test_views_denoising_edit import EDITS, HELD, NAME, STEPS, models, moments, pixels, told  # noqa: F401

WAYS = {"brushed": {"way": "fill", "hole": "20a3b41a"}, "between": {"way": "between"}, "none": {"way": "redraw"}}
ASKED = {"sampler": "dpmpp-2m", "seed": 4, "source": "held_out", "item": HELD.item, "strength": 0.0}


def ended(**asked: Any) -> str:
    """The name of an edit's run that came to its end."""
    *_, last = view.edit(**accept(view.edit, told(**{**ASKED, **asked})))
    return last["run"]


def saved(run: str, kind: str = "png") -> bytes:
    return base64.b64decode(save_edit(**accept(save_edit, {"run": run, "kind": kind}))["file"])


@pytest.mark.parametrize("name", WAYS)
def test_what_is_saved_is_what_the_edit_ended_with(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "LARGE", 1)
    monkeypatch.setattr(result, "SMALL", 1)
    edit = EDITS.get(name, EDITS["redraw-none"])
    end = shades(moments(edit)[-1].step.x0)[..., 0]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(saved(ended(**WAYS[name]))))), np.hstack(list(end)))


def test_a_picture_that_nothing_was_done_to_is_saved_as_it_was() -> None:
    data = DATASETS["digits"]()
    before = data.pictures([data.held_out[HELD.item]])[0, ..., 0]
    large = Image.fromarray(before).resize((32, 32), Image.Resampling.BICUBIC)
    assert np.array_equal(pixels(base64.b64encode(saved(ended(way="redraw"))).decode()), np.asarray(large))


def test_a_film_shows_how_it_was_predicted() -> None:
    film = Image.open(io.BytesIO(saved(ended(way="fill", filling="repaint"), "webp")))
    assert getattr(film, "n_frames", 1) == len(moments(EDITS["repaint"])) and film.size == (32, 32)


@pytest.mark.parametrize("name", WAYS)
def test_the_recipe_in_a_file_makes_the_same_file_and_turns_the_knobs_to_it(name: str) -> None:
    file = saved(ended(**WAYS[name]))
    recipe = recipe_in(file)
    *_, last = view.edit(**accept(view.edit, recipe["run"] | recipe["edit"]))
    assert saved(last["run"], recipe["kind"]) == file
    found = opened(base64.b64encode(file).decode())
    asked = {f"edit_{key}": value for key, value in WAYS[name].items()} | {"edit_item": HELD.item}
    assert found["same"] and (found["knobs"]["seed"], found["knobs"]["steps"]) == (4, STEPS)
    assert {key: found["knobs"][key] for key in asked} == asked


@pytest.mark.parametrize("edit", [{"way": "paint"}, {"hole": 3}, {"evil": 1}, {"item": -1}])
def test_a_foreign_edit_is_refused(edit: dict[str, Any]) -> None:
    recipe = recipe_in(saved(ended(way="redraw"))) | {"edit": edit}
    with pytest.raises(Refused):
        opened(base64.b64encode(str(recipe).replace("'", '"').encode()).decode())


def test_a_training_picture_left_as_it_is_is_told_to_be_one() -> None:
    data = DATASETS["digits"]()
    reply = near_edit(ended(way="redraw", source="train", item=123))
    assert (reply["items"][0], reply["distances"][0], reply["of"]) == (data.train[123], 0, 1)
    assert len(reply["pictures"]) == 3 and reply["chance"] == pytest.approx(1 / (reply["usual"]["count"] + 1))


def test_each_picture_of_a_strip_is_looked_up() -> None:
    run, training = ended(way="between"), DATASETS["digits"]()
    known = training.pictures(training.train).astype(float)
    end = shades(moments(EDITS["between"])[-1].step.x0).astype(float)
    for k in (0, 8):
        distances = np.sqrt(((known - end[k]) ** 2).mean((1, 2, 3)))
        reply = near_edit(run, k)
        assert reply["of"] == 9 and reply["distances"] == [pytest.approx(distances.min(), rel=1e-4)]
    with pytest.raises(Refused):
        near_edit(ended(way="redraw"), 1)


def test_an_edit_whose_model_goes_on_the_way_comes_to_its_end() -> None:
    running: Any = view.edit(**accept(view.edit, told(way="fill")))
    next(running)
    with away(NAME):
        *_, last = running
        assert last["done"] and near_edit(last["run"])["of"] == 1
        assert recipe_in(saved(last["run"]))["model"] == NAME


def test_only_an_edit_that_came_to_its_end_is_there() -> None:
    running: Any = view.edit(**accept(view.edit, told(way="fill", filling="repaint")))
    run = next(running)["run"]
    running.close()
    for missing in (run, "guess", ""):
        for ask in (near_edit, saved):
            with pytest.raises(Refused) as refusal:
                ask(missing)
            assert refusal.value.key == "no-edit"
