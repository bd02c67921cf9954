"""The four schedules that stand side by side: read from the page, and made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from genmodels.errors import Refused
from genmodels.knobs import checked, knobs_of
from genmodels.schedules import SCHEDULES, NoiseSchedule, ZeroTerminal
from genmodels.schedules.drawn import Drawn
from genmodels.schedules.specs import pairs

SLOTS = ("a", "b", "c", "d")
DRAWN = "drawn"
MENU = (*SCHEDULES, DRAWN)
# How finely a table is stored changes no curve that can be seen; the page has one T for all, the number of steps.
NOT_TURNED = {"T"}
BRIGHTNESS_PIXELS = 64 * 64 * 3


@dataclass(frozen=True)
class Slot:
    """One of the four places: a schedule by name with its knobs, shown or not, rescaled or not."""

    name: str
    schedule: str
    on: bool
    zero: bool
    knobs: Mapping[str, float]

    def make(self, drawn: Drawn) -> NoiseSchedule:
        made = drawn if self.schedule == DRAWN else SCHEDULES[self.schedule](**self.knobs)
        return ZeroTerminal(made) if self.zero else made


def read_slots(value: Any) -> tuple[Slot, ...]:
    """The slots as the page sends them: {"a": {"schedule", "on", "zero", "knobs"}, ...}."""
    if not isinstance(value, dict) or set(value) != set(SLOTS):
        raise Refused("schedule-slots", allowed=", ".join(SLOTS))
    return tuple(read_slot(name, value[name]) for name in SLOTS)


def read_slot(name: str, value: Any) -> Slot:
    if not isinstance(value, dict) or set(value) != {"schedule", "on", "zero", "knobs"}:
        raise Refused("schedule-slots", allowed=", ".join(SLOTS))
    schedule, knobs = value["schedule"], value["knobs"]
    if not isinstance(schedule, str) or schedule not in MENU:
        raise Refused("choice", name="schedule", value=str(schedule)[:40], allowed=", ".join(MENU))
    if not isinstance(value["on"], bool) or not isinstance(value["zero"], bool) or not isinstance(knobs, dict):
        raise Refused("schedule-slots", allowed=", ".join(SLOTS))
    return Slot(name, schedule, value["on"], value["zero"], checked(SCHEDULES.get(schedule, Drawn), knobs))


def read_drawn(value: Any) -> Drawn:
    """The hand-drawn schedule as the page sends it: {"quantity", "points"}."""
    if not isinstance(value, dict) or set(value) != {"quantity", "points"}:
        raise Refused("unknown-schedule", value=str(value)[:40])
    return Drawn(pairs(value["points"]), value["quantity"])


def preserves_variance(schedule: NoiseSchedule) -> bool:
    t = torch.linspace(0, 1, 65, dtype=torch.float64)
    return float((schedule.alpha(t) ** 2 + schedule.sigma(t) ** 2 - 1).abs().max()) < 1e-9


def at_the_end(schedule: NoiseSchedule) -> dict[str, Any]:
    """What is left at t = 1; `leak` is how many times its noise the mean brightness of a face stands out."""
    end = torch.ones((), dtype=torch.float64)
    alpha, sigma = float(schedule.alpha(end)), float(schedule.sigma(end))
    leak = alpha / sigma * math.sqrt(BRIGHTNESS_PIXELS)
    return {"alpha": alpha, "sigma": sigma, "snr": (alpha / sigma) ** 2, "leak": leak, "leaks": leak >= 1}


def catalog() -> dict[str, Any]:
    """Every schedule with the knobs that the page offers for it, and what is left at its end."""
    return {
        name: {
            "knobs": {
                key: {"low": knob.low, "high": knob.high, "step": knob.step, "default": knob.default}
                for key, knob in knobs_of(make).items()
                if key not in NOT_TURNED
            },
            "preserving": preserves_variance(make()),
            "end": at_the_end(make()),
        }
        for name, make in SCHEDULES.items()
    }
