"""What a linear sampler makes of Gaussian data, exactly and without sampling: a recursion of two numbers.

For data from N(m, v) the best estimate is linear in x, x0 = m + alpha v / (alpha² v + sigma²) (x - alpha m), so every
step x' = a x0 + b x + c z carries a Gaussian into a Gaussian. Few steps shrink the spread, and this says by how much.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from torch import Tensor

from genmodels.schedules.schedule import NoiseSchedule


class Moments(NamedTuple):
    """The mean and standard deviation of a one-dimensional Gaussian."""

    mean: float
    std: float


class Kernel(NamedTuple):
    """One step, x' = a x0 + b x + c z."""

    a: float
    b: float
    c: float


def moments(
    name: str, schedule: NoiseSchedule, times: Tensor, data: Moments, start: Moments | None = None, **knobs: float
) -> Iterator[Moments]:
    """The law of x at each time of a run; `start` is the law at times[0], by default the right one."""
    alphas, sigmas = schedule.alpha(times).tolist(), schedule.sigma(times).tolist()
    mean, std = start or truth(alphas[0], sigmas[0], data)
    yield Moments(mean, std)
    for (alpha, sigma), (alpha_next, sigma_next) in pairwise(zip(alphas, sigmas, strict=True)):
        gain = alpha * data.std**2 / (alpha**2 * data.std**2 + sigma**2)
        kernel = KERNELS[name](alpha, sigma, alpha_next, sigma_next, **knobs)
        mean = kernel.a * (data.mean + gain * (mean - alpha * data.mean)) + kernel.b * mean
        std = math.hypot((kernel.a * gain + kernel.b) * std, kernel.c)
        yield Moments(mean, std)


def truth(alpha: float, sigma: float, data: Moments) -> Moments:
    """The law of alpha x0 + sigma eps."""
    return Moments(alpha * data.mean, math.hypot(alpha * data.std, sigma))


def ddim_kernel(alpha: float, sigma: float, alpha_next: float, sigma_next: float, eta: float = 0.0) -> Kernel:
    """Of the noise at the next time, gamma is new and the rest is the old eps = (x - alpha x0) / sigma."""
    c = eta * sigma_next * math.sqrt(1 - (sigma_next * alpha / (alpha_next * sigma)) ** 2)
    b = math.sqrt(sigma_next**2 - c**2) / sigma
    return Kernel(alpha_next - alpha * b, b, c)


def ddpm_kernel(alpha: float, sigma: float, alpha_next: float, sigma_next: float, variance: float = 0.0) -> Kernel:
    """Bayes: x' is N(alpha' x0, sigma'²) before and x = ratio x' + noise of variance beta is seen."""
    if sigma_next == 0:
        return Kernel(1, 0, 0)
    ratio = alpha / alpha_next
    beta = sigma**2 - (ratio * sigma_next) ** 2
    precision = ratio**2 / beta + 1 / sigma_next**2
    spread = math.exp((1 - variance) * math.log(1 / precision) + variance * math.log(beta))
    return Kernel(alpha_next / sigma_next**2 / precision, ratio / beta / precision, math.sqrt(spread))


def euler_kernel(alpha: float, sigma: float, alpha_next: float, sigma_next: float, eta: float = 0.0) -> Kernel:
    """On y = x / alpha with the noise level s: straight down to a level below s', then up to s' with new noise."""
    level = sigma_next / alpha_next
    above = sigma / alpha if alpha else math.inf
    up = min(level, eta * level * math.sqrt(1 - (level / above) ** 2))
    down = math.sqrt(level**2 - up**2)
    return Kernel(alpha_next * (1 - down / above), alpha_next * down / sigma, alpha_next * up)


KERNELS: dict[str, Callable[..., Kernel]] = {"ddim": ddim_kernel, "ddpm": ddpm_kernel, "euler": euler_kernel}
