"""A setting of the Samplers tab: a world, a schedule, where the steps fall; runs in it, and the truth about them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import torch
from torch import Tensor

from demo.checks import Length, OneOf
from demo.fairness import PROCESSOR
from demo.views.samplers_laws import ClustersDenoiser, World
from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.denoising.ode import Split, follow
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import SAMPLERS, Noise, sample
from genmodels.samplers.step import Step
from genmodels.schedules import SCHEDULES, NoiseSchedule
from genmodels.spacing import SPACINGS

COUNT = 300  # dots
MOST_STEPS = 64
SUBSTEPS = 10
SPACING_NAMES = tuple(key for key in SPACINGS if key != "by-hand")
ENDPOINTS = ("stop", "zero")

ScheduleName = Annotated[str, OneOf(SCHEDULES)]
SpacingName = Annotated[str, OneOf(SPACING_NAMES)]
Steps = Annotated[int, Knob(1, MOST_STEPS, 1, 20)]
Endpoint = Annotated[str, OneOf(ENDPOINTS)]
Methods = Annotated[list[str], OneOf(SAMPLERS), Length(3)]
Seed = Annotated[int, Knob(0, 9999, 1, 0)]
Chosen = Annotated[int, Knob(-1, COUNT - 1, 1, -1)]


@dataclass(frozen=True)
class Setting:
    """A world, a schedule and where the steps fall."""

    world: World
    schedule: ScheduleName
    spacing: SpacingName
    endpoint: Endpoint

    def noising(self) -> NoiseSchedule:
        return SCHEDULES[self.schedule]()

    def times(self, n: int) -> Tensor:
        return SPACINGS[self.spacing](self.noising(), n, self.endpoint)

    def journey(self, n: int, seeds: list[int]) -> Journey:
        times = self.times(n)
        return Journey(self.start(seeds, times[0]), times, seeds)

    def start(self, seeds: list[int], at: Tensor) -> Tensor:
        """Noise as wide as x is at this time: what a sampler that knows only the data's variance starts from."""
        return Noise(seeds, (2,), torch.float64).start() * self.width(at)

    def width(self, t: Tensor) -> Tensor:
        """The standard deviation of x along an axis."""
        schedule = self.noising()
        return (schedule.alpha(t) ** 2 * self.world.variance() + schedule.sigma(t) ** 2).sqrt()

    def scales(self, times: Tensor) -> Tensor:
        """What x is multiplied with on screen, so that the cloud is as wide at every time as the data is."""
        return math.sqrt(self.world.variance()) / self.width(times)


@dataclass(frozen=True)
class Journey:
    """What all methods of one picture share: where the dots start, when they are looked at, and their seeds."""

    x: Tensor
    times: Tensor
    seeds: list[int]

    def by(self, denoise: Denoiser, name: str, knobs: Mapping[str, float]) -> list[Step]:
        """The journey by one method."""
        return at_times(denoise, name, self.x, self.times, self.seeds, knobs)


def seeds_of(seed: int) -> list[int]:
    return [seed * COUNT + i for i in range(COUNT)]


def at_times(
    denoise: Denoiser, name: str, x: Tensor, times: Tensor, seeds: list[int], knobs: Mapping[str, float] | None = None
) -> list[Step]:
    """The steps of a run, one for each time; a refusal if the run left all bounds."""
    steps = list(sample(denoise, name, x, times, seeds, **(knobs or {})))
    if steps[0].t.ndim:
        steps = resampled(denoise.schedule, steps, times)
    if not all(torch.isfinite(step.x).all() for step in steps):
        raise Refused("samplers-diverged")
    return steps


def resampled(schedule: NoiseSchedule, steps: list[Step], times: Tensor) -> list[Step]:
    """A run with nodes of its own, seen at given times: between two nodes it goes straight in x / (alpha + sigma).

    The estimate shown is the one made at the node before.
    """
    t = torch.stack([step.t.expand(len(step.x)) for step in steps])  # (S, B)
    scale = (schedule.alpha(t) + schedule.sigma(t)).reshape(t.shape)
    share, y = schedule.sigma(t) / scale, torch.stack([step.x for step in steps]) / scale[..., None]
    found = []
    for time in times:
        scale = schedule.alpha(time) + schedule.sigma(time)
        after = (share > schedule.sigma(time) / scale + 1e-12).sum(0).clamp(1, len(steps) - 1)
        dots = torch.arange(t.shape[1])
        u0, u1 = share[after - 1, dots], share[after, dots]
        way = ((u0 - schedule.sigma(time) / scale) / (u0 - u1).clamp(min=1e-300)).clamp(0, 1)[:, None]
        x = torch.lerp(y[after - 1, dots], y[after, dots], way) * scale
        node = torch.where(way[:, 0] < 1, after - 1, after)
        pick = [torch.stack([step[i] for step in steps])[node, dots] for i in (2, 3)]
        found.append(Step(time, x, *pick))
    return found


@lru_cache(maxsize=64)
def reference(
    setting: Setting,
    start: float,
    end: float,
    seed: int,
    count: int = COUNT,
    tolerance: float = 1e-5,
    turns: bool = False,
) -> Tensor:
    """Where the exact flow takes the dots of a seed; only a new law, new ends or a new seed need it anew.

    With `turns` it gives way to others between evaluations.
    """
    first, last = (torch.tensor(t, dtype=torch.float64) for t in (start, end))
    x, denoise = setting.start(seeds_of(seed)[:count], first), setting.world.denoiser(setting.noising())
    if not isinstance(denoise, ClustersDenoiser):
        return denoise.ode_flow(x, first, last)
    return follow(in_turn(denoise.split) if turns else denoise.split, denoise.schedule, x, first, last, tolerance)


def in_turn(split: Split) -> Split:
    """The same, taking its turn at the processor."""

    def turning(x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        with PROCESSOR:
            return split(x, alpha, sigma)

    return turning


def distance(a: Tensor, b: Tensor) -> float:
    return float((a - b).square().sum(1).mean().sqrt())


def true_path(denoise: Denoiser, x: Tensor, times: Tensor) -> Tensor:
    """Where the exact flow has one dot (1, 2) at each time, to about four digits: rk4, SUBSTEPS steps in each step."""
    schedule = denoise.schedule
    share = schedule.sigma(times) / (schedule.alpha(times) + schedule.sigma(times))
    ways = torch.arange(SUBSTEPS, dtype=torch.float64) / SUBSTEPS
    between = (share[:-1, None] + ways * share.diff()[:, None]).flatten()
    fine = torch.cat([schedule.time_of(between / (1 - between)), times[-1:]])
    fine[0] = times[0]
    steps = list(sample(denoise, "rk4", x, fine, [0]))
    return torch.cat([step.x for step in steps[::SUBSTEPS]])
