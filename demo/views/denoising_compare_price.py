"""What several runs cost together, what nobody may take, and how long they may be silent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from demo.views.denoising_plan import Plan
from demo.views.denoising_price import MOST_WORK, PACE, about, evaluations
from demo.views.denoising_trunk import Trunk
from genmodels.errors import Refused

BEAT = 0.25  # seconds between two messages while nothing new is known, so that Stop is heard
T = TypeVar("T")


def bill(plans: Sequence[Plan], more: int = 0, trunk: Trunk = ()) -> dict[str, Any]:
    """Evaluations of pictures, and the seconds they take if nobody else is waiting.

    `more` evaluations of the first plan's pictures are made beside the runs themselves, which all grow out of `trunk`.
    """
    calls = [evaluations(plan, trunk) + more * (plan is plans[0]) for plan in plans]
    seconds = [count * PACE.seconds(plan.model, int(plan.count)) for count, plan in zip(calls, plans, strict=True)]
    work = sum(count * int(plan.count) for count, plan in zip(calls, plans, strict=True))
    return {"evaluations": work, "seconds": about(sum(seconds))}


def afford(plans: Sequence[Plan], more: int = 0, trunk: Trunk = ()) -> dict[str, Any]:
    """The bill; refuses what would keep everybody waiting."""
    found = bill(plans, more, trunk)
    if found["evaluations"] > MOST_WORK:
        raise Refused("too-much-work", work=found["evaluations"], most=MOST_WORK, seconds=round(found["seconds"]))
    return found


def beats(states: Iterable[T]) -> Iterator[T]:
    """Every new state; one that stays the same, only as often as somebody who wants to stop needs it."""
    shown, last = None, float("-inf")
    for state in states:
        if state is not shown or time.monotonic() - last > BEAT:
            yield state
            shown, last = state, time.monotonic()
