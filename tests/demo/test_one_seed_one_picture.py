"""The same seed is the same picture wherever one asks: on the command line, through the API and on the page."""

from __future__ import annotations

import base64
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.pictures import to_image
from demo.views import api, latent
from demo.views.denoising_plan import Course, Plan
from demo.views.denoising_trunk import grown
from genmodels import checkpoints
from genmodels.__main__ import main
from genmodels.latents import draw
from genmodels.models.diffusion import Diffusion
from genmodels.samplers import SAMPLERS
from genmodels.zoo import ZOO
from tests.genmodels.test_checkpoints import CARD

SEEDS = [7, 8]


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[np.ndarray]]:
    """What the command line draws with two digits models whose weights are far from their start, where much is 0."""
    pictures = {}
    for name in ("digits-gan", "digits-diffusion"):
        config = ZOO[name].full_config(ZOO[name].data())
        torch.manual_seed(1)
        model = ZOO[name].build(**config)
        for parameter in model.parameters():
            parameter.data += 0.1 * torch.randn_like(parameter)
        card = dataclasses.replace(CARD, recipe=name, config=config, dataset="digits")
        checkpoints.save(tmp_path / f"{name}.safetensors", model, card)
        asked = ["--n", "2", "--seed", str(SEEDS[0]), "--out", str(tmp_path / "out"), "--checkpoints", str(tmp_path)]
        assert main(["sample", name, *asked]) == 0
        pictures[name] = [np.asarray(Image.open(tmp_path / "out" / f"{name}-{seed}.png"))[::8, ::8] for seed in SEEDS]
        assert np.abs(pictures[name][0].astype(int) - pictures[name][1]).mean() > 5, "two seeds, two pictures"
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "LOADED", library.Loaded())
    return pictures


def same(mine: Image.Image | str, theirs: np.ndarray) -> bool:
    """Up to one level of brightness: a batch of another size may sum in another order."""
    picture = Image.open(io.BytesIO(base64.b64decode(mine))) if isinstance(mine, str) else mine
    return picture.size == (8, 8) and int(np.abs(np.asarray(picture).astype(int) - theirs).max()) <= 1


def test_a_diffusion_model(drawn: dict[str, list[np.ndarray]]):
    name = "digits-diffusion"
    for mine, theirs in zip(api.sample(name, SEEDS), drawn[name], strict=True):
        assert same(mine, theirs)
    *_, last = grown(Plan(name, Course(seed=SEEDS[0]), count="4"), ())
    for mine, theirs in zip(last.x[:2].split(1), drawn[name], strict=True):
        assert same(to_image(mine), theirs)


def test_what_is_asked_for_is_drawn_wherever_one_asks(drawn: dict[str, list[np.ndarray]]):
    name, wish = "digits-diffusion", {"3": 1.0}
    course = Course(seed=SEEDS[0], classes=wish, guidance=3.0)
    *_, last = grown(Plan(name, course, steps=8), ())
    (asked,) = api.sample(name, SEEDS[:1], steps=8, classes=wish, guidance=3.0)
    assert same(asked, np.asarray(to_image(last.x)))
    for other in ({}, {"classes": {"5": 1.0}, "guidance": 3.0}, {"classes": wish, "guidance": 0.0}):
        (picture,) = api.sample(name, SEEDS[:1], steps=8, **other)
        assert not same(picture, np.asarray(to_image(last.x)))


def test_a_model_that_jumps(drawn: dict[str, list[np.ndarray]]):
    """On the stage each step's noise is that of the command line and of Live: the start's own, in other places."""
    name = "digits-diffusion"
    model = library.diffusion_model(name)
    assert isinstance(model, Diffusion)
    taught = model.used(sampler="consistency", spacing="by-hand", steps=4)
    plan = Plan(name, Course("consistency", SEEDS[0]), spacing="trailing", steps=4, count="4")
    *_, last = grown(plan, ())
    assert (last.x[:2].clamp(-1, 1) - taught.decode(draw(model.latent_shape, SEEDS))).abs().max() < 1e-4


def test_a_gan(drawn: dict[str, list[np.ndarray]]):
    name = "digits-gan"
    for mine, theirs in zip(api.interpolate(name, *SEEDS, frames=2), drawn[name], strict=True):
        assert same(mine, theirs)
    for z, theirs in zip(latent.places(name, *SEEDS), drawn[name], strict=True):
        assert same(to_image(latent.decode(name, z)), theirs)


def test_a_step_of_the_api_is_made_of_numbers_and_pictures(drawn: dict[str, list[np.ndarray]]):
    first, *_, last = api.denoise("digits-diffusion", SEEDS[0], steps=3)
    assert {"t", "alpha_bar", "log_snr", "beta", "ms", "step", "formula", "x", "x0", "eps"} <= set(first)
    assert not any(str(value).startswith("t:") for value in first.values()), "sentences of the page"
    assert last["t"] == 0


def test_programs_hear_of_no_order_where_there_is_none():
    orders = {name: told["order"] for name, told in api.list_options()["samplers"].items()}
    assert orders.pop("consistency") is None and orders == {name: SAMPLERS[name].order for name in orders}
