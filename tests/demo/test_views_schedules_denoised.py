"""A model asked on another schedule than its own sees what the closed form sees there, and says where it cannot."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from demo import library
from demo.checks import accept
from demo.fairness import InTurn
from demo.tabs.schedules import FIRST, STARTS
from demo.views import schedules_forward as process
from demo.views.schedules_denoised import covered, denoised, guessed
from genmodels.denoising.estimate import Estimate, given_x0
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import NoiseSchedule

DRAWN = {"quantity": "alpha-bar", "points": STARTS["sigmoid"]}
ASKED = {"slots": FIRST, "drawn": DRAWN, "focus": "a", "t": 0.4, "source": "glyph", "item": 3, "seed": 1}


class Gaussian:
    """Knows, on its own schedule, that every pixel is standard normal: the best guess is a share of x."""

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule, self.calls = schedule, 0

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        self.calls += 1
        alpha, sigma = (rate(t).reshape(-1, 1, 1, 1) for rate in (self.schedule.alpha, self.schedule.sigma))
        return given_x0(self.schedule, x, t, (x * alpha / (alpha**2 + sigma**2)).float())


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Gaussian:
    made = Gaussian(SCHEDULES["linear"]())
    monkeypatch.setattr(library, "diffusion_models", lambda: ["told"])
    monkeypatch.setattr(library, "cards", lambda: {"told": SimpleNamespace(config={"shape": [1, 28, 28]})})
    monkeypatch.setattr(library, "diffusion_model", lambda name: made)
    return made


def seen(**values: Any) -> dict[str, Any]:
    return denoised(**accept(denoised, {**ASKED, **values}))


def pixels(letters: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(letters)))).astype(float)


@pytest.mark.parametrize("name", SCHEDULES)
def test_its_guess_is_the_closed_form_of_the_schedule_it_is_asked_on(name: str):
    schedule, known = SCHEDULES[name](), SCHEDULES["shifted-cosine"]()
    x0, eps = process.clean("glyph", "", 3), process.noise((1, 1, 28, 28), 0)
    times = torch.linspace(0.05, 0.95, 6, dtype=torch.float64)
    assert covered(schedule, known, times).all()
    guesses = guessed(InTurn(Gaussian(known)), schedule, x0, eps, times, torch.ones(6, dtype=torch.bool))
    for t, guess in zip(times, guesses, strict=True):
        alpha, sigma = schedule.alpha(t), schedule.sigma(t)
        best = (alpha * (alpha * x0 + sigma * eps) / (alpha**2 + sigma**2)).float()
        assert torch.allclose(guess, best[0], atol=2e-4)


@pytest.mark.parametrize("name", SCHEDULES)
def test_no_noise_is_no_question_and_too_much_has_no_answer(name: str):
    schedule, known = SCHEDULES[name](), SCHEDULES["linear"]()
    ends = covered(schedule, known, torch.tensor([0.0, 1.0], dtype=torch.float64))
    most = float(known.noise_level(torch.ones((), dtype=torch.float64)))
    assert ends.tolist() == [True, float(schedule.noise_level(torch.ones((), dtype=torch.float64))) <= most]
    x0, model = process.clean("glyph", "", 3), Gaussian(known)
    times = torch.tensor([0.0, 1.0], dtype=torch.float64)
    only_clean = torch.tensor([True, False])
    guesses = guessed(InTurn(model), schedule, x0, process.noise((1, 1, 28, 28), 0), times, only_clean)
    assert torch.equal(guesses[0], x0[0]) and not guesses[1].any() and model.calls == 0


def test_the_page_gets_guess_strip_and_error_in_one_evaluation(network: Gaussian):
    reply = seen()
    schedule = SCHEDULES["linear"]()
    t = torch.tensor(ASKED["t"], dtype=torch.float64)
    x0, eps = process.clean("glyph", "", 3), process.noise((1, 1, 28, 28), 1)
    alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
    best = alpha * (alpha * x0 + sigma * eps) / (alpha**2 + sigma**2)
    assert (reply["model"], reply["known"]) == ("told", True)
    assert reply["off"] == pytest.approx(float((best - x0).square().mean()), rel=1e-3)
    assert np.abs(pixels(reply["image"]) - ((best[0, 0].clamp(-1, 1) + 1) * 127.5).numpy()).mean() < 3
    assert pixels(reply["strip"]).shape == (28, 28 * process.STOPS) and len(reply["covered"]) == process.STOPS
    assert network.calls == 1
    assert "strip" not in seen(have=reply["key"], t=0.7), "the strip is the same wherever t is"


def test_what_it_was_never_trained_on_it_does_not_guess(network: Gaussian):
    reply = seen(focus="b", t=1.0)  # a cosine, which ends in pure noise
    assert not reply["known"] and reply["level"] > reply["most"]
    assert reply["covered"][0] and not reply["covered"][-1]


@pytest.mark.parametrize("values", [{"model": "nobody"}, {"source": "points"}])
def test_where_nobody_is_asked_nothing_is_said(network: Gaussian, values: dict[str, Any]):
    assert seen(**values) == {"model": None} and network.calls == 0


def test_a_model_of_other_pictures_is_not_asked(network: Gaussian):
    assert seen(source="face", model="told") == {"model": None, "unfit": True}
    assert seen(source="face") == {"model": None, "unfit": False}
    with pytest.raises(Refused):
        seen(model="gone")
