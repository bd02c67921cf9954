"""How far a run ends from where the flow leads, against the evaluations it took: a reference that knows its own error,
curves that end where it does, and whose fault the rest is."""

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
from genmodels.denoising.exact import ExactDenoiser
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
    """A point of the chart: a sampler's mean error after so many evaluations."""

    sampler: str
    steps: int
    evaluations: int
    error: float


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

    A curve ends where its errors are no longer clear of the reference's own: below, the chart would show that.
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
            if error > seen:
                yield Mark(name, n, SAMPLERS[name].evaluations(n, endpoint) or 0, error)
            else:
                del samplers[name]


def affordable(sampler: str, budget: int, endpoint: Endpoint) -> int:
    """The most steps that so many evaluations pay for; 0 where there are too few for one."""
    costs = SAMPLERS[sampler].evaluations
    return max((n for n in range(1, budget + 1) if (costs(n, endpoint) or budget + 1) <= budget), default=0)


def check_ends(times: Tensor, ends: Tensor) -> None:
    """Runs can be compared only between the same two times."""
    if not torch.allclose(times[[0, -1]], ends, rtol=0, atol=1e-12):
        raise Refused("chart-ends")


class Blame(NamedTuple):
    """Mean distances, of which no one is more than the other two together: from a run's end to the truth, from it to
    where the model's own flow leads (the solver's fault), and from there to the truth (the model's)."""

    total: float
    solver: float
    model: float
    floor: float  # how wrong the place of the model's flow may be


def blame(end: Tensor, reference: Reference, truth: Tensor) -> Blame:
    """Whose fault an error is, where the true flow is known; `reference` is the model's flow from the same noise."""
    total, solver, model = (
        float(distance(a, b).mean()) for a, b in ((end, truth), (end, reference.x), (reference.x, truth))
    )
    return Blame(total, solver, model, float(reference.error.mean()))


@torch.no_grad()
def model_errors(model: Denoiser, exact: ExactDenoiser, times: Tensor, count: int, seed: int) -> Iterator[float]:
    """At each time, the root mean square of what a model's x0 is wrong by, on data of the exact law under noise. The
    score is wrong by alpha / sigma² as much."""
    dice = torch.Generator().manual_seed(seed)
    for t in times:
        x0 = exact.sample(count, dice)
        x = exact.schedule.add_noise(x0, torch.randn(x0.shape, generator=dice, dtype=x0.dtype), t)
        yield float((model(x, t).x0 - exact(x, t).x0).square().mean().sqrt())
