"""Editing with the same model: a picture is filled, redrawn, restored or turned by a network that only learned to
remove noise, step by step while the page watches."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import torch

from demo.checks import Length
from demo.fairness import PROCESSOR
from demo.pictures import jpeg, png, shades, sheet, to_image
from demo.streaming import stream
from demo.uploads import MOST_LETTERS
from demo.views.denoising import milliseconds, node_at, panes
from demo.views.denoising_edit_costs import COSTS, Cost
from demo.views.denoising_edit_result import begun
from demo.views.denoising_edit_subject import Subject, picture_of, shares_of
from demo.views.denoising_edit_ways import WAYS, Edit, Moment
from demo.views.denoising_film import FILMS, Film
from demo.views.denoising_plan import Plan, schedule_of, shape, times
from demo.views.denoising_price import MOST_WORK, PACE, about
from demo.views.denoising_trunk import Trunk
from genmodels.editing import time_of_strength
from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule

PANES = ("t:denoising.x", "t:denoising.x0")
KNOWN = {way: f"t:denoising.edit.known.{way}" for way in WAYS if way != "between"}
MOST_FRAMES = 1200  # of one edit; of a longer one only some are shown


def look(plan: Plan, trunk: Trunk, subject: Subject) -> dict[str, Any]:
    """The picture to be edited, as far as it is not in the visitor's hands, and how large this model's pictures are."""
    channels, side, _ = shape(plan.model)
    facts = {"side": side, "gray": channels == 1, "shares": shares_of(plan, subject)}
    if subject.source == "own":
        return facts
    with PROCESSOR:
        return {**facts, "image": png(to_image(picture_of(plan, trunk, subject)))}


def bill(plan: Plan, subject: Subject, edit: Edit) -> dict[str, Any]:
    """What an edit costs, and where on the schedule it begins; refuses what would not even begin."""
    plan, cost = charged(plan, subject, edit)
    seconds = cost.passes * PACE.seconds(plan.model, cost.pictures) if cost.passes else 0.0
    schedule, nodes = schedule_of(plan), times(plan)
    start = begins(plan, edit)
    return {
        "evaluations": cost.evaluations,
        "seconds": about(seconds),
        "t": round(float(start), 3),
        "noise": share(schedule, start),
        "left": int((nodes < start).sum()),
        "steps": len(nodes) - 1,
    }


def edit(
    plan: Plan, trunk: Trunk, subject: Subject, edit: Edit, upload: Annotated[str, Length(MOST_LETTERS)] = ""
) -> Iterator[dict]:
    """The edit while it is made, each message with the frames finished since the last one."""
    plan_of_one, cost = charged(plan, subject, edit)
    with PROCESSOR:
        picture = picture_of(plan, trunk, subject, upload)
    moments = WAYS[edit.way](plan_of_one, subject, edit, picture)
    titles = [*PANES, *([KNOWN[edit.way]] if edit.way in KNOWN else [])]
    every, film = max(1, -(-cost.frames // MOST_FRAMES)), begun(plan, trunk, subject, edit, cost)
    frames = frames_of(plan_of_one, edit, moments, film, every)
    for piece in stream(titles, frames, -(-cost.frames // every)):
        if piece["done"]:
            FILMS.keep(piece["run"], film)
        yield piece


def frames_of(
    plan: Plan, edit: Edit, moments: Iterator[Moment], film: Film, every: int = 1
) -> Iterator[dict[str, Any] | None]:
    """Each step as its panes and numbers; of a long edit every so many, and the last."""
    schedule, clock, count = schedule_of(plan), time.perf_counter(), film.numbers[-1] + 1
    for number, moment in enumerate(moments):
        spent, clock = time.perf_counter() - clock, time.perf_counter()
        here = node_at(moment.step.t, schedule)
        film.add(number, shown := panes(moment.step, here)[:2])
        if number % every and number != count - 1:
            yield None
            continue
        shown += [] if moment.known is None else [shades(moment.known)]
        numbers = {"way": edit.way, "step": number, "steps": count - 1, "ms": milliseconds(spent)}
        t = {"t": round(float(moment.step.t), 4), "noise": share(schedule, moment.step.t)}
        yield {"frames": [beside(tiles) for tiles in shown], "caption": numbers | t | moment.said}
        clock = time.perf_counter()


def charged(plan: Plan, subject: Subject, edit: Edit) -> tuple[Plan, Cost]:
    """The plan for one picture, and what it costs; refuses what would keep everybody waiting."""
    plan = replace(plan, count="1")
    cost = COSTS[edit.way](plan, subject, edit)
    work = cost.passes * cost.pictures
    if work > MOST_WORK:
        seconds = cost.passes * PACE.seconds(plan.model, cost.pictures)
        raise Refused("too-much-work", work=work, most=MOST_WORK, seconds=round(seconds))
    return plan, cost


def begins(plan: Plan, edit: Edit) -> torch.Tensor:
    """The time at which the first step is taken."""
    schedule, first = schedule_of(plan), times(plan)[0]
    if edit.way == "redraw":
        return time_of_strength(schedule, first, edit.strength)
    if edit.way == "restore" and edit.damage == "noise":
        return schedule.time_of(torch.tensor(edit.level, dtype=torch.float64))
    return first


def share(schedule: NoiseSchedule, t: torch.Tensor) -> int:
    """How much of x is noise, in hundredths: sigma / (alpha + sigma)."""
    level = float(schedule.noise_level(t))
    return 100 if math.isinf(level) else round(100 * level / (1 + level))


def beside(tiles: np.ndarray) -> str:
    """One picture, or several side by side, encoded."""
    zoom = max(1, (256 if len(tiles) == 1 else 128) // tiles.shape[2])
    return jpeg(sheet(tiles, len(tiles), zoom), quality=85)
