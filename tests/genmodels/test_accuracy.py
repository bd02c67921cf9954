"""The reference knows its own error and is the model's flow, not the truth; the curves show each sampler's order."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from genmodels.accuracy import MOST, TRUST, Mark, Reference, affordable, chart, refine
from genmodels.branches import Fate
from genmodels.comparing import distance
from genmodels.denoising import Estimate, GaussianDenoiser
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS, Endpoint
from tests.genmodels import laws

WORLD = SCHEDULES["flow"]()
EXACT = laws.mixture(WORLD)
PRICED = [name for name, method in SAMPLERS.items() if method.evaluations(1) is not None]


def times_of(n: int, endpoint: Endpoint = "stop") -> Tensor:
    """Even steps in the share of noise, which on this schedule is the time."""
    return torch.linspace(1, 0.05 if endpoint == "stop" else 0, n + 1, dtype=torch.float64)


def start(count: int = 8) -> Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


@cache
def truth(endpoint: Endpoint = "stop") -> Tensor:
    return EXACT.ode_flow(start(), times_of(1)[0], times_of(1, endpoint)[-1])


@pytest.mark.parametrize(("most", "endpoint"), [(16, "stop"), (64, "stop"), (64, "zero")])
def test_the_reference_knows_how_wrong_it_is(most: int, endpoint: Endpoint) -> None:
    *_, found = refine(EXACT, start(), lambda n: times_of(n, endpoint), tolerance=0, most=most)
    wrong = distance(found.x, truth(endpoint))
    assert found.steps == most and found.evaluations == 4 * (2 * most - 8)
    assert 0.2 < float(found.error.mean() / wrong.mean()) < 40
    assert (wrong < TRUST * found.error.clamp(min=float(found.error.mean()))).all()


def test_it_stops_when_it_is_good_enough() -> None:
    *_, found = refine(EXACT, start(), times_of, tolerance=1e-2)
    assert found.steps < MOST and bool((found.error <= 1e-2).all())
    (only,) = list(refine(EXACT, start(), times_of, tolerance=0, most=8))[-1:]
    assert torch.isinf(only.error).all()  # one run has nothing to be held against


def test_in_float32_it_does_not_promise_more_than_rounding_allows() -> None:
    x = start().float()
    *_, found = refine(EXACT, x, times_of, tolerance=0)
    wrong = distance(found.x.double(), truth())
    assert 1e-8 < float(wrong.mean()) < 5 * float(found.error.mean()) < 1e-4


def curves(reference: Reference, samplers: dict, budgets: tuple[int, ...]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = {name: [] for name in samplers}
    for mark in chart(EXACT, samplers, start(), times_of, budgets, reference):
        if mark:
            found[mark.sampler].append(mark)
    return found


def test_slopes_are_the_orders() -> None:
    *_, reference = refine(EXACT, start(), times_of, tolerance=0)
    found = curves(reference, {"ddim": {}, "heun": {}, "dpm-2": {}, "rk4": {}}, (32, 64, 128))
    for name, marks in found.items():
        slope = -np.polyfit(np.log([m.evaluations for m in marks]), np.log([m.error for m in marks]), 1)[0]
        assert slope == pytest.approx(SAMPLERS[name].order, abs=0.4)
        assert all(mark.evaluations <= budget for mark, budget in zip(marks, (32, 64, 128), strict=False))


def test_a_curve_ends_in_a_bound_where_it_would_show_the_reference() -> None:
    """Against the exact flow: what is told as an error is one, and a bound is one too."""
    *_, reference = refine(EXACT, start(), times_of, tolerance=0, most=16)
    found = curves(reference, {"ddim": {}, "rk4": {}}, (16, 64, 256, 512))
    assert len(found["ddim"]) == 4 and len(found["rk4"]) < 4
    assert [mark.bound for mark in found["rk4"]][-2:] == [False, True]
    for mark in found["ddim"] + found["rk4"]:
        *_, end = Fate(EXACT, mark.sampler, times_of(mark.steps), range(8)).run(start())
        true = float(distance(end.x, truth()).mean())
        assert true < mark.error if mark.bound else true == pytest.approx(mark.error, rel=1 / TRUST)


def test_a_run_that_comes_to_no_number_has_no_mark() -> None:
    class Broken:
        schedule = WORLD

        def __call__(self, x: Tensor, t: Tensor) -> Estimate:
            return Estimate(x * torch.nan, x * torch.nan)

    reference = Reference(start(), torch.ones(8), 8, 32)
    assert not [mark for mark in chart(Broken(), {"ddim": {}}, start(), times_of, (4, 8), reference) if mark]


@pytest.mark.parametrize("endpoint", ["stop", "zero"])
@pytest.mark.parametrize("name", PRICED)
def test_a_budget_is_spent_and_not_overdrawn(name: str, endpoint: Endpoint) -> None:
    for budget in (1, 2, 7, 16):
        n, costs = affordable(name, budget, endpoint), SAMPLERS[name].evaluations
        assert (costs(n + 1, endpoint) or 0) > budget
        assert n == 0 or (costs(n, endpoint) or 0) <= budget


@pytest.mark.parametrize(("name", "knobs"), [("ddpm", {}), ("ddim", {"eta": 1.0}), ("rk45", {}), ("dpmpp-sde", {})])
def test_what_has_no_place_in_the_chart_is_refused(name: str, knobs: dict[str, float]) -> None:
    with pytest.raises(Refused):
        chart(EXACT, {name: knobs}, start(), times_of, (8,), Reference(start(), torch.ones(8), 8, 32))


def test_a_spacing_that_starts_elsewhere_each_time_is_refused() -> None:
    with pytest.raises(Refused):
        list(refine(EXACT, start(), lambda n: SPACINGS["leading"](WORLD, n)))


def test_the_rest_is_the_solver_s_fault_with_few_steps_and_the_model_s_with_many() -> None:
    """How far a run ends from the truth is no more than how far it ends from the reference, which is the flow of the
    model as it is, and the reference from the truth together."""
    law = laws.gaussian(WORLD)
    learned = GaussianDenoiser(WORLD, law.mean + 0.1, 1.2 * torch.tensor([[0.5, 0.3], [0.3, 0.4]]))
    x, (first, last) = start(), times_of(1)
    right, wrong = law.ode_flow(x, first, last), learned.ode_flow(x, first, last)
    *_, reference = refine(learned, x, times_of)
    assert float(reference.error.mean()) < 1e-4
    model, found = float(distance(reference.x, right).mean()), []
    assert model == pytest.approx(float(distance(wrong, right).mean()), abs=2e-4)
    for n in (4, 200):
        *_, end = Fate(learned, "ddim", times_of(n), range(8)).run(x)
        found.append([float(distance(end.x, other).mean()) for other in (right, reference.x)])
    (few, few_solver), (many, many_solver) = found
    assert few_solver > model > 5 * many_solver
    assert few > 1.5 * model and many == pytest.approx(model, rel=0.2)
