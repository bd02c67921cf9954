"""Branches and pokes on the page: what is said to change nothing changes nothing, and maps show what really differs."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.checks import accept
from demo.views import denoising_branch as view
from demo.views.denoising_plan import Course, Plan, start, times
from demo.views.denoising_trunk import MOST, Limb, Poke, grown, parted
from genmodels import checkpoints
from genmodels.branches import REMEMBERING, Rectangle
from genmodels.errors import Refused
from genmodels.samplers import METHODS, Step
from tests.demo.shelf import put

NAME, AT, STEPS = "digits-diffusion", 2, 5
SEVEN, THREE = {"7": 1.0}, {"3": 1.0}
WAS = Course("ddim", seed=3)
CORNER = Poke(Rectangle(1, 2, 4, 6), seed=9, amount=1.0)
TINY = {"shape": [1, 8, 8], "labels": [10], "patch": 2, "channels": 8, "multiples": [1], "blocks": 1, "attention": 1}


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two untrained networks of the digits that know what they are asked for."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name in (NAME, "digits-weak"):
        put(folder, name, NAME, TINY | {"channels": 8 if name == NAME else 16})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FOLDER", folder)
        patch.setattr(library, "LOADED", library.Loaded())
        yield


def plan(course: Course = WAS, **more: Any) -> Plan:
    return Plan(NAME, course, steps=STEPS, **more)


def run(course: Course, *trunk: Limb, **more: Any) -> list[Step]:
    return list(grown(plan(course, **more), trunk))


def pairs(chosen: Plan, *trunk: Limb) -> list[tuple[Step, Step]]:
    return [pair for pair in parted(chosen, trunk) if pair]


def same(steps: list[Step], others: list[Step]) -> bool:
    return all(torch.equal(one.x, other.x) for one, other in zip(steps, others, strict=True))


def test_the_weaker_model_is_not_guided_away_from_itself():
    """That would cost twice as much and change nothing."""
    away = replace(WAS, guide="weaker", guidance=2.0)
    assert run(away)
    with pytest.raises(Refused) as refusal:
        next(grown(Plan("digits-weak", away, steps=STEPS), ()))
    assert refusal.value.key == "already-weak"


@pytest.mark.parametrize("name", [name for name in METHODS if METHODS[name].evaluations(1)])
def test_a_branch_with_nothing_changed_is_the_run_itself(name: str):
    course = Course(name, seed=3, classes=SEVEN, guidance=2.0)
    whole, branched = run(course), run(course, Limb(AT, course))
    assert same(whole[: AT + 1], branched[: AT + 1])
    assert same(whole, branched) or name in REMEMBERING
    assert view.outlook(plan(course), (Limb(AT, course),))["remembers"] == (name in REMEMBERING)


def test_a_branch_grows_out_of_a_branch():
    first, second = replace(WAS, classes=SEVEN), replace(WAS, sampler="ddpm", seed=4)
    steps = run(second, Limb(1, WAS), Limb(3, first))
    assert same(steps[:2], run(WAS)[:2]) and same(steps[:4], run(first, Limb(1, WAS))[:4])
    assert not torch.equal(steps[-1].x, run(first, Limb(1, WAS))[-1].x)
    assert same(steps, run(second, Limb(1, WAS), Limb(2, second), Limb(3, first))) is False, "another limb, another run"
    assert same(steps, run(second, Limb(1, WAS), Limb(3, first), Limb(3, THREES))), "a limb of no length has no say"


THREES = replace(WAS, classes=THREE)
TURNS: list[tuple[Course, dict[str, Any], list[str]]] = [  # what it was, what is turned, what of that has no say
    (WAS, {"seed": 4}, ["seed"]),
    (WAS, {"seed": 4, "sampler": "heun"}, ["seed"]),
    (WAS, {"seed": 4, "sampler": "ddpm"}, []),
    (WAS, {"seed": 4, "knobs": {"ddim": {"eta": 0.5}}}, []),
    (replace(WAS, knobs={"ddim": {"eta": 0.5}}), {"seed": 4, "knobs": {}}, ["seed"]),
    (WAS, {"knobs": {"ddpm": {"eta": 0.5}}}, []),  # not turned at all: another sampler's
    (WAS, {"classes": SEVEN}, []),
    (WAS, {"guidance": 3.0}, ["guidance"]),
    (WAS, {"guidance": 3.0, "classes": SEVEN}, []),
    (WAS, {"guide": "projected", "rescale": 0.5}, ["guide", "rescale"]),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"guide": "projected", "rescale": 0.5}, ["rescale"]),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"rescale": 0.5}, []),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"guidance": 1.0}, []),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"guide_to": 0.38}, ["guide_to"]),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"guide_to": 0.1}, []),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"guide_from": 0.99, "guidance": 4.0}, ["guidance"]),
    (replace(WAS, classes=SEVEN, guidance=3.0), {"guide": "weaker"}, []),
    (replace(WAS, sampler="heun", knobs={"heun": {"s_churn": 8.0}}), {"seed": 4}, []),
    (
        replace(WAS, sampler="heun", classes=SEVEN, guidance=3.0, knobs={"heun": {"s_churn": 8.0}}),
        {"guide_to": 0.38},
        [],
    ),
    (WAS, {"limit": "dynamic"}, []),
]


@pytest.mark.parametrize(("was", "turned", "silent"), TURNS)
def test_what_is_said_to_have_no_say_has_none(was: Course, turned: dict[str, Any], silent: list[str]):
    """Taken back alone, it leaves the same pictures; everything else makes others."""
    now, limb = replace(was, **turned), Limb(AT, was)
    found = view.outlook(plan(now), (limb,))
    assert found["until"] == AT and found["idle"] == silent
    end = run(now, limb)[-1].x
    for name in found["turned"]:
        other = run(replace(now, **{name: getattr(was, name)}), limb)[-1].x
        assert torch.equal(end, other) == (name in silent), name


@pytest.mark.parametrize(
    ("other", "low", "has_a_say"),  # at step 2 x stands at t = 0.303 and 0.309, and the model hears 0.572 and 0.268
    [("linear", 0.45, True), ("linear", 0.6, False), ("flow", 0.25, True), ("flow", 0.28, False)],
)
def test_guidance_ends_by_the_clock_of_the_model_also_on_a_translated_schedule(other: str, low: float, has_a_say: bool):
    was = replace(WAS, classes=SEVEN, guidance=3.0, guide_from=low)
    now, limb = replace(was, guidance=5.0), Limb(AT, was)
    assert view.outlook(plan(now, schedule=other), (limb,))["idle"] == ([] if has_a_say else ["guidance"])
    ends = [run(course, limb, schedule=other)[-1].x for course in (was, now)]
    assert torch.equal(*ends) != has_a_say


def test_before_any_branch_there_is_nothing_to_compare():
    found = view.outlook(plan(), ())
    assert (found["until"], found["turned"], found["idle"]) == (None, [], [])
    assert (found["height"], found["width"], found["draws"], found["remembers"]) == (8, 8, False, False)


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "dpmpp-2m"])
def test_a_poke_changes_the_noise_of_its_rectangle_alone_and_keeps_the_predicted_picture(sampler: str):
    course = replace(WAS, sampler=sampler)
    (plain, poked), *_ = pairs(plan(course, count="4"), Limb(AT, course, CORNER))
    inside = CORNER.where.mask((8, 8))
    assert torch.equal(plain.x[..., ~inside], poked.x[..., ~inside])
    assert bool((plain.x[..., inside] != poked.x[..., inside]).all())
    schedule = library.diffusion_model(NAME).schedule
    implied = (poked.x - schedule.alpha(plain.t).float() * plain.x0) / schedule.sigma(plain.t).float()
    fresh = implied[..., inside]  # the noise that is there now beside the same picture
    assert 0.7 < float(fresh.std()) < 1.3 and abs(float(fresh.mean())) < 0.4, "as strong as noise is"


def test_both_runs_are_those_of_the_stage():
    after, limb = replace(WAS, classes=SEVEN), Limb(AT, WAS, CORNER)
    later = Limb(3, after)
    for now, trunk in ((after, [limb]), (THREES, [Limb(1, THREES), limb, later])):
        both = pairs(plan(now, count="4"), *trunk)
        unpoked = [replace(each, poked=None) for each in trunk]
        for steps, mine in ((unpoked, [plain for plain, _ in both]), (trunk, [poked for _, poked in both])):
            assert same(mine, run(now, *steps, count="4")[AT:])


def pixels(picture: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture)))).astype(float)


def test_the_numbers_are_those_of_the_pictures():
    trunk = (Limb(AT, WAS, CORNER),)
    pieces = list(view.changes(plan(count="4"), trunk))
    last, frames = pieces[-1], [frame for piece in pieces for frame in piece["add"]]
    assert last["done"] and last["total"] == STEPS + 1 - AT == len(times(plan())) - AT
    end, unpoked = run(WAS, *trunk, count="4")[-1].x.numpy(), run(WAS, count="4")[-1].x.numpy()
    apart, rows, columns = np.abs(end - unpoked)[:, 0], slice(2, 6), slice(1, 4)
    caption = frames[-1]["caption"]
    assert caption["inside"] == pytest.approx(100 * apart[:, rows, columns].sum() / apart.sum(), abs=0.06)
    assert caption["inside"] + caption["outside"] == pytest.approx(100)
    assert caption["covers"] == pytest.approx(100 * 12 / 64, abs=0.06)
    assert caption["levels_inside"] == pytest.approx(127.5 * apart[:, rows, columns].mean(), abs=0.006)
    outside = (apart.sum() - apart[:, rows, columns].sum()) / (4 * (64 - 12))
    assert caption["levels_outside"] == pytest.approx(127.5 * outside, abs=0.006)


def test_the_map_is_gray_where_nothing_changed_and_tinted_where_it_did():
    pictures, difference = torch.linspace(-1, 1, 64).view(1, 1, 8, 8), torch.zeros(1, 8, 8)
    difference[0, 2, 5] = 2 * view.FULL
    difference[0, 6, 1] = view.FULL / 2
    shown = pixels(view.heat(pictures, difference))
    assert shown.shape == (256, 256, 3)
    colored = (shown.max(2) - shown.min(2)).reshape(8, 32, 8, 32)[:, 12:20, :, 12:20].mean((1, 3))
    assert np.unravel_index(colored.argmax(), (8, 8)) == (2, 5)
    assert colored[2, 5] > 1.5 * colored[6, 1] > 30
    assert np.median(colored) < 3
    tint = (np.array(view.TINT) + 1) * 127.5
    assert shown[80, 176] == pytest.approx(tint, abs=14)


def test_a_poke_that_changes_nothing_says_so():
    found = view.shares(torch.zeros(2, 8, 8), CORNER.where)
    assert found == {"inside": 0.0, "outside": 0.0, "covers": 18.8, "levels_inside": 0.0, "levels_outside": 0.0}
    assert view.shares(torch.ones(2, 8, 8), Rectangle(0, 0, 8, 8))["levels_outside"] == 0


def test_same_arguments_same_maps():
    first, second, other = (
        [frame for frame in view.maps(plan(replace(WAS, sampler="ddpm")), (Limb(AT, WAS, poked),)) if frame]
        for poked in (CORNER, CORNER, CORNER._replace(seed=8))
    )
    assert first == second and other[-1]["caption"] != first[-1]["caption"]


GOOD = {"until": AT, "was": {"sampler": "ddim", "seed": 3}, "poke": {"left": 1, "top": 2, "right": 4, "bottom": 6}}


def test_the_page_sends_limbs_as_plain_values():
    arguments = accept(view.changes, {"model": NAME, "sampler": "ddim", "seed": 3, "steps": STEPS, "trunk": [GOOD]})
    assert arguments["trunk"] == (Limb(AT, WAS, CORNER._replace(seed=0)),)
    assert list(view.changes(**arguments))[-1]["done"]


@pytest.mark.parametrize(
    ("trunk", "key"),
    [
        ([], "no-poke"),
        ([{**GOOD, "poke": None}], "no-poke"),
        ([{**GOOD, "until": STEPS}], "branch-step"),
        ([{**GOOD, "until": 900}], "branch-step"),
        ([{**GOOD, "until": 1.5}], "whole"),
        ([{**GOOD, "poke": {"left": 1, "top": 2, "right": 9, "bottom": 6}}], "rectangle"),
        ([{**GOOD, "poke": {"left": 4, "top": 2, "right": 4, "bottom": 6}}], "rectangle"),
        ([{**GOOD, "poke": {**GOOD["poke"], "amount": 0}}], "knob"),
        ([{**GOOD, "poke": {**GOOD["poke"], "seed": -1}}], "knob"),
        ([{**GOOD, "poke": "here"}], "message"),
        ([{**GOOD, "was": {"sampler": "magic"}}], "choice"),
        ([{**GOOD, "was": {"steps": 9}}], "unknown-argument"),
        ([GOOD, {**GOOD, "until": 1}], "trunk-order"),
        ([GOOD] * (MOST + 1), "length"),
        ("everything", "length"),
    ],
)
def test_what_cannot_be_poked_is_refused(trunk: Any, key: str):
    with pytest.raises(Refused) as refusal:
        list(view.changes(**accept(view.changes, {"model": NAME, "sampler": "ddim", "steps": STEPS, "trunk": trunk})))
    assert refusal.value.key == key


def test_the_start_of_a_branched_run_is_that_of_its_first_limb():
    branched = run(replace(WAS, seed=8), Limb(0, WAS))
    assert torch.equal(branched[0].x, start(plan())) and not torch.equal(branched[0].x, start(plan(Course(seed=8))))
