"""The pace of a network is the time of its evaluations, whoever else is waiting or at work beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from demo import library
from demo.fairness import PROCESSOR
from demo.views import denoising, denoising_pace, denoising_price
from demo.views.denoising_pace import Pace, timed
from demo.views.denoising_plan import Course, Plan
from demo.views.denoising_price import price
from genmodels import checkpoints
from tests.demo.shelf import put

NAME, TINY = "digits-diffusion", {"shape": [1, 8, 8], "labels": [10], "patch": 2, "channels": 8}
SLOW, WAIT, DRAWING = 10.0, 100.0, 1000.0  # seconds of a clock that only these three move


class Clock:
    """Stands still unless the network works, somebody else has the processor, or a step is drawn."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pace]:
    put(tmp_path, NAME, NAME, TINY | {"multiples": [1], "blocks": 1, "attention": 1})
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "LOADED", library.Loaded())
    monkeypatch.setattr(denoising_pace, "PACE", made := Pace())
    monkeypatch.setattr(denoising_price, "PACE", made)
    clock = Clock()
    kind: Any = type(library.diffusion_model(NAME))
    monkeypatch.setattr(denoising_pace, "time", SimpleNamespace(perf_counter=clock))
    forward, enter, panes = kind.forward, type(PROCESSOR).__enter__, denoising.panes
    monkeypatch.setattr(kind, "forward", lambda self, x, *more: clock.passes(SLOW * len(x)) or forward(self, x, *more))
    monkeypatch.setattr(type(PROCESSOR), "__enter__", lambda self: clock.passes(WAIT) or enter(self))
    monkeypatch.setattr(denoising, "panes", lambda *step: clock.passes(DRAWING) or panes(*step))
    yield made


@pytest.mark.parametrize("steps", [1, 6])
def test_neither_waiting_nor_drawing_nor_the_last_free_step_counts(pace: Pace, steps: int) -> None:
    plan = Plan(NAME, Course("heun", classes={"3": 1.0}, guidance=2.0), steps=steps, count="4")
    for _ in range(4):
        list(denoising.run(plan))
    assert pace.seconds(NAME, 4) == pytest.approx(SLOW * 4)
    assert price(plan)["seconds"] == pytest.approx(price(plan)["evaluations"] * SLOW * 4)


def test_before_the_first_run_one_evaluation_is_tried(pace: Pace) -> None:
    assert pace.seconds(NAME, 16) == pytest.approx(SLOW * 16)
    assert price(Plan(NAME, steps=30))["seconds"] == pytest.approx(30 * SLOW)


def test_the_first_run_corrects_what_was_tried(pace: Pace) -> None:
    pace.saw(NAME, 1, 500.0)
    denoise = timed(NAME, library.diffusion_model(NAME))
    with torch.no_grad():
        for _ in range(2):
            denoise(torch.zeros(1, 1, 8, 8), torch.tensor(0.5))
    assert pace.seconds(NAME, 1) == pytest.approx(SLOW)
