"""Checkpoints: what is saved comes back, and what is not a checkpoint is refused by name."""

from __future__ import annotations

import dataclasses
import json
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from genmodels import checkpoints
from genmodels.checkpoints import Card, available, load, read, save, sealed
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion
from genmodels.models.gan import GAN, Discriminator, Generator

CONFIG = {"shape": [1, 8, 8], "latent": 4, "generator": [16, 8], "discriminator": [8, 16]}
CARD = Card(
    recipe="digits-gan",
    config=CONFIG,
    dataset="digits",
    data_version="1",
    fields={"digit": list("0123456789")},
    steps=7,
    batch=2,
    seed=0,
    seconds=1.5,
    hardware="CPU",
    code="0.1.0",
    metrics={"n": 10, "seed": 0, "metrics": {"frechet-pca": {"value": 2.0, "low": 1.0, "high": 3.0, "floor": 0.5}}},
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    save(tmp_path / "good.safetensors", GAN(**CONFIG), CARD)
    return tmp_path / "good.safetensors"


def test_card_round_trip(good: Path):
    card = read(good)
    assert dataclasses.replace(card, weights="") == CARD
    assert len(card.weights) == 64 and card.kind == "gan"
    assert available(good.parent) == {"good": card}


def test_weights_come_back_rounded_to_float16(tmp_path: Path):
    model = GAN(**CONFIG)
    save(tmp_path / "m.safetensors", model, CARD)
    back = load("m", folder=tmp_path)
    for key, value in model.state_dict().items():
        assert torch.equal(back.state_dict()[key], value.half().float())
    assert not back.training and not any(p.requires_grad for p in back.parameters())
    stored = load_file(tmp_path / "m.safetensors")
    assert {key.split(".")[0] for key in stored} == {"generator", "discriminator"}
    assert {value.dtype for value in stored.values()} == {torch.float16}


def test_parts(good: Path):
    assert isinstance(load(good), GAN)
    assert isinstance(load(good, "generator"), Generator) and isinstance(load(good, "discriminator"), Discriminator)
    with pytest.raises(Refused) as refusal:
        load(good, "net")
    assert refusal.value.key == "no-part"


def test_a_diffusion_model_is_kept_as_its_net(tmp_path: Path):
    config = {
        "shape": [1, 8, 8],
        "labels": [2, 3],
        "patch": 2,
        "channels": 8,
        "multiples": [1],
        "blocks": 1,
        "attention": 0,
    }
    save(
        tmp_path / "d.safetensors",
        Diffusion(**config),
        dataclasses.replace(CARD, recipe="digits-diffusion", config=config),
    )
    assert {key.split(".")[0] for key in load_file(tmp_path / "d.safetensors")} == {"net"}
    assert isinstance(load("d", folder=tmp_path), Diffusion)
    assert read(tmp_path / "d.safetensors").kind == "diffusion"


def test_files_are_readable_by_all_and_whole(good: Path):
    assert good.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in good.parent.iterdir()] == [good.name]


def test_a_weight_beyond_float16_is_refused(tmp_path: Path):
    model = GAN(**CONFIG)
    next(model.parameters()).data[:] = 1e6
    with pytest.raises(Refused) as refusal:
        save(tmp_path / "m.safetensors", model, CARD)
    assert refusal.value.key == "not-finite" and not list(tmp_path.iterdir())


def rewritten(change: Callable[[dict, dict], None]) -> Callable[[Path], None]:
    """A file whose tensors and card were changed by someone who writes proper safetensors."""

    def spoil(path: Path) -> None:
        card = dataclasses.asdict(read(path))
        tensors = load_file(path)
        change(tensors, card)
        save_file(tensors, path, {"card": json.dumps(card)})

    return spoil


def overwritten(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(change(path.read_bytes())) and None


def in_config(**values: object) -> Callable[[Path], None]:
    return rewritten(lambda tensors, card: card["config"].update(values))


SPOILED_HEADERS = {
    "empty": overwritten(lambda data: b""),
    "text": overwritten(lambda data: b"version https://git-lfs.github.com/spec/v1\n" * 4),
    "pickle": overwritten(lambda data: pickle.dumps({"weights": [1, 2]})),
    "cut in the header": overwritten(lambda data: data[:100]),
    "cut in the weights": overwritten(lambda data: data[:-10]),
    "longer than it says": overwritten(lambda data: data + b"more"),
    "header absurdly long": overwritten(lambda data: struct.pack("<Q", 2**62) + data[8:]),
    "header one byte off": overwritten(lambda data: struct.pack("<Q", struct.unpack("<Q", data[:8])[0] + 1) + data[8:]),
    "no card": lambda path: save_file(load_file(path), path),
    "card is no JSON": lambda path: save_file(load_file(path), path, {"card": "{"}),
    "card is a list": lambda path: save_file(load_file(path), path, {"card": "[]"}),
    "card too long": lambda path: save_file(load_file(path), path, {"card": " " * 300_000 + "{}"}),
    "unknown recipe": rewritten(lambda tensors, card: card.update(recipe="no-such")),
    "unknown entry": rewritten(lambda tensors, card: card.update(surprise=1)),
    "another format": rewritten(lambda tensors, card: card.update(format=99)),
    "absurd width": in_config(generator=[10**9, 8]),
    "absurd depth": in_config(generator=[8] * 1000),
    "config of another kind": in_config(latent={"a": 1}),
    "config nonsense": in_config(latent=None),
    "unknown config": in_config(colour="red"),
    "tensor missing": rewritten(lambda tensors, card: tensors.pop("generator.enter.weight")),
    "tensor too many": rewritten(lambda tensors, card: tensors.update(extra=torch.zeros(1, dtype=torch.float16))),
    "wrong shape": rewritten(lambda tensors, card: tensors.update({"generator.enter.bias": torch.zeros(3).half()})),
    "wrong dtype": rewritten(
        lambda tensors, card: tensors.update({"generator.enter.bias": tensors["generator.enter.bias"].float()})
    ),
}


@pytest.mark.parametrize("how", SPOILED_HEADERS)
def test_a_bad_file_is_refused_by_name_and_left_out(how: str, good: Path):
    SPOILED_HEADERS[how](good)
    save(good.with_name("other.safetensors"), GAN(**CONFIG), CARD)
    for attempt in (read, load, sealed):
        with pytest.raises(Refused) as refusal:
            attempt(good)
        assert refusal.value.key == "bad-checkpoint" and refusal.value.values["file"] == good.name
    bad: list[Refused] = []
    assert list(available(good.parent, bad)) == ["other"]
    assert [refusal.values["file"] for refusal in bad] == [good.name]


def test_a_bad_file_is_refused_also_where_python_skips_assertions(tmp_path: Path):
    path = tmp_path / "newer.safetensors"
    save(path, GAN(**CONFIG), dataclasses.replace(CARD, format=2))
    code = "import sys, pathlib, genmodels.checkpoints as c; c.read(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-O", "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "newer.safetensors" in done.stderr.splitlines()[-1]


def test_one_flipped_bit_in_the_weights_is_noticed(good: Path):
    data = bytearray(good.read_bytes())
    data[-50] ^= 1
    good.write_bytes(data)
    for attempt in (load, sealed):
        with pytest.raises(Refused) as refusal:
            attempt(good)
        assert refusal.value.key == "bad-checkpoint"


def test_a_heavy_file_is_refused_by_name_before_it_is_opened(good: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoints, "HEAVIEST", good.stat().st_size)
    assert read(good) == sealed(good)
    monkeypatch.setattr(checkpoints, "HEAVIEST", good.stat().st_size - 1)
    monkeypatch.setattr(checkpoints, "safe_open", None)
    for attempt in (read, load, sealed):
        with pytest.raises(Refused) as refusal:
            attempt(good)
        assert refusal.value.key == "checkpoint-size" and str(refusal.value).startswith(good.name)
    bad: list[Refused] = []
    assert available(good.parent, bad) == {} and len(bad) == 1


@pytest.mark.parametrize("name", ["missing", "../good", "folder/good", ""])
def test_only_plain_names_are_looked_up(name: str, good: Path):
    (good.parent / "folder").mkdir()
    (good.parent / "folder" / "good.safetensors").write_bytes(good.read_bytes())
    with pytest.raises(Refused) as refusal:
        load(name, folder=good.parent / "folder" if name == "../good" else good.parent)
    assert refusal.value.key == "no-checkpoint"


def test_a_missing_path_is_refused(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        load(tmp_path / "gone.safetensors")
    assert refusal.value.key == "no-checkpoint"


@pytest.mark.parametrize("name", available())
def test_every_shipped_checkpoint_is_small_and_loads(name: str):
    path = checkpoints.FOLDER / f"{name}.safetensors"
    assert path.stat().st_size < 10_000_000
    load(name)


def test_no_shipped_file_is_bad():
    bad: list[Refused] = []
    available(bad=bad)
    assert bad == []
