"""Trained models on disk: what is offered, what is kept in memory, and what happens when files change or are bad."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from demo import library
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from genmodels.models.gan import GAN

CONFIG = {"shape": [1, 8, 8], "latent": 8, "generator": [16, 8], "discriminator": [8, 16]}
DATA = DATASETS["digits"]()
FIELDS = {name: list(values) for name, values in DATA.fields.items()}
CARD = Card("digits-gan", CONFIG, "digits", DATA.data_version, FIELDS, 3, 64, 0, 1.0, "CPU", "test")
STAMP = (1, 1)


def put(folder: Path, name: str, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    save(folder / f"{name}.safetensors", GAN(**CONFIG), CARD)
    return folder / f"{name}.safetensors"


def flip(path: Path) -> None:
    """One bit of the weights."""
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(data)


def test_files_come_and_go_while_the_page_is_open(folder: Path):
    assert library.latent_models() == []
    put(folder, "one")
    path = put(folder, "two")
    assert library.latent_models() == ["one", "two"]
    path.unlink()
    assert library.latent_models() == ["one"]
    with pytest.raises(Refused) as refusal:
        library.latent_model("two")
    assert refusal.value.key == "no-checkpoint"


def test_a_model_is_known_without_a_look_at_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch):
    put(folder, "one")
    flip(put(folder, "two"))
    outside = put(folder.parent, "three")
    monkeypatch.setattr(library, "_names", lambda: pytest.fail("the whole folder was listed"))
    known = [name for name in ("one", "two", "three", f"../{outside.stem}", "") if library.is_of_kind("gan", name)]
    assert known == ["one"]
    assert not library.is_of_kind("diffusion", "one")
    (folder / "one.safetensors").unlink()
    assert not library.is_of_kind("gan", "one")


def test_a_damaged_file_costs_one_line_and_its_place_in_the_menu(folder: Path, caplog: pytest.LogCaptureFixture):
    put(folder, "good")
    flip(put(folder, "bad"))
    assert library.latent_models() == ["good"]
    assert [record.getMessage().count("bad.safetensors") for record in caplog.records] == [1]


def test_only_what_has_changed_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    sealed = checkpoints.sealed
    monkeypatch.setattr(checkpoints, "sealed", lambda path: read.append(path.stem) or sealed(path))
    paths = {name: put(folder, name) for name in ("a", "b", "c")}
    assert library.latent_models() == library.latent_models() == ["a", "b", "c"] == read
    put(folder, "b", seed=1)
    flip(paths["c"])
    os.utime(paths["b"], ns=(1, 2))
    os.utime(paths["c"], ns=(1, 2))
    assert library.latent_models() == library.latent_models() == ["a", "b"]
    assert read[3:] == ["b", "c"]
    put(folder, "c", seed=1)
    paths["a"].unlink()
    assert library.latent_models() == ["b", "c"] and read[5:] == ["c"]
    assert {path.stem for path in library.KNOWN} == {"b", "c"}


def test_a_file_of_another_size_is_another_file_whatever_its_date(folder: Path):
    path = put(folder, "model")
    os.utime(path, ns=(1, 2))
    assert library.latent_models() == ["model"]
    path.write_bytes(path.read_bytes() + b"more")
    os.utime(path, ns=(1, 2))
    assert library.latent_models() == []


def test_a_heavy_file_costs_one_line_and_is_not_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    put(folder, "good")
    with open(folder / "heavy.safetensors", "wb") as file:
        file.truncate(checkpoints.HEAVIEST + 1)  # a hole, which takes no room
    opened: list[str] = []
    monkeypatch.setattr(
        checkpoints, "safe_open", lambda path, **how: opened.append(path.stem) or safe_open(path, **how)
    )
    assert library.latent_models() == library.latent_models() == ["good"]
    assert set(opened) == {"good"}
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("heavy.safetensors") and "128 MB" in line and "\n" not in line


def test_weights_are_told_apart_by_their_digest(folder: Path):
    path = put(folder, "model")
    assert library.weights("model") == checkpoints.read(path).weights != ""
    flip(path)
    assert library.weights("model") == library.weights("nobody") == ""


def test_a_file_that_lies_about_its_build_is_refused_when_asked_for(folder: Path):
    lie = dataclasses.replace(CARD, config={**CONFIG, "latent": 9})
    save(folder / "lie.safetensors", GAN(**CONFIG), lie)
    with pytest.raises(Refused) as refusal:
        library.latent_model("lie")
    assert refusal.value.key == "bad-checkpoint"


def test_a_new_file_of_the_same_name_is_read_anew(folder: Path):
    path = put(folder, "model", seed=0)
    z = torch.ones(1, 8)
    before = library.latent_model("model").decode(z)
    put(folder, "model", seed=1)
    os.utime(path, ns=(1, 2))
    assert not torch.equal(library.latent_model("model").decode(z), before)


def test_models_are_shared_and_the_longest_unused_goes_first(folder: Path):
    for name in ("a", "b", "c"):
        put(folder, name)
    size = library.weight(library.part("a"))
    assert size == 4 * sum(p.numel() for p in GAN(**CONFIG).parameters())
    kept = library.Loaded(most=2 * size)
    first, second = kept.get("a", None, STAMP), kept.get("b", None, STAMP)
    assert kept.get("a", None, STAMP) is first
    kept.get("c", None, STAMP)
    assert kept.get("a", None, STAMP) is first
    assert kept.get("b", None, STAMP) is not second


def test_one_model_larger_than_the_limit_is_still_kept(folder: Path):
    put(folder, "a")
    kept = library.Loaded(most=1)
    assert kept.get("a", None, STAMP) is kept.get("a", None, STAMP)
