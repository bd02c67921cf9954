"""A run taken up again at one of its steps, as it was or with another sampler, model, guidance, label or seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.errors import Refused
from genmodels.knobs import checked, knobs_of
from genmodels.samplers import METHODS, BrownianNoise, Noise, Step, begin, check_times, sample
from genmodels.schedules.schedule import NoiseSchedule, per_sample

POKES = 2**32  # the stream of a seed's noise that pokes are drawn from, far from those of runs


@dataclass(frozen=True)
class Fate:
    """All that decides what becomes of noise: who denoises, by which sampler and its knobs, when, with whose chance."""

    denoise: Denoiser
    sampler: str
    times: Tensor
    seeds: Sequence[int]
    knobs: Mapping[str, float] = field(default_factory=dict)

    @property
    def remembers(self) -> bool:
        """Whether the sampler learns from the steps before. A branch starts without them, at first order as a run
        does, and so is not the run that it came from even if nothing is changed; without memory it is, bit for bit."""
        return self.sampler in REMEMBERING

    @property
    def draws(self) -> bool:
        """Whether the seeds matter once a run has begun; where they do not, only a poke leads elsewhere."""
        method = METHODS[self.sampler]
        amounts = [self.knobs.get(name, knob.default) for name, knob in knobs_of(method.run).items() if name in CHANCE]
        return any(amount > 0 for amount in amounts) if amounts else method.stochastic

    def start(self, shape: Sequence[int]) -> Tensor:
        """The noise that the seeds begin with, as long as x is at the first time."""
        return begin(self.denoise.schedule, self.times[0], Noise(self.seeds, shape))

    def run(self, x: Tensor) -> Iterator[Step]:
        """All steps, from x at the first time."""
        return sample(self.denoise, self.sampler, x, self.times, self.seeds, **self.knobs)


class Later:
    """The noise of a run that was taken up at its step `first`, for a sampler that counts from 0 again."""

    def __init__(self, noise: Noise, first: int) -> None:
        self.noise, self.first = noise, first

    def __call__(self, moment: float, end: float | None = None) -> Tensor:
        """By the number of a step, or between two noise levels, which are the same whoever counts."""
        if isinstance(self.noise, BrownianNoise) and end is not None:
            return self.noise(moment, end)
        return self.noise(int(moment) + self.first)


def branch(fate: Fate, step: Step, k: int) -> Iterator[Step]:
    """Steps k to n as `fate` will have them, from x as it was at step k of a run of n; each draws its own noise.

    Only `step.t` and `step.x` are read, so that a page need keep no more of a run. Coefficients may differ from the
    whole run's by the last bit of a double, which float32 pictures do not show.
    """
    method, t, n = METHODS[fate.sampler], common_time(step), len(check_times(fate.times)) - 1
    if refused := method.refuses(fate.denoise.schedule):
        raise refused
    if isinstance(k, bool) or not isinstance(k, int) or not 0 <= k < n:
        raise Refused("branch-step", value=str(k)[:40], last=n - 1)
    if len(fate.seeds) != len(step.x):
        raise Refused("pairs", first=len(fate.seeds), second=len(step.x))
    noise = Later(method.noise(fate.seeds, step.x.shape[1:], step.x.dtype, step.x.device), k)
    times = check_times(torch.cat([t.reshape(1), fate.times[k + 1 :]]))
    return method.run(fate.denoise, step.x, times, noise, **carried(fate, t, k))


def enter(fate: Fate, x: Tensor, t: Tensor) -> Iterator[Step]:
    """The rest of a run from x at any time: to the first of its times below, and on with the noise of those steps."""
    k = int((fate.times >= t.cpu()).sum()) - 1
    return branch(fate, Step(t, x, x, x), max(k, 0))


def common_time(step: Step) -> Tensor:
    """Where all pictures of a step stand; a method that lets each walk at its own pace may have scattered them."""
    t = step.t.reshape(-1)
    if bool((t != t[0]).any()):
        raise Refused("branch-uneven")
    return t[0].cpu()


def carried(fate: Fate, t: Tensor, k: int) -> dict[str, float]:
    """The knobs with which the rest does what it would have done in the whole run.

    Churn is spread over all steps, so fewer get their part; a step that has been raised already is not raised again.
    """
    knobs, n = checked(METHODS[fate.sampler].run, fate.knobs), len(fate.times) - 1
    if knobs.get("s_churn"):
        knobs["s_churn"] *= (n - k) / n
        if t != fate.times[k]:
            below = float(fate.denoise.schedule.noise_level(fate.times[k + 1]))
            knobs["s_tmax"] = min(knobs.get("s_tmax", below), below)
    return knobs


class Rectangle(NamedTuple):
    """Pixels from (left, top) up to, not including, (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def mask(self, shape: Sequence[int]) -> Tensor:
        """True inside, like pictures (..., H, W) without the dimensions before."""
        height, width = shape[-2:]
        if not (0 <= self.left < self.right <= width and 0 <= self.top < self.bottom <= height):
            raise Refused("rectangle", place=tuple(self), width=width, height=height)
        inside = torch.zeros(height, width, dtype=torch.bool)
        inside[self.top : self.bottom, self.left : self.right] = True
        return inside


def poke(schedule: NoiseSchedule, step: Step, where: Tensor, seeds: Sequence[int], k: int, amount: float = 1.0) -> Step:
    """The step with its noise drawn anew where a mask is true, and with the same x0: x = alpha x0 + sigma eps.

    An `amount` below 1 keeps part of the old noise, so that new and old together are as strong as one. The same seed
    and step give the same poke; the noise of runs is never used.
    """
    if not 0 < amount <= 1:  # also false for NaN
        raise Refused("knob", name="amount", value=str(amount)[:40], low=0, high=1)
    if len(seeds) != len(step.x):
        raise Refused("pairs", first=len(seeds), second=len(step.x))
    fresh = Noise(seeds, step.x.shape[1:], step.x.dtype, step.x.device).draw(POKES, k)
    mixed = step.eps * (1 - amount**2) ** 0.5 + fresh * amount
    inside = where.to(step.x.device).expand_as(step.x)
    alpha, sigma = (per_sample(rate(step.t), step.x) for rate in (schedule.alpha, schedule.sigma))
    x = torch.where(inside, alpha * step.x0 + sigma * mixed, step.x)  # outside not even rounded anew
    return Step(step.t, x, step.x0, torch.where(inside, mixed, step.eps))


CHANCE = ("eta", "s_churn")  # the knobs by which chance comes in, where a method has one
REMEMBERING = frozenset(
    ["lms", "dpmpp-2m", "dpmpp-3m", "dpmpp-3m-fixed", "dpmpp-2m-sde", "unipc-1", "unipc-2", "deis-2", "rk45"]
)
