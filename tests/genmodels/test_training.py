"""Training: a stopped run goes on as if it had never stopped, and refuses to go on as something else."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from itertools import repeat
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from genmodels import checkpoints, runs, training
from genmodels.datasets import DATASETS
from genmodels.datasets.cache import Cached, files, render
from genmodels.datasets.dataset import Batch, Dataset
from genmodels.datasets.digits import Digits
from genmodels.errors import Refused
from genmodels.runs import run
from genmodels.snapshots import read_snapshot
from genmodels.training import train
from genmodels.zoo import ZOO
from tests.genmodels.tiny import Few, shrink

TINY = ["digits-gan", "digits-diffusion"]
BATCH = Batch(torch.zeros(2, 1, 8, 8), torch.zeros(2, 0))


class Counting:
    """A trainer whose loss is its own step number, and not a number at `bad`."""

    def __init__(self, bad: int = 0) -> None:
        self.done, self.bad = 0, bad

    def step(self, batch: Batch) -> dict[str, float]:
        self.done += 1
        return {"fine": 1.0, "loss": math.nan if self.done == self.bad else float(self.done)}


@pytest.fixture
def digits(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    shrink(monkeypatch)
    return DATASETS["digits"]()


def test_progress_comes_after_its_step():
    trainer = Counting()
    for progress in train(trainer, repeat(BATCH), 5):
        assert progress.step == trainer.done == progress.metrics["loss"]
        assert progress.rate > 0 and progress.eta >= 0
    assert trainer.done == 5 and progress.eta == 0


def test_not_a_number_names_step_and_cause():
    seen = []
    with pytest.raises(Refused) as refusal:
        seen.extend(train(Counting(bad=3), repeat(BATCH), 9))
    assert len(seen) == 2
    assert refusal.value.key == "not-finite" and refusal.value.values == {"step": 3, "cause": "loss"}


@pytest.mark.parametrize("name", TINY)
def test_not_a_number_leaves_no_snapshot(name: str, digits: Dataset, tmp_path: Path):
    class Broken(Few):
        def batch(self, items):
            x0, label = super().batch(items)
            return Batch(x0 * math.nan, label)

    with pytest.raises(Refused) as refusal:
        list(run(name, Broken(digits), 3, "cpu", tmp_path))
    assert refusal.value.key == "not-finite" and refusal.value.values["step"] == 1
    assert not (tmp_path / name / "snapshot.safetensors").exists()


@pytest.mark.parametrize("name", TINY)
def test_resumed_equals_uninterrupted_to_the_bit(name: str, digits: Dataset, tmp_path: Path):
    whole = [p.metrics for p in run(name, digits, 9, "cpu", tmp_path / "whole")]
    parts = [p.metrics for p in run(name, digits, 4, "cpu", tmp_path / "parts")]
    stopped = run(name, digits, 9, "cpu", tmp_path / "parts")
    parts += [next(stopped).metrics, next(stopped).metrics]
    stopped.close()
    parts += [p.metrics for p in run(name, digits, 9, "cpu", tmp_path / "parts")]
    assert parts == whole
    a, b = (load_file(tmp_path / way / name / "snapshot.safetensors") for way in ("whole", "parts"))
    assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)
    assert any("exp_avg" in key for key in a)


@pytest.mark.parametrize("name", [*TINY, "glyphs-sngan", "glyphs-cosine-v"])
def test_goes_on_from_the_checkpoint_where_no_run_is_kept(name: str, digits: Dataset, tmp_path: Path):
    data, shelf = DATASETS[ZOO[name].dataset](), tmp_path / "shelf"
    list(run(name, data, 3, "cpu", tmp_path / "old"))
    model, card = runs.export(name, data, tmp_path / "old")
    checkpoints.save(shelf / f"{name}.safetensors", model, card)
    assert list(run(name, data, 3, "cpu", tmp_path / "new", shelf, on=True)) == []
    (step,) = run(name, data, 4, "cpu", tmp_path / "new", shelf, on=True)
    assert step.step == 4
    note, _ = read_snapshot(tmp_path / "new" / name)
    assert note["seconds"] > card.seconds


@pytest.mark.parametrize("name", [*TINY, "glyphs-sngan", "glyphs-cosine-v"])
def test_what_goes_on_has_the_weights_of_the_checkpoint(name: str, digits: Dataset, tmp_path: Path):
    """In what is averaged and, as its layers compute with them, in what learns."""
    recipe = ZOO[name]
    data = DATASETS[recipe.dataset]()
    list(run(name, data, 3, "cpu", tmp_path))
    model, card = runs.export(name, data, tmp_path)
    checkpoints.save(tmp_path / f"{name}.safetensors", model, card)
    kept = checkpoints.load(name, folder=tmp_path)
    trainer = runs.trainer_of(recipe, data, torch.device("cpu"), tmp_path)
    runs.take_up(trainer, runs.settings(name, recipe, data), tmp_path)
    assert trainer.done == 3
    for key, value in kept.named_parameters():
        if not key.startswith("others."):  # the second of two averages: only one network learns
            found = attrgetter(key)(trainer.modules["model"])
            assert torch.allclose(found, value, rtol=0.02, atol=0.02 * value.abs().max().item()), key
    shipped = trainer.modules["ema"].state_dict()
    assert all(torch.equal(shipped[key], value) for key, value in kept.state_dict().items())


def test_a_checkpoint_of_another_shape_is_not_gone_on_from(digits: Dataset, tmp_path: Path, monkeypatch):
    list(run("digits-gan", digits, 1, "cpu", tmp_path))
    checkpoints.save(tmp_path / "digits-gan.safetensors", *runs.export("digits-gan", digits, tmp_path))
    shrink(monkeypatch, config=ZOO["digits-gan"].config | {"latent": 4})
    with pytest.raises(Refused) as refusal:
        next(run("digits-gan", digits, 2, "cpu", tmp_path / "new", tmp_path, on=True))
    assert refusal.value.key == "other-run" and refusal.value.values["differing"] == "config"


def test_a_finished_run_has_nothing_to_do(digits: Dataset, tmp_path: Path):
    list(run("digits-gan", digits, 2, "cpu", tmp_path))
    assert list(run("digits-gan", digits, 2, "cpu", tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "differing"),
    [({"seed": 9}, "seed"), ({"batch": 3}, "batch"), ({"optimizer": {"lr": 1e-5}}, "optimizer")],
)
def test_another_configuration_is_refused(
    change: dict, differing: str, digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    list(run("digits-gan", digits, 1, "cpu", tmp_path))
    shrink(monkeypatch, **change)
    with pytest.raises(Refused) as refusal:
        list(run("digits-gan", digits, 2, "cpu", tmp_path))
    assert refusal.value.key == "other-run" and refusal.value.values["differing"] == differing


def test_another_drawing_is_refused(digits: Dataset, tmp_path: Path):
    list(run("digits-gan", digits, 1, "cpu", tmp_path))
    digits.data_version = "2"
    with pytest.raises(Refused, match="data_version"):
        list(run("digits-gan", digits, 2, "cpu", tmp_path))


def test_a_broken_or_missing_snapshot_is_refused(digits: Dataset, tmp_path: Path):
    with pytest.raises(Refused) as missing:
        runs.export("digits-gan", digits, tmp_path)
    assert missing.value.key == "no-snapshot"
    (tmp_path / "digits-gan").mkdir()
    (tmp_path / "digits-gan" / "snapshot.safetensors").write_bytes(b"nothing")
    with pytest.raises(Refused) as broken:
        list(run("digits-gan", digits, 2, "cpu", tmp_path))
    assert broken.value.key == "bad-checkpoint"


def test_snapshots_and_sheets_come_with_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shrink(monkeypatch, snapshots=0, sheets=0)
    place = tmp_path / "digits-diffusion"
    for progress in run("digits-diffusion", DATASETS["digits"](), 3, "cpu", tmp_path):
        note, _ = read_snapshot(place)
        assert note["step"] == progress.step
        assert (place / f"sheet-{progress.step:07d}.png").exists()
    with Image.open(place / "sheet-0000003.png") as sheet:
        assert sheet.size == (128, 128) and sheet.mode == "L"


def test_a_sheet_puts_pictures_in_reading_order(tmp_path: Path):
    pictures = torch.stack([torch.full((3, 64, 64), value) for value in (-1.0, -0.5, 0.5, 1.0)])
    runs.save_sheet(tmp_path / "sheet.png", pictures)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert [sheet.getpixel(at)[0] for at in ((0, 0), (64, 0), (0, 64), (127, 127))] == [0, 64, 191, 255]


def test_a_killed_run_leaves_a_snapshot_that_loads(tmp_path: Path):
    """A real process, killed without a chance to tidy up."""
    script = (
        "import dataclasses, sys; from pathlib import Path; from genmodels import zoo, __main__ as m\n"
        "row = zoo.ZOO['digits-gan']; zoo.ZOO['digits-gan'] = dataclasses.replace(row, snapshots=0, batch=2)\n"
        "m.main(['train', 'digits-gan', '--steps', '100000', '--json', '--device', 'cpu', '--runs', sys.argv[1]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": "."},
    )
    assert process.stdout is not None
    seen = [json.loads(process.stdout.readline())["step"] for _ in range(6)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    note, tensors = read_snapshot(tmp_path / "digits-gan")
    assert note["step"] >= seen[-1] - 1 and all(value.isfinite().all() for value in tensors.values())
    assert runs.export("digits-gan", Digits(), tmp_path)[1].steps == note["step"]


def test_drawn_once_and_read_back(tmp_path: Path):
    data = Digits()
    counts = list(render(data, tmp_path, workers=1))
    assert counts[-1] == len(data.train) and list(render(data, tmp_path)) == []
    cached = Cached(data, tmp_path)
    for items in ([3, 1, 1_000], [data.held_out[5], data.held_out[0]]):
        assert np.array_equal(cached.pictures(items), data.pictures(items))
        assert np.array_equal(cached.labels(items), data.labels(items))
        assert torch.equal(cached.batch(items).x0, data.batch(items).x0)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files(data, tmp_path)}


def test_devices(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training.device_of("auto").type == training.device_of("cpu").type == "cpu"
    with pytest.raises(Refused) as refusal:
        training.device_of("cuda")
    assert refusal.value.key == "no-cuda"


@pytest.mark.parametrize(("fast", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_bfloat16_only_where_it_is_fast(fast: bool, expected: torch.dtype, monkeypatch: pytest.MonkeyPatch):
    for kind in ("amx_tile", "avx512_bf16"):
        monkeypatch.setattr(torch.cpu, f"_is_{kind}_supported", lambda: fast, raising=False)
    with training.autocast(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == expected


def test_the_zoo_names_a_row_or_refuses():
    with pytest.raises(Refused, match="faces-gan"):
        next(run("no-such", Digits()))
    assert ZOO["faces-gan"].dataset == "faces"


def test_rate_is_that_of_the_last_steps():
    class Slow(Counting):
        def step(self, batch: Batch) -> dict[str, float]:
            time.sleep(0.02 if self.done < 3 else 0.0)
            return super().step(batch)

    *_, last = train(Slow(), repeat(BATCH), 3 + 2 * training.WINDOW)
    assert last.rate > 50
