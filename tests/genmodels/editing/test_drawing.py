"""A picture noised and brought down again goes where the exact flow takes it; a strip ends where plain runs start."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from genmodels.branches import Fate
from genmodels.editing import between, redraw, strip, time_of_strength
from genmodels.errors import Refused
from genmodels.samplers import METHODS, SAMPLERS
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels.editing.truth import SHAPE, last, law, noise, picture

SEEDS = range(4)


def fate(world: str, sampler: str = "heun", steps: int = 100, endpoint: str = "zero") -> Fate:
    schedule = SCHEDULES[world]()
    return Fate(law(schedule), sampler, SPACINGS["exponential"](schedule, steps, endpoint), SEEDS)


@pytest.mark.parametrize("strength", [0.2, 0.7])
@pytest.mark.parametrize("world", ["flow", "linear", "edm"])
def test_it_ends_where_the_flow_leads(world: str, strength: float) -> None:
    chosen = fate(world, endpoint="stop")
    denoise, x0 = law(chosen.denoise.schedule), picture(law(chosen.denoise.schedule)) + 0.5
    steps = list(redraw(chosen, x0, strength))
    assert steps[0].t == time_of_strength(denoise.schedule, chosen.times[0], strength)
    added = (steps[0].x - denoise.schedule.alpha(steps[0].t) * x0) / denoise.schedule.sigma(steps[0].t)
    assert torch.allclose(added, chosen.start(SHAPE).double() / float(denoise.schedule.prior_std()), atol=1e-3)
    truth = denoise.ode_flow(steps[0].x, steps[0].t, steps[-1].t)
    assert float((steps[-1].x - truth).abs().max()) < 4e-3


@pytest.mark.parametrize("world", SCHEDULES)
def test_strength_is_the_same_share_of_noise_on_every_schedule(world: str) -> None:
    schedule, first = SCHEDULES[world](), torch.ones((), dtype=torch.float64)
    level = schedule.noise_level(first)
    most = 1 - 1 / (1 + float(level))
    for strength in (0.25, 0.5, 0.9):
        found = schedule.noise_level(time_of_strength(schedule, first, strength))
        assert 1 - 1 / (1 + float(found)) == pytest.approx(strength * most, abs=1e-9)
    assert float(time_of_strength(schedule, first, 0)) == 0
    assert time_of_strength(schedule, first, 1) is first


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_strength_one_is_a_plain_run_and_none_the_picture(sampler: str) -> None:
    chosen = fate("linear", sampler, 4)
    x0 = picture(law(chosen.denoise.schedule)).float()
    assert torch.equal(last(redraw(chosen, x0, 1)), last(chosen.run(chosen.start(SHAPE))))
    (only,) = redraw(chosen, x0, 0)
    assert only.t == 0 and torch.equal(only.x, x0.expand(4, *SHAPE)) and torch.equal(only.x0, only.x)


def test_the_more_strength_the_farther_from_the_picture() -> None:
    chosen = fate("linear", steps=20)
    x0 = picture(law(chosen.denoise.schedule))
    away = [float((last(redraw(chosen, x0, s)) - x0).square().mean()) for s in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert away == sorted(away)


def test_chance_is_that_of_the_whole_run() -> None:
    chosen = fate("flow", "ddpm", 10)
    t = chosen.times[4]
    strength = float(t)  # on this schedule the share of noise is the time
    steps = list(redraw(chosen, picture(law(chosen.denoise.schedule)).float(), strength))
    assert len(steps) == 7 and torch.allclose(steps[0].t, t)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), "much"])
def test_strength_is_a_share(strength: float) -> None:
    with pytest.raises(Refused):
        redraw(fate("flow", steps=4), noise(1), strength)


def test_a_strip_leads_from_one_plain_run_to_the_other_and_keeps_its_length() -> None:
    chosen = dataclasses.replace(fate("linear", "ddim", 10), seeds=[0] * 5)
    x = strip(chosen, SHAPE, 3, 8, 5)
    for row, seed in ((0, 3), (-1, 8)):
        plain = dataclasses.replace(chosen, seeds=[seed])
        assert torch.allclose(x[row], plain.start(SHAPE)[0], atol=1e-6)
    middles = torch.stack([strip(chosen, (64,), 2 * k, 2 * k + 1, 3)[1] for k in range(200)])
    straight = torch.stack([strip(chosen, (64,), 2 * k, 2 * k + 1, 3, "lerp")[1] for k in range(200)])
    assert float(middles.square().mean()) == pytest.approx(1, abs=0.05)
    assert float(straight.square().mean()) == pytest.approx(0.5, abs=0.05)  # typical of nothing: noise is longer


@pytest.mark.parametrize("frames", [1, 65, 2.5])
def test_a_strip_has_a_few_frames(frames: int) -> None:
    with pytest.raises(Refused):
        strip(fate("flow", steps=4), SHAPE, 0, 1, frames)


@pytest.mark.parametrize("sampler", METHODS)
def test_a_way_between_two_seeds_begins_and_ends_with_their_own_runs(sampler: str) -> None:
    """Also where a sampler draws: what it draws turns from the one seed's to the other's as the start does."""
    chosen = fate("linear", sampler, 4)
    frames = last(between(chosen, SHAPE, 3, 8, 5))
    for frame, seed in ((frames[:1], 3), (frames[-1:], 8)):
        own = dataclasses.replace(chosen, seeds=[seed])
        assert torch.allclose(frame, last(own.run(own.start(SHAPE))), atol=1e-4)
    apart = (frames[1:] - frames[:-1]).flatten(1).norm(dim=1)
    assert apart.min() > 0
