"""Fates of one noise: aligned as their noise falls, each the run it says it is, its distances those of the pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

from demo import library
from demo.checks import accept
from demo.views import denoising_compare as view
from demo.views import denoising_compare_price, denoising_price
from demo.views.denoising import sheets
from demo.views.denoising_compare_fates import CHANGES, MOST, Change, plans, read_changes
from demo.views.denoising_plan import Course, Plan, schedule_of, times
from demo.views.denoising_trunk import grown
from genmodels import checkpoints
from genmodels.errors import Refused
from tests.demo.shelf import put

NAME, OTHER, LARGE = "digits-diffusion", "digits-weak", "digits-large"
TINY = {
    **{"shape": [1, 8, 8], "labels": [10], "averages": [0.99, 0.9]},
    **{"patch": 2, "channels": 8, "multiples": [1], "blocks": 1, "attention": 1},
}
PLAN = Plan(NAME, Course(seed=3, classes={"7": 1.0}, guidance=2.0), steps=6, count="4")
INSTEAD: dict[str, Any] = {
    "sampler": "heun",
    "steps": 3,
    "guidance": 4.0,
    "class": "3",
    "translated": "flow",
    "mismatched": "flow",
    "model": OTHER,
    "average": "short",
}
BAD: list[Any] = [
    *(None, [], "ddim", {"sampler": "ddim"}, [{"sampler": "ddim"}] * (MOST + 1), [{}], [["sampler", "ddim"]]),
    *([{"sampler": "ddim", "steps": 3}], [{"seed": 3}], [{"__class__": 1}], [{"sampler": "rk45"}], [{"sampler": 3}]),
    *([{"steps": 0}], [{"steps": 2.5}], [{"steps": None}], [{"guidance": 99}], [{"guidance": float("nan")}]),
    *([{"class": 7}], [{"translated": "nothing"}], [{"model": "nobody"}]),
]


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Untrained networks of the digits: two that start from the same noise, and one that does not."""
    folder = tmp_path_factory.mktemp("checkpoints")
    put(folder, NAME, NAME, TINY)
    put(folder, OTHER, NAME, TINY | {"channels": 16})
    put(folder, LARGE, NAME, TINY | {"shape": [1, 16, 16]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FOLDER", folder)
        patch.setattr(library, "LOADED", library.Loaded())
        yield


def run(changes: Sequence[Change], trunk: tuple = (), plan: Plan = PLAN, shown: str = "x0") -> tuple[list[dict], dict]:
    """All frames, and what is said at the end."""
    told = list(view.compare(plan, tuple(changes), trunk, shown))
    frames: list[dict] = []
    for value, _ in told:
        frames += value["add"][max(0, len(frames) - value["start"]) :]
    return frames, told[-1][1]


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.key


def final(plan: Plan, trunk: tuple = ()) -> Tensor:
    *_, step = grown(plan, trunk)
    return step.x


def pixels(letters: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(letters)))).astype(float)


def test_every_change_is_tried_here() -> None:
    assert set(INSTEAD) == set(CHANGES)


@pytest.mark.parametrize("thing", CHANGES)
def test_a_fate_is_the_run_that_it_says(thing: str) -> None:
    frames, end = run(read_changes([{thing: INSTEAD[thing]}]))
    one = replace(PLAN, count="1")
    course = {"sampler": "sampler", "guidance": "guidance"}
    mine = {
        "class": replace(one, course=replace(one.course, classes={"3": 1.0})),
        "translated": replace(one, schedule="flow"),
        "mismatched": replace(one, schedule="flow", fit="mismatched"),
        **{name: replace(one, course=replace(one.course, **{name: INSTEAD[name]})) for name in course},
        **{name: replace(one, **{name: INSTEAD[name]}) for name in ("steps", "model", "average")},
    }[thing]
    ends = [final(one), final(mine)]
    assert frames[-1]["frames"] == [sheets(picture)[0] for picture in ends]
    shown, other = (picture.clamp(-1, 1) * 127.5 for picture in ends)
    far = float((shown - other).square().mean().sqrt())
    assert end["fates"][1]["apart"] == pytest.approx(far, abs=2e-3) and far > 0.5
    assert end["fates"][0]["apart"] == 0


def test_what_changes_nothing_is_no_other_fate() -> None:
    unasked = replace(PLAN, course=Course(seed=3))
    frames, end = run([Change("guidance", 4.0)], plan=unasked)
    assert all(frame["frames"][0] == frame["frames"][1] and frame["caption"]["apart"] == [0, 0] for frame in frames)
    assert not any(base64.b64decode(end["fates"][1]["heat"]))
    assert end["map"]["paths"][0] == end["map"]["paths"][1]


def test_a_map_of_differences_adds_up_to_the_distance() -> None:
    _, end = run([Change("steps", 2), Change("class", "3")])
    for fate in end["fates"][1:]:
        values = np.frombuffer(base64.b64decode(fate["heat"]), np.uint8).reshape(end["side"]) / 255 * end["full"]
        assert np.sqrt((values**2).mean()) == pytest.approx(fate["apart"], rel=0.05, abs=1)


def test_all_stand_where_their_noise_has_fallen_to() -> None:
    changes = [Change("steps", 3), Change("translated", "flow"), Change("sampler", "ddim")]
    frames, _ = run(changes)
    ways = []
    for one in plans(PLAN, (), changes):
        schedule, t = schedule_of(one), times(one)
        ways.append((schedule.sigma(t) / (schedule.alpha(t) + schedule.sigma(t))).tolist())
    assert len(frames) == len({round(share, 9) for way in ways for share in way})
    for frame in frames:
        noise = frame["caption"]["noise"]
        for way, (made, of) in zip(ways, frame["caption"]["steps"], strict=True):
            assert of == len(way) - 1
            assert made == 0 or way[made] >= noise - 1e-4
            assert made == of or way[made + 1] < noise + 1e-4
    assert all(made == of for made, of in frames[-1]["caption"]["steps"])


def test_beside_every_end_is_the_nearest_training_picture() -> None:
    """Found by looking at each of them; a fate that ends in one is told so."""
    data = library.dataset("digits")
    *_, (_, told) = view.compare(PLAN, [Change("steps", 3)])
    for fate, run in zip(told["fates"], plans(PLAN, (), [Change("steps", 3)]), strict=True):
        *_, last = grown(run, ())
        made = (last.x.clamp(-1, 1) + 1) * 127.5
        away = ((data.batch(list(data.train)).x0 + 1) * 127.5 - made.round()).square().mean((1, 2, 3)).sqrt()
        assert fate["near"]["distances"] == [pytest.approx(float(away.min()), abs=0.05)]
        assert away[list(data.train).index(fate["near"]["items"][0])] == pytest.approx(float(away.min()), abs=0.05)


def test_the_map_shortens_ways_and_stretches_none() -> None:
    """A look from one side: places on it are no farther apart than the pictures are, and the first axis shows most."""
    _, end = run([Change("steps", 3)], shown="x0")
    first, second = end["map"]["shares"]
    assert 1 + 1e-9 > first + second > first >= second > 0
    places = np.array([[x, y] for path in end["map"]["paths"] for x, y, _ in path])
    pictures = []
    for one in plans(PLAN, (), [Change("steps", 3)]):
        pictures += [step.x0.flatten().double().numpy() for step in grown(one, ())]
    for a, b in [(0, 3), (2, 6), (1, 9), (6, 10)]:
        assert np.linalg.norm(places[a] - places[b]) <= np.linalg.norm(pictures[a] - pictures[b]) + 1e-2
    spread = np.array(pictures) - np.mean(pictures, 0)
    assert (places**2).sum() == pytest.approx((first + second) * (spread**2).sum(), rel=1e-2)


def test_long_runs_have_few_dots_and_their_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "DOTS", 8)
    _, end = run([Change("steps", 25)], plan=replace(PLAN, course=Course("ddim")))
    whole, path = end["map"]["paths"]
    assert len(whole) == 7 and 6 < len(path) <= view.DOTS + 1
    assert path[-1][2] == whole[-1][2] == max(frame for _, _, frame in path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pictures of each time that a network is asked for a comparison."""
    kind: Any = type(library.diffusion_model(NAME))
    calls, whole = [], kind.forward
    monkeypatch.setattr(kind, "forward", lambda self, x, *more: calls.append(len(x)) or whole(self, x, *more))
    monkeypatch.setattr(denoising_price.PACE, "seconds", lambda model, pictures: 0.02)  # nothing is tried beforehand
    return calls


def test_the_same_arguments_give_the_same_pictures() -> None:
    one, other = (run([Change("sampler", "ddpm")], shown="x") for _ in range(2))
    assert one[0] == other[0] and one[1] == other[1]


@pytest.mark.parametrize("value", BAD, ids=str)
def test_fates_of_a_link_are_checked(value: Any) -> None:
    with pytest.raises(Refused):
        accept(view.compare, {"model": NAME, "fates": value})


def test_noise_of_another_size_and_unknown_wishes_are_refused() -> None:
    assert refusal(lambda: run([Change("model", LARGE)])) == "compare-shape"
    assert refusal(lambda: run([Change("class", "eleven")])) == "choice"


def test_one_wish_replaces_another_of_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(library.cards()[NAME], fields={"hat": ["cap", "none"], "hatband": ["red", "blue"]})
    monkeypatch.setattr(library, "cards", lambda: {NAME: card})
    asked = replace(PLAN, course=replace(PLAN.course, classes={"hat=cap": 0.5, "hat=none": 0.5, "hatband=red": 1.0}))
    found = [plans(asked, (), [Change("class", word)])[1].course.classes for word in ("hat=none", "hatband=blue", "")]
    assert found == [{"hatband=red": 1, "hat=none": 1}, {"hat=cap": 0.5, "hat=none": 0.5, "hatband=blue": 1}, {}]


def test_too_much_is_refused_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denoising_price.PACE, "seconds", lambda model, pictures: 0.02)
    long = (Change("steps", 1000), Change("steps", 997), Change("steps", 991))
    assert refusal(lambda: next(view.compare(replace(PLAN, steps=999), long))) == "compare-moments"
    monkeypatch.setattr(denoising_compare_price, "MOST_WORK", 20)
    assert refusal(lambda: next(view.compare(PLAN, (Change("sampler", "ddim"),)))) == "too-much-work"


def test_the_bill_is_the_sum_of_what_is_asked(asked: list[int]) -> None:
    changes = [Change("sampler", "heun"), Change("guidance", 1.0), Change("model", OTHER)]
    price = denoising_compare_price.afford(plans(PLAN, (), changes))["evaluations"]
    run(changes)
    assert sum(asked) == price
