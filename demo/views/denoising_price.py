"""What a run costs, said before it is begun, and what nobody may take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import torch
from torch import Tensor

from demo.hardware import HOSTED
from demo.views.denoising_pace import PACE
from demo.views.denoising_plan import Course, Plan, fate, heard, schedule_of, times
from demo.views.denoising_trunk import Trunk, check_ends
from genmodels.branches import Fate, carried
from genmodels.denoising.estimate import Estimate
from genmodels.errors import Refused
from genmodels.samplers import METHODS
from genmodels.schedules.schedule import NoiseSchedule

MOST_WORK = 4_000 if HOSTED else 40_000  # evaluations × pictures of one run
NOTHING = torch.zeros(1, 1, 1, 1, dtype=torch.float64)  # a picture on which to rehearse


class Listener:
    """A denoiser that only notes when it is asked."""

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule = schedule
        self.asked: list[Tensor] = []

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        self.asked.append(t)
        return Estimate(x, x)


def evaluations(plan: Plan, trunk: Trunk = ()) -> int:
    """How often a network is asked about each picture in the whole run."""
    return sum(by_limb(plan, trunk))


def by_limb(plan: Plan, trunk: Trunk = ()) -> list[int]:
    """The same for each limb, which took its own course, and for the rest."""
    return [len(asked) + (guided(plan, course, asked) if course.guided else 0) for course, asked in looks(plan, trunk)]


def looks(plan: Plan, trunk: Trunk = ()) -> Iterator[tuple[Course, Tensor]]:
    """When each limb asks its denoiser; x is looked at once more before the next course takes over."""
    check_ends(plan, trunk)
    nodes, schedule = times(plan), schedule_of(plan)
    first, t = 0, float(nodes[0])
    for course, until in [*((limb.was, limb.until) for limb in trunk), (plan.course, len(nodes) - 1)]:
        fate(replace(plan, course=course))  # refuses what no run takes
        knobs = tuple(sorted(course.own_knobs.items()))
        asked, t = rehearsed(schedule, tuple(nodes.tolist()), course.sampler, knobs, first, t, until)
        yield course, asked
        first = until


@lru_cache(maxsize=128)  # while a knob is turned that has no say in it, and where many runs are compared
def rehearsed(
    schedule: NoiseSchedule,
    nodes: tuple[float, ...],
    sampler: str,
    knobs: tuple[tuple[str, float], ...],
    first: int,
    start: float,
    until: int,
) -> tuple[Tensor, float]:
    """The steps `first` to `until` walked by the sampler itself, with nothing to compute: when it asked, and where it
    then stood, which churn may have raised."""
    listener, method = Listener(schedule), METHODS[sampler]
    t, all_nodes = (torch.tensor(values, dtype=torch.float64) for values in (start, nodes))
    rest = torch.cat([t.reshape(1), all_nodes[first + 1 :]])
    taken = carried(Fate(listener, sampler, all_nodes, (), dict(knobs)), t, first)
    for step in islice(method.run(listener, NOTHING, rest, lambda *_: NOTHING, **taken), until - first + 1):
        t = step.t
    return torch.stack(listener.asked), float(t)


def guided(plan: Plan, course: Course, asked: Tensor) -> int:
    """How many of these times lie where guidance asks a second time, by the clock of the model."""
    asked = heard(plan, asked)
    return int(((asked >= course.guide_from) & (asked <= course.guide_to)).sum())


def price(plan: Plan, trunk: Trunk = ()) -> dict[str, float | int]:
    """Evaluations of each picture, and the seconds they take if nobody else is waiting; what `run` refuses has none."""
    afford(plan, trunk)
    calls = evaluations(plan, trunk)
    return {"evaluations": calls, "seconds": seconds(plan, calls)}


def seconds(plan: Plan, calls: int) -> float:
    return about(calls * PACE.seconds(plan.model, int(plan.count)))


def about(seconds: float) -> float:
    """As exact as a guess may sound, down to milliseconds."""
    return round(float(f"{seconds:.2g}"), 3)


def afford(plan: Plan, trunk: Trunk = ()) -> None:
    """Refuse what would keep everybody waiting."""
    calls = evaluations(plan, trunk)
    work = calls * int(plan.count)
    if work > MOST_WORK:
        raise Refused("too-much-work", work=work, most=MOST_WORK, seconds=round(seconds(plan, calls)))
