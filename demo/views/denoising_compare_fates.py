"""What is held beside the run on the stage: up to three runs from the same noise, each different in one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from demo import library
from demo.checks import By, accepts
from demo.views.denoising_plan import Plan, shape
from demo.views.denoising_trunk import Limb
from demo.words import table
from genmodels.errors import Refused

MOST = 3  # beside the run on the stage
STEPS = (1, 2, 4, 8, 16, 32, 64, 128, 250)  # in the menus; a link may bring any other number
GUIDANCES = (0, 1, 1.5, 2, 3, 5, 8)


@dataclass(frozen=True)
class Change:
    """The one thing that is different, and what it is instead."""

    thing: str
    to: Any


def read_changes(value: Any) -> tuple[Change, ...]:
    """From [{"sampler": "ddim"}, {"steps": 8}]: one thing each, within the bounds of its knob."""
    whole = isinstance(value, list | tuple) and 1 <= len(value) <= MOST
    if not whole or not all(isinstance(entry, Mapping) and len(entry) == 1 for entry in value):
        raise Refused("length", name="fates", value=str(value)[:40], least=1, most=MOST)
    return tuple(read_change(*pair) for entry in value for pair in entry.items())


def read_change(thing: Any, to: Any) -> Change:
    if thing not in CHANGES:
        raise Refused("choice", name="fates", value=str(thing)[:40], allowed=", ".join(CHANGES))
    if thing == "class":
        if not isinstance(to, str):
            raise Refused("text", name="classes")
        return Change(thing, to[:60])
    argument = "schedule" if thing in FITS else thing
    return Change(thing, accepts(taken)[0][argument](argument, to))


def taken(plan: Plan) -> Plan:
    """A view that only takes, for the checks that its signature stands for."""
    return plan


def plans(plan: Plan, trunk: Sequence[Limb], changes: Sequence[Change]) -> list[Plan]:
    """The run on the stage, its first picture alone, and the others."""
    one = replace(plan, count="1")
    if trunk and any(change.thing not in ON_THE_WAY for change in changes):
        raise Refused("compare-trunk")
    return [one, *(CHANGES[change.thing](one, change.to) for change in changes)]


def titles(changes: Sequence[Change]) -> list[str]:
    """What stands over each pane: a letter and what is different, in words of the page."""
    said = [said_of(change) for change in changes]
    return [
        "t:denoising.compare.stage",
        *(titled(letter, words) for letter, words in zip(LETTERS[1:], said, strict=False)),
    ]


def titled(letter: str, words: str) -> str:
    return f"t:denoising.compare.pane|{json.dumps({'letter': letter, 'what': words})}"


def said_of(change: Change) -> str:
    """The difference as a sentence of the page, with the name of what is chosen in it."""
    known = f"t:{GROUPS.get(change.thing, '')}.{change.to}"
    if change.thing == "class":
        known = "t:attributes." + change.to.replace("=", ".") if change.to else "t:denoising.compare.nothing"
    plain = f"{change.to:g}" if isinstance(change.to, float) else f"{change.to}"
    named = known if known[2:] in table("en") else plain.split("=")[-1]
    return f"t:denoising.compare.is.{change.thing}|{json.dumps({'to': named})}"


def in_course(name: str) -> Callable[[Plan, Any], Plan]:
    return lambda plan, to: replace(plan, course=replace(plan.course, **{name: to}))


def asking(plan: Plan, word: str) -> Plan:
    """Asked for another value of one field, the other fields as before; or for nothing at all."""
    fields = library.cards()[plan.model].fields
    field = word.split("=")[0] + "=" if len(fields) > 1 else ""
    kept = {name: share for name, share in plan.course.classes.items() if not name.startswith(field)}
    return in_course("classes")(plan, {**kept, word: 1.0} if word else {})


def by(plan: Plan, model: str) -> Plan:
    """Another model, if the noise fits it."""
    if shape(model) != shape(plan.model):
        raise Refused("compare-shape", model=model)
    return replace(plan, model=model)


LETTERS = "ABCD"
GROUPS = {
    "sampler": "samplers",
    "translated": "schedules",
    "mismatched": "schedules",
    "model": "models",
    "average": "denoising.average",
}
FITS = ("translated", "mismatched")
ON_THE_WAY = ("sampler", "guidance", "class")  # what may change while a run is on its way
CHANGES: dict[str, Callable[[Plan, Any], Plan]] = {
    "sampler": in_course("sampler"),
    "steps": lambda plan, to: replace(plan, steps=to),
    "guidance": in_course("guidance"),
    "class": asking,
    "translated": lambda plan, to: replace(plan, schedule=to, fit="translated"),
    "mismatched": lambda plan, to: replace(plan, schedule=to, fit="mismatched"),
    "model": by,
    "average": lambda plan, to: replace(plan, average=to),
}
Fates = Annotated[tuple, By(read_changes)]
