"""A run that grew out of others: up to some step by one course, from there on by the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor

from demo.checks import By, accept
from demo.views.denoising_plan import Course, Plan, fate, schedule_of, start, times
from genmodels.branches import Fate, Rectangle, branch, poke
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import Step
from genmodels.samplers.weights import Weights, weights
from genmodels.schedules.schedule import NoiseSchedule

MOST = 12  # limbs of one trunk
SHORT = 100  # steps whose weights are worked out before the first: of more, the first frame would wait for them


class Poke(NamedTuple):
    """Noise to be redrawn: where, with which seed, and how much of it."""

    where: Rectangle
    seed: int
    amount: float


@dataclass(frozen=True)
class Limb:
    """The part of a run before step `until`, the course it took, and what was done to the noise at its end."""

    until: int
    was: Course
    poked: Poke | None = None


def read_trunk(value: Any) -> tuple[Limb, ...]:
    """From [{"until": 7, "was": {"seed": 3, …}, "poke": {"left": 8, "top": 8, "right": 20, "bottom": 16}}, …]."""
    if not isinstance(value, list | tuple) or len(value) > MOST or not all(isinstance(limb, Mapping) for limb in value):
        raise Refused("length", name="trunk", value=str(value)[:40], least=0, most=MOST)
    limbs = tuple(
        Limb(whole("until", limb.get("until"), 0, 1000), read_course(limb.get("was", {})), read_poke(limb.get("poke")))
        for limb in value
    )
    if any(after.until < before.until for before, after in pairwise(limbs)):
        raise Refused("trunk-order")
    return limbs


def read_course(value: Any) -> Course:
    """Checked as the knobs of the page are; what is left out is as it is at rest."""
    if not isinstance(value, Mapping):
        raise Refused("message")
    return accept(taken, dict(value))["course"]


def taken(course: Course) -> Course:
    """A view that only takes, for the checks that its signature stands for."""
    return course


def read_poke(value: Any) -> Poke | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Refused("message")
    where = Rectangle(*(whole(side, value.get(side), 0, 1024) for side in Rectangle._fields))
    amount = float(Knob(0.01, 1, 0.01).check("amount", value.get("amount", 1.0)))
    return Poke(where, whole("seed", value.get("seed", 0), 0, 9999), amount)


def whole(name: str, value: Any, low: int, high: int) -> int:
    return int(Knob(low, high, 1, 0).check(name, value))


def grown(plan: Plan, trunk: Sequence[Limb]) -> Iterator[Step]:
    """All steps of the whole run: each limb up to its end, and the plan's own course for the rest."""
    check_ends(plan, trunk)
    first, *after = fates(plan, trunk)
    return onward(trunk, after, first.run(begun(plan, trunk)), 0)


def begun(plan: Plan, trunk: Sequence[Limb]) -> Tensor:
    """The noise that the whole run begins with: that of its first limb."""
    return start(replace(plan, course=trunk[0].was if trunk else plan.course))


def onward(trunk: Sequence[Limb], after: Sequence[Fate], steps: Iterator[Step], number: int) -> Iterator[Step]:
    """Steps that are on their way from `number`, led on through the limbs that still come and to the end."""
    for limb, coming in zip(trunk, after, strict=True):
        yield from islice(steps, limb.until - number)
        steps, number = branch(coming, touched(next(steps), limb, coming), limb.until), limb.until
    yield from steps


def fates(plan: Plan, trunk: Sequence[Limb]) -> list[Fate]:
    """That of each limb and that of the rest, all of the model as it is now: its file may go while the run goes on."""
    return [fate(replace(plan, course=course)) for course in (*(limb.was for limb in trunk), plan.course)]


def check_ends(plan: Plan, trunk: Sequence[Limb]) -> None:
    """Where the last step was taken, nothing is left that could grow."""
    last = len(times(plan)) - 2
    for limb in trunk:
        if limb.until > last:
            raise Refused("branch-step", value=limb.until, last=last)


def parted(plan: Plan, trunk: Sequence[Limb]) -> Iterator[tuple[Step, Step] | None]:
    """The run without its last poke beside the run with it, step by step; nothing else sets them apart. Before the
    poked step there is only one run, and nothing to be seen but that it goes on."""
    check_ends(plan, trunk)
    place = poked_at(trunk)
    before, limb, later = trunk[:place], trunk[place], trunk[place + 1 :]
    coming, *after = fates(plan, trunk)[place + 1 :]
    steps = grown(replace(plan, course=limb.was), before)
    yield from (None for _ in islice(steps, limb.until))
    step = next(steps)
    plain, poked = (
        onward(later, after, branch(coming, here, limb.until), limb.until)
        for here in (step, touched(step, limb, coming))
    )
    yield from zip(plain, poked, strict=True)


def poked_at(trunk: Sequence[Limb]) -> int:
    """Which limb of a trunk ends with its last poke."""
    places = [place for place, limb in enumerate(trunk) if limb.poked]
    if not places:
        raise Refused("no-poke")
    return places[-1]


def touched(step: Step, limb: Limb, coming: Fate) -> Step:
    """The step with its noise redrawn where it was poked, as what comes after takes it up."""
    if limb.poked is None:
        return step
    where, seed, amount = limb.poked
    seeds = range(seed, seed + len(step.x))
    return poke(coming.denoise.schedule, step, where.mask(step.x.shape), seeds, limb.until, amount)


def recipe(plan: Plan, trunk: Sequence[Limb]) -> Iterator[Weights]:
    """What each step of the whole run is made of."""
    schedule, nodes, first = schedule_of(plan), times(plan), 0
    for course, until in [(limb.was, limb.until) for limb in trunk] + [(plan.course, len(nodes) - 1)]:
        if until - first > SHORT:
            made = weights(course.sampler, schedule, nodes[first:], **course.own_knobs)
        else:
            knobs = tuple(sorted(course.own_knobs.items()))
            made = worked_out(course.sampler, schedule, tuple(nodes[first:].tolist()), knobs, until - first)
        yield from islice(made, until - first)
        first = until


@lru_cache(maxsize=128)  # another seed, another wish: the same weights
def worked_out(
    sampler: str, schedule: NoiseSchedule, nodes: tuple[float, ...], knobs: tuple[tuple[str, float], ...], steps: int
) -> tuple[Weights, ...]:
    """The weights of the first steps of a run, all at once."""
    return tuple(islice(weights(sampler, schedule, torch.tensor(nodes, dtype=torch.float64), **dict(knobs)), steps))


Trunk = Annotated[tuple, By(read_trunk)]
