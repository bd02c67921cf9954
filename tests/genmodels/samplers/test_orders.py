"""The order of convergence of every deterministic sampler, on a law whose flow is known to twelve digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.denoising.exact import MixtureDenoiser
from genmodels.samplers import SAMPLERS, Step
from genmodels.samplers.adaptive import WAY, Road, attempt
from genmodels.schedules import SCHEDULES
from tests.genmodels import laws

F64 = torch.float64
NOISIEST, CLEANEST = 10.0, 0.02
COUNTS = (64, 128, 256, 512)
EARLY_COUNTS = (16, 32, 64, 128)  # where rounding comes soon
LATE_COUNTS = (128, 256, 512, 1024)
ANGLES = torch.arange(16, dtype=F64) * math.tau / 16 + 0.1
SCHEDULE = SCHEDULES["edm"]()
SHARP = MixtureDenoiser(SCHEDULE, laws.WEIGHTS, laws.MEANS, laws.COVARIANCES / 10)  # errors far above rounding
STARTS = NOISIEST * torch.stack([ANGLES.cos(), ANGLES.sin()], 1)

SLOPES = {  # measured; never more than 0.1 from the whole number that theory gives
    "ddim": 1,
    "euler": 1,
    "heun": 2,
    "dpm-2": 2,
    "lms": 4,
    "dpmpp-2s": 2,
    "dpmpp-2m": 2,
    "dpmpp-3m": 2,
    "dpmpp-3m-fixed": 3,
    "unipc-1": 2,
    "unipc-2": 3,
    "deis-2": 2,
    "rk4": 4,
}


def at(levels: np.ndarray) -> Tensor:
    return SCHEDULE.time_of(torch.from_numpy(levels))


def log_uniform(n: int) -> Tensor:
    return at(np.geomspace(NOISIEST, CLEANEST, n + 1))


def gently_begun(n: int) -> Tensor:
    """Log-uniform but for the first steps, which double from h² to h: multistep methods start with Euler's order."""
    reach = math.log(NOISIEST / CLEANEST)
    h = reach / n
    first = [h * h * 2**k for k in range(math.ceil(-math.log2(h)))]
    rest = reach - sum(first)
    gaps = np.array([*first, *[rest / n] * n])
    return at(NOISIEST * np.exp(-np.concatenate([[0], np.cumsum(gaps)])))


@cache
def truth() -> Tensor:
    """Where the probability flow leads, by DOP853 in log s."""
    one = torch.ones(1, dtype=F64)

    def slope(log_s: float, y: np.ndarray) -> np.ndarray:
        s = math.exp(log_s)
        return (s * SHARP.split(torch.from_numpy(y).reshape(-1, 2), one, one * s).eps).numpy().reshape(-1)

    span = (math.log(NOISIEST), math.log(CLEANEST))
    solved = solve_ivp(slope, span, STARTS.numpy().reshape(-1), "DOP853", rtol=1e-12, atol=1e-12)
    return torch.from_numpy(solved.y[:, -1]).reshape(-1, 2)


def errors(run: Callable[..., Iterator[Step]], times: Tensor, denoise: Denoiser = SHARP, **knobs: float) -> float:
    """The geometric mean over the starts, so that none beside a watershed of the flow speaks for all."""
    *_, last = run(denoise, STARTS, times, None, **knobs)
    return float((last.x - truth()).norm(dim=1).log().mean().exp())


def slope(found: list[float], counts: tuple[int, ...] = COUNTS) -> float:
    return -float(np.polyfit(np.log(counts), np.log(found), 1)[0])


def test_every_deterministic_method_has_a_slope() -> None:
    assert {key for key, method in SAMPLERS.items() if not method.stochastic} == {*SLOPES, "rk45"}


@pytest.mark.parametrize("key", SLOPES)
def test_converges_at_its_order(key: str) -> None:
    gentle = key in ("lms", "dpmpp-3m-fixed")
    nodes, counts = (gently_begun, LATE_COUNTS) if gentle else (log_uniform, EARLY_COUNTS if key == "rk4" else COUNTS)
    found = [errors(SAMPLERS[key].run, nodes(n)) for n in counts]
    assert slope(found, counts) == pytest.approx(SLOPES[key], abs=0.1)
    assert SAMPLERS[key].order == SLOPES[key]


@pytest.mark.parametrize("key", ["lms", "dpmpp-3m-fixed"])
def test_an_ordinary_start_spoils_a_high_order(key: str) -> None:
    found = [errors(SAMPLERS[key].run, log_uniform(n)) for n in COUNTS]
    assert 2 < slope(found) < SLOPES[key] - 0.1


def test_rk45_has_order_five_in_steps_of_one_length() -> None:
    node = [SCHEDULE.sigma(t) / (1 + SCHEDULE.sigma(t)) for t in log_uniform(1)]
    road = Road(SCHEDULE, float(node[0]), float(node[1] - node[0]))
    counts, found = (32, 64, 128), []
    for n in counts:
        y, estimate = STARTS / (1 + NOISIEST), SHARP(STARTS, log_uniform(1)[0])
        width = torch.full((len(y),), WAY / n, dtype=F64)
        for i in range(n):
            y, _, estimate, _ = attempt(SHARP, road, y, estimate, i * width, width)
        found.append(float((y * (1 + CLEANEST) - truth()).norm(dim=1).log().mean().exp()))
    assert -np.polyfit(np.log(counts), np.log(found), 1)[0] == pytest.approx(SAMPLERS["rk45"].order, abs=0.35)


def test_rk45_keeps_its_tolerance() -> None:
    steps = []
    for tolerance in (1e-3, 1e-5, 1e-7):
        run = list(SAMPLERS["rk45"].run(SHARP, STARTS, log_uniform(1), None, rtol=tolerance, atol=tolerance))
        steps.append(len(run))
        assert float((run[-1].x - truth()).norm(dim=1).median()) < 10 * tolerance
    assert steps == sorted(steps) and steps[-1] > 2 * steps[0]


class Rounded:
    """What happens where a model knows only a thousand times: it is asked at the nearest."""

    schedule = SCHEDULE

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        eps = SHARP(x, torch.round(t * 1000) / 1000).eps
        return Estimate((x - SCHEDULE.sigma(t) * eps) / SCHEDULE.alpha(t), eps)


@pytest.mark.parametrize("key", ["dpmpp-2m", "unipc-2"])
def test_rounding_the_time_destroys_the_order(key: str) -> None:
    found = [errors(SAMPLERS[key].run, log_uniform(n), Rounded()) for n in COUNTS]
    assert slope(found) < SLOPES[key] - 1


@pytest.mark.parametrize("key", ["heun", "dpmpp-2m", "unipc-2"])
def test_a_zero_at_the_end_makes_a_floor(key: str) -> None:
    clean = SHARP.split(truth(), torch.ones(1, dtype=F64), torch.full((1,), CLEANEST, dtype=F64)).x0
    found = []
    for n in (64, 256):
        *_, last = SAMPLERS[key].run(SHARP, STARTS, torch.cat([log_uniform(n), torch.zeros(1, dtype=F64)]), None)
        found.append(float((last.x - data_below()).norm(dim=1).log().mean().exp()))
    floor = float((clean - data_below()).norm(dim=1).log().mean().exp())
    assert found[1] == pytest.approx(floor, rel=0.02)
    assert found[0] < 1.1 * found[1]


@cache
def data_below() -> Tensor:
    """Where the flow ends when it is followed all the way, by DOP853 in s."""
    one = torch.ones(1, dtype=F64)

    def slope(s: float, y: np.ndarray) -> np.ndarray:
        eps = SHARP.split(torch.from_numpy(y).reshape(-1, 2), one, one * max(s, 1e-9)).eps
        return eps.numpy().reshape(-1)

    solved = solve_ivp(slope, (CLEANEST, 0), truth().numpy().reshape(-1), "DOP853", rtol=1e-10, atol=1e-12)
    return torch.from_numpy(solved.y[:, -1]).reshape(-1, 2)


def test_the_two_third_order_coefficients_cross() -> None:
    published, fixed = SAMPLERS["dpmpp-3m"].run, SAMPLERS["dpmpp-3m-fixed"].run
    assert errors(published, log_uniform(12)) < errors(fixed, log_uniform(12))
    assert errors(published, log_uniform(256)) > 3 * errors(fixed, log_uniform(256))
