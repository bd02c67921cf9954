"""The denoising tab's run: what is emitted adds up, what is asked for is checked, and its price is what it costs."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.checks import accept
from demo.views import denoising as view
from demo.views import denoising_price
from demo.views.denoising_plan import FITS, PRICED, Course, Plan, denoiser, fate, schedule_of, start, times
from demo.views.denoising_price import evaluations, price
from demo.views.denoising_trunk import grown, read_trunk
from genmodels import checkpoints
from genmodels.errors import Refused
from genmodels.samplers import Step
from genmodels.schedules import SCHEDULES
from genmodels.zoo import ZOO
from tests.genmodels.test_checkpoints import CARD

MODEL = "digits-diffusion"


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory: pytest.TempPathFactory):
    """An untrained model of the digits, with weights far enough from their start to say something."""
    folder: Path = tmp_path_factory.mktemp("checkpoints")
    data = ZOO[MODEL].data()
    torch.manual_seed(1)
    made = ZOO[MODEL].build(**ZOO[MODEL].full_config(data))
    for parameter in made.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    fields = {name: list(values) for name, values in data.fields.items()}
    card = dataclasses.replace(CARD, recipe=MODEL, config=ZOO[MODEL].full_config(data), fields=fields)
    checkpoints.save(folder / f"{MODEL}.safetensors", made, card)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checkpoints, "FOLDER", folder)
        yield made


def last(plan: Plan, trunk=()) -> torch.Tensor:
    *_, step = grown(plan, trunk)
    return step.x


def test_numbers_of_a_step():
    frames = list(view.frames_of(Plan(MODEL, Course("ddim"), steps=4)))
    first, final = frames[0]["caption"], frames[-1]["caption"]
    assert (first["t"], final["t"], first["alpha_bar"], final["alpha_bar"]) == (1, 0, pytest.approx(0, abs=1e-3), 1)
    assert first["size_x"] == pytest.approx(1, abs=0.15) and final["off"] == "0"
    assert all(len(frame["frames"]) == 3 for frame in frames)


@pytest.mark.parametrize("count", ["1", "4", "16"])
def test_frames_are_the_pictures_themselves_side_by_side(count: str):
    plan = Plan(MODEL, Course("ddim"), steps=4, count=count)  # type: ignore[arg-type]
    *_, frame = view.frames_of(plan)
    *_, step = grown(plan, ())
    side, columns = step.x0.shape[-1], int(count) // round(int(count) ** 0.5)
    whole = np.asarray(Image.open(io.BytesIO(base64.b64decode(frame["frames"][1]))), dtype=float)
    assert whole.shape == (side * columns, side * columns)
    for k, picture in enumerate(step.x0):
        row, column = divmod(k, columns)
        found = whole[row * side : (row + 1) * side, column * side : (column + 1) * side]
        np.testing.assert_allclose(found, ((picture[0].clamp(-1, 1) + 1) * 127.5).numpy(), atol=20)


def test_on_clean_data_nothing_is_said_to_be_measured():
    *before, end = (frame["caption"]["there"] for frame in view.frames_of(Plan(MODEL, Course("ddim"), steps=4)))
    assert end == "t:denoising.here.end" and all("ms" in json.loads(text.split("|")[1]) for text in before)


def test_a_start_without_data_has_no_number_for_its_log_snr():
    plan = Plan(MODEL, Course("ddim"), steps=4, schedule="shifted-cosine", fit="mismatched")
    first, second, *_ = (
        json.loads(f["caption"]["there"].split("|")[1]) for f in view.frames_of(plan) if "|" in f["caption"]["there"]
    )
    assert first["log_snr"] == "−∞" and second["log_snr"] == pytest.approx(
        float(schedule_of(plan).log_snr(times(plan)[1])), abs=0.01
    )


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_any_schedule_can_be_tried(schedule: str, fit: str):
    plan = Plan(MODEL, Course("ddim"), steps=4, schedule=schedule, fit=fit)
    assert times(plan)[0] <= 1 and times(plan)[-1] == 0 and torch.isfinite(last(plan)).all()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_translated_is_harmless_and_mismatched_is_not(schedule: str):
    """At the same noise level the translated model sees the same picture, wherever on its own schedule that is."""
    plan = Plan(MODEL, schedule=schedule)
    level, picture = torch.tensor(0.7, dtype=torch.float64), start(Plan(MODEL))
    truth = at_level(Plan(MODEL), level, picture)
    torch.testing.assert_close(at_level(plan, level, picture), truth, rtol=1e-3, atol=1e-4)
    if schedule != "cosine":  # the model's own
        wrong = at_level(dataclasses.replace(plan, fit="mismatched"), level, picture)
        assert (wrong - truth).abs().max() > 1e-3


@pytest.mark.parametrize("schedule", ["flow", "linear", "cosine"])
def test_who_is_told_wrong_amounts_of_noise_hears_how_wrong(schedule: str):
    """In the words of each step: what its own schedule holds at t, what this one holds, and what comes of it."""
    plan = Plan(MODEL, Course("ddim"), steps=8, schedule=schedule, fit="mismatched")
    known, other = library.diffusion_model(MODEL).schedule, SCHEDULES[schedule]()  # type: ignore[attr-defined]
    heard = 0
    for t, frame in zip(times(plan), view.frames_of(plan), strict=True):
        key, _, facts = frame["caption"]["told"].partition("|")
        if schedule == "cosine" or not 0 < t < 1:  # the model's own; only noise, or none
            assert schedule != "cosine" or not key
            continue
        said, true = (float(made.noise_level(t)) for made in (known, other))
        if said == pytest.approx(true, rel=1e-2):  # where the two cross
            assert not key
            continue
        heard += 1
        assert key == f"t:denoising.told.{'less' if said < true else 'more'}"
        assert {name: float(text) for name, text in json.loads(facts).items()} == {
            "told": pytest.approx(said, rel=1e-2),
            "true": pytest.approx(true, rel=1e-2),
        }
    assert heard >= 5 or schedule == "cosine"
    translated = dataclasses.replace(plan, fit="translated")
    assert not any(frame["caption"]["told"] for frame in view.frames_of(translated))


def at_level(plan: Plan, level: torch.Tensor, picture: torch.Tensor) -> torch.Tensor:
    """What is predicted of a picture that holds this much noise for each share of data."""
    t = schedule_of(plan).time_of(level)
    return denoiser(plan)((picture * float(schedule_of(plan).alpha(t))).float(), t).x0


def test_guidance_at_one_or_unasked_costs_nothing_more():
    plain = Plan(MODEL, Course("ddim", classes={"3": 1.0}), steps=4)
    guided = dataclasses.replace(plain, course=dataclasses.replace(plain.course, guidance=4.0))
    unasked = Plan(MODEL, Course("ddim", guidance=4.0), steps=4)
    assert (evaluations(plain), evaluations(guided), evaluations(unasked)) == (4, 8, 4)
    assert not torch.equal(last(plain), last(guided))
    assert torch.equal(last(unasked), last(Plan(MODEL, Course("ddim"), steps=4)))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An entry for each time that the network is asked."""
    kind: Any = type(library.diffusion_model(MODEL))
    calls, forward = [], kind.forward
    monkeypatch.setattr(kind, "forward", lambda self, *args: calls.append(1) or forward(self, *args))
    return calls


@pytest.mark.parametrize(
    "guiding", [{}, {"guidance": 2.0}, {"guidance": 2.0, "guide_from": 0.3, "guide_to": 0.6}], ids=str
)
@pytest.mark.parametrize("setting", [{}, *({"schedule": "shifted-cosine", "fit": fit} for fit in FITS)], ids=str)
@pytest.mark.parametrize("sampler", PRICED)
def test_the_price_is_what_is_paid(sampler: str, setting: dict, guiding: dict, asked: list[int]):
    plan = Plan(MODEL, Course(sampler, classes={"3": 1.0}, **guiding), steps=5, count="4", **setting)
    last(plan)
    assert len(asked) == evaluations(plan)


def test_a_run_that_starts_without_any_data_is_priced_among_these():
    plan = Plan(MODEL, schedule="shifted-cosine", fit="mismatched")
    assert float(schedule_of(plan).alpha(times(plan)[0])) == 0


def test_of_a_guidance_interval_only_the_steps_within_are_paid_twice():
    plan = Plan(MODEL, Course("ddim", classes={"3": 1.0}, guidance=3.0, guide_from=0.3, guide_to=0.6), steps=10)
    inside = ((times(plan) >= 0.3) & (times(plan) <= 0.6)).sum()
    assert 0 < inside < 10 and evaluations(plan) == 10 + inside


@pytest.mark.parametrize("sampler", PRICED)
def test_a_run_that_grew_out_of_another_costs_what_is_paid(sampler: str, asked: list[int]):
    knobs = {"heun": {"s_churn": 8.0}}
    was = {"sampler": sampler, "classes": {"3": 1.0}, "guidance": 2.0, "guide_from": 0.4, "knobs": knobs}
    trunk = read_trunk([{"until": 2, "was": was}, {"until": 2, "was": {"sampler": "ddim"}}])
    plan = Plan(MODEL, Course(sampler, classes={"3": 1.0}, guidance=2.0, guide_to=0.5, knobs=knobs), steps=5)
    last(plan, trunk)
    assert len(asked) == evaluations(plan, trunk)


def test_the_price_says_what_the_run_would_be_refused_for():
    wrong = Course("ddim", classes={"3": 1.0}, guidance=2.0, guide_from=0.7, guide_to=0.2)
    with pytest.raises(Refused) as refused:
        price(Plan(MODEL, wrong))
    assert refused.value.key == "interval"
    with pytest.raises(Refused):
        price(Plan(MODEL, steps=4), read_trunk([{"until": 9, "was": {}}]))


def test_the_beta_of_a_step_is_the_one_that_the_paper_gives_it():
    """β runs evenly from 0.0001 at the first of a thousand steps to 0.02 at the last."""
    plan, schedule = Plan(MODEL, schedule="linear"), SCHEDULES["linear"]()
    x = torch.zeros(1, 1, 2, 2)
    for step in (1, 2, 100, 350, 455, 500, 501, 999, 1000):
        t = torch.tensor(step / 1000, dtype=torch.float64)
        said = view.caption(Step(t, x, x, x), view.node_at(t, schedule), 0.0, schedule_of(plan).betas(1000))
        assert said["beta"] == pytest.approx(1e-4 + (0.02 - 1e-4) * (step - 1) / 999, abs=6e-6)


def test_what_would_keep_everybody_waiting_is_refused_with_its_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(denoising_price, "MOST_WORK", 100)
    with pytest.raises(Refused, match="evaluations in all") as refused:
        next(view.run(Plan(MODEL, steps=30, count="4")))
    assert refused.value.values["work"] == 120 and "seconds" in refused.value.values
    with pytest.raises(Refused, match="evaluations in all"):
        price(Plan(MODEL, steps=30, count="4"))


@pytest.mark.parametrize(
    "bad",
    [{"guidance": -1}, {"guidance": 1e9}, {"steps": 0}, {"steps": 2000}, {"seed": -1}, {"classes": {"cat": 1}},
     {"guide": "weaker", "guidance": 2.0}, {"guide_from": 0.9, "guide_to": 0.1, "guidance": 2.0, "classes": {"3": 1}},
     {"sampler": "rk45"}, {"limit": "huge"}, {"trunk": [{"until": 90}]}, {"trunk": [{"until": 5}, {"until": 2}]},
     {"trunk": "x"}, {"trunk": [{"until": 2, "was": {"steps": 3}}]}, {"trunk": [{"until": 2, "poke": {"left": 9}}]},
     {"trunk": [{"until": 2, "poke": {"left": 0, "top": 0, "right": 99, "bottom": 3}}]}],
    ids=str,
)  # fmt: skip
def test_what_a_browser_may_not_ask(bad):
    with pytest.raises(Refused):
        list(view.run(**accept(view.run, {"model": MODEL, "steps": 4} | bad)))


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler", "heun", "rk4", "dpmpp-2m-sde", "dpmpp-2m"])
def test_a_branch_with_nothing_changed_is_the_run_itself(sampler: str):
    plan = Plan(MODEL, Course(sampler, seed=5), steps=8, count="4")
    again = last(plan, read_trunk([{"until": 3, "was": {"sampler": sampler, "seed": 5}}]))
    if fate(plan).remembers:  # and starts anew at first order
        assert not torch.equal(again, last(plan))
    else:
        torch.testing.assert_close(again, last(plan), rtol=0, atol=1e-6)


def test_a_branch_changes_only_what_comes_after():
    plan = Plan(MODEL, Course("ddim", seed=5, classes={"3": 1.0}), steps=8)
    trunk = read_trunk([{"until": 4, "was": {"sampler": "ddim", "seed": 5}}])
    before, after = list(grown(dataclasses.replace(plan, course=Course("ddim", seed=5)), ())), list(grown(plan, trunk))
    assert all(torch.equal(a.x, b.x) for a, b in zip(before[:5], after[:5], strict=True))
    assert not torch.equal(before[-1].x, after[-1].x)


def test_a_poke_changes_the_noise_inside_alone():
    plan = Plan(MODEL, Course("ddim"), steps=8)
    where = {"left": 2, "top": 1, "right": 6, "bottom": 4, "seed": 9}
    plain, poked = (
        list(grown(plan, ())),
        list(grown(plan, read_trunk([{"until": 3, "was": {"sampler": "ddim"}, "poke": where}]))),
    )
    changed = (plain[3].x != poked[3].x)[0, 0]
    assert changed[1:4, 2:6].all() and changed.sum() == 12
    assert torch.equal(plain[2].x, poked[2].x) and not torch.equal(plain[-1].x, poked[-1].x)


def test_same_seed_same_start_in_every_batch():
    one, four = start(Plan(MODEL, Course(seed=6))), start(Plan(MODEL, Course(seed=4), count="4"))
    assert torch.equal(one[0], four[2])
    assert denoiser(Plan(MODEL)).schedule == library.diffusion_model(MODEL).schedule
