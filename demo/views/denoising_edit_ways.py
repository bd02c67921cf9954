"""The ways to edit a picture with a diffusion model, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NamedTuple

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from demo.checks import OneOf
from demo.fairness import InTurn
from demo.views.asking import Shares
from demo.views.denoising_edit_subject import Brushed, Subject, changed, drawn_on, hole_of, shares_of
from demo.views.denoising_plan import Plan, Seed, denoiser, fate, shape, times
from genmodels.comparing import distance
from genmodels.denoising import Denoiser
from genmodels.editing import TURNINGS, Kept, Known, Pooled, Posterior, clean, redraw, repaint, restore, turn
from genmodels.editing.drawing import STRENGTH
from genmodels.editing.drawing import between as way_between
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import Noise, Step

NAMES = ("fill", "redraw", "restore", "between", "turn")
FILLINGS = ("exact", "repaint")
DAMAGES = ("noise", "half", "quarter")
GOINGS = tuple(TURNINGS)
LEVEL = Knob(0.05, 2, 0.05, 0.4)  # of the noise that is added, in units of a picture from -1 to 1
FRAMES = 9  # pictures between two noises
ITERATIONS, DOUBT = 2, 0.05  # of the exact guidance
DAMAGE = 2**34  # the stream of a seed's noise that damage is drawn from
WHITE = 127.5  # levels of brightness in one unit of a picture


@dataclass(frozen=True)
class Edit:
    """What is done to the picture; each way reads its own fields."""

    way: Annotated[str, OneOf(NAMES)] = "fill"
    hole: Brushed = "middle"
    filling: Annotated[str, OneOf(FILLINGS)] = "exact"
    drawing: Brushed = ""
    strength: Annotated[float, STRENGTH] = 0.6
    damage: Annotated[str, OneOf(DAMAGES)] = "noise"
    level: Annotated[float, LEVEL] = 0.4
    other: Seed = 7
    wishes: Shares = field(default_factory=dict)
    going: Annotated[str, OneOf(GOINGS)] = "bdia"


class Moment(NamedTuple):
    """One step of an edit, what it goes by, and what is to be said of it."""

    step: Step
    known: Tensor | None = None
    said: dict[str, Any] = {}  # noqa: RUF012


def fill(plan: Plan, _: Subject, edit: Edit, picture: Tensor) -> Iterator[Moment]:
    """The hole is made anew, the rest stays."""
    known = Kept(picture, hole_of(edit.hole, picture.shape))
    start = fate(plan).start(picture.shape[1:])
    if edit.filling == "exact":
        steps = guided_by(plan, known, start)
    else:
        noise = Noise([plan.course.seed], picture.shape[1:])
        steps = repaint(denoiser(plan), start, times(plan), noise, known)
    for step in steps:
        off = (known.see(step.x0) - known.y).abs().max() * WHITE
        yield Moment(step, known.y, {"off": f"{float(off):.3g}"})


def guided_by(plan: Plan, known: Known, start: Tensor) -> Iterator[Step]:
    """The whole of the posterior, its passes back included, takes its turns at the processor."""
    informed = InTurn(Posterior(denoiser(plan, turns=lambda _, network: network), known, ITERATIONS, DOUBT))
    return restore(replace(fate(plan), denoise=informed), known, start)


def redrawn(plan: Plan, _: Subject, edit: Edit, picture: Tensor) -> Iterator[Moment]:
    """What was drawn, under noise, and down again."""
    drawn = drawn_on(picture, edit.drawing)
    for step in redraw(fate(plan), drawn, edit.strength):
        yield Moment(step, drawn, {"off": f"{apart(step.x0, drawn):.1f}"})


def restored(plan: Plan, _: Subject, edit: Edit, picture: Tensor) -> Iterator[Moment]:
    """The picture is damaged before our eyes, and made good again."""
    if edit.damage == "noise":
        fresh = Noise([plan.course.seed], picture.shape[1:]).draw(DAMAGE, 0)
        damaged = seen = picture + edit.level * fresh
        steps = clean(fate(plan), damaged, edit.level)
    else:
        factor = factor_of(edit, picture.shape)
        small = avg_pool2d(picture, factor)
        seen = interpolate(small, scale_factor=factor, mode="nearest")
        steps = guided_by(plan, Pooled(small, factor), fate(plan).start(picture.shape[1:]))
    before = psnr(seen, picture)
    for step in steps:
        yield Moment(step, seen, {"before": f"{before:.1f}", "after": f"{psnr(step.x0, picture):.1f}"})


def factor_of(edit: Edit, size: tuple[int, ...]) -> int:
    factor = {"half": 2, "quarter": 4}[edit.damage]
    if size[-1] % factor or size[-2] % factor:
        raise Refused("factor", factor=factor, height=size[-2], width=size[-1])
    return factor


def psnr(found: Tensor, truth: Tensor) -> float:
    """Decibels, of the pictures as a screen shows them, from -1 to 1."""
    error = float((found.clamp(-1, 1) - truth.clamp(-1, 1)).square().mean())
    return min(99.0, 10 * math.log10(4 / max(error, 1e-12)))


def between(plan: Plan, _: Subject, edit: Edit, picture: Tensor) -> Iterator[Moment]:
    """From the noise of the stage's seed to that of another, along the sphere on which noise lies."""
    for step in way_between(fate(plan), shape(plan.model), plan.course.seed, edit.other, FRAMES):
        yield Moment(step, None, {"first": plan.course.seed, "last": edit.other})


def turned(plan: Plan, subject: Subject, edit: Edit, picture: Tensor) -> Iterator[Moment]:
    """Up to the noise of the picture, down the same way again, and down as something else."""
    own, wished = told(plan, subject, edit)
    step, trip = None, ""
    for phase, step in turn(edit.going, own, wished, picture, times(plan)):
        said = {"phase": phase}
        if phase == "back":
            trip = f"{apart(step.x, picture):.2g}"
        if phase == "turned":
            said |= {"trip": trip, "off": f"{apart(step.x0, picture):.1f}"}
        yield Moment(step, picture, said)
    if wished is None and step is not None:
        yield Moment(step, picture, {"phase": "none", "trip": trip})


def apart(one: Tensor, other: Tensor) -> float:
    """Root mean square, in levels of brightness."""
    return float(distance(one, other).mean()) * WHITE


def told(plan: Plan, subject: Subject, edit: Edit) -> tuple[Denoiser, Denoiser | None]:
    """Who leads up and back, told what the picture shows and not guided, which could not be undone; and who leads
    down to what is wished for, as the stage is guided."""
    shown = shares_of(plan, subject)
    own = replace(plan, course=replace(plan.course, classes=shown, guidance=1.0))
    if not edit.wishes:
        return denoiser(own), None
    target = changed(plan.model, shown, dict(edit.wishes))
    return denoiser(own), denoiser(replace(plan, course=replace(plan.course, classes=target)))


WAYS: dict[str, Callable[[Plan, Subject, Edit, Tensor], Iterator[Moment]]] = {
    "fill": fill,
    "redraw": redrawn,
    "restore": restored,
    "between": between,
    "turn": turned,
}
