"""A run that grew out of others: up to some step by one course, from there on by the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Annotated, Any, NamedTuple

from demo.checks import By, accept
from demo.views.denoising_plan import Course, Plan, fate, schedule_of, start, times
from genmodels.branches import Rectangle, branch, poke
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import Step
from genmodels.samplers.weights import Weights, weights

MOST = 12  # limbs of one trunk


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
    courses = [limb.was for limb in trunk] + [plan.course]
    plans = [replace(plan, course=course) for course in courses]
    steps, number = fate(plans[0]).run(start(plans[0])), 0
    for limb, after in zip(trunk, plans[1:], strict=True):
        if limb.until >= len(times(plan)) - 1:
            raise Refused("branch-step", value=limb.until, last=len(times(plan)) - 2)
        yield from islice(steps, limb.until - number)
        steps, number = branch(fate(after), touched(plan, next(steps), limb), limb.until), limb.until
    yield from steps


def touched(plan: Plan, step: Step, limb: Limb) -> Step:
    """The step with its noise redrawn where it was poked."""
    if limb.poked is None:
        return step
    where, seed, amount = limb.poked
    seeds = range(seed, seed + len(step.x))
    return poke(schedule_of(plan), step, where.mask(step.x.shape), seeds, limb.until, amount)


def recipe(plan: Plan, trunk: Sequence[Limb]) -> Iterator[Weights]:
    """What each step of the whole run is made of."""
    nodes, first = times(plan), 0
    for course, until in [(limb.was, limb.until) for limb in trunk] + [(plan.course, len(nodes) - 1)]:
        made = weights(course.sampler, schedule_of(plan), nodes[first:], **course.own_knobs)
        yield from islice(made, until - first)
        first = until


Trunk = Annotated[tuple, By(read_trunk)]
