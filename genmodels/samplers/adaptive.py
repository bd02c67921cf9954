"""A solver that chooses its own steps: Dormand and Prince's pair of orders 5 and 4, the step fitted to each sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.knobs import Knob
from genmodels.samplers.nodes import check_times
from genmodels.samplers.step import Fresh, Step
from genmodels.schedules.schedule import NoiseSchedule, per_sample

STAGES = [
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
PLACES = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]

WAY = 1024  # the whole way; steps are a power of two of its parts, so samples share nodes and no run is endless
FIRST_STEP = WAY // 16
LAST_TIME = 1e-3  # nothing is evaluated at t = 0: from here one straight step leads onto clean data


class Road(NamedTuple):
    """From share of noise `start` by `length` to the end, on one schedule."""

    schedule: NoiseSchedule
    start: float
    length: float

    def time(self, place: Tensor) -> Tensor:
        """The times of places; each place is looked up once however many samples are there."""
        places, which = torch.unique(place, return_inverse=True)
        share = (self.start + self.length / WAY * places).clamp(0, 1)
        return self.schedule.time_of(share / (1 - share))[which]

    def scale(self, t: Tensor, like: Tensor) -> Tensor:
        return per_sample(self.schedule.alpha(t) + self.schedule.sigma(t), like)


@torch.no_grad()
def rk45(
    denoise: Denoiser,
    x: Tensor,
    times: Tensor,
    noise: Fresh,
    rtol: Annotated[float, Knob(1e-8, 0.1, 1e-8)] = 1e-3,
    atol: Annotated[float, Knob(1e-8, 0.1, 1e-8)] = 1e-3,
) -> Iterator[Step]:
    """Only the two ends of `times` matter; a step's t is (B,), because every sample walks at its own pace."""
    first, last = check_times(times)[[0, -1]].unbind()
    schedule = denoise.schedule
    goal = last if schedule.sigma(last) > 0 else torch.minimum(first / 2, torch.full_like(first, LAST_TIME))
    u_first, u_goal = (float(schedule.sigma(t) / (schedule.alpha(t) + schedule.sigma(t))) for t in (first, goal))
    road = Road(schedule, u_first, u_goal - u_first)

    place = torch.zeros(len(x), dtype=torch.float64, device=x.device)
    width = torch.full_like(place, FIRST_STEP)
    t = first.to(x.device).expand(len(x))
    estimate = denoise(x, t)
    yield Step(t, x, *estimate)
    y = x / road.scale(t, x)
    while bool((place < WAY).any()):
        y_new, t_new, seen, error = attempt(denoise, road, y, estimate, place, width)
        size = (atol + rtol * torch.maximum(y.abs(), y_new.abs())).reciprocal_()
        wrong = (error * size).square_().flatten(1).mean(1).sqrt_().to(place)
        good = (wrong <= 1) | (width <= 1)
        pick = good.reshape(-1, *[1] * (x.ndim - 1))
        y, t = torch.where(pick, y_new, y), torch.where(good, t_new, t)
        estimate = Estimate(torch.where(pick, seen.x0, estimate.x0), torch.where(pick, seen.eps, estimate.eps))
        place = torch.where(good, place + width, place)
        wider = good & (wrong < 1 / 64) & (place % (2 * width) == 0) & (place + 2 * width <= WAY)
        width = torch.where(wider, 2 * width, torch.where(good, width, (width / 2).clamp(min=1)))
        width = torch.where(place < WAY, width, 0)
        if bool(good.any()):
            yield Step(t, y * road.scale(t, y), *estimate)
    if goal is not last:
        yield Step(last, estimate.x0, estimate.x0, estimate.eps)


def attempt(
    denoise: Denoiser, road: Road, y: Tensor, estimate: Estimate, place: Tensor, width: Tensor
) -> tuple[Tensor, Tensor, Estimate, Tensor]:
    """One step of each sample: where it leads, the time and the estimate there, and how wrong it may be."""
    slopes = [estimate.eps - estimate.x0]
    du = per_sample(width * road.length / WAY, y)
    y_new, seen = y, estimate
    moments = road.time(torch.stack([place + part * width for part in PLACES]))
    for weights, t in zip(STAGES, moments, strict=True):
        y_new = y + du * sum(weight * slope for weight, slope in zip(weights, slopes, strict=True) if weight)
        seen = denoise(y_new * road.scale(t, y), t)
        slopes.append(seen.eps - seen.x0)
    error = du * sum(weight * slope for weight, slope in zip(ERROR, slopes, strict=True) if weight)
    return y_new, moments[-1], seen, error
