"""Every sampler that draws noise, against the exact law of what it makes of Gaussian data."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from genmodels.samplers import SAMPLERS
from genmodels.samplers.variance import KERNELS, Moments, moments, truth
from genmodels.schedules import SCHEDULES, NoiseSchedule
from genmodels.spacing import SPACINGS
from tests.genmodels import laws

F64 = torch.float64
DATA = Moments(0.3, 0.5)  # laws.GAUSSIANS["scalar"]
COUNT = 20_000
WORLDS = ("linear", "ve", "flow")  # variance preserving, exploding, and neither

# data std, steps: DDIM eta = 0, eta = 1, DDPM with the large variance, each leading / trailing / linspace
TABLE = {
    (0.5, 5): [(0.539, 0.525, 0.450), (0.496, 0.497, 0.419), (1.373, 0.720, 1.495)],
    (0.5, 10): [(0.748, 0.740, 0.723), (0.667, 0.667, 0.646), (1.178, 0.988, 1.198)],
    (0.5, 20): [(0.868, 0.863, 0.861), (0.783, 0.783, 0.776), (1.088, 1.034, 1.093)],
    (0.5, 50): [(0.945, 0.943, 0.944), (0.888, 0.888, 0.886), (1.035, 1.023, 1.035)],
    (0.5, 250): [(0.989, 0.988, 0.989), (0.972, 0.972, 0.972), (1.007, 1.006, 1.007)],
    (0.1, 10): [(0.368, 0.279, 0.344), (0.291, 0.276, 0.268), (3.238, 0.469, 3.544)],
    (0.1, 100): [(0.883, 0.860, 0.883), (0.794, 0.791, 0.793), (1.129, 1.047, 1.130)],
}


@pytest.mark.parametrize(("std", "n"), TABLE)
def test_few_steps_shrink_by_the_published_amounts(std: float, n: int) -> None:
    schedule = SCHEDULES["linear"]()
    methods = [("ddim", {"eta": 0.0}), ("ddim", {"eta": 1.0}), ("ddpm", {"variance": 1.0})]
    for (name, knobs), row in zip(methods, TABLE[std, n], strict=True):
        for spacing, expected in zip(("leading", "trailing", "linspace"), row, strict=True):
            times = SPACINGS[spacing](schedule, n)
            *_, end = moments(name, schedule, times, Moments(0, std), Moments(0, 1), **knobs)
            assert end.std / std == pytest.approx(expected, abs=6e-4)
            assert end.mean == 0


def test_a_thousand_steps_shrink_hardly() -> None:
    schedule = SCHEDULES["linear"]()
    times = SPACINGS["leading"](schedule, 1000)
    for name, knob, expected in (("ddim", {}, 0.997), ("ddim", {"eta": 1}, 0.992), ("ddpm", {"variance": 1}, 1.0015)):
        *_, end = moments(name, schedule, times, Moments(0, 0.5), **knob)
        assert end.std / 0.5 == pytest.approx(expected, abs=5e-4)


def run(key: str, schedule: NoiseSchedule, times: Tensor, seed: int = 0, **knobs: float) -> Moments:
    """The last law of a run of many samples, begun with the right one."""
    method = SAMPLERS[key]
    noise = method.noise(range(seed, seed + COUNT), (1,), F64)
    mean, std = truth(float(schedule.alpha(times[0])), float(schedule.sigma(times[0])), DATA)
    *_, last = method.run(laws.gaussian(schedule, "scalar"), mean + std * noise.start(), times, noise, **knobs)
    return Moments(float(last.x.mean()), float(last.x.std()))


def check(found: Moments, expected: Moments) -> None:
    assert abs(found.mean - expected.mean) < 4 * expected.std / math.sqrt(COUNT)
    assert abs(found.std - expected.std) < 4 * expected.std / math.sqrt(2 * COUNT)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(
    ("key", "knobs"),
    [
        ("ddim", {"eta": 0.0}),
        ("ddim", {"eta": 0.5}),
        ("ddim", {"eta": 1.0}),
        ("ddpm", {"variance": 0.0}),
        ("ddpm", {"variance": 0.5}),
        ("ddpm", {"variance": 1.0}),
        ("euler", {"eta": 0.0}),
        ("euler", {"eta": 0.7}),
    ],
    ids=str,
)
def test_samples_agree_with_the_recursion(key: str, knobs: dict[str, float], world: str) -> None:
    schedule = SCHEDULES[world]()
    for times in (torch.linspace(1, 0.1, 6, dtype=F64), torch.linspace(1, 0, 4, dtype=F64)):
        *_, expected = moments(key, schedule, times, DATA, **knobs)
        check(run(key, schedule, times, **knobs), expected)


def test_every_recursion_is_of_a_sampler() -> None:
    assert set(KERNELS) <= set(SAMPLERS)


# The others, in the coordinates of their papers: y = x / alpha against the noise level s. A random variable is a row:
# its constant, then its weight on each independent normal, the first being that of the start.


def best(y: np.ndarray, s: float) -> np.ndarray:
    gain = DATA.std**2 / (DATA.std**2 + s**2)
    return gain * y + np.eye(1, len(y))[0] * (1 - gain) * DATA.mean


def sde_2m(levels: list[float], y: np.ndarray, eta: float) -> np.ndarray:
    """k-diffusion's sample_dpmpp_2m_sde, midpoint."""
    old, h_last = None, 0.0
    for i, (s, s_next) in enumerate(pairwise(levels)):
        denoised, h = best(y, s), math.log(s / s_next)
        step = s_next / s * math.exp(-eta * h) * y - math.expm1(-h - eta * h) * denoised
        if old is not None:
            step += 0.5 * -math.expm1(-h - eta * h) * h / h_last * (denoised - old)
        step[2 + 2 * i] += s_next * math.sqrt(-math.expm1(-2 * eta * h))
        y, old, h_last = step, denoised, h
    return y


def sde_2s(levels: list[float], y: np.ndarray, eta: float) -> np.ndarray:
    """k-diffusion's sample_dpmpp_sde; the noises of both legs are increments of one path over v(s)."""

    def split(s: float, s_next: float) -> tuple[float, float]:
        up = min(s_next, eta * math.sqrt(s_next**2 * (s**2 - s_next**2) / s**2))
        return math.sqrt(s_next**2 - up**2), up

    def v(s: float) -> float:
        return s ** (1 / 3) / (1 + s ** (1 / 3))

    for i, (s, s_next) in enumerate(pairwise(levels)):
        middle = math.sqrt(s * s_next)
        denoised = best(y, s)
        down, up = split(s, middle)
        half = down / s * y + (1 - down / s) * denoised
        half[2 + 2 * i] += up
        down, up = split(s, s_next)
        y = down / s * y + (1 - down / s) * best(half, middle)
        share = (v(s) - v(middle)) / (v(s) - v(s_next))
        y[2 + 2 * i] += up * math.sqrt(share)
        y[3 + 2 * i] += up * math.sqrt(1 - share)
    return y


def churned_heun(levels: list[float], y: np.ndarray, churn: float) -> np.ndarray:
    """EDM's stochastic sampler, its trapezoid laid in u = s / (1 + s)."""
    n = len(levels) - 1
    for i, (low, s_next) in enumerate(pairwise(levels)):
        s = min(low * (1 + min(churn / n, math.sqrt(2) - 1)), TOP[0])
        y = y.copy()
        y[2 + 2 * i] += math.sqrt(s**2 - low**2)
        du = s_next / (1 + s_next) - s / (1 + s)
        slope = (y - best(y, s)) / s - best(y, s)
        ahead = (y / (1 + s) + du * slope) * (1 + s_next)
        slope_next = (ahead - best(ahead, s_next)) / s_next - best(ahead, s_next)
        y = (y / (1 + s) + du * (slope + slope_next) / 2) * (1 + s_next)
    return y


TOP = [math.inf]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(
    ("key", "reference", "knobs"),
    [
        ("dpmpp-2m-sde", sde_2m, {"eta": 1.0}),
        ("dpmpp-2m-sde", sde_2m, {"eta": 0.4}),
        ("dpmpp-sde", sde_2s, {"eta": 1.0}),
        ("dpmpp-sde", sde_2s, {"eta": 0.4}),
        ("heun", churned_heun, {"s_churn": 2.0}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_samples_agree_with_the_affine_reference(
    key: str, reference: Callable[..., np.ndarray], knobs: dict[str, float], world: str
) -> None:
    schedule = SCHEDULES[world]()
    times = torch.linspace(0.95, 0.2, 6, dtype=F64)
    levels = schedule.noise_level(times).tolist()
    TOP[0] = float(schedule.noise_level(torch.ones((), dtype=F64)))
    y = np.zeros(2 + 2 * len(levels))
    y[:2] = DATA.mean, math.hypot(DATA.std, levels[0])
    row = reference(levels, y, *knobs.values()) * float(schedule.alpha(times[-1]))
    if key == "heun" and world == "flow":
        assert np.count_nonzero(row[2:]) == 5
    check(run(key, schedule, times, **knobs), Moments(row[0], float(np.linalg.norm(row[1:]))))


def test_the_brownian_path_is_the_same_with_more_steps() -> None:
    """Pathwise: halving the steps of one path comes ever closer to its limit, which fresh noise would not."""
    schedule = SCHEDULES["ve"]()
    denoise = laws.gaussian(schedule, "scalar")
    method = SAMPLERS["dpmpp-2m-sde"]
    ends = []
    for n in (8, 16, 32, 96):
        noise = method.noise(range(100), (1,), F64)
        times = schedule.time_of(torch.from_numpy(np.geomspace(10, 0.05, n + 1)))
        *_, last = method.run(denoise, 10 * noise.start(), times, noise)
        ends.append(last.x)
    gaps = [float((end - ends[-1]).square().mean().sqrt()) for end in ends[:-1]]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 0.25 * DATA.std
