"""The same noise, two to four fates: runs side by side under one thumb, each held against the one on the stage."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import OneOf
from demo.streaming import stream
from demo.views.denoising import sheets, size
from demo.views.denoising_compare_fates import Fates, plans, titles
from demo.views.denoising_compare_price import afford
from demo.views.denoising_plan import Plan, schedule_of, times
from demo.views.denoising_price import evaluations
from demo.views.denoising_trunk import Trunk, begun, grown
from demo.views.nearness import beside_training, pixels
from genmodels.comparing import abreast, difference, distance, map_of, shares, straight
from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.samplers import Step
from genmodels.schedules.schedule import NoiseSchedule

SHOWN = ("x0", "x")
DOTS = 64  # of one run on the map
MOST_MOMENTS = 3000  # frames of one comparison
LEVELS = 127.5  # of the 256 of a screen, in one unit of a picture from -1 to 1

Shown = Annotated[str, OneOf(SHOWN)]


@dataclass
class Life:
    """One run of several, while it goes on: where it stands, and what the map is drawn from."""

    schedule: NoiseSchedule
    evaluations: int
    steps: Iterator[Step]
    noise: list[float]  # its share at each step
    now: Step
    made: int = 0
    dots: list[tuple[int, Tensor]] = field(default_factory=list)  # (number of the frame, place on the way)
    pane: str = ""

    def reach(self, made: int) -> bool:
        """Go on until so many steps are made; whether there is something new to show."""
        new = made > self.made or not self.pane
        while self.made < made:
            self.now, self.made = next(self.steps), self.made + 1
        return new

    def show(self, part: str, frame: int) -> None:
        """Draw the pane: the predicted picture, or x as bright as fits the screen; now and then, set a dot."""
        schedule, t = self.schedule, self.now.t
        bright = float((schedule.alpha(t) ** 2 + 4 * schedule.sigma(t) ** 2).sqrt())
        [self.pane] = sheets(self.now.x0 if part == "x0" else self.now.x / bright)
        last = len(self.noise) - 1
        if self.made % (last // DOTS + 1) == 0 or self.made == last:
            self.dots.append((frame, self.now.x0 if part == "x0" else straight(schedule, self.now)))


def compare(
    plan: Plan, fates: Fates, trunk: Trunk = (), shown: Shown = "x0"
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """For the timeline, all runs abreast; for what stands under it, how they ended and a map of their ways."""
    runs = plans(plan, trunk, fates)
    afford(runs, trunk=trunk)
    noise = [shares(schedule_of(run), times(run)) for run in runs]
    moments = abreast(noise)
    if len(moments) > MOST_MOMENTS:
        raise Refused("compare-moments", count=len(moments), most=MOST_MOMENTS)
    lives = [born(run, trunk, own) for run, own in zip(runs, noise, strict=True)]
    common = begun(runs[0], trunk)
    seen = library.dataset(library.cards()[plan.model].dataset)  # now: the file may be gone when the ends are there
    value: dict[str, Any] = {}
    for value in stream(titles(fates), frames(lives, moments, shown), len(moments)):
        yield value, {}
    yield value, outcome(lives, common, shown, seen)


def born(plan: Plan, trunk: Trunk, noise: list[float]) -> Life:
    steps = grown(plan, trunk)
    return Life(schedule_of(plan), evaluations(plan, trunk), steps, noise, next(steps))


def frames(lives: Sequence[Life], moments: Sequence[Sequence[int]], shown: str) -> Iterator[dict[str, Any]]:
    """At each moment the newest step of every run, and how far its predicted picture is from the first run's."""
    for frame, standing in enumerate(moments):
        for life, made in zip(lives, standing, strict=True):
            if life.reach(made):
                life.show(shown, frame)
        facts = {
            "noise": round(min(life.noise[life.made] for life in lives), 4),
            "steps": [[life.made, len(life.noise) - 1] for life in lives],
            "apart": [levels(life.now.x0, lives[0].now.x0) for life in lives],
        }
        yield {"frames": [life.pane for life in lives], "caption": facts}


def levels(one: Tensor, other: Tensor) -> float:
    """How far pictures are apart as they are shown, root mean square, in levels of 256."""
    return round(float(distance(one.clamp(-1, 1), other.clamp(-1, 1)).square().mean().sqrt()) * LEVELS, 3)


def outcome(lives: Sequence[Life], noise: Tensor, shown: str, data: Dataset) -> dict[str, Any]:
    """How each run ended, where it differs from the first, the training picture nearest to it, a map of the ways."""
    first = lives[0]
    maps = [difference(life.now.x.clamp(-1, 1), first.now.x.clamp(-1, 1))[0] * LEVELS for life in lives]
    full = max(1.0, *(float(one.max()) for one in maps))
    ends = [
        {
            "evaluations": life.evaluations,
            "picture": life.pane if shown == "x0" else sheets(life.now.x)[0],
            "apart": levels(life.now.x, first.now.x),
            "heat": base64.b64encode((one / full * 255).byte().numpy().tobytes()).decode(),
            "near": beside_training(data, pixels(life.now.x), 1),
        }
        for life, one in zip(lives, maps, strict=True)
    ]
    facts = {"noise": sheets(noise / (2 * size(noise)))[0], "side": list(noise.shape[-2:]), "full": round(full)}
    return {**facts, "fates": ends, "map": ways(lives, shown)}


def ways(lives: Sequence[Life], shown: str) -> dict[str, Any]:
    """Each run's dots as [across, up, number of the frame], and the shares of the variance that the two axes show."""
    found = map_of([torch.cat([place for _, place in life.dots]) for life in lives])
    marked = [
        [
            [*(round(place, 3) for place in spot), number]
            for spot, (number, _) in zip(own.tolist(), life.dots, strict=True)
        ]
        for own, life in zip(found.ways, lives, strict=True)
    ]
    return {"part": shown, "shares": list(found.spread), "paths": marked}
