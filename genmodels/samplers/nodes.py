"""The nodes of a run: its times with the two numbers of the schedule there, as plain floats.

Arithmetic on floats costs nothing beside a pass over the picture, so every coefficient is worked out here, in double
precision, and a step touches the pictures as few times as its formula allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.errors import Refused
from genmodels.samplers.step import Step
from genmodels.schedules.schedule import NoiseSchedule


class Node(NamedTuple):
    """A time, and how much data and noise x holds there."""

    t: Tensor
    alpha: float
    sigma: float

    @property
    def scale(self) -> float:
        """x / scale runs on a straight line from data to noise, on every schedule."""
        return self.alpha + self.sigma

    @property
    def share(self) -> float:
        """The share of noise, u = sigma / (alpha + sigma), from 0 to 1: the time of the one-step methods."""
        return self.sigma / (self.alpha + self.sigma)

    @property
    def level(self) -> float:
        """The noise level s = sigma / alpha, infinite where no data is left."""
        return self.sigma / self.alpha if self.alpha else math.inf

    @property
    def lam(self) -> float:
        """lambda = log(alpha / sigma), infinite at either end."""
        if not self.alpha or not self.sigma:
            return -math.inf if self.sigma else math.inf
        return math.log(self.alpha / self.sigma)


def check_times(times: Tensor) -> Tensor:
    """Times fit for a run: at least two, falling, from 1 at most to 0 at least."""
    fit = times.ndim == 1 and len(times) > 1 and times.dtype == torch.float64
    if not fit or not bool((times.diff() < 0).all()) or not 0 <= times[-1] <= times[0] <= 1:
        raise Refused("times")
    return times


def trace(schedule: NoiseSchedule, times: Tensor) -> list[Node]:
    """The nodes of a run at these times."""
    return nodes_at(schedule, check_times(times))


def nodes_at(schedule: NoiseSchedule, times: Tensor) -> list[Node]:
    alphas, sigmas = schedule.alpha(times).tolist(), schedule.sigma(times).tolist()
    return [Node(*node) for node in zip(times.unbind(), alphas, sigmas, strict=True)]


def nodes_of(schedule: NoiseSchedule, levels: Sequence[float]) -> list[Node]:
    """The nodes with these noise levels, found in one go."""
    return nodes_at(schedule, schedule.time_of(torch.tensor(levels, dtype=torch.float64)))


def look(denoise: Denoiser, x: Tensor, node: Node, before: Step | None = None) -> Step:
    """The step made at a node: one evaluation, or none on clean data, where x is its own estimate."""
    if node.sigma == 0:
        return Step(node.t, x, x, torch.zeros_like(x) if before is None else before.eps)
    return Step(node.t, x, *denoise(x, node.t))


def blend(a: float, x: Tensor, b: float, y: Tensor) -> Tensor:
    """a x + b y, in two passes."""
    return (x * a).add_(y, alpha=b)


def combine(weights: Sequence[float], tensors: Sequence[Tensor]) -> Tensor:
    """The weighted sum, one pass for each."""
    total = tensors[0] * weights[0]
    for weight, tensor in zip(weights[1:], tensors[1:], strict=True):
        total.add_(tensor, alpha=weight)
    return total


def toward(x: Tensor, x0: Tensor, here: Node, there: Node, sigma: float | None = None) -> Tensor:
    """The exact step to `there` if the data were x0; `sigma`, where less than all the noise there comes from x."""
    kept = (there.sigma if sigma is None else sigma) / here.sigma
    return blend(kept, x, there.alpha - here.alpha * kept, x0)


def fresh_noise(here: Node, there: Node) -> float:
    """How much of the noise at `there` is new when a Markov chain runs: DDIM's gamma at eta = 1, on any schedule."""
    return there.sigma * math.sqrt(max(0.0, 1 - (there.level / here.level) ** 2))
