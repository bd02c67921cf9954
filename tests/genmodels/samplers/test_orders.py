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

from genmodels.denoising.estimate import Denoiser
from genmodels.denoising.exact import MixtureDenoiser
from genmodels.samplers import SAMPLERS, Step
from genmodels.schedules import SCHEDULES
from tests.genmodels import laws

F64 = torch.float64
NOISIEST, CLEANEST = 10.0, 0.02
COUNTS = (64, 128, 256, 512)
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


def slope(found: list[float]) -> float:
    return -float(np.polyfit(np.log(COUNTS), np.log(found), 1)[0])


def test_every_deterministic_method_has_a_slope() -> None:
    assert {key for key, method in SAMPLERS.items() if not method.stochastic} == {*SLOPES, "rk45"}


@pytest.mark.parametrize("key", SLOPES)
def test_converges_at_its_order(key: str) -> None:
    nodes = gently_begun if key in ("lms", "dpmpp-3m-fixed") else log_uniform
    found = [errors(SAMPLERS[key].run, nodes(n)) for n in COUNTS]
    print(key, [f"{e:.2e}" for e in found])
    assert slope(found) == pytest.approx(SLOPES[key], abs=0.1)
    assert SAMPLERS[key].order == SLOPES[key]
