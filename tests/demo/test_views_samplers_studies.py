"""The studies of the Samplers tab: slopes against orders, curves against recursions, demos against what they say."""

from __future__ import annotations

import inspect
import math

import pytest
import torch

from demo.checks import accept, accepts
from demo.views.samplers import walk
from demo.views.samplers_demos import DEMOS, HEUN, RING, belonging, landed
from demo.views.samplers_errors import Curve, Rounding, error, errors, slope
from demo.views.samplers_laws import World
from demo.views.samplers_oracles import MADE, SAMPLES, exact_ratio, round_trip, sampled_ratio
from demo.views.samplers_setting import Setting
from genmodels.schedules import SCHEDULES

ASKED = {
    "law": "grid", "dots": [[-1.0, 0.5], [1.0, 0.0], [0.3, -1.2]], "wide": 1.2, "narrow": 0.4, "angle": 30,
    "schedule": "log-linear", "spacing": "exponential", "steps": 6, "endpoint": "stop",
    "methods": ["euler", "dpmpp-2m"], "seed": 3, "knobs": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "order"),
    [("euler", 1), ("ddim", 1), ("dpmpp-2m", 2), ("heun", 2), ("dpmpp-3m-fixed", 3), ("unipc-2", 3), ("rk4", 4)],
)
def test_the_slope_printed_is_the_order(method, order):
    points = tuple((n, error(Curve(method, RING, ""), n, 1)) for n in (32, 64, 128, 256))
    assert slope(points) == pytest.approx(order, abs=0.2)
    assert Curve(method, RING, "").theory == order


def test_a_floor_and_whole_timesteps_have_no_order():
    stop = Curve("dpmpp-2m", RING, "")
    zero = Curve("dpmpp-2m", Setting(RING.world, RING.schedule, RING.spacing, "zero"), "")
    assert error(zero, 256, 1) > 0.9 * error(zero, 64, 1) > 5 * error(stop, 64, 1)
    assert zero.theory is None and zero.spoilers() == ["zero"]
    rounds = Curve("unipc-2", RING, "", rounds=True)
    assert error(rounds, 256, 1) > 5 * error(Curve("unipc-2", RING, ""), 256, 1)
    assert rounds.theory is None


def test_rounding_asks_at_a_whole_timestep():
    heard = []
    denoise = World("ring").denoiser(SCHEDULES["linear"]())

    class Listening:
        schedule = denoise.schedule

        def __call__(self, x, t):
            heard.append(float(t) * 1000)
            return denoise(x, t)

    x, t = torch.ones(1, 2, dtype=torch.float64), torch.tensor(0.12345, dtype=torch.float64)
    estimate = Rounding(Listening())(x, t)
    assert heard == [pytest.approx(123)]
    torch.testing.assert_close(denoise.schedule.alpha(t) * estimate.x0 + denoise.schedule.sigma(t) * estimate.eps, x)


def test_what_spoils_theory_is_named():
    def spoilers(schedule, spacing, endpoint):
        return Curve("euler", Setting(World("ring"), schedule, spacing, endpoint), "").spoilers()

    assert spoilers("log-linear", "exponential", "stop") == []
    assert spoilers("linear", "linspace", "zero") == ["zero", "linear"]
    assert spoilers("flow", "exponential", "stop") == ["infinite"]
    assert spoilers("ve", "karras", "stop") == ["spacing"]


def test_slope_of_a_known_power():
    assert slope(tuple((n, 7.0 * n**-2.5) for n in (8, 16, 32, 64))) == pytest.approx(2.5)
    assert slope(((8, 1e-3), (16, 1e-15))) is None


def test_the_exact_law_lands_as_often_as_the_closed_form_says():
    data = World("ring").denoiser(SCHEDULES["flow"]()).sample(40_000, torch.Generator().manual_seed(0))
    centers = World("ring").denoiser(SCHEDULES["flow"]()).centers
    share = float((torch.cdist(data, centers).amin(1) < 3 * 0.07).double().mean())
    assert share == pytest.approx(belonging(), abs=4 * math.sqrt(belonging() * (1 - belonging()) / 40_000))


def test_heun_with_five_steps_is_worse_than_euler_and_better_with_sixteen():
    assert landed(HEUN, "heun", 5, 1) < 0.2 < landed(HEUN, "euler", 5, 1)
    assert landed(HEUN, "heun", 16, 1) > landed(HEUN, "euler", 16, 1)


def test_the_two_coefficients_cross():
    def at(method, n):
        return error(Curve(method, RING, ""), n, 1)

    assert at("dpmpp-3m", 8) < at("dpmpp-3m-fixed", 8)
    assert at("dpmpp-3m", 256) > 2 * at("dpmpp-3m-fixed", 256)


def test_errors_stream_and_say_why_a_method_has_no_curve():
    asked_for = {k: v for k, v in ASKED.items() if k != "steps"}
    assert inspect.isgeneratorfunction(errors)
    stream = errors(**accept(errors, {**asked_for, "methods": ["euler", "ddpm", "rk45"]}))
    plots = [next(stream) for _ in range(3)]
    assert [len(plot["data"]) for plot, _ in plots] == [0, 2, 2]
    assert plots[2][0]["data"][0]["x"] == [2, 4]
    assert [line.split("|")[0] for line in plots[2][1]["lines"]][-2:] == [
        "t:samplers.silent.chance", "t:samplers.silent.adaptive",
    ]  # fmt: skip


@pytest.mark.parametrize("demo", DEMOS)
def test_each_demo_turns_knobs_to_what_the_views_accept(demo):
    knobs = DEMOS[demo].knobs
    accept(walk, {**ASKED, **knobs})
    assert set(knobs) <= set(accepts(walk)[0])
    plot, notes = next(DEMOS[demo].study())
    assert set(plot) == {"data", "layout"} and "lines" in notes


@pytest.mark.parametrize(
    ("n", "known"), [(5, (0.539, 0.496, 1.373)), (10, (0.748, 0.667, 1.178)), (20, (0.868, 0.783, 1.088))]
)
def test_the_variance_curves_are_the_published_recursion_and_samples_lie_on_them(n, known):
    for key, value in zip(MADE, known, strict=True):
        exact = exact_ratio(key, n)
        assert exact == pytest.approx(value, abs=1.1e-3)
        assert sampled_ratio(key, n) == pytest.approx(exact, abs=4 * exact / math.sqrt(2 * 2 * SAMPLES))


def test_ddim_drifts_at_first_order_and_bdia_comes_home_only_with_both_states():
    setting = Setting(World("gaussian"), "log-linear", "exponential", "stop")
    denoise = setting.world.denoiser(setting.noising())
    data = denoise.sample(32, torch.Generator().manual_seed(0))
    far = {
        way: [(n, round_trip(way, denoise, data, setting.times(n))) for n in (64, 128, 256)]
        for way in ("ddim", "bdia-both", "bdia-one")
    }
    assert slope(tuple(far["ddim"])) == pytest.approx(1, abs=0.15)
    assert max(value for _, value in far["bdia-both"]) < 1e-11
    assert min(value for _, value in far["bdia-one"]) > 1e-7
