"""Edits on the page: what is known stays, costs are what is really evaluated, and what cannot be is refused."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.checks import accept
from demo.views import denoising_edit as view
from demo.views import denoising_edit_ways as ways
from demo.views.denoising_edit_costs import COSTS
from demo.views.denoising_edit_subject import PALETTE, Subject, changed, drawn_on, hole_of, picture_of
from demo.views.denoising_edit_ways import Edit
from demo.views.denoising_film import finished
from demo.views.denoising_plan import Course, Plan
from demo.views.denoising_trunk import grown
from genmodels import checkpoints
from genmodels.datasets import DATASETS
from genmodels.denoising.estimate import Estimate
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion
from tests.demo.shelf import put

NAME, STEPS, SIZE = "digits-diffusion", 6, (1, 8, 8)
TINY = {"shape": [1, 8, 8], "labels": [10], "patch": 2, "channels": 8, "multiples": [1], "blocks": 1, "attention": 1}
HELD = Subject("held_out", 5)
THREE = {"3": 1.0}
GUIDED = {"classes": {"7": 1.0}, "guidance": 2.0}
EDITS = {
    "hole": Edit("fill"),
    "repaint": Edit("fill", filling="repaint"),
    "brushed": Edit("fill", hole="20a3b41a"),
    "redraw": Edit("redraw", strength=0.5),
    "redraw-none": Edit("redraw", strength=0.0),
    "redraw-all": Edit("redraw", strength=1.0),
    "noise": Edit("restore"),
    "half": Edit("restore", damage="half"),
    "quarter": Edit("restore", damage="quarter"),
    "between": Edit("between"),
    "bdia": Edit("turn"),
    "bdia-wish": Edit("turn", wishes=THREE),
    "ddim-wish": Edit("turn", going="ddim", wishes=THREE),
}


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One untrained network of the digits, with lively weights."""
    folder = tmp_path_factory.mktemp("checkpoints")
    put(folder, NAME, NAME, TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FOLDER", folder)
        patch.setattr(library, "LOADED", library.Loaded())
        yield


GUIDES = {"free": {}, "guided": GUIDED, "in-between": GUIDED | {"guide_from": 0.2, "guide_to": 0.7}}


def plan(guide: str = "free", sampler: str = "dpmpp-2m", **more: Any) -> Plan:
    asked = GUIDES[guide]
    return Plan(NAME, Course(sampler, seed=4, **asked), steps=STEPS, **more)  # type: ignore[arg-type]


def moments(edit: Edit, subject: Subject = HELD, **told: Any) -> list[ways.Moment]:
    chosen = plan(**told)
    return list(ways.WAYS[edit.way](chosen, subject, edit, picture(subject, chosen)))


def picture(subject: Subject = HELD, chosen: Plan | None = None) -> torch.Tensor:
    return picture_of(chosen or plan(), (), subject)


def rms(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).square().mean().sqrt()) * 127.5


@pytest.mark.parametrize("sampler", ["dpmpp-2m", "heun", "ddpm"])
@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("name", EDITS)
def test_frames_and_evaluations_are_what_was_said_before(
    name: str, guide: str, sampler: str, monkeypatch: pytest.MonkeyPatch
):
    calls = [0]
    plain = Diffusion.__call__

    def counted(self: Diffusion, *args: Any) -> Estimate:
        calls[0] += 1
        return plain(self, *args)

    cost = COSTS[EDITS[name].way](plan(guide, sampler), HELD, EDITS[name])
    monkeypatch.setattr(Diffusion, "__call__", counted)
    made = moments(EDITS[name], guide=guide, sampler=sampler)
    assert (len(made), calls[0]) == (cost.frames, cost.evaluations)
    assert all(len(moment.step.x) == cost.pictures for moment in made)


@pytest.mark.parametrize("name", ["hole", "repaint", "brushed"])
def test_what_is_known_stays_to_the_last_bit_and_the_hole_is_new(name: str):
    truth, hole = picture(), hole_of(EDITS[name].hole, SIZE)
    end = moments(EDITS[name])[-1]
    assert torch.equal(end.step.x[..., ~hole], truth[..., ~hole]) and end.said["off"] == "0"
    assert float((end.step.x - truth)[..., hole].abs().max()) > 0.05
    assert end.known is not None and torch.equal(end.known[..., ~hole], truth[..., ~hole])
    assert not end.known[..., hole].any(), "what is shown as known holds nothing of the hole"


def test_holes_lie_where_they_are_said_to():
    left, middle = (hole_of(name, (3, 8, 8)) for name in ("left", "middle"))
    assert bool(left[:, :4].all()) and not bool(left[:, 4:].any())
    assert bool(middle[2:6, 2:6].all()) and int(middle.sum()) == 16
    brushed = hole_of("20a3b41a", SIZE)
    assert brushed.nonzero().tolist() == [[2, 4], [2, 5], [2, 6]]


def test_colors_lie_where_they_were_drawn_and_nowhere_else():
    colored = drawn_on(torch.zeros(1, 3, 8, 8), "9a1i54a")  # the eighth color at row 1, column 1
    levels = ((colored[0, :, 1, 1] + 1) * 127.5).round().byte()
    assert bytes(levels.tolist()).hex() == PALETTE[7].lstrip("#")
    assert int((colored != 0).any(1).sum()) == 1
    gray = drawn_on(torch.zeros(1, 1, 8, 8), "9a1b54a")
    assert float(gray[0, 0, 1, 1]) == pytest.approx(1.0)
    assert torch.equal(drawn_on(picture(), ""), picture())


def test_strength_none_is_what_was_drawn_and_all_is_the_plain_run():
    (only,) = moments(Edit("redraw", drawing="9a1b54a", strength=0.0))
    assert torch.equal(only.step.x, drawn_on(picture(), "9a1b54a")) and only.said["off"] == "0.0"
    *_, plain = grown(plan(), ())
    assert torch.equal(moments(EDITS["redraw-all"])[-1].step.x, plain.x)


@pytest.mark.parametrize(("damage", "factor"), [("half", 2), ("quarter", 4)])
def test_a_restored_picture_made_small_again_is_the_small_one(damage: str, factor: int):
    end, truth = moments(Edit("restore", damage=damage))[-1], picture()
    small = [np.asarray(x).reshape(8 // factor, factor, 8 // factor, factor).mean((1, 3)) for x in (end.step.x, truth)]
    np.testing.assert_allclose(*small, atol=1e-5)
    assert end.known is not None
    shown = np.asarray(end.known)[0, 0]
    np.testing.assert_allclose(shown, np.kron(small[1], np.ones((factor, factor))), atol=1e-6)


def test_decibels_are_those_of_the_pictures():
    end, truth = moments(EDITS["noise"])[-1], picture()
    assert end.known is not None
    for key, found in (("before", end.known), ("after", end.step.x)):
        levels = [(np.asarray(x).clip(-1, 1) + 1) * 127.5 for x in (found, truth)]
        usual = 10 * np.log10(255**2 / ((levels[0] - levels[1]) ** 2).mean())
        assert float(end.said[key]) == pytest.approx(usual, abs=0.051)
    assert float((end.known - truth).std()) == pytest.approx(0.4, rel=0.25)


def test_the_ends_between_two_noises_are_plain_runs():
    end = moments(EDITS["between"])[-1].step.x
    for row, seed in ((0, 4), (-1, 7)):
        *_, plain = grown(Plan(NAME, Course(seed=seed), steps=STEPS), ())
        assert torch.allclose(end[row], plain.x[0], atol=1e-4)


def test_there_and_back_leaps_return_and_ddim_drifts():
    trips = []
    for name in ("bdia-wish", "ddim-wish"):
        made = moments(EDITS[name])
        trips.append(float(made[-1].said["trip"]))
        back = [moment for moment in made if moment.said["phase"] == "back"][-1]
        assert rms(back.step.x, picture()) == pytest.approx(float(made[-1].said["trip"]), rel=0.06)
        assert [*dict.fromkeys(moment.said["phase"] for moment in made)] == ["up", "back", "turned"]
        assert rms(made[-1].step.x, picture()) == pytest.approx(float(made[-1].said["off"]), abs=0.06)
    assert trips[0] < trips[1] / 3, "rounding alone, which a rough network makes larger"


def test_a_wish_takes_the_place_of_its_field():
    assert changed(NAME, {"5": 1.0}, THREE) == THREE
    assert changed(NAME, {"5": 1.0}, {}) == {"5": 1.0}


def test_pictures_are_those_that_were_asked_for():
    data = DATASETS["digits"]()
    for source, items in (("train", data.train), ("held_out", data.held_out)):
        found = view.look(plan(), (), Subject(source, 2))
        assert np.array_equal(pixels(found["image"]), data.pictures([items[2]])[0, ..., 0])
        assert found["shares"] == {str(int(data.labels([items[2]]).argmax())): 1.0}
    assert set(view.look(plan(), (), Subject("own"))) == {"side", "gray", "shares"}
    with pytest.raises(Refused):
        view.look(plan(sampler="euler"), (), Subject("stage"))


def test_the_result_on_the_stage_is_edited_as_it_was_shown():
    from demo.views.denoising import frames_of

    chosen = plan(count="4")
    list(frames_of(chosen))
    *_, last = grown(chosen, ())
    found = picture(Subject("stage", 6), chosen)
    assert torch.allclose(found, last.x0[2:3].clamp(-1, 1), atol=1 / 127)
    assert finished(chosen, ()).final.shape[0] == 4


def pixels(letters: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(letters))))


def told(**more: Any) -> dict[str, Any]:
    return {"model": NAME, "steps": STEPS, "trunk": [], **more}


def frames(**more: Any) -> list[dict[str, Any]]:
    return [frame for piece in view.edit(**accept(view.edit, told(**more))) for frame in piece["add"]]


def test_an_own_picture_is_edited_and_the_same_question_has_the_same_answer():
    file = io.BytesIO()
    Image.fromarray(np.full((8, 8), 255, np.uint8)).save(file, "PNG")
    own = {"source": "own", "upload": base64.b64encode(file.getvalue()).decode()}
    made = [frames(way="redraw", strength=0.5, **own) for _ in range(2)]
    assert [f["frames"] for f in made[0]] == [f["frames"] for f in made[1]]
    assert len(made[0][0]["frames"]) == 3 and pixels(made[0][-1]["frames"][2]).min() > 250


def test_of_a_long_edit_some_frames_are_shown_and_the_last(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(view, "MOST_FRAMES", 4)
    made = frames(way="fill", filling="repaint", steps=12)
    assert 2 <= len(made) <= 5 and made[-1]["caption"]["noise"] == 0 and made[-1]["caption"]["off"] == "0"


def test_where_it_begins_is_said_before():
    for way in ({"way": "redraw", "strength": 0.5}, {"way": "restore", "level": 0.5}):
        said = view.bill(**accept(view.bill, {k: v for k, v in told(**way).items() if k != "trunk"}))
        first = frames(**way)[0]["caption"]
        assert (said["noise"], said["left"]) == (first["noise"], first["steps"])
        assert said["t"] == pytest.approx(first["t"], abs=1e-3)
    assert said["noise"] == 33  # a third of noise, two thirds of picture
