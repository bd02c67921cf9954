"""Which sampler for this model: how far each ends from where the model's own flow leads, against what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from demo.checks import Length, OneOf
from demo.views.denoising_compare import LEVELS
from demo.views.denoising_compare_plots import Point, Points, error_plot, verdict
from demo.views.denoising_compare_price import afford, beats
from demo.views.denoising_compare_truth import looks, solved, times_of
from demo.views.denoising_plan import PRICED, Plan, denoiser, start
from demo.views.denoising_price import evaluations
from demo.views.method_knobs import draws_noise
from genmodels.accuracy import affordable, chart
from genmodels.samplers import METHODS

JUDGED = [name for name in PRICED if not METHODS[name].stochastic]  # chance has no one picture to come to
FIRST = ["ddim", "heun", "dpmpp-2m"]
MOST = 5
BUDGETS = (4, 8, 16, 32)  # questions to the denoiser; a guided one asks networks twice for each

Judged = Annotated[list[str], OneOf(JUDGED), Length(MOST, least=1)]


@dataclass(frozen=True)
class Study:
    """What is known so far: each sampler's points, and the reference's own error in levels."""

    points: Mapping[str, Points]
    silent: tuple[str, ...] = ()  # samplers whose knobs are turned so that they draw noise
    own: float | None = None
    done: bool = False

    def found(self, name: str, point: Point) -> Study:
        return replace(self, points={**self.points, name: (*self.points[name], point)})


def measure(plan: Plan, judged: Judged) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The plot and what it amounts to, after each point and now and then between."""
    cost(plan, judged)
    for study in beats(studied(few(plan), judged)):
        yield error_plot(study), {"lines": verdict(study), "done": study.done}


def studied(plan: Plan, judged: Sequence[str]) -> Iterator[Study]:
    """The reference first, then ever more evaluations of all samplers; the same state again after each step."""
    knobs = {name: plan.course.knobs.get(name, {}) for name in judged}
    silent = tuple(name for name in judged if draws_noise(name, knobs[name]))
    held = {name: own for name, own in knobs.items() if name not in silent}
    study, reference = Study({name: () for name in held}, silent), None
    for reference in solved(plan):
        own = float(reference.error.mean()) * LEVELS
        study = replace(study, own=own) if own not in (study.own, float("inf")) else study
        yield study
    assert reference is not None
    for mark in chart(denoiser(plan), held, start(plan), times_of(plan), BUDGETS, reference):
        if mark:
            run = replace(plan, course=replace(plan.course, sampler=mark.sampler), steps=mark.steps)
            study = study.found(mark.sampler, Point(evaluations(run), mark.error * LEVELS, mark.bound))
        yield study
    yield replace(study, done=True)


def few(plan: Plan) -> Plan:
    """Four pictures stand for the model: one alone may be easy or hard, and each costs as much as the first."""
    return replace(plan, count="4")


def cost(plan: Plan, judged: Sequence[str]) -> dict[str, Any]:
    """The bill of all points and, where it is not known yet, of the reference."""
    plan = few(plan)
    courses = [
        (replace(plan.course, sampler=name), affordable(name, budget, "zero")) for name in judged for budget in BUDGETS
    ]
    return afford([replace(plan, course=course, steps=steps) for course, steps in courses], looks(plan))
