"""From a noisy Gaussian picture: the mean, a draw and the flow's end are three things, each with a closed form."""

from __future__ import annotations

import pytest
import torch

from genmodels.branches import Fate
from genmodels.editing import Noisy, clean
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels.editing.truth import SHAPE, conditional, covariance_of, law, noise, picture

LEVEL = 0.5
WORLDS = ("flow", "linear", "edm")


def fate(world: str, sampler: str, seeds: int, steps: int = 60, endpoint: str = "zero") -> Fate:
    schedule = SCHEDULES[world]()
    return Fate(law(schedule), sampler, SPACINGS["exponential"](schedule, steps, endpoint), range(seeds))


def noisy(world: str) -> torch.Tensor:
    return picture(law(SCHEDULES[world]())) + LEVEL * noise(1, 5)


@pytest.mark.parametrize("world", WORLDS)
def test_the_first_estimate_is_the_mean(world: str) -> None:
    chosen = fate(world, "heun", 1)
    first = next(clean(chosen, noisy(world), LEVEL))
    truth = conditional(law(chosen.denoise.schedule), Noisy(noisy(world), LEVEL))
    assert torch.allclose(first.x0[0], truth.mean, atol=1e-8)


@pytest.mark.parametrize("world", WORLDS)
def test_without_chance_it_ends_where_the_flow_leads(world: str) -> None:
    chosen = fate(world, "heun", 1, endpoint="stop")
    first, *_, end = clean(chosen, noisy(world), LEVEL)
    truth = law(chosen.denoise.schedule).ode_flow(first.x, first.t, end.t)
    assert float((end.x - truth).abs().max()) < 2e-3


@pytest.mark.parametrize("world", ["flow", "edm"])
def test_with_chance_it_is_drawn_from_what_may_have_been(world: str) -> None:
    count = 1500
    chosen = fate(world, "ddpm", count, 250)
    *_, end = clean(chosen, noisy(world).expand(count, *SHAPE), LEVEL)
    truth = conditional(law(chosen.denoise.schedule), Noisy(noisy(world), LEVEL))
    spread = covariance_of(truth)
    found = end.x.flatten(1)
    wrong = (found.mean(0) - truth.mean.reshape(-1)).abs() / (spread.diagonal() / count).sqrt()
    assert float(wrong.max()) < 5
    assert float((torch.cov(found.mT) - spread).abs().max()) < 0.025  # of 0.14; few steps leave it too small


@pytest.mark.parametrize("level", [0.0, -1.0, float("nan"), 1e9])
def test_a_level_that_no_time_has_is_refused(level: float) -> None:
    with pytest.raises(Refused):
        clean(fate("linear", "heun", 1), noisy("linear"), level)
