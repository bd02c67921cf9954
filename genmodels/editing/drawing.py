"""A run that begins at a picture, noised more or less (SDEdit, arXiv:2108.01073), and runs between two noises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from genmodels.branches import Fate, enter
from genmodels.knobs import Knob, checked
from genmodels.latents import draw, walk
from genmodels.samplers import METHODS, Noise, Step, check_times
from genmodels.schedules.schedule import NoiseSchedule

STRENGTH, FRAMES = Knob(0, 1, 0.01, 0.6), Knob(2, 64, 1, 9)


def time_of_strength(schedule: NoiseSchedule, first: Tensor, strength: float) -> Tensor:
    """The time with that part of the share of noise, sigma / (alpha + sigma), that x holds at a run's first time: the
    same look on every schedule."""
    strength = STRENGTH.check("strength", strength)
    if strength == 1:
        return first
    level = schedule.noise_level(first)
    share = strength * (1 - 1 / (1 + level))
    return schedule.time_of(share / (1 - share))


def redraw(fate: Fate, picture: Tensor, strength: float) -> Iterator[Step]:
    """From the picture, (1, ...) or one for each seed, under noise of its seeds, down through what is left of the run.

    A strength of 0 gives the picture back, as does one below the run's last noise; 1 is a plain run, without it.
    """
    t = time_of_strength(fate.denoise.schedule, fate.times[0], strength)
    x0 = picture.expand(len(fate.seeds), *picture.shape[1:])
    if t <= fate.times[-1]:
        return iter([Step(torch.zeros_like(t), x0, x0, torch.zeros_like(x0))])
    if strength == 1:
        return fate.run(fate.start(picture.shape[1:]).to(picture))
    noise = draw(picture.shape[1:], fate.seeds).to(picture)
    return enter(fate, fate.denoise.schedule.add_noise(x0, noise, t), t)


def strip(fate: Fate, shape: Sequence[int], first: int, second: int, frames: int, way: str = "slerp") -> Tensor:
    """What runs start from that lead from the picture of one seed to that of another."""
    count = int(FRAMES.check("frames", frames))
    noises = torch.cat(list(walk(draw(shape, [first]), draw(shape, [second]), count, way)))
    alpha, sigma = (rate(fate.times[0]) for rate in (fate.denoise.schedule.alpha, fate.denoise.schedule.sigma))
    return noises * float(torch.hypot(alpha, sigma))


def between(fate: Fate, shape: Sequence[int], first: int, second: int, frames: int) -> Iterator[Step]:
    """Runs from the picture of one seed to that of another; the first and the last frame are those seeds' own runs."""
    method, start = METHODS[fate.sampler], strip(fate, shape, first, second, frames)
    if refused := method.refuses(fate.denoise.schedule):
        raise refused
    noise = Turning(method.noise([first], shape), method.noise([second], shape), frames)
    return method.run(fate.denoise, start, check_times(fate.times), noise, **checked(method.run, fate.knobs))


class Turning:
    """The noise of every step, for each frame as far between that of two seeds as its start is."""

    def __init__(self, one: Noise, other: Noise, frames: int) -> None:
        self.one, self.other, self.frames = one, other, frames

    def __call__(self, *moment: Any) -> Tensor:
        return torch.cat(list(walk(self.one(*moment), self.other(*moment), self.frames)))
