"""A student's run on disk: it goes on where it stopped, to the bit, and its teacher stays what it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from genmodels import checkpoints, muon, runs
from genmodels.checkpoints import Card
from genmodels.datasets import DATASETS
from genmodels.models.diffusion import Diffusion
from genmodels.models.fewstep import ConsistencyTrainer, HalvingTrainer
from genmodels.runs import run
from genmodels.zoo import ZOO, Recipe
from tests.genmodels.test_fewstep import CPU, stir
from tests.genmodels.tiny import shrink


def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two students of a tiny teacher of digits, as rows of the zoo."""
    config = ZOO["digits-diffusion"].config | {"channels": 8, "multiples": [1]}
    monkeypatch.setitem(ZOO, "digits-diffusion", Recipe("diffusion", Diffusion, None, "digits", 1, 2, config))  # type: ignore[arg-type]
    for name, trainer, told in (
        ("digits-halved", HalvingTrainer, {"first": 16, "every": 2}),
        ("digits-consistent", ConsistencyTrainer, {"every": 2, "by": "muon", "guidance": 2.0}),
    ):
        row = Recipe("diffusion", Diffusion, trainer, "digits", 9, 2, config, told, after="digits-diffusion")
        monkeypatch.setitem(ZOO, name, row)
    monkeypatch.setattr(muon, "NARROWEST", 8)
    shrink(monkeypatch)


def teacher_of_digits(folder: Path) -> Diffusion:
    """Shipped, with weights that say something."""
    row, data = ZOO["digits-diffusion"], DATASETS["digits"]()
    torch.manual_seed(1)
    config = row.full_config(data)
    card = Card("digits-diffusion", config, "digits", data.data_version, {}, 1, 2, 0, 1.0, "CPU", "1")
    model = row.build(**config)
    stir(model)  # type: ignore[arg-type]
    checkpoints.save(folder / "digits-diffusion.safetensors", model, card)
    return checkpoints.load("digits-diffusion", folder=folder)  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["digits-halved", "digits-consistent"])
def test_resumed_equals_uninterrupted_to_the_bit(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Also where the gap, or the teacher, changes just where the run was stopped."""
    rows(monkeypatch)
    teacher_of_digits(tmp_path)
    data = DATASETS["digits"]()
    whole = [p.metrics for p in run(name, data, 7, "cpu", tmp_path / "whole", tmp_path)]
    parts = []
    for stop in (2, 3, 4, 7):
        parts += [p.metrics for p in run(name, data, stop, "cpu", tmp_path / "parts", tmp_path)]
    assert parts == whole
    a, b = (load_file(tmp_path / way / name / "snapshot.safetensors") for way in ("whole", "parts"))
    assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


@pytest.mark.parametrize("name", ["digits-halved", "digits-consistent"])
def test_a_student_that_goes_on_from_its_checkpoint_keeps_its_teacher(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows(monkeypatch)
    teacher, data = teacher_of_digits(tmp_path), DATASETS["digits"]()
    list(run(name, data, 2, "cpu", tmp_path / "runs", tmp_path))
    student, card = runs.export(name, data, tmp_path / "runs")
    checkpoints.save(tmp_path / f"{name}.safetensors", student, card)
    trainer = runs.trainer_of(ZOO[name], data, CPU, tmp_path)
    runs.take_up(trainer, runs.settings(name, ZOO[name], data), tmp_path)
    told = trainer.teacher.state_dict()  # type: ignore[attr-defined]
    assert all(torch.equal(value, told[key]) for key, value in teacher.state_dict().items())
    assert not all(torch.equal(value, told[key]) for key, value in trainer.modules["model"].state_dict().items())
