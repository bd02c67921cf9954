"""The Schedules tab: every number on screen against diffusers, closed forms, recurrences or chance itself."""

from __future__ import annotations

import base64
import io
import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from demo.checks import accept
from demo.views import schedules as view
from demo.views import schedules_curves as curve
from demo.views import schedules_forward as process
from demo.views.schedules_names import heights, named
from demo.views.schedules_slots import MENU, SLOTS, at_the_end, catalog, preserves_variance
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES, NoiseSchedule

HAND = {"quantity": "alpha-bar", "points": [[0, 1], [0.3, 0.8], [0.7, 0.2], [1, 0.001]]}


def slots(**changes: Any) -> dict[str, Any]:
    """The page's own four slots, with one schedule (or more) put in."""
    names = dict.fromkeys(SLOTS, "linear") | {key: value for key, value in changes.items() if isinstance(value, str)}
    return {letter: {"schedule": name, "on": True, "zero": False, "knobs": {}} for letter, name in names.items()}


def asked(**changes: Any) -> dict[str, Any]:
    plain = {
        "slots": slots(a="cosine"), "drawn": HAND, "focus": "a", "quantity": "alpha-bar", "axis": "t", "log": False,
        "T": 1000, "spacing": "off", "n": 10, "endpoint": "zero",
    }  # fmt: skip
    return view.curves(**accept(view.curves, plain | changes))


def told(**changes: Any) -> dict[str, Any]:
    plain = {
        "slots": slots(a="cosine"), "drawn": HAND, "focus": "a", "T": 1000, "t": 0.4, "source": "face", "law": "ring",
        "item": 3, "seed": 0,
    }  # fmt: skip
    return view.forward(**accept(view.forward, plain | changes))


def schedule(name: str) -> NoiseSchedule:
    return next(slot for slot in view.read_slots(slots(a=name)) if slot.name == "a").make(view.read_drawn(HAND))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("linear", {"beta_schedule": "linear"}),
        ("scaled-linear", {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}),
        ("cosine", {"beta_schedule": "squaredcos_cap_v2"}),
    ],
)
def test_the_beta_curve_and_the_posterior_are_those_of_diffusers(name: str, settings: dict[str, Any]) -> None:
    theirs = pytest.importorskip("diffusers").DDPMScheduler(variance_type="fixed_small", **settings)
    (beta, *_), (posterior, *_) = (asked(slots=slots(a=name), quantity=q)["data"] for q in ("beta", "posterior"))
    steps = (np.array(beta["x"]) * 1000).round().astype(int)
    assert steps[0] == 1 and steps[-1] == 1000 and len(steps) > 190
    np.testing.assert_allclose(beta["y"], theirs.betas[steps - 1], rtol=2e-3, atol=1e-6)  # theirs are float32
    variances = [float(theirs._get_variance(int(step) - 1)) for step in steps[1:]]
    np.testing.assert_allclose(posterior["y"][1:], variances, rtol=3e-3, atol=1e-6)


@pytest.mark.parametrize("T", [10, 250])
@pytest.mark.parametrize("name", MENU)
def test_alpha_bar_and_the_posterior_follow_from_the_betas_alone(name: str, T: int) -> None:
    """The chain y_t = sqrt(1 - beta) y_(t-1) + sqrt(beta) eps, step by step, and its law given the end."""
    made = schedule(name)
    betas, posterior = (curve.STEPWISE[q](made, T).numpy() for q in ("beta", "posterior"))
    signal, variance = 1.0, 0.0
    for step, beta in enumerate(betas, 1):
        if beta == made.most_beta < 1:
            assert step == T, "only the last step is cut, and its chain keeps a little more signal"
            break
        before = variance
        signal, variance = signal * math.sqrt(1 - beta), (1 - beta) * variance + beta
        given_end = before - (1 - beta) * before**2 / variance
        facts = curve.facts(made, T, step / T)
        assert facts["number"] == step
        assert facts["signal"] == pytest.approx(signal, abs=1e-5)
        assert facts["alpha-bar"] == pytest.approx(signal**2, abs=1e-5)
        assert facts["noise"] == pytest.approx(math.sqrt(variance), abs=1e-5)
        assert posterior[step - 1] == pytest.approx(given_end, abs=1e-9)


@pytest.mark.parametrize("name", MENU)
@pytest.mark.parametrize("t", [0.0, 0.2, 0.7, 1.0])
def test_the_pixels_of_x_have_the_moments_that_alpha_and_sigma_promise(name: str, t: float) -> None:
    made, x0 = schedule(name), process.clean("face", "ring", 3)
    reply = told(slots=slots(a=name), t=t)
    alpha, sigma, pixels = reply["facts"]["alpha"], reply["facts"]["sigma"], x0.numel()
    error = 4 * (sigma + alpha * sigma + 1e-4) / math.sqrt(pixels)
    assert reply["facts"]["mean"] == pytest.approx(alpha * float(x0.mean()), abs=error + 1e-4)
    spread = math.hypot(alpha * float(x0.std()), sigma)
    assert reply["facts"]["std"] == pytest.approx(spread, abs=2 * error + 1e-3)
    if t == 1:
        assert reply["end"]["std"] == pytest.approx(spread, rel=1e-3)
        assert reply["end"]["normal"] == (abs(spread - 1) < 0.02)
    assert reply["facts"]["preserving"] == preserves_variance(made)


@pytest.mark.parametrize("name", ["linear", "cosine", "ve", "flow"])
@pytest.mark.parametrize("t", [0.0, 0.5, 1.0])
def test_the_histogram_has_area_one_and_so_has_the_normal_law(name: str, t: float) -> None:
    bars, law = told(slots=slots(a=name), t=t)["histogram"]["data"]
    assert sum(bars["y"]) * bars["width"] == pytest.approx(1, abs=1e-3)
    assert sum(law["y"]) * (law["x"][1] - law["x"][0]) == pytest.approx(1, abs=1e-3)
    if t == 1:  # it has closed on the law
        expected = np.interp(bars["x"], law["x"], law["y"])
        assert np.abs(np.array(bars["y"]) - expected).max() < 0.12 * expected.max()


CLOSED_FORMS = {
    "ve": 1 / 50**2, "edm": 1 / 80**2, "log-linear": 1 / 10**2,
    "flow": 0.0, "shifted-flow": 0.0, "trig": 0.0, "laplace": 0.0, "shifted-cosine": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_what_is_left_at_the_end_in_closed_form(name: str) -> None:
    assert catalog()[name]["end"]["snr"] == pytest.approx(CLOSED_FORMS[name], rel=1e-9, abs=1e-30)


@pytest.mark.parametrize("name", ["linear", "scaled-linear"])
def test_what_is_left_at_the_end_of_a_table(name: str) -> None:
    betas = np.linspace(1e-4, 0.02, 1000) if name == "linear" else np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    left = np.prod(1 - betas)
    assert catalog()[name]["end"]["snr"] == pytest.approx(left / (1 - left), rel=1e-9)
    assert catalog()[name]["end"]["leaks"] == (name == "scaled-linear")
    if name == "scaled-linear":
        assert left / (1 - left) == pytest.approx(0.0047, abs=5e-5)


def test_the_leak_is_how_far_a_white_picture_stands_out_of_many_black_ones() -> None:
    end, generator = catalog()["scaled-linear"]["end"], torch.Generator().manual_seed(1)
    noise = torch.randn((400, 64 * 64 * 3), generator=generator) * end["sigma"]
    assert end["leak"] == pytest.approx(end["alpha"] / float(noise.mean(1).std()), rel=0.12)


@pytest.mark.parametrize("name", [name for name, facts in catalog().items() if facts["preserving"]])
def test_the_fix_leaves_nothing_at_the_end(name: str) -> None:
    wanted = slots(a=name)
    wanted["a"]["zero"] = True
    assert told(slots=wanted)["ends"]["a"] == {"alpha": 0, "sigma": 1, "snr": 0, "leak": 0, "leaks": False}
    assert asked(slots=wanted)["layout"]["annotations"][0]["text"].startswith("t:schedules.rescaled|")


@pytest.mark.parametrize("name", [name for name, facts in catalog().items() if not facts["preserving"]])
def test_what_does_not_preserve_variance_cannot_be_rescaled(name: str) -> None:
    wanted = slots(a=name)
    wanted["a"]["zero"] = True
    with pytest.raises(Refused, match=r"."):
        asked(slots=wanted)


@pytest.mark.parametrize("spacing", view.RULES)
def test_ticks_stand_on_the_curve_where_the_steps_are(spacing: str) -> None:
    alone = slots(a="flow")
    for letter in "bcd":
        alone[letter]["on"] = False
    _, ticks, _ = asked(slots=alone, quantity="noise-level", log=True, spacing=spacing)["data"]
    t, level = (np.array(values, float) for values in (ticks["x"], ticks["y"]))
    assert len(t) == 11 and t[-1] == 0 and (np.diff(t) < 0).all()
    inside = np.isfinite(level)
    np.testing.assert_allclose(level[inside], t[inside] / (1 - t[inside]), rtol=1e-3)
    rows = asked(slots=alone, spacing="all")
    row = rows["data"][2 + view.RULES.index(spacing)]  # after the curve and the dot
    assert row["name"] == f"t:spacings.{spacing}" and row["yaxis"] == "y2"
    assert set(row["y"]) == {float(view.RULES.index(spacing))}


@pytest.mark.parametrize("axis", curve.AXES)
@pytest.mark.parametrize("quantity", curve.QUANTITIES)
@pytest.mark.parametrize("log", [False, True])
def test_every_view_is_small_finite_json_and_the_same_again(quantity: str, axis: str, log: bool) -> None:
    wanted = {"slots": slots(a="edm", b="flow", c="drawn", d="cosine"), "quantity": quantity, "axis": axis, "log": log}
    figure = asked(**wanted)
    assert figure == asked(**wanted)
    assert len(json.dumps(figure, allow_nan=False)) < 40_000
    names = [note["text"] for note in figure["layout"]["annotations"]]
    assert len(set(names)) == len(names) >= (1 if axis == "log-snr" else 3)


def test_the_axes_tell_the_same_story() -> None:
    by_t, by_step, by_snr = (asked(axis=axis, quantity="log-snr")["data"][0] for axis in curve.AXES)
    np.testing.assert_allclose(np.array(by_t["x"], float) * 1000, np.array(by_step["x"], float), rtol=1e-4)
    inner = [(x, y) for x, y in zip(by_snr["x"], by_snr["y"], strict=True) if x is not None and y is not None]
    assert all(x == y for x, y in inner) and len(inner) > 190


def test_a_name_stands_nearest_to_its_own_curve() -> None:
    x = np.linspace(0, 1, 50)
    tracks = [heights(x, y) for y in (1 - x, np.sqrt(1 - x**2), (1 - x) ** 3)]
    for k, place in enumerate(named(tracks, [True] * 3)):
        assert place is not None
        middle, level = place.x + 0.1 * place.right, place.y + 0.04 * place.up
        away = [np.nanmin(np.hypot(np.linspace(0.02, 0.98, 33) - middle, track - level)) for track in tracks]
        assert int(np.argmin(away)) == k


def test_the_strip_is_sent_once_and_again_when_something_else_is_noised() -> None:
    first = told()
    assert len(first["strip_signals"]) == process.STOPS and "strip" in first
    assert first["strip_signals"][0] == 1 and first["strip_signals"] == sorted(first["strip_signals"], reverse=True)
    assert "strip" not in told(have=first["strip_key"], t=0.9)
    for change in ({"item": 4}, {"seed": 1}, {"slots": slots(a="flow")}, {"source": "points"}):
        assert told(have=first["strip_key"], **change)["strip_key"] != first["strip_key"]


def test_points_are_noised_by_the_same_formula() -> None:
    reply = told(source="points", law="moons", slots=slots(a="ve"), t=0.6)
    x = np.frombuffer(base64.b64decode(reply["points"]), "<f2").reshape(-1, 2).astype(float)
    x0, eps = process.clean("points", "moons", 3).numpy(), process.noise((process.POINTS, 2), 0).numpy()
    alpha, sigma = 1.0, 0.01 * 5000**0.6
    np.testing.assert_allclose(x, (alpha * x0 + sigma * eps) / math.hypot(alpha, sigma), atol=5e-3)


def letters(size: int = 64, kind: str = "JPEG", color: tuple[int, int, int] = (255, 0, 0)) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), color).save(buffer, kind, quality=95)
    return base64.b64encode(buffer.getvalue()).decode()


def test_an_own_picture_is_read() -> None:
    assert told(source="upload", upload=letters(), t=0.0)["facts"]["mean"] == pytest.approx(-1 / 3, abs=0.02)


@pytest.mark.parametrize("bad", ["?", "AAAA", letters()[:200]])
def test_what_is_no_such_picture_is_refused(bad: str) -> None:
    with pytest.raises(Refused):
        told(source="upload", upload=bad)


@pytest.mark.parametrize("quantity", ["alpha-bar", "log-snr"])
def test_the_drawn_curve_goes_through_its_points(quantity: str) -> None:
    points = HAND["points"] if quantity == "alpha-bar" else [[0, 9], [0.25, 2], [0.5, 0], [1, -8]]
    hand = told(drawn={"quantity": quantity, "points": points})["hand"]
    for t, y in points[1:]:
        assert np.interp(t, hand["t"], hand["y"]) == pytest.approx(y, abs=0.02)
    assert (np.diff(hand["y"]) <= 1e-9).all()


def test_every_start_of_a_drawing_can_be_drawn() -> None:
    for name, points in view.starts().items():
        drawn = view.read_drawn({"quantity": "alpha-bar", "points": points})
        t = torch.tensor([p[0] for p in points[1:-1]], dtype=torch.float64)
        np.testing.assert_allclose(drawn.alpha_bar(t), SCHEDULES[name]().alpha_bar(t), atol=2e-3)


BAD_SLOTS = [
    None, [], {}, {"a": 1}, slots() | {"e": slots()["a"]}, slots() | {"a": {}},
    slots(a="nothing"), slots() | {"a": slots()["a"] | {"on": 1}}, slots() | {"a": slots()["a"] | {"zero": None}},
    slots() | {"a": slots()["a"] | {"knobs": {"beta_end": float("nan")}}},
    slots() | {"a": slots()["a"] | {"knobs": {"beta_end": 7}}},
    slots() | {"a": slots()["a"] | {"knobs": {"nothing": 1}}}, slots() | {"a": slots()["a"] | {"schedule": []}},
    slots(a="drawn") | {"b": {"schedule": "drawn", "on": True, "zero": False, "knobs": {"x": 1}}},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_SLOTS)
def test_slots_that_the_page_cannot_have_sent_are_refused(bad: Any) -> None:
    with pytest.raises(Refused):
        asked(slots=bad)


@pytest.mark.parametrize(
    "bad",
    [None, {}, HAND | {"points": []}, HAND | {"points": [[0, 1], [1, 2]]}, HAND | {"points": "x"},
     HAND | {"points": [[0, 1], [1, float("nan")]]}, HAND | {"points": [[0, 0], [1, 1]]}, HAND | {"quantity": "beta"}],
)  # fmt: skip
def test_a_drawing_that_is_none_is_refused(bad: Any) -> None:
    with pytest.raises(Refused):
        asked(drawn=bad)


def test_the_bar_spans_twelve_decades() -> None:
    assert [view.decades(snr) for snr in (1.0, 1e-6, 1e-12, 0.0)] == pytest.approx([1, 0.5, 0, 0])


def test_the_end_of_every_slot_is_told() -> None:
    reply = told(slots=slots(a="linear", b="ve", c="flow", d="drawn"))
    for letter, name in zip(SLOTS, ("linear", "ve", "flow", "drawn"), strict=True):
        assert reply["ends"][letter]["snr"] == pytest.approx(at_the_end(schedule(name))["snr"], rel=1e-4)
