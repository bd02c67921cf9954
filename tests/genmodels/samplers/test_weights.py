"""What a step is made of, read off the methods themselves: against what their papers say, and against real runs."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from genmodels.denoising import GaussianDenoiser
from genmodels.errors import Refused
from genmodels.samplers import METHODS, sample
from genmodels.samplers.weights import weights
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS

PRICED = [name for name, method in METHODS.items() if method.evaluations(1) is not None]
ONE_CALL = [name for name in PRICED if METHODS[name].evaluations(5, "stop") == 5 and not METHODS[name].stochastic]


@pytest.mark.parametrize("schedule", ["linear", "cosine", "edm", "flow"])
@pytest.mark.parametrize("name", PRICED)
def test_a_constant_estimate_is_reached_at_the_weight_of_the_data(name, schedule):
    """With the true picture as every estimate and no noise in x, each step must land on alpha' x0: weights add up."""
    chosen = SCHEDULES[schedule]()
    times = SPACINGS["exponential"](chosen, 7)
    for made, (here, there) in zip(weights(name, chosen, times), pairwise(times), strict=True):
        landed = made.x * chosen.alpha(here) + sum(weight for _, weight in made.estimates)
        assert landed == pytest.approx(float(chosen.alpha(there)), abs=1e-9)


@pytest.mark.parametrize("name", ONE_CALL)
def test_the_weights_rebuild_a_real_run(name):
    schedule = SCHEDULES["cosine"]()
    denoise = GaussianDenoiser(schedule, torch.tensor([0.3, -0.7]), torch.eye(2) * 0.4)
    times = SPACINGS["exponential"](schedule, 9, "stop")
    x = torch.tensor([[1.2, -0.4]], dtype=torch.float64)
    steps = list(sample(denoise, name, x, times, [3]))
    estimates = {float(step.t): step.x0 for step in steps}
    for made, (here, there) in zip(weights(name, schedule, times), pairwise(steps), strict=True):
        again = made.x * here.x + sum(weight * estimates[time] for time, weight in made.estimates)
        torch.testing.assert_close(again, there.x, rtol=1e-9, atol=1e-9)


def test_the_posterior_of_the_paper():
    """DDPM, equation 7 (2006.11239), with its own betas."""
    schedule = SCHEDULES["linear"]()
    times = torch.arange(1000, 0, -1, dtype=torch.float64)[:50] / 1000
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    bars = torch.cumprod(1 - betas, 0)
    for i, made in zip(range(999, 950, -1), weights("ddpm", schedule, times), strict=True):
        beta, bar, before = betas[i], bars[i], bars[i - 1]
        assert made.x == pytest.approx(float((1 - beta).sqrt() * (1 - before) / (1 - bar)), rel=1e-6)
        assert made.estimates[0][1] == pytest.approx(float(before.sqrt() * beta / (1 - bar)), rel=1e-6)
        assert made.noise**2 == pytest.approx(float((1 - before) / (1 - bar) * beta), rel=1e-6)


@pytest.mark.parametrize("name", [name for name in PRICED if METHODS[name].stochastic])
def test_noise_makes_up_what_the_weights_take_away(name):
    """Where the data is one point, x has the variance sigma² at every time, whoever draws it."""
    schedule = SCHEDULES["cosine"]()
    times = SPACINGS["exponential"](schedule, 6, "stop")
    for made, (here, there) in zip(weights(name, schedule, times), pairwise(times), strict=True):
        spread = math.hypot(made.x * float(schedule.sigma(here)), made.noise)
        assert spread == pytest.approx(float(schedule.sigma(there)), rel=1e-6)


def test_a_start_that_no_step_remembers():
    """DDPM from pure noise forgets it in the first step; later weights are still known."""
    schedule = SCHEDULES["flow"]()
    made = list(weights("ddpm", schedule, SPACINGS["linspace"](schedule, 5)))
    assert made[0].x == 0 and all(math.isfinite(each.x) for each in made) and made[1].x > 0


def test_the_adaptive_method_has_no_weights():
    schedule = SCHEDULES["cosine"]()
    with pytest.raises(Refused, match="chooses its own steps"):
        next(weights("rk45", schedule, SPACINGS["linspace"](schedule, 5)))
