"""The table of the forward process: its errors are those of denoisers whose errors are known."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from demo import library
from demo.checks import accept
from demo.views import denoising_forward as view
from genmodels.datasets import DATASETS
from genmodels.denoising.estimate import Estimate, given_x0
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import NoiseSchedule

DATA = DATASETS["digits"]()


@dataclass
class Told:
    """A denoiser that answers what it is made to, and remembers what it was told."""

    answer: Callable[[Tensor, Tensor, NoiseSchedule], Tensor]
    schedule: NoiseSchedule = field(default_factory=SCHEDULES["shifted-cosine"])
    labels: tuple[int, ...] = (10,)
    heard: list[Tensor | None] = field(default_factory=list)

    def __call__(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate:
        self.heard.append(label)
        return given_x0(self.schedule, x, t, self.answer(x, t, self.schedule))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """The table of a denoiser, asked for as the page asks."""

    def made(network: Any, **asked: Any) -> dict[str, Any]:
        card = type("Card", (), {"dataset": "digits"})
        monkeypatch.setattr(library, "cards", lambda: {"told": card})
        monkeypatch.setattr(library, "diffusion_model", lambda name: network)
        return view.table("told", **asked)

    return made


def pixels(letters: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(letters)))).astype(int)


def clean(items: range) -> Tensor:
    return DATA.batch(list(items)).x0


@pytest.mark.parametrize("first", [0, 5])
@pytest.mark.parametrize("side", view.SIDES)
def test_who_knows_the_pictures_is_never_wrong(shown: Any, side: str, first: int):
    items = getattr(DATA, side)[view.ROWS * first : view.ROWS * (first + 1)]
    reply = shown(Told(lambda x, t, schedule: clean(items)), side=side, first=first)
    assert reply["items"] == list(items)
    assert [level["error"] for level in reply["levels"]] == [0.0] * view.COLUMNS
    guesses = pixels(reply["x0"]).reshape(view.ROWS, 8, view.COLUMNS, 8)
    assert np.abs(guesses - guesses[:, :, :1]).max() <= 8, "the same picture in every column"
    assert np.abs(guesses[:, :, 0].reshape(-1, 8) - pixels(reply["clean"])).max() <= 8


def test_who_takes_no_noise_away_is_off_by_the_noise_level_squared(shown: Any):
    reply = shown(Told(lambda x, t, schedule: (x / schedule.alpha(t)).float()), seed=3)
    for level in reply["levels"]:
        assert level["error"] == pytest.approx(np.exp(-level["log_snr"]), rel=0.25), "256 draws of chi squared"
        assert np.mean(level["each"]) == pytest.approx(level["error"], rel=1e-3)


def test_who_always_says_the_mean_is_as_wrong_as_the_mean_picture(shown: Any):
    train = np.stack([DATA.pictures([item])[0] for item in DATA.train[:: len(DATA.train) // view.AVERAGED]])
    mean = torch.from_numpy(train[: view.AVERAGED]).float().mean(0).permute(2, 0, 1) / 127.5 - 1
    reply = shown(Told(lambda x, t, schedule: mean.expand(len(x), -1, -1, -1)))
    assert [level["error"] for level in reply["levels"]] == pytest.approx([reply["mean"]] * view.COLUMNS, abs=2e-5)
    # more than the pictures themselves vary about their best common picture, by no more than the 128 are few
    variance = float(torch.from_numpy(DATA.pictures(DATA.train)).float().div(127.5).var(0).mean())
    assert 0.6 * variance < reply["mean"] < 1.6 * variance


def test_the_columns_are_even_in_what_is_asked_for_and_within_the_schedule(shown: Any):
    network = Told(lambda x, t, schedule: x)
    by_snr = [level["log_snr"] for level in shown(network)["levels"]]
    assert np.diff(by_snr) == pytest.approx([-2.0] * (view.COLUMNS - 1), abs=0.02)
    by_t = [level["t"] for level in shown(network, evenly="t")["levels"]]
    assert by_t == pytest.approx([k / view.COLUMNS for k in range(1, view.COLUMNS + 1)])
    short = shown(Told(lambda x, t, schedule: x, SCHEDULES["linear"]()))["levels"]
    end = float(SCHEDULES["linear"]().log_snr(torch.ones((), dtype=torch.float64)))
    assert min(level["log_snr"] for level in short) >= max(end, view.DARKEST) - 0.01


def test_it_is_told_what_is_on_the_pictures_only_if_asked(shown: Any):
    network = Told(lambda x, t, schedule: x)
    assert not shown(network)["told"] and set(network.heard) == {None}
    network.heard.clear()
    assert shown(network, told=True)["told"]
    known = DATA.batch(DATA.train[: view.ROWS]).label
    assert all(label is not None and torch.equal(label, known) for label in network.heard)
    mute = Told(lambda x, t, schedule: x, labels=())
    assert not shown(mute, told=True)["told"] and set(mute.heard) == {None}


def test_one_evaluation_for_each_column_and_the_same_table_again(shown: Any):
    network = Told(lambda x, t, schedule: x.tanh())
    assert shown(network, seed=4) == shown(network, seed=4)
    assert len(network.heard) == 2 * view.COLUMNS
    assert shown(network, seed=5)["x"] != shown(network, seed=4)["x"]


@pytest.mark.parametrize(
    "values", [{"side": "test"}, {"first": -1}, {"first": 10_000}, {"evenly": "beta"}, {"told": 1}, {"seed": 0.5}]
)
def test_what_cannot_be_asked_is_refused(values: dict[str, Any]):
    with pytest.raises(Refused):
        accept(view.table, {"model": "faces-diffusion", **values})
