"""What a step is made of: the weight of x, of each estimate and of fresh noise in the x that comes next.

Every method but the adaptive one is linear in what it is given, so it can be run on letters instead of pictures: each
estimate and each noise is a coordinate of its own, and what the method does with them is read off. No formula is
written down a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.errors import Refused
from genmodels.knobs import checked
from genmodels.samplers import METHODS
from genmodels.samplers.nodes import check_times
from genmodels.schedules.schedule import NoiseSchedule

NOTHING = 1e-12  # a weight below this is rounding


class Weights(NamedTuple):
    """x at the next time = `x` · x + the sum of `estimates` (time of the estimate, weight) + `noise` · fresh noise."""

    x: float
    estimates: tuple[tuple[float, float], ...]
    noise: float


class Letters:
    """A denoiser and a source of noise whose every answer is a coordinate of its own."""

    def __init__(self, schedule: NoiseSchedule, count: int) -> None:
        self.schedule, self.count = schedule, count
        self.asked: list[float | None] = [None]  # by letter: the time of an estimate; None for the start and for noise

    def letter(self, time: float | None) -> Tensor:
        self.asked.append(time)
        return torch.nn.functional.one_hot(torch.tensor([len(self.asked) - 1]), self.count).double()

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        x0 = self.letter(float(t))
        return Estimate(x0, (x - self.schedule.alpha(t) * x0) / self.schedule.sigma(t))

    def noise(self, *_: float) -> Tensor:
        return self.letter(None)


def weights(name: str, schedule: NoiseSchedule, times: Tensor, **knobs: float) -> Iterator[Weights]:
    """The weights of each step of a run, one fewer than its times."""
    method, n = METHODS[name], len(check_times(times)) - 1
    if refused := method.refuses(schedule):
        raise refused
    calls = method.evaluations(n)
    if calls is None:
        raise Refused("not-linear", sampler=name)
    letters = Letters(schedule, calls + 4 * n + 4)
    start = torch.zeros(1, letters.count, dtype=torch.float64)
    start[0, 0] = 1
    run = method.run(letters, start, times, letters.noise, **checked(method.run, knobs))
    for here, there in pairwise(step.x[0].numpy() for step in run):
        yield read(letters, here, there)


def read(letters: Letters, here: np.ndarray, there: np.ndarray) -> Weights:
    """From the coordinates of two neighboring states: nothing but x hands on the start and earlier noise."""
    times = np.array(letters.asked, dtype=float)  # nan: the start, or noise
    here, there, chance = here[: len(times)], there[: len(times)], np.isnan(times)
    handed = chance & (abs(here) > NOTHING)
    kept = here[handed] @ there[handed] / (here[handed] @ here[handed])
    rest = there - kept * here
    used = np.flatnonzero(~chance & (abs(rest) > NOTHING))[::-1]
    weighed = zip(times[used].tolist(), rest[used].tolist(), strict=True)
    return Weights(float(kept), tuple(weighed), float(np.linalg.norm(rest[chance & ~handed])))
