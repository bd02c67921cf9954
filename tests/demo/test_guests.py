"""What a visitor brings to a local server: a whole checkpoint that fits joins the menus, everything else is refused."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from demo import guests, library
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.errors import Refused
from genmodels.zoo import ZOO
from tests.demo.test_library import CARD, CONFIG, put


def test_a_checkpoint_that_was_brought_is_a_model_like_any_other(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
):
    put(folder, "one")
    guest = put(tmp_path_factory.mktemp("elsewhere"), "My Model (2)", seed=5)
    name = guests.adopt(guest)
    assert name == "own-my-model-2" and library.latent_models() == ["one", name]
    expected = checkpoints.load(guest, "generator").decode(torch.ones(1, 8))
    guest.unlink()
    assert torch.equal(library.latent_model(name).decode(torch.ones(1, 8)), expected)


def test_guests_leave_in_the_order_of_coming(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("elsewhere")
    names = [guests.adopt(put(outside, f"m{k}")) for k in range(guests.GUESTS + 1)]
    assert library.latent_models() == names[1:]


def test_no_copy_is_left_of_what_went_or_came_again(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    guest = put(tmp_path_factory.mktemp("elsewhere"), "guest")
    name = guests.adopt(guest)
    first = library.OWN[name].parent
    guests.adopt(guest)
    second = library.OWN[name].parent
    assert not first.exists() and second.exists()
    guests.leave_nothing()
    assert not second.exists() and library.latent_models() == []


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_weights_that_are_no_numbers_are_not_adopted(
    number: float, folder: Path, tmp_path_factory: pytest.TempPathFactory
):
    """Ours are never written so; but a seal says only that nothing changed since."""
    guest = put(tmp_path_factory.mktemp("elsewhere"), "guest")
    weights = safetensors.torch.load_file(guest)
    next(value for key, value in weights.items() if key.startswith("generator")).view(-1)[3] = number
    card = dataclasses.replace(CARD, weights=checkpoints._fingerprint(weights, CARD))
    checkpoints.write(guest, weights, {"card": json.dumps(dataclasses.asdict(card), sort_keys=True)})
    with pytest.raises(Refused) as refusal:
        guests.adopt(guest)
    assert refusal.value.key == "checkpoint-numbers" and library.latent_models() == []


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:-7], lambda data: data[:8] + b"{}" + data[10:]])
def test_what_is_no_checkpoint_is_not_adopted(spoil, folder: Path, tmp_path_factory: pytest.TempPathFactory):
    guest = put(tmp_path_factory.mktemp("elsewhere"), "guest")
    guest.write_bytes(spoil(guest.read_bytes()))
    with pytest.raises(Refused):
        guests.adopt(guest)
    assert library.latent_models() == []


def other(**facts: Any) -> Card:
    return dataclasses.replace(CARD, **facts)


LARGER = {**CONFIG, "shape": [1, 16, 16], "generator": [16, 8], "discriminator": [8, 16]}
STRANGE = {
    "a data set of nobody": ("checkpoint-data", other(dataset="<img src=x onerror=alert(1)>")),
    "pictures of somebody's own": ("checkpoint-data", other(dataset="folder")),
    "points in a plane": ("checkpoint-unlike", other(dataset="points")),
    "pictures of another size": ("checkpoint-unlike", other(config=LARGER)),
    "pictures of another data set": ("checkpoint-unlike", other(dataset="glyphs")),
    "attributes of another data set": ("checkpoint-unlike", other(fields={"digit": ["0", "1"]})),
    "no attributes": ("checkpoint-unlike", other(fields={})),
    "latents that call for other attributes": ("checkpoint-unlike", other(config={**CONFIG, "axes": [[0.5, 0.5]]})),
    "odds below nothing": ("checkpoint-unlike", other(config={**CONFIG, "axes": [[1.0] * 9 + [-1.0]]})),
    "odds of nothing": ("bad-checkpoint", other(config={**CONFIG, "axes": [[0.0] * 10]})),
    "other classes to ask for": ("checkpoint-unlike", other(recipe="glyphs-cgan", config={**CONFIG, "labels": [3]})),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_model_of_other_pictures_than_its_card_says_is_not_adopted(
    kind: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
):
    key, card = STRANGE[kind]
    guest = tmp_path_factory.mktemp("elsewhere") / "guest.safetensors"
    sound = (
        {**card.config, "axes": [[1.0] * len(odds) for odds in card.config["axes"]]}
        if "axes" in card.config
        else card.config
    )
    save(guest, ZOO[card.recipe].build(**sound), card)
    with pytest.raises(Refused) as refusal:
        guests.adopt(guest)
    assert refusal.value.key == key and "\n" not in str(refusal.value) and library.latent_models() == []


def test_a_file_too_large_is_not_even_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
):
    guest = put(tmp_path_factory.mktemp("elsewhere"), "guest")
    monkeypatch.setattr(guests, "LARGEST", guest.stat().st_size - 1)
    with pytest.raises(Refused) as refusal:
        guests.adopt(guest)
    assert refusal.value.key == "checkpoint-size"
