"""All that decides a run of a diffusion model, as the page and its links send it; every part of the tab starts here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Annotated

import torch
from torch import Tensor

from demo import library
from demo.checks import OneOf
from demo.views.asking import Shares, label
from demo.views.denoising_pace import timed
from demo.views.method_knobs import Knobs
from genmodels.branches import Fate
from genmodels.denoising import APG, Clipped, Conditioned, Denoiser, DynamicThreshold, Guided, Mismatched, Rescheduled
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import METHODS
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import FIRST, NoiseSchedule
from genmodels.spacing import SPACINGS

COUNTS = ("1", "4", "16")
# A run is paid for by the step; a method that chooses its own steps has no price, and none that fits a timeline.
PRICED = [name for name, method in METHODS.items() if method.evaluations(1) is not None]
NAMED = [name for name in SPACINGS if name != "by-hand"]
OWN = "own"  # the schedule that the model was trained on
GUIDES = ("free", "projected", "weaker")
LIMITS = ("none", "clip", "dynamic")
FITS = ("translated", "mismatched")
AVERAGES = ("long", "short")  # of a model that kept two: over thousands of its last steps of training, over a hundred
WEAKER = "-weak"  # ends the name of a model that was made worse on purpose, after its data

Model = Annotated[str, OneOf(library.diffusion_models, partial(library.is_of_kind, "diffusion"))]
Sampler = Annotated[str, OneOf(PRICED)]
Spacing = Annotated[str, OneOf(NAMED)]
Steps = Annotated[int, Knob(1, 1000, 1, 30)]
Seed = Annotated[int, Knob(0, 9999, 1)]
Count = Annotated[str, OneOf(COUNTS)]
Guidance = Annotated[float, Knob(0, 12, 0.1, 1.0)]
Schedule = Annotated[str, OneOf([OWN, *SCHEDULES])]
Share = Annotated[float, Knob(0, 1, 0.01)]

Turns = Callable[[str, Denoiser], Denoiser]  # what becomes of a network, by its name


@dataclass(frozen=True)
class Course:
    """What may change while a run is on its way; the rest must stay, or it would no longer be the same run."""

    sampler: Sampler = "dpmpp-2m"
    seed: Seed = 0
    knobs: Knobs = field(default_factory=dict)
    classes: Shares = field(default_factory=dict)
    guidance: Guidance = 1.0
    guide: Annotated[str, OneOf(GUIDES)] = "free"
    guide_from: Share = 0.0
    guide_to: Share = 1.0
    rescale: Share = 0.0
    limit: Annotated[str, OneOf(LIMITS)] = "none"

    @property
    def own_knobs(self) -> Mapping[str, float]:
        """Those of the sampler that is chosen, as far as they were turned."""
        return self.knobs.get(self.sampler, {})

    @property
    def guided(self) -> bool:
        """Whether each step asks twice: for the thing wanted, and for what it is to be moved away from."""
        return self.guidance != 1 and (self.guide == "weaker" or bool(self.classes))


@dataclass(frozen=True)
class Plan:
    """One run: same plan, same pictures; picture k of several has the seed `seed` + k."""

    model: Model
    course: Course = field(default_factory=Course)
    spacing: Spacing = "exponential"
    steps: Steps = 30
    count: Count = "1"
    schedule: Schedule = OWN
    fit: Annotated[str, OneOf(FITS)] = "translated"
    average: Annotated[str, OneOf(AVERAGES)] = "long"


def fate(plan: Plan) -> Fate:
    """The plan as the library takes it."""
    course = plan.course
    seeds = range(course.seed, course.seed + int(plan.count))
    return Fate(denoiser(plan), course.sampler, times(plan), seeds, course.own_knobs)


def start(plan: Plan) -> Tensor:
    """The noise that a run begins with."""
    return fate(plan).start(shape(plan.model))


def shape(model: str) -> tuple[int, ...]:
    """Of one picture: channels, height, width."""
    return library.diffusion_model(model).latent_shape  # type: ignore[attr-defined]


def denoiser(plan: Plan, turns: Turns = timed) -> Denoiser:
    """The model told what to draw, guided, kept within bounds, and on the schedule asked for.

    Every network in it, by name, takes its own turns at the processor, unless what is made of it does.
    """
    course, model = plan.course, turns(plan.model, averaged(plan.model, plan.average))
    asked = conditioned(plan.model, model, course.classes)
    if course.guided:
        asked = guidance(plan.model, course, model, asked, turns)
    if course.limit == "clip":
        asked = Clipped(asked)
    if course.limit == "dynamic":
        asked = DynamicThreshold(asked)
    if plan.schedule == OWN:
        return asked
    other = SCHEDULES[plan.schedule]()
    return Rescheduled(asked, other) if plan.fit == "translated" else Mismatched(asked, other)


def averaged(name: str, average: str) -> Denoiser:
    """The model with the average of its weights that was asked for, where it kept more than one."""
    model = library.diffusion_model(name)
    which = AVERAGES.index(average)
    return model.averaged(which) if which < len(getattr(model, "averages", ())) else model  # type: ignore[attr-defined]


def conditioned(name: str, model: Denoiser, classes: Mapping[str, float]) -> Denoiser:
    return Conditioned(model, label(name, classes)) if classes else model  # type: ignore[arg-type]


def guidance(name: str, course: Course, model: Denoiser, asked: Denoiser, turns: Turns) -> Denoiser:
    """Away from what the model draws of its own accord, or from what a weaker one draws of the same."""
    interval = (course.guide_from, course.guide_to)
    plain = model
    if course.guide == "weaker":
        other = weaker(name)
        plain = conditioned(other, turns(other, library.diffusion_model(other)), course.classes)
    if course.guide == "projected":
        return APG(asked, plain, course.guidance, interval=interval)
    return Guided(asked, plain, course.guidance, course.rescale, interval=interval)


def weaker(name: str) -> str:
    """The name of the model that was made worse on purpose, of the same data and schedule."""
    found = f"{library.cards()[name].dataset}{WEAKER}"
    if found == name:
        raise Refused("already-weak", model=name)
    if found not in library.diffusion_models():
        raise Refused("no-weaker", model=found)
    return found


def schedule_of(plan: Plan) -> NoiseSchedule:
    """The schedule that x follows."""
    return library.diffusion_model(plan.model).schedule if plan.schedule == OWN else SCHEDULES[plan.schedule]()


def heard(plan: Plan, t: Tensor) -> Tensor:
    """What the model is told of these times: by its own clock, also on a schedule that is translated for it."""
    if plan.schedule == OWN or plan.fit == "mismatched":
        return t
    return library.diffusion_model(plan.model).schedule.time_of(schedule_of(plan).noise_level(t))


def times(plan: Plan) -> Tensor:
    """Where the steps fall; on a schedule that is translated, only where the model knows the noise."""
    schedule = schedule_of(plan)
    chosen = spaced(plan.spacing, schedule, plan.steps)
    if plan.schedule == OWN or plan.fit == "mismatched":
        return chosen
    known = library.diffusion_model(plan.model).schedule
    low, high = known.noise_level(torch.tensor([FIRST, 1], dtype=torch.float64))
    last, first = schedule.time_of(torch.stack([low, high]))
    levels = schedule.noise_level(chosen)
    inside = torch.where(levels > high, first, torch.where((levels < low) & (chosen > 0), last, chosen))
    return torch.unique(inside).flip(0)


@lru_cache(maxsize=64)  # one run asks for its times again and again, and many a spacing has to search for them
def spaced(spacing: str, schedule: NoiseSchedule, steps: int) -> Tensor:
    """Never to be written to."""
    return SPACINGS[spacing](schedule, steps)
