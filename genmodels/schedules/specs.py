"""Schedules as plain data, for links, cards and requests: read only after every value has been checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from genmodels import schedules  # its table is complete by the time anything here is called
from genmodels.errors import Refused
from genmodels.knobs import checked
from genmodels.schedules.drawn import MOST_POINTS, Drawn
from genmodels.schedules.schedule import NoiseSchedule
from genmodels.schedules.tables import MOST_STEPS, FromBetas
from genmodels.schedules.zero_terminal import ZeroTerminal


def to_spec(schedule: NoiseSchedule) -> dict[str, Any]:
    """The schedule as what JSON can hold."""
    match schedule:
        case ZeroTerminal():
            return {"kind": "zero-terminal", "schedule": to_spec(schedule.schedule)}
        case Drawn():
            return {"kind": "drawn", "quantity": schedule.quantity, "points": [list(p) for p in schedule.points]}
        case FromBetas():
            return {"kind": "from-betas", "betas": list(schedule.betas_given)}
    kind = next((key for key, known in schedules.SCHEDULES.items() if type(schedule) is known), None)
    if kind is None or not dataclasses.is_dataclass(schedule):
        raise Refused("unknown-schedule", value=type(schedule).__name__[:40])
    return {"kind": kind} | dataclasses.asdict(schedule)


def from_spec(spec: Any) -> NoiseSchedule:
    """The schedule that `to_spec` has written down, or a refusal of what it cannot have written."""
    if not isinstance(spec, Mapping) or not isinstance(spec.get("kind"), str):
        raise Refused("unknown-schedule", value=str(spec)[:40])
    kind, values = spec["kind"], {name: value for name, value in spec.items() if name != "kind"}
    if kind == "zero-terminal" and values.keys() == {"schedule"}:
        return ZeroTerminal(from_spec_once(values["schedule"]))
    if kind == "drawn" and {"points"} <= values.keys() <= {"points", "quantity"}:
        return Drawn(pairs(values["points"]), values.get("quantity", "log-snr"))
    if kind == "from-betas" and values.keys() == {"betas"}:
        return FromBetas(numbers(values["betas"], MOST_STEPS))
    known = schedules.SCHEDULES.get(kind)
    if known is None:
        raise Refused("unknown-schedule", value=kind[:40])
    return known(**checked(known, values))


def from_spec_once(spec: Any) -> NoiseSchedule:
    """What stands inside a zero-terminal schedule, which is never another one: nothing from outside nests deeply."""
    if isinstance(spec, Mapping) and spec.get("kind") == "zero-terminal":
        raise Refused("unknown-schedule", value="zero-terminal")
    return from_spec(spec)


def numbers(values: Any, most: int) -> tuple[float, ...]:
    """A list of at most so many numbers."""
    if not isinstance(values, list | tuple) or len(values) > most:
        raise Refused("list-too-long", high=most)
    if not all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 1e300 for v in values):
        raise Refused("not-numbers")
    return tuple(float(value) for value in values)


def pairs(values: Any) -> tuple[tuple[float, float], ...]:
    """A list of points (t, value)."""
    if not isinstance(values, list | tuple) or len(values) > MOST_POINTS:
        raise Refused("list-too-long", high=MOST_POINTS)
    points = [numbers(value, 2) for value in values]
    if not all(len(point) == 2 for point in points):
        raise Refused("not-numbers")
    return tuple((t, value) for t, value in points)
