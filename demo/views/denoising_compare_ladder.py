"""A ladder of steps: what the chosen sampler makes of the same noise in 1, 2, 4 … 64 of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from torch import Tensor

from demo.views.denoising import sheets
from demo.views.denoising_compare import levels
from demo.views.denoising_compare_price import afford, beats
from demo.views.denoising_plan import Plan, fate, start
from demo.views.denoising_price import evaluations

RUNGS = (1, 2, 4, 8, 16, 32, 64)


def rungs(plan: Plan) -> list[Plan]:
    """The first picture of the stage's run, with each number of steps."""
    return [replace(plan, steps=steps, count="1") for steps in RUNGS]


def ladder(plan: Plan) -> Iterator[dict[str, Any]]:
    """The strip so far, after each rung and now and then between; how far each is from the last is known at the end."""
    afford(rungs(plan))
    yield from beats(climbed(plan))


def climbed(plan: Plan) -> Iterator[dict[str, Any]]:
    """The same strip again after each step that leads to the next rung."""
    made: list[dict[str, Any]] = []
    ends: list[Tensor] = []
    strip = {"of": len(RUNGS), "chance": fate(plan).draws, "rungs": made}
    for run in rungs(plan):
        ends.append(x := start(run))
        for ends[-1] in (step.x for step in fate(run).run(x)):
            yield strip
        made = [*made, {"steps": run.steps, "evaluations": evaluations(run), "picture": sheets(ends[-1])[0]}]
        strip = {**strip, "rungs": made}
    far = [levels(end, ends[-1]) for end in ends]
    yield {**strip, "rungs": [{**rung, "away": away} for rung, away in zip(made, far, strict=True)]}
