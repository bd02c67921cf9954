"""What a run costs, said before it is begun, and what nobody may take."""

from __future__ import annotations

import time
from statistics import median

import torch

from demo import library
from demo.fairness import InTurn
from demo.hardware import HOSTED
from demo.views.denoising_plan import Plan, shape, times
from demo.views.denoising_trunk import Trunk
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS

MOST_WORK = 4_000 if HOSTED else 40_000  # evaluations × pictures of one run
REMEMBERED = 9  # evaluations whose median is the pace
HALF = torch.tensor(0.5, dtype=torch.float64)


class Pace:
    """How long one evaluation of so many pictures takes here, lately; measured where it never ran before."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], list[float]] = {}

    def seconds(self, model: str, pictures: int) -> float:
        if (model, pictures) not in self._seen:
            self.saw(model, pictures, probe(model, pictures))
        return median(self._seen[(model, pictures)])

    def saw(self, model: str, pictures: int, seconds: float) -> None:
        self._seen[(model, pictures)] = [*self._seen.get((model, pictures), []), seconds][-REMEMBERED:]


@torch.no_grad()
def probe(model: str, pictures: int) -> float:
    """Seconds of one evaluation."""
    denoise, x = InTurn(library.diffusion_model(model)), torch.zeros(pictures, *shape(model))
    denoise(x, HALF)  # the first call of a size also prepares it
    clock = time.perf_counter()
    denoise(x, HALF)
    return time.perf_counter() - clock


def evaluations(plan: Plan, trunk: Trunk = ()) -> int:
    """How often a network is asked about each picture in the whole run, each limb of which took its own course."""
    last = len(times(plan)) - 1
    ends = [(limb.was, min(limb.until, last)) for limb in trunk] + [(plan.course, last)]
    first, total = 0, 0
    for place, (course, until) in enumerate(ends):
        leaves = place < len(trunk)  # x is looked at once more before the next course takes over
        method, steps = SAMPLERS[course.sampler], until - first
        calls = method.evaluations(steps, "stop" if leaves else "zero") if steps else 0
        assert calls is not None
        total += (calls + leaves) * (2 if course.guided else 1)
        first = until
    return total


def price(plan: Plan, trunk: Trunk = ()) -> dict[str, float | int]:
    """Evaluations of each picture, and the seconds they take if nobody else is waiting."""
    calls = evaluations(plan, trunk)
    return {"evaluations": calls, "seconds": round(calls * PACE.seconds(plan.model, int(plan.count)), 1)}


def afford(plan: Plan, trunk: Trunk = ()) -> None:
    """Refuse what would keep everybody waiting."""
    work = evaluations(plan, trunk) * int(plan.count)
    if work > MOST_WORK:
        raise Refused("too-much-work", work=work, most=MOST_WORK, seconds=round(price(plan, trunk)["seconds"]))


PACE = Pace()
