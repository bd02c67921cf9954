"""Every row of the zoo, through the real command line: trained, exported, listed, drawn from, measured."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from genmodels import checkpoints
from genmodels.__main__ import main
from genmodels.evaluation import drawable
from genmodels.latents import draw
from genmodels.zoo import ZOO
from tests.genmodels.tiny import shrink


@pytest.mark.parametrize("name", ZOO)
def test_a_rate_that_falls_is_down_when_the_training_ends(name: str):
    told = ZOO[name].optimizer
    assert ZOO[name].steps == told.get("until", ZOO[name].steps) == [ZOO[name].steps, *told.get("falls", ())][-1]


@pytest.mark.parametrize("name", ZOO)
def test_from_recipe_to_picture(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    shrink(monkeypatch)
    recipe = ZOO[name]
    shape = recipe.data().shape

    def command(*words: str) -> list:
        places = ["--json", "--runs", str(tmp_path / "runs"), "--checkpoints", str(tmp_path / "checkpoints")]
        assert main([*words, *places]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    if recipe.after:  # the teacher's checkpoint is looked for where this one will lie
        command("train", recipe.after, "--steps", "1", "--device", "cpu")
        command("export", recipe.after, "--n", "0")
    lines = command("train", name, "--steps", "2", "--device", "cpu")
    assert [line["step"] for line in lines] == [1, 2]
    assert all(line.keys() == {"step", "rate", "eta", "metrics"} for line in lines)

    (before,) = command("list")
    assert [row["name"] for row in before] == list(ZOO)
    assert {row["name"] for row in before if row["file"]} == {recipe.after} - {None}
    short = ("--steps", "3") if recipe.kind == "diffusion" else ()
    (exported,) = command("export", name, "--n", "10", *short)
    assert exported["steps"] == 2 and exported["bytes"] < 10_000_000
    (after,) = command("list")
    row = next(row for row in after if row["name"] == name)
    assert row["file"] == f"{name}.safetensors" and row["metrics"]["n"] == 10
    assert row["kind"] == recipe.kind and row["data"] == recipe.dataset and row["parameters"] <= 4_600_000

    (measured,) = command("evaluate", name, "--n", "10", *short)
    assert measured["n"] == 10 and measured["seed"] == 0 and measured["metrics"]
    for measure in measured["metrics"].values():
        assert measure.keys() == {"value", "low", "high", "floor"}
        assert measure["low"] <= measure["value"] <= (math.inf if measure["high"] is None else measure["high"])

    if recipe.kind in ("reader", "encoder"):  # it looks at pictures and draws none
        assert main(["sample", name, "--checkpoints", str(tmp_path / "checkpoints")]) == 2
        return
    (drawn,) = command("sample", name, "--n", "2", "--seed", "5", "--out", str(tmp_path / "out"))
    assert drawn["seeds"] == [5, 6] and len(drawn["sha256"]) == 64
    (again,) = command("sample", name, "--n", "2", "--seed", "5", "--out", str(tmp_path / "out"))
    assert again["sha256"] == drawn["sha256"]
    with Image.open(drawn["files"][0]) as picture:
        assert picture.size == (shape[2] * max(64 // shape[2], 1),) * 2 and len(picture.getbands()) == shape[0]

    model = drawable(checkpoints.load(name, folder=tmp_path / "checkpoints"))
    pictures = model.decode(draw(model.latent_shape, [1, 2, 3]))
    assert pictures.shape == (3, *shape) and pictures.dtype == torch.float32
    assert pictures.isfinite().all() and pictures.abs().max() <= 1


@pytest.mark.parametrize("name", ZOO)
def test_a_row_is_plain_data(name: str):
    """So that a card can carry it and a resumed run can be compared with it."""
    recipe = ZOO[name]
    config = recipe.full_config(recipe.data())
    assert json.loads(json.dumps(config)) == config
    assert json.loads(json.dumps(recipe.optimizer)) == recipe.optimizer
    assert recipe.after is None or recipe.after in ZOO


@pytest.mark.parametrize("times", [1.5, 2.0, 3.25])
def test_a_value_is_shown_as_often_as_its_row_says(times: float):
    recipe = replace(ZOO["digits-gan"], often={"3": times, "7": 2.0})
    data = recipe.data()
    plain, shown = (np.bincount(data.labels(items).argmax(1)) for items in (data.train, recipe.shown(data)))
    assert (shown / plain)[[3, 7]] == pytest.approx([times, 2.0], abs=0.01)
    others = [k for k in range(10) if k not in (3, 7)]
    assert (shown[others] == plain[others]).all()
    assert set(recipe.shown(data)) == set(data.train), "nothing that is held out is shown"
