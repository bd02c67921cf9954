"""What an edit costs, before it is begun: whatever the picture, a way takes the same steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from demo.views.denoising_edit_subject import Subject, hole_of
from demo.views.denoising_edit_ways import FRAMES, ITERATIONS, Edit, factor_of, told
from demo.views.denoising_plan import Plan, fate, schedule_of, shape, times
from demo.views.denoising_price import guided, rehearsed
from genmodels.editing import Kept, repaint, time_of_strength
from genmodels.knobs import knobs_of

BACK = 1 + ITERATIONS  # passes back through the network at each evaluation, each as long as one forward


class Cost(NamedTuple):
    """Frames to be shown; evaluations of each picture, and those with passes back counted in; pictures at a time."""

    frames: int
    evaluations: int
    passes: int
    pictures: int = 1


def fill_cost(plan: Plan, _: Subject, edit: Edit) -> Cost:
    size = shape(plan.model)
    Kept(torch.zeros(1, *size), hole_of(edit.hole, size))  # refuses a hole that is none
    if edit.filling == "exact":
        return informed_cost(plan)
    nodes = times(plan)
    walked = walks(fate(plan).denoise.schedule.noise_level(nodes).tolist())
    calls = asks(plan, nodes[walked])
    return Cost(len(walked) + 1, calls, calls)


def walks(levels: list[float]) -> list[int]:
    """The nodes at which RePaint looks, with all its leaps back."""
    resamples, jump, above = (knobs_of(repaint)[name].default for name in ("resamples", "jump", "above"))
    last, seen = len(levels) - 1, []
    for first in range(0, last, int(jump)):
        end = min(first + int(jump), last)
        seen += [*range(first, end)] * (int(resamples) if levels[end] >= above else 1)
    return seen


def informed_cost(plan: Plan) -> Cost:
    calls = calls_of(plan, times(plan))
    return Cost(len(times(plan)), calls, calls * (1 + BACK))


def redraw_cost(plan: Plan, _: Subject, edit: Edit) -> Cost:
    made = fate(plan)
    return rest_cost(plan, time_of_strength(made.denoise.schedule, made.times[0], edit.strength))


def rest_cost(plan: Plan, t: Tensor) -> Cost:
    """Of what is left of a run that is entered at a time."""
    nodes = times(plan)
    if t <= nodes[-1]:
        return Cost(1, 0, 0)
    left = len(nodes) - max(int((nodes >= t).sum()), 1)
    calls = calls_of(plan, torch.cat([t.reshape(1), nodes[-left:]]))
    return Cost(left + 1, calls, calls)


def restore_cost(plan: Plan, _: Subject, edit: Edit) -> Cost:
    if edit.damage != "noise":
        factor_of(edit, shape(plan.model))
        return informed_cost(plan)
    level = torch.tensor(edit.level, dtype=torch.float64)
    return rest_cost(plan, fate(plan).denoise.schedule.time_of(level))


def between_cost(plan: Plan, _: Subject, edit: Edit) -> Cost:
    calls = calls_of(plan, times(plan))
    return Cost(len(times(plan)), calls, calls, FRAMES)


def turn_cost(plan: Plan, subject: Subject, edit: Edit) -> Cost:
    n = len(nodes := times(plan)) - 1
    up = n + 1 if edit.going == "ddim" else n
    told(plan, subject, edit)  # refuses what the model does not know
    wished = asks(replace(plan, course=replace(plan.course, classes=edit.wishes)), nodes[:-1]) if edit.wishes else 0
    return Cost(up + n + 1 + (n + 1 if edit.wishes else 1), up + n + wished, up + n + wished)


def calls_of(plan: Plan, nodes: Tensor) -> int:
    """Evaluations of a run of the plan's sampler over these nodes."""
    course = plan.course
    knobs = tuple(sorted(course.own_knobs.items()))
    steps = len(nodes) - 1
    asked, _ = rehearsed(schedule_of(plan), tuple(nodes.tolist()), course.sampler, knobs, 0, float(nodes[0]), steps)
    return asks(plan, asked)


def asks(plan: Plan, asked: Tensor) -> int:
    """Evaluations by a denoiser that is asked at these times: a second one wherever it is guided."""
    return len(asked) + (guided(plan, plan.course, asked) if plan.course.guided else 0)


COSTS: dict[str, Callable[[Plan, Subject, Edit], Cost]] = {
    "fill": fill_cost,
    "redraw": redraw_cost,
    "restore": restore_cost,
    "between": between_cost,
    "turn": turn_cost,
}
