"""Several fates of the same noise side by side: one timeline, maps of what differs, and of the ways through space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.samplers.step import Step
from genmodels.schedules.schedule import NoiseSchedule, per_sample

MOST_PLACES = 4096  # of all ways on one map; more would not fit a screen


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Root mean square of each pair of pictures: (B,)."""
    return (a - b).flatten(1).square().mean(1).sqrt()


def difference(a: Tensor, b: Tensor) -> Tensor:
    """Where pictures differ, root mean square over the channels: (B, C, H, W) twice -> (B, H, W)."""
    return (a - b).square().mean(1).sqrt()


def shares(schedule: NoiseSchedule, times: Tensor) -> list[float]:
    """The share of noise, sigma / (alpha + sigma), at each time: by it runs on any schedules are told the time."""
    alpha, sigma = schedule.alpha(times), schedule.sigma(times)
    return (sigma / (alpha + sigma)).tolist()


def abreast(runs: Sequence[Sequence[float]]) -> list[tuple[int, ...]]:
    """One timeline for runs with falling shares of noise: at each moment, the step that each of them stands at.

    A run stands at its last step not yet below the moment, so nothing is shown before it was computed.
    """
    moments = sorted({round(share, 9) for run in runs for share in run}, reverse=True)
    standing, timeline = [0] * len(runs), []
    for moment in moments:
        for k, run in enumerate(runs):
            while standing[k] + 1 < len(run) and round(run[standing[k] + 1], 9) >= moment:
                standing[k] += 1
        timeline.append(tuple(standing))
    return timeline


class Map(NamedTuple):
    """Ways through the space of pictures, seen from where they are spread most: each (S, 2), one place for a step.

    `spread`: the share of all variance that lies along each of the two directions.
    """

    ways: list[Tensor]
    spread: tuple[float, float]


def straight(schedule: NoiseSchedule, step: Step) -> Tensor:
    """x / (alpha + sigma), which goes from noise to data at one length on every schedule; for a map of ways."""
    return step.x / per_sample(schedule.alpha(step.t) + schedule.sigma(step.t), step.x)


def map_of(ways: Sequence[Tensor]) -> Map:
    """The two main directions of all places on all ways, each way (S, ...) of one picture. The first way goes from
    left to right and from the bottom up, so that the map does not flip from one call to the next."""
    places = torch.cat([way.flatten(1).double() for way in ways])
    if not 2 <= len(places) <= MOST_PLACES:
        raise Refused("map-places", low=2, high=MOST_PLACES, value=len(places))
    places = places - places.mean(0)
    variances, axes = torch.linalg.eigh(places @ places.mT)  # of as many dimensions as places, not as pixels
    seen = axes[:, -2:].flip(1) * variances[-2:].flip(0).clamp(min=0).sqrt()
    first = len(ways[0])
    turn = torch.where(seen[first - 1] < seen[0], -1.0, 1.0)
    whole = float(variances.sum())
    along, across = ((variances[[-1, -2]] / whole).clamp(min=0) if whole > 0 else variances[[-1, -2]] * 0).tolist()
    return Map(list((seen * turn).split([len(way) for way in ways])), (along, across))
