"""How far a run ends from where the flow leads, against the evaluations it took: a reference that knows its own error,
and curves that end where it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels.branches import Fate
from genmodels.comparing import distance
from genmodels.denoising.estimate import Denoiser
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS
from genmodels.spacing import Endpoint

ORDER = 4  # of the reference's method
FIRST, MOST = 8, 128  # its steps: at first, and at most
TRUST = 3.0  # an error counts as seen where it is so many times that of the reference

TimesOf = Callable[[int], Tensor]  # a spacing with all but the number of steps settled


@dataclass(frozen=True)
class Reference:
    """Where the flow of a denoiser leads, as far as is known: x, and for each picture how wrong it still may be."""

    x: Tensor
    error: Tensor  # (B,), infinite until two runs can be compared
    steps: int
    evaluations: int  # that all its runs have cost; a step onto clean data is counted in full


@torch.no_grad()
def refine(
    denoise: Denoiser, x: Tensor, times_of: TimesOf, tolerance: float = 1e-4, most: int = MOST
) -> Iterator[Reference]:
    """RK4 with twice the steps again and again, until its error falls below the tolerance or `most` steps are taken.

    What halving the steps changes is the error of the longer steps, nearly; by how much less it changes from one time
    to the next says how much is left (Richardson), never counted as more than the method's order promises. Where it
    no longer shrinks, as with float32's rounding, the whole change is the error. Yields at every step of every run.
    """
    reference = Reference(x, torch.full((len(x),), torch.inf, dtype=torch.float64), 0, 0)
    ends, change, n = times_of(FIRST)[[0, -1]], None, FIRST
    while n <= most and bool((reference.error > tolerance).any()):
        times, end = times_of(n), x
        check_ends(times, ends)
        for k, step in enumerate(SAMPLERS["rk4"].run(denoise, x, times, None)):
            end = step.x
            if k:
                reference = dataclasses.replace(reference, evaluations=reference.evaluations + ORDER)
                yield reference
        error = reference.error
        if reference.steps:
            before, change = change, distance(end, reference.x).double()
            shrinks = torch.full_like(change, 2) if before is None else (before / change).nan_to_num(2**ORDER)
            error = change / (shrinks.clamp(2, 2**ORDER) - 1)
        reference = Reference(end, error, n, reference.evaluations)
        yield reference
        n *= 2


class Mark(NamedTuple):
    """A point of the chart: a sampler's mean error after so many evaluations; with `bound`, no more is known than that
    it is at most this."""

    sampler: str
    steps: int
    evaluations: int
    error: float
    bound: bool = False


def chart(
    denoise: Denoiser,
    samplers: Mapping[str, Mapping[str, float]],
    x: Tensor,
    times_of: TimesOf,
    budgets: Sequence[int],
    reference: Reference,
) -> Iterator[Mark | None]:
    """For each budget of evaluations and each sampler (with its knobs), how far its longest affordable run ends from
    the reference; None at each step on the way, where whoever asks may stop.

    A curve ends with a bound where its errors are no longer clear of the reference's own: below, the chart would show
    that.
    """
    for name, knobs in samplers.items():
        if SAMPLERS[name].evaluations(1) is None or Fate(denoise, name, times_of(1), (), knobs).draws:
            raise Refused("chart-method", sampler=name)
    seen = TRUST * float(reference.error.mean())
    return marks(denoise, dict(samplers), x, times_of, budgets, reference.x, seen)


def marks(
    denoise: Denoiser,
    samplers: dict[str, Mapping[str, float]],
    x: Tensor,
    times_of: TimesOf,
    budgets: Sequence[int],
    truth: Tensor,
    seen: float,
) -> Iterator[Mark | None]:
    ends = times_of(FIRST)[[0, -1]]
    endpoint: Endpoint = "stop" if float(ends[1]) else "zero"
    for budget in sorted(budgets):
        for name, knobs in list(samplers.items()):
            n = affordable(name, budget, endpoint)
            if not n:
                continue
            times, end = times_of(n), x
            check_ends(times, ends)
            for step in Fate(denoise, name, times, range(len(x)), knobs).run(x):
                end = step.x
                yield None
            error = float(distance(end, truth).mean())
            found = Mark(name, n, SAMPLERS[name].evaluations(n, endpoint) or 0, error)
            if error > seen:
                yield found
                continue
            del samplers[name]
            if error <= seen:  # false for a run that came to no number
                yield found._replace(error=seen, bound=True)


def affordable(sampler: str, budget: int, endpoint: Endpoint) -> int:
    """The most steps that so many evaluations pay for; 0 where there are too few for one."""
    costs = SAMPLERS[sampler].evaluations
    return max((n for n in range(1, budget + 1) if (costs(n, endpoint) or budget + 1) <= budget), default=0)


def check_ends(times: Tensor, ends: Tensor) -> None:
    """Runs can be compared only between the same two times."""
    if not torch.allclose(times[[0, -1]], ends, rtol=0, atol=1e-12):
        raise Refused("chart-ends")
