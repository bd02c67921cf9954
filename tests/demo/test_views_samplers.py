"""The Samplers tab against closed forms and SciPy: what is drawn, what is printed, what is refused."""

from __future__ import annotations

import base64
import json
import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from demo.checks import accept
from demo.views.samplers import ARROWS, REACH, judge, walk
from demo.views.samplers_laws import LAW_NAMES, ClustersDenoiser, World, read_dots
from demo.views.samplers_setting import COUNT, SPACING_NAMES, Setting, at_times, reference, seeds_of, true_path
from genmodels.denoising.exact import MixtureDenoiser
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS
from genmodels.schedules import SCHEDULES

ASKED = {
    "law": "grid", "dots": [[-1.0, 0.5], [1.0, 0.0], [0.3, -1.2]], "wide": 1.2, "narrow": 0.4, "angle": 30,
    "schedule": "log-linear", "spacing": "exponential", "steps": 6, "endpoint": "stop",
    "methods": ["euler", "dpmpp-2m"], "seed": 3, "knobs": {},
}  # fmt: skip


def asked(view, **changes):
    values = {**ASKED, **({"dot": -1} if view is judge else {}), **changes}
    return view(**accept(view, values))


def decoded(text, kind, *shape):
    return np.frombuffer(base64.b64decode(text), kind).astype(np.float64).reshape(*shape)


def scipy_end(setting, x, start, end):
    """The flow by DOP853 in the noise level s, on y = x / alpha, where dy/ds = eps: another variable and solver."""
    schedule = setting.noising()
    denoise = setting.world.denoiser(schedule)
    alphas, levels = (
        [float(f(torch.tensor(t).double())) for t in (start, end)] for f in (schedule.alpha, schedule.noise_level)
    )

    def rate(s, y):
        points = torch.tensor(y.reshape(-1, 2))
        eps = denoise.split(points, torch.ones((), dtype=torch.float64), torch.tensor(s, dtype=torch.float64)).eps
        return eps.numpy().ravel()

    found = solve_ivp(rate, levels, x.numpy().ravel() / alphas[0], "DOP853", rtol=1e-11, atol=1e-12)
    return torch.tensor(found.y[:, -1].reshape(-1, 2) * alphas[1])


@pytest.mark.parametrize("schedule", ["log-linear", "linear", "edm"])
def test_clusters_are_the_mixture_they_stand_for(schedule):
    noising = SCHEDULES[schedule]()
    quick = World("ring").denoiser(noising)
    assert isinstance(quick, ClustersDenoiser)
    k = len(quick.centers)
    eye = quick.spread**2 * torch.eye(2, dtype=torch.float64).expand(k, 2, 2)
    slow = MixtureDenoiser(noising, torch.ones(k), quick.centers, eye)
    x = torch.randn(40, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2
    for t in (0.05, 0.4, 0.95):
        moment = torch.tensor(t, dtype=torch.float64)
        for mine, known in zip(quick(x, moment), slow(x, moment), strict=True):
            torch.testing.assert_close(mine, known, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(quick.log_density(x, moment), slow.log_density(x, moment), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("law", LAW_NAMES)
def test_the_variance_of_a_world_is_that_of_its_samples(law):
    world = World(law, dots=((-1.0, 0.5), (1.0, 0.0)))
    data = world.denoiser(SCHEDULES["flow"]()).sample(60_000, torch.Generator().manual_seed(1))
    assert world.variance() == pytest.approx(float(data.var(0).mean()), rel=0.02)


@pytest.mark.parametrize("law", ["ring", "gaussian"])
@pytest.mark.parametrize("schedule", ["log-linear", "linear"])
def test_the_truth_is_the_one_that_scipy_finds(law, schedule):
    setting = Setting(World(law), schedule, "exponential", "stop")
    times = setting.times(4)
    start, end = float(times[0]), float(times[-1])
    x = setting.start(seeds_of(2)[:6], times[0])
    expected = scipy_end(setting, x, start, end)
    exact = reference(setting, start, end, 2, 6, 1e-10, True)
    torch.testing.assert_close(exact, expected, rtol=1e-7, atol=1e-8)
    shown = reference(setting, start, end, 2)[:6]
    torch.testing.assert_close(shown, expected, rtol=1e-3, atol=1e-3)


def test_the_path_of_one_dot_ends_where_the_truth_does():
    setting = Setting(World("grid"), "log-linear", "exponential", "stop")
    times = setting.times(12)
    path = true_path(setting.world.denoiser(setting.noising()), setting.start(seeds_of(3)[5:6], times[0]), times)
    assert len(path) == 13
    end = reference(setting, float(times[0]), float(times[-1]), 3, 6, 1e-10)[5]
    torch.testing.assert_close(path[-1], end, rtol=0, atol=1e-3)


def test_frames_are_the_run_in_screen_units():
    reply = asked(walk, methods=["ddim"])
    times, scales = torch.tensor(reply["times"]), reply["scales"]
    frames = decoded(reply["runs"][0]["frames"], "<f2", len(times), COUNT, 2)
    assert frames[0].std() == pytest.approx(math.sqrt(World("grid").variance()), rel=0.1)
    setting = Setting(World("grid"), "log-linear", "exponential", "stop")
    x = setting.start(seeds_of(3), setting.times(6)[0])
    np.testing.assert_allclose(frames[0], x.numpy() * scales[0], rtol=2e-3, atol=2e-3)


def test_same_noise_for_all_methods_and_same_answer_twice():
    reply = asked(walk, methods=["euler", "ddpm", "dpmpp-2m-sde"])
    first = [decoded(run["frames"], "<f2", 7, COUNT, 2)[0] for run in reply["runs"]]
    for other in first[1:]:
        np.testing.assert_array_equal(first[0], other)
    assert json.dumps(reply) == json.dumps(asked(walk, methods=["euler", "ddpm", "dpmpp-2m-sde"]))


@pytest.mark.parametrize("law", LAW_NAMES)
@pytest.mark.parametrize("schedule", ["log-linear", "flow"])
def test_the_density_drawn_is_that_of_the_law(law, schedule):
    reply = asked(walk, law=law, schedule=schedule)
    haze, k = reply["density"], 3
    world = World(law, read_dots(ASKED["dots"]))
    denoise = world.denoiser(SCHEDULES[schedule]())
    t = Setting(world, schedule, "exponential", "stop").times(6)[k]
    shown = torch.tensor([[0.3, -0.2], [-1.1, 0.7], [0.0, 0.0]], dtype=torch.float64)
    (a, b), turn = haze["widths"][k], haze["angle"]
    total = torch.zeros(3, dtype=torch.float64)
    for center in haze["centers"]:
        away = shown - haze["pull"][k] * torch.tensor(center, dtype=torch.float64)
        u = away[:, 0] * math.cos(turn) + away[:, 1] * math.sin(turn)
        v = -away[:, 0] * math.sin(turn) + away[:, 1] * math.cos(turn)
        total += torch.exp(-(u**2) / (2 * a**2) - v**2 / (2 * b**2)) / (2 * math.pi * a * b * len(haze["centers"]))
    scale = reply["scales"][k]
    expected = denoise.log_density(shown / scale, t).exp() / scale**2
    torch.testing.assert_close(total, expected, rtol=1e-3, atol=1e-9)


def test_arrows_point_up_the_density():
    reply = asked(walk, law="ring")
    field = decoded(reply["arrows"]["field"], "i1", 7, ARROWS * ARROWS, 2) / 127
    setting = Setting(World("ring"), "log-linear", "exponential", "stop")
    denoise, k, h = setting.world.denoiser(setting.noising()), 3, 1e-4
    t, scale = setting.times(6)[k], reply["scales"][k]
    marks = torch.linspace(-REACH, REACH, ARROWS, dtype=torch.float64)
    for at in (20, 61, 143):
        shown = torch.stack([marks[at // ARROWS], marks[at % ARROWS]])
        sides = torch.stack([shown + h * torch.tensor(d).double() for d in ((1, 0), (-1, 0), (0, 1), (0, -1))])
        p = denoise.log_density(sides / scale, t)
        slope_there = torch.stack([p[0] - p[1], p[2] - p[3]]) / (2 * h)
        pressed = slope_there / (1 + slope_there.norm())
        np.testing.assert_allclose(field[k, at], pressed.numpy(), atol=0.01)


def test_the_judge_measures_the_distance_to_the_truth():
    reply = asked(judge, law="gaussian", steps=20, methods=["euler", "heun", "ddpm"])
    setting = Setting(World("gaussian"), "log-linear", "exponential", "stop")
    times = setting.times(20)
    x, denoise = setting.start(seeds_of(3), times[0]), setting.world.denoiser(setting.noising())
    expected = scipy_end(setting, x, float(times[0]), float(times[-1]))
    for row, cost in zip(reply["rows"], (20, 40, 20), strict=True):
        assert row["evaluations"] == cost
        if row["method"] != "ddpm":
            end = list(SAMPLERS[row["method"]].run(denoise, x, times, None))[-1].x
            rms = math.sqrt(float((end - expected).square().sum(1).mean()))
            assert row["error"] == pytest.approx(rms, rel=1e-5)
    assert reply["rows"][2]["error"] is None
    shown = decoded(reply["truth"], "<f2", COUNT, 2)
    np.testing.assert_allclose(shown, expected.numpy(), atol=4e-3)


@pytest.mark.parametrize("method", ["ddim", "dpmpp-2m", "ddpm", "rk45"])
def test_the_life_of_a_dot_is_its_own_and_adds_up(method):
    reply = asked(judge, methods=[method], dot=7, schedule="linear")
    path = reply["life"]["paths"][0]
    cloud = asked(walk, methods=[method], schedule="linear")
    frames = decoded(cloud["runs"][0]["frames"], "<f2", 7, COUNT, 2)[:, 7]
    np.testing.assert_allclose(np.array(path["x"]) * np.array(cloud["scales"])[:, None], frames, rtol=2e-3, atol=3e-3)
    if method != "rk45":  # which is shown between its own nodes, with the estimate of the node before
        alpha, sigma = (np.array(cloud[part])[:, None] for part in ("alphas", "sigmas"))
        np.testing.assert_allclose(alpha * np.array(path["x0"]) + sigma * np.array(path["eps"]), path["x"], atol=1e-4)


@pytest.mark.parametrize("spacing", SPACING_NAMES)
@pytest.mark.parametrize("endpoint", ["stop", "zero"])
def test_every_method_has_a_cloud_or_a_reason(spacing, endpoint):
    for schedule in ("linear", "cosine", "flow", "edm"):
        names = list(SAMPLERS)
        for i in range(0, len(names), 3):
            reply = asked(
                walk, spacing=spacing, endpoint=endpoint, schedule=schedule, steps=2, methods=names[i : i + 3]
            )
            for run in reply["runs"]:
                assert run.get("refused") or np.isfinite(decoded(run["frames"], "<f2", 3, COUNT, 2)).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"law": "cube"}, {"dots": "many"}, {"dots": [[0.0, 0.0]] * 65}, {"dots": [[0.0, float("nan")]]},
        {"dots": [[9.0, 0.0]]}, {"dots": [[1.0]]}, {"steps": 0}, {"steps": 2.5}, {"steps": 65}, {"wide": float("inf")},
        {"methods": ["euler"] * 4}, {"methods": ["magic"]}, {"seed": -1}, {"spacing": "by-hand"}, {"endpoint": "soon"},
        {"law": "dots", "dots": []},
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused(changes):
    for view in (walk, judge):
        with pytest.raises(Refused):
            asked(view, **changes)


def test_a_run_that_leaves_all_bounds_is_refused():
    setting = Setting(World("ring"), "log-linear", "exponential", "stop")
    denoise = setting.world.denoiser(setting.noising())
    times = setting.times(3)
    with pytest.raises(Refused) as caught:
        at_times(denoise, "euler", torch.full((1, 2), math.inf, dtype=torch.float64), times, [0])
    assert caught.value.key == "samplers-diverged"
