"""What an edit costs, before it is begun: whatever the picture, a way takes the same steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from demo.views.denoising_edit_subject import Subject, hole_of
from demo.views.denoising_edit_ways import FRAMES, ITERATIONS, Edit, factor_of, told
from demo.views.denoising_plan import Plan, fate, shape, times
from genmodels.editing import Kept, repaint, time_of_strength
from genmodels.knobs import knobs_of
from genmodels.samplers import SAMPLERS

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
    levels = fate(plan).denoise.schedule.noise_level(times(plan)).tolist()
    walked = walks(levels) * doubled(plan)
    return Cost(walks(levels) + 1, walked, walked)


def walks(levels: list[float]) -> int:
    """Steps that RePaint takes with all its leaps back."""
    resamples, jump, above = (knobs_of(repaint)[name].default for name in ("resamples", "jump", "above"))
    last = len(levels) - 1
    ends = [(first, min(first + jump, last)) for first in range(0, last, jump)]
    return sum((end - first) * (resamples if levels[end] >= above else 1) for first, end in ends)


def informed_cost(plan: Plan) -> Cost:
    calls = calls_of(plan, len(times(plan)) - 1)
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
    calls = calls_of(plan, left)
    return Cost(left + 1, calls, calls)


def restore_cost(plan: Plan, _: Subject, edit: Edit) -> Cost:
    if edit.damage != "noise":
        factor_of(edit, shape(plan.model))
        return informed_cost(plan)
    level = torch.tensor(edit.level, dtype=torch.float64)
    return rest_cost(plan, fate(plan).denoise.schedule.time_of(level))


def between_cost(plan: Plan, _: Subject, edit: Edit) -> Cost:
    calls = calls_of(plan, len(times(plan)) - 1)
    return Cost(len(times(plan)), calls, calls, FRAMES)


def turn_cost(plan: Plan, subject: Subject, edit: Edit) -> Cost:
    n = len(times(plan)) - 1
    down = SAMPLERS["ddim"].evaluations(n, "zero") if edit.going == "ddim" else n
    assert down is not None
    up = n + 1 if edit.going == "ddim" else n
    told(plan, subject, edit)  # refuses what the model does not know
    wished = down * doubled(replace(plan, course=replace(plan.course, classes=edit.wishes))) if edit.wishes else 0
    return Cost(up + n + 1 + (n + 1 if edit.wishes else 1), up + down + wished, up + down + wished)


def calls_of(plan: Plan, steps: int) -> int:
    """Evaluations of so many steps of the plan's sampler."""
    calls = SAMPLERS[plan.course.sampler].evaluations(steps, "zero")
    assert calls is not None
    return calls * doubled(plan)


def doubled(plan: Plan) -> int:
    return 2 if plan.course.guided else 1


COSTS: dict[str, Callable[[Plan, Subject, Edit], Cost]] = {
    "fill": fill_cost,
    "redraw": redraw_cost,
    "restore": restore_cost,
    "between": between_cost,
    "turn": turn_cost,
}
