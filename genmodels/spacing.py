"""Where the steps of a sampler fall: n steps stand between n + 1 times, which strictly fall from noise to data.

The end is a choice of its own: `zero` goes to clean data, `stop` ends at the smallest noise. Rules that count in
indices know T = 1000 of them, index i being t = (i + 1) / T; rules that count in noise levels use the schedule's own
two ends, and start at t = 1 also where the level there is without bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.schedules.schedule import FIRST, NoiseSchedule

T = 1000
MOST_STEPS = 1000
LEAST_NOISE = 0.03  # less is not seen; a schedule that is noisier than this at its first index is followed further down
# Where noise has no bound: a short run spends no step on more than this, but leaps over it from t = 1. Many pixels
# together still say something there, so the leap must shrink as steps grow in number, or nothing would converge
# (faces, 20 steps of dpmpp-2m: 9 of 255 from the truth with leaps to 200, 1.6 to 1000); a network's answer bends so
# sharply there that it must shrink fast.
MOST_NOISE = 200.0
MORE_NOISE = 2.5  # times the square of the number of steps

Endpoint = Literal["zero", "stop"]
Spacing = Callable[..., Tensor]


def leading(
    schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero", offset: Annotated[int, Knob(0, 1, 1)] = 0
) -> Tensor:
    """Every k-th index from 0 up: never visits the noisiest time, so x starts with noise the model does not expect."""
    count = nodes(n, endpoint)
    return from_indices(np.arange(count)[::-1] * (T // count) + offset, n, endpoint)


def trailing(schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero") -> Tensor:
    """Every k-th index from T - 1 down (2305.08891)."""
    nodes(n, endpoint)
    indices = np.round(T - np.arange(n) * (T / n)) - 1
    return from_indices(np.append(indices, 0) if endpoint == "stop" else indices, n, endpoint)


def linspace(schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero") -> Tensor:
    """From the last index to the first, as evenly as whole numbers can be."""
    return from_indices(np.round(np.linspace(T - 1, 0, nodes(n, endpoint))), n, endpoint)


def quadratic(schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero") -> Tensor:
    """Evenly in the square root of the index, from 0.8 T (2010.02502); not rounded, for that would repeat some."""
    return from_indices(np.linspace(math.sqrt(0.8 * T), 0, nodes(n, endpoint)) ** 2, n, endpoint)


def karras(
    schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero", rho: Annotated[float, Knob(1, 20, 0.5)] = 7.0
) -> Tensor:
    """Evenly in (noise level)^(1/rho): most steps where there is little noise (2206.00364)."""
    count = nodes(n, endpoint)
    low, high = (level ** (1 / rho) for level in ends(schedule, n))
    return from_levels(schedule, np.linspace(high, low, count) ** rho, endpoint)


def exponential(schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero") -> Tensor:
    """Evenly in log-SNR."""
    return polyexponential(schedule, n, endpoint, rho=1.0)


def polyexponential(
    schedule: NoiseSchedule, n: int, endpoint: Endpoint = "zero", rho: Annotated[float, Knob(0.2, 5, 0.1)] = 1.5
) -> Tensor:
    """A power of even steps, laid along log-SNR: above 1 the steps shorten toward the data."""
    count = nodes(n, endpoint)
    low, high = (math.log(level) for level in ends(schedule, n))
    return from_levels(schedule, np.exp(low + (high - low) * np.linspace(1, 0, count) ** rho), endpoint)


def beta(
    schedule: NoiseSchedule,
    n: int,
    endpoint: Endpoint = "zero",
    a: Annotated[float, Knob(0.2, 3, 0.05)] = 0.6,
    b: Annotated[float, Knob(0.2, 3, 0.05)] = 0.6,
) -> Tensor:
    """Quantiles of the Beta(a, b) law in time: below 1 both ends get more steps than the middle (2407.12173)."""
    nodes(n, endpoint)
    least = float(schedule.time_of(torch.tensor(ends(schedule, n)[0]))) if endpoint == "stop" else 0.0
    return falling(least + (1 - least) * beta_quantile(np.linspace(1, 0, n + 1), a, b))


def by_hand(schedule: NoiseSchedule, n: int, times: Sequence[float] = ()) -> Tensor:
    """The n + 1 times given, or even ones as long as none are."""
    nodes(n, "zero")
    given = np.asarray(times if len(times) else np.linspace(1, 0, n + 1), dtype=np.float64)
    if given.shape != (n + 1,) or not np.isfinite(given).all() or given.max() > 1 or given.min() < 0:
        raise Refused("times-by-hand", count=n + 1)
    return falling(given)


def nodes(n: int, endpoint: str) -> int:
    """How many times a rule that reaches the smallest noise must give: the zero is no part of it."""
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST_STEPS:
        raise Refused("steps", low=1, high=MOST_STEPS, value=str(n)[:40])
    if endpoint not in get_args(Endpoint):
        raise Refused("endpoint", value=str(endpoint)[:40])
    return n + 1 if endpoint == "stop" else n


def ends(schedule: NoiseSchedule, n: int) -> tuple[float, float]:
    """The smallest and the largest noise level of a run of n steps.

    Smallest: the floor of a schedule that has one just after t = 0; else the level at index 0, or LEAST_NOISE if that
    is less. Largest: the level at t = 1, or the most that a run of so many steps visits if that is less. Where levels
    change so early or so late that times could not be told apart, the level at 1e-12, and that at 1 - 1e-9.
    """
    moments = torch.tensor([1e-300, FIRST, 1 / T, 1 - 1e-9, 1], dtype=torch.float64)
    floor, early, first, late, last = schedule.noise_level(moments).tolist()
    low = floor if floor > 1e-9 else max(early, min(first, LEAST_NOISE))
    return low, min(last if math.isfinite(last) else late, max(MOST_NOISE, MORE_NOISE * n**2))


def from_indices(indices: np.ndarray, n: int, endpoint: str) -> Tensor:
    """Times of falling indices; whole ones run out when there are more steps than indices."""
    times = (indices + 1) / T
    if times[0] > 1 or (np.diff(times) >= 0).any():
        raise Refused("too-many-steps", n=n, indices=T)
    return falling(np.append(times, 0) if endpoint == "zero" else times)


def from_levels(schedule: NoiseSchedule, levels: np.ndarray, endpoint: str) -> Tensor:
    times = schedule.time_of(torch.from_numpy(levels)).numpy()
    times[0] = 1
    return falling(np.append(times, 0) if endpoint == "zero" else times)


def falling(times: np.ndarray) -> Tensor:
    if (np.diff(times) >= 0).any():
        raise Refused("times-not-falling")
    return torch.from_numpy(times)


def beta_quantile(p: np.ndarray, a: float, b: float) -> np.ndarray:
    """The inverse of the regularized incomplete beta function."""
    low, high = np.zeros_like(p), np.ones_like(p)
    for _ in range(62):  # finer than float64 is beside 1, for the quantiles of a small p lie close to 0
        middle = (low + high) / 2
        below = beta_share(middle, a, b) < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(p >= 1, 1.0, np.where(p <= 0, 0.0, high))


def beta_share(x: np.ndarray, a: float, b: float) -> np.ndarray:
    """The share of the Beta(a, b) law below x, by its power series on the near side of one half."""
    near = np.where(x <= 0.5, x, 1 - x)
    p, q = np.where(x <= 0.5, a, b), np.where(x <= 0.5, b, a)
    term = near**p * (1 - near) ** q / p * math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    total = np.zeros_like(x)
    for k in range(64):
        total += term
        term = term * near * (a + b + k) / (p + 1 + k)
    return np.where(x <= 0.5, total, 1 - total)


SPACINGS: dict[str, Spacing] = {
    "leading": leading,
    "trailing": trailing,
    "linspace": linspace,
    "quadratic": quadratic,
    "karras": karras,
    "exponential": exponential,
    "polyexponential": polyexponential,
    "beta": beta,
    "by-hand": by_hand,
}
