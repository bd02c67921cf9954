"""What D thinks on the page: the numbers are those of the network itself, of scores counted and pictures compared."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.checks import accept
from demo.tabs.latent_judge import FORMULAS
from demo.views import latent_judge as view
from demo.views.latent_here import Here
from genmodels.adversarial import LOSSES
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from genmodels.judging import RELATIVE
from genmodels.latents import draw
from genmodels.places import Seed
from tests.demo.shelf import MODELS, shelf  # noqa: F401

pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "COMPARED", 40)


def here(model: str, **more: Any) -> Here:
    return Here(model, Seed(5), **more)


def shades(base64_picture: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(base64_picture))))


def score_of(model: str, classes: list[float] | None = None) -> float:
    """By the whole network, without any view; in the middle of a plane of seeds lies the seed itself."""
    whole = library.part(model)
    z = draw((8,), [5])
    if not MODELS[model][1].get("labels"):
        return float(whole.discriminator(whole.generator.decode(z)))
    label = torch.tensor([classes or [0.0] * 10])
    return float(whole.discriminator(whole.generator.decode(z, label), label))


@pytest.mark.parametrize("model", MODELS)
def test_the_score_and_the_map_are_those_of_the_models_own_discriminator(model: str):
    view.standing(model, {})
    found = view.judged(here(model))
    assert found["judgment"]["score"] == pytest.approx(score_of(model), abs=1e-5)
    picture = library.latent_model(model).decode(draw((8,), [5])).requires_grad_()
    (slope,) = torch.autograd.grad(library.discriminator(model)(picture).sum(), picture)
    assert found["steep"] == pytest.approx(float(slope.norm()), rel=1e-4)
    heat = np.frombuffer(base64.b64decode(found["heat"]), np.int8).reshape(8, 8)
    assert np.abs(heat).max() == 127
    expected = slope.sum(1)[0] / slope.sum(1).abs().max() * 127
    assert heat == pytest.approx(expected.numpy(), abs=0.6)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_said_of_real_and_generated_is_counted_over_all_pairs(model: str):
    found = view.standing(model, {})
    data, whole = DATASETS["digits"](), library.part(model)
    lots = np.random.default_rng(0).permutation(len(data.held_out))[:40]
    with torch.no_grad():
        real = whole.discriminator(data.batch([data.held_out[int(k)] for k in lots]).x0).numpy()
        fake = whole.discriminator(whole.generator.decode(draw((8,), range(40)))).numpy()
    assert found["picks"] == pytest.approx(np.mean(real[:, None] > fake), abs=2 / 1600)
    assert sum(found["real"]) == sum(found["fake"]) == 40
    assert found["lead"] == pytest.approx(real.mean() - fake.mean(), abs=1e-5)
    assert found["spread"] == pytest.approx(real.std(ddof=1), rel=1e-4)
    middle = real.mean() if found["loss"] in RELATIVE else 0
    assert found["mean"] == pytest.approx(real.mean() - middle, abs=1e-5)
    assert found["edges"][0] == pytest.approx(min(real.min(), fake.min()) - middle, abs=1e-5)


def test_the_score_waits_for_real_pictures_but_the_map_does_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(view, "KNOWN", type(view.KNOWN)())
    before = view.judged(here("hinge"))
    assert before["judgment"] is None and before["heat"] and before["image"]
    view.standing("hinge", {})
    assert view.judged(here("hinge"))["judgment"]["above"] in {k / 40 for k in range(41)}


def test_the_histogram_is_made_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(view, "KNOWN", type(view.KNOWN)())
    first = view.standing("relativistic", {})
    monkeypatch.setattr(view, "scored", None)
    assert view.standing("relativistic", {}) == first
    assert view.judged(here("relativistic")) == view.judged(here("relativistic"))


def test_a_class_that_is_asked_for_is_told_to_both_players():
    asked = {"7": 1.0}
    label = [1.0 if k == 7 else 0.0 for k in range(10)]
    view.standing("conditional", asked)
    found = view.judged(here("conditional", classes=asked))
    assert found["judgment"]["score"] == pytest.approx(score_of("conditional", label), abs=1e-5)
    assert view.standing("conditional", asked)["picks"] != view.standing("conditional", {})["picks"]
    assert view.standing("hinge", asked) == view.standing("hinge", {})  # it cannot be asked


def test_each_game_has_its_formula():
    assert set(FORMULAS) == set(LOSSES)


@pytest.mark.parametrize("model", ["hinge", "conditional", "style"])
def test_near_training_pictures_are_the_nearest_of_all(model: str):
    found = view.neighbors(here(model))
    data = DATASETS["digits"]()
    made = view.pixels(library.latent_model(model).decode(draw((8,), [5]))).astype(float)
    train = data.pictures(list(data.train)).astype(float)
    distances = np.sqrt(((train - made) ** 2).mean((1, 2, 3)))
    assert found["distances"] == pytest.approx(np.sort(distances)[:3], abs=1e-3)
    assert [distances[data.train.index(item)] for item in found["items"]] == pytest.approx(found["distances"], abs=1e-3)
    assert shades(found["pictures"][0]).shape == (128, 128)
    assert 0 < found["chance"] <= 1 and found["usual"]["low"] <= found["usual"]["middle"] <= found["usual"]["high"]


@pytest.mark.parametrize(
    "change, key",
    [
        ({"model": "nobody"}, "absent"),
        ({"start": {"of": "nowhere"}}, "place"),
        ({"classes": {"7": float("nan")}}, "knob"),
        ({"classes": [1]}, "length"),
        ({"moves": {"nothing": 1}}, "choice"),
        ({"x": "far"}, "knob"),
        ({"more": 1}, "unknown-argument"),
    ],
)
def test_what_cannot_be_judged_is_refused(change: dict[str, Any], key: str):
    good = {"model": "hinge", "start": {"of": "seed", "seed": 5}}
    for ask in (view.judged, view.neighbors):
        with pytest.raises(Refused) as refusal:
            ask(**accept(ask, {**good, **change}))
        assert refusal.value.key == key
