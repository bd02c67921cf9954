"""What is saved carries a recipe, and the recipe makes the same file again."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demo import library
from demo.checks import accept
from demo.export import offered, recipe_in
from demo.pictures import to_image
from demo.views.latent_keep import KINDS, MOST_PICTURES, again, opened, save
from demo.views.latent_spots import Walk, seen, spot_of
from genmodels.errors import Refused
from genmodels.places import DEEPEST
from tests.demo.shelf import MODELS, put, shelf  # noqa: F401

pytestmark = pytest.mark.usefixtures("shelf")
A, B = {"start": {"of": "seed", "seed": 3}}, {"start": {"of": "seed", "seed": 4}, "x": 0.25, "psi": 0.7}


def saved(**values: Any) -> dict[str, Any]:
    return save(**accept(save, {"model": "relativistic", "stops": [A, B], "kind": "png", **values}))


def data(reply: dict[str, Any]) -> bytes:
    return base64.b64decode(reply["file"])


@pytest.mark.parametrize("kind", offered(*KINDS))
@pytest.mark.parametrize("model", ["relativistic", "style", "conditional"])
def test_the_recipe_in_the_file_makes_the_same_file(model: str, kind: str):
    reply = saved(model=model, kind=kind, frames=5, closed=True, zoom=2)
    recipe = recipe_in(data(reply))
    assert recipe == reply["recipe"]
    assert data(again(recipe)) == data(reply)
    assert (recipe["model"], recipe["weights"]) == (model, library.cards()[model].weights)


def deep(levels: int) -> dict[str, Any]:
    """Places built on places, as one who goes on from a corner of a corner."""
    place: dict[str, Any] = {"of": "seed", "seed": 1}
    for k in range(levels):
        place = {"of": "between", "a": place, "b": {"of": "seed", "seed": k + 2}, "amount": 0.37}
    return place


@pytest.mark.parametrize("levels", range(DEEPEST))
@pytest.mark.parametrize("model", ["relativistic", "style"])
def test_the_recipe_of_a_deep_place_makes_the_same_file_too(model: str, levels: int):
    """A recipe rounds the numbers of such a place, so what is saved must be what they say."""
    for share in (0.1, 0.33, 0.71):
        reply = saved(model=model, stops=[{"start": deep(levels), "x": share, "y": 0.2}], zoom=1)
        assert data(again(recipe_in(data(reply)))) == data(reply)


def test_a_sheet_holds_the_very_pictures_of_the_walk():
    sheet = np.asarray(Image.open(io.BytesIO(data(saved(frames=5, way="lerp")))))
    walk = Walk("relativistic", [spot_of(A), spot_of(B)], 5, "lerp")
    for k, spot in enumerate(walk.spots()):
        assert np.array_equal(sheet[:8, 8 * k : 8 * k + 8], np.asarray(to_image(seen("relativistic", spot))))


def test_a_recipe_alone_is_that_of_the_file():
    assert saved(kind="json")["recipe"] == {**saved()["recipe"], "kind": "json"}


def test_one_spot_is_one_picture():
    reply = saved(stops=[B])
    picture = np.asarray(Image.open(io.BytesIO(data(reply))))
    assert reply["name"] == "relativistic-picture.png"
    assert np.array_equal(picture, np.asarray(to_image(seen("relativistic", spot_of(B)))))


def test_other_weights_do_not_pass_for_those_of_the_recipe(shelf: Path):  # noqa: F811
    recipe, config = MODELS["relativistic"]
    put(shelf, "passing", recipe, config)
    made = saved(model="passing")["recipe"]
    put(shelf, "passing", recipe, {**config, "generator": [24, 8]})
    with pytest.raises(Refused) as refusal:
        again(made)
    assert refusal.value.key == "other-weights"


@pytest.mark.parametrize("broken", [{}, {"noisewalk": 0}, {"noisewalk": 1}])
def test_what_is_no_recipe_is_refused(broken: dict[str, Any]):
    with pytest.raises(Refused):
        again(broken)


@pytest.mark.parametrize(
    "values",
    [{"frames": MOST_PICTURES + 1}, {"frames": 0}, {"zoom": 5}, {"kind": "exe"}, {"stops": []}, {"rate": 0}],
)
def test_what_would_be_too_much_is_refused(values: dict[str, Any]):
    with pytest.raises(Refused):
        saved(**values)


@pytest.mark.parametrize("kind", ["json", *offered(*KINDS)])
def test_a_file_is_opened_where_it_was_saved(kind: str):
    made = saved(kind=kind, frames=3, way="lerp", closed=True)
    file = made.get("file") or base64.b64encode(json.dumps(made["recipe"], indent=2).encode()).decode()
    found = opened(**accept(opened, {"file": file}))
    assert found == {
        "model": "relativistic",
        "stops": made["recipe"]["stops"],
        "way": "lerp",
        "closed": True,
        "frames": 3,
        "same": True,
    }
    assert saved(**{name: found[name] for name in ("stops", "way", "closed", "frames")}, kind=kind) == made


def test_a_model_trained_anew_since_is_said_so():
    recipe = {**saved()["recipe"], "weights": "0" * 64}
    assert opened(letters(recipe))["same"] is False


def letters(recipe: Any) -> str:
    return base64.b64encode(json.dumps(recipe).encode()).decode()


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"tab": "denoising"}, "other-recipe"),
        ({"noisewalk": 2}, "no-recipe"),
        ({"model": "gone"}, "absent"),
        ({"stops": [{"start": {"of": "seed", "seed": "x"}}]}, None),
        ({"frames": 10**6}, "knob"),
    ],
)
def test_a_foreign_or_tampered_recipe_is_refused(changes: dict[str, Any], key: str | None):
    with pytest.raises(Refused) as refusal:
        opened(letters({**saved()["recipe"], **changes}))
    assert key is None or refusal.value.key == key


@pytest.mark.parametrize("file", ["", "not base64!", "e30=", letters([1]), letters({}), "A" * 400])
def test_what_holds_no_recipe_is_refused(file: str):
    with pytest.raises(Refused) as refusal:
        opened(file)
    assert refusal.value.key == "no-recipe"
