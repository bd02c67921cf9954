"""What a branch leaves open: which knobs have a say after it, and where a poke changed the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

import torch
from torch import Tensor

from demo.streaming import stream
from demo.views.denoising import sheets
from demo.views.denoising_compare_price import afford
from demo.views.denoising_plan import Course, Plan, fate, heard, shape, times
from demo.views.denoising_price import by_limb
from demo.views.denoising_trunk import MOST, Limb, Trunk, parted, poked_at
from genmodels.branches import REMEMBERING, Rectangle
from genmodels.knobs import knobs_of
from genmodels.samplers import METHODS

PANES = ("t:denoising.poke.without", "t:denoising.poke.with", "t:denoising.poke.where")
GUIDING = ("guidance", "guide", "guide_from", "guide_to", "rescale")
FULL = 0.5  # a difference that gets the whole tint: a quarter of the way from black to white
TINT = (0.52, -0.42, -0.95)  # the color of what is generated
FADED = (0.1, 0.3)  # brightness and contrast of the gray picture under the map
LEVELS = 127.5  # of brightness, from 0 to 255, in one unit of a picture
FACTS = {"rest": asdict(Course()), "remembering": sorted(REMEMBERING), "most": MOST}  # for the page's own script


def outlook(plan: Plan, trunk: Trunk = ()) -> dict[str, Any]:
    """What has been turned since the last branch, what of it can change nothing, and how large a picture is."""
    coming, (_, height, width) = fate(plan), shape(plan.model)
    facts = {"draws": coming.draws, "remembers": coming.remembers, "height": height, "width": width}
    if not trunk:
        return {**facts, "until": None, "turned": [], "idle": []}
    turned = changed(trunk[-1].was, plan.course)
    return {**facts, "until": trunk[-1].until, "turned": turned, "idle": idle(plan, trunk[-1], turned)}


def changed(was: Course, now: Course) -> list[str]:
    """The names of what is different; the knobs of a sampler only beside the same sampler."""
    names = [part.name for part in fields(Course) if getattr(was, part.name) != getattr(now, part.name)]
    own = was.sampler == now.sampler and was.own_knobs != now.own_knobs
    return [name for name in names if name != "knobs" or own]


def idle(plan: Plan, limb: Limb, turned: Sequence[str]) -> list[str]:
    """Which of these could as well be as they were: from the branch on, the pictures are the same."""
    now = telling(plan, limb.until)
    back = (replace(plan, course=replace(plan.course, **{name: getattr(limb.was, name)})) for name in turned)
    return [name for name, other in zip(turned, back, strict=True) if telling(other, limb.until) == now]


def telling(plan: Plan, number: int) -> Course:
    """The course with everything at rest that has no say from a step on."""
    course, rest, nodes = plan.course, Course(), heard(plan, times(plan))
    bounds = knobs_of(METHODS[course.sampler].run)
    own = {name: course.own_knobs.get(name, knob.default) for name, knob in bounds.items()}
    silent: dict[str, Any] = {"knobs": {course.sampler: own}}
    if not fate(plan).draws:
        silent["seed"] = rest.seed
    top = 1.0 if own.get("s_churn") else float(nodes[number])  # churn goes back up before it goes down
    low, high = max(course.guide_from, float(nodes[-1])), min(course.guide_to, top)
    if not course.guided or low > high:
        silent |= {name: getattr(rest, name) for name in GUIDING}
    else:
        silent |= {"guide_from": low, "guide_to": high}
        silent |= {"rescale": rest.rescale} if course.guide == "projected" else {}
    return replace(course, **silent)


def changes(plan: Plan, trunk: Trunk) -> Iterator[dict]:
    """The run without its last poke and with it, from the poke on, and where the predicted pictures part."""
    place = poked_at(trunk)
    afford([plan], sum(by_limb(plan, trunk)[place + 1 :]), trunk)  # what comes after the poke is made twice
    yield from stream(PANES, maps(plan, trunk), len(times(plan)) - trunk[place].until)


def maps(plan: Plan, trunk: Trunk) -> Iterator[dict[str, Any] | None]:
    """The three panes of each step, and how much of the change lies in the rectangle; nothing of those before it."""
    limb = trunk[poked_at(trunk)]
    assert limb.poked is not None
    steps = len(times(plan)) - 1
    for number, pair in enumerate(parted(plan, trunk)):
        if pair is None:
            yield None
            continue
        plain, poked = pair
        difference = (poked.x0 - plain.x0).abs().mean(1)
        frames = [*sheets(plain.x0, poked.x0), heat(poked.x0, difference)]
        yield {
            "frames": frames,
            "caption": {"step": number, "steps": steps, "until": limb.until} | shares(difference, limb.poked.where),
        }


def heat(pictures: Tensor, difference: Tensor) -> str:
    """The pictures in pale gray, tinted where they changed."""
    bright, contrast = FADED
    gray = bright + contrast * pictures.clamp(-1, 1).mean(1, keepdim=True).expand(-1, 3, -1, -1)
    strength = (difference[:, None] / FULL).clamp(max=1)
    return sheets(torch.lerp(gray, torch.tensor(TINT).view(3, 1, 1), strength))[0]


def shares(difference: Tensor, where: Rectangle) -> dict[str, float]:
    """Of all change, what lies in the rectangle and what outside (percent), and how strong it is in each (levels)."""
    inside = where.mask(difference.shape)
    total, within = float(difference.sum()), float(difference[:, inside].sum())
    share = round(100 * within / total, 1) if total else 0.0
    return {
        "inside": share,
        "outside": round(100 - share, 1) if total else 0.0,
        "covers": round(100 * float(inside.float().mean()), 1),
        "levels_inside": strength(difference[:, inside]),
        "levels_outside": strength(difference[:, ~inside]),
    }


def strength(difference: Tensor) -> float:
    """The mean change, in levels of brightness; nothing where there are no pixels."""
    return round(LEVELS * float(difference.mean()), 2) if difference.numel() else 0.0
