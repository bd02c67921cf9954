"""What a run costs, said before it is begun, and what nobody may take."""

from __future__ import annotations

import time
from statistics import median

import torch

from demo import library
from demo.fairness import InTurn
from demo.hardware import HOSTED
from demo.views.denoising_plan import Plan, shape, times
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


def evaluations(plan: Plan) -> int:
    """How often a network is asked about each picture in the whole run."""
    calls = SAMPLERS[plan.course.sampler].evaluations(len(times(plan)) - 1, "zero")
    assert calls is not None
    return calls * (2 if plan.course.guided else 1)


def price(plan: Plan) -> dict[str, float | int]:
    """Evaluations of each picture, and the seconds they take if nobody else is waiting."""
    calls = evaluations(plan)
    return {"evaluations": calls, "seconds": round(calls * PACE.seconds(plan.model, int(plan.count)), 1)}


def afford(plan: Plan) -> None:
    """Refuse what would keep everybody waiting."""
    work = evaluations(plan) * int(plan.count)
    if work > MOST_WORK:
        raise Refused("too-much-work", work=work, most=MOST_WORK, seconds=round(price(plan)["seconds"]))


PACE = Pace()
