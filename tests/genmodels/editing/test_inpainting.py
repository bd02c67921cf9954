"""RePaint keeps what it was given and comes nearer to the conditional law the more it resamples, never quite there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from genmodels.denoising import Estimate, GaussianDenoiser
from genmodels.editing import Kept, repaint
from genmodels.errors import Refused
from genmodels.samplers import Noise, Step
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels.editing.truth import HOLE, SHAPE, conditional, last, law, picture

WORLDS = ("linear", "flow", "edm")


def painted(world: str, steps: int, seeds: range, resamples: int, jump: int, endpoint: str = "zero") -> Iterator[Step]:
    schedule = SCHEDULES[world]()
    denoise, noise = law(schedule), Noise(seeds, SHAPE)
    times = SPACINGS["exponential"](schedule, steps, endpoint)
    return repaint(denoise, noise.start() * schedule.prior_std(), times, noise, given(denoise), resamples, jump, 0)


def given(denoise: GaussianDenoiser) -> Kept:
    return Kept(picture(denoise).float(), HOLE)


def test_its_mean_comes_nearer_with_resampling_but_not_its_spread() -> None:
    denoise = law(SCHEDULES["linear"]())
    inside = HOLE.expand(SHAPE)
    truth = conditional(denoise, Kept(picture(denoise), HOLE))
    goal, plain = truth.mean[inside], denoise.mean[inside]
    variance = (truth.axes**2 @ truth.variances).reshape(SHAPE)[inside]
    gaps, spreads = [], []
    for resamples in (1, 4, 16):
        found = last(painted("linear", 20, range(200), resamples, 4))[:, inside].double()
        gaps.append(float((found.mean(0) - goal).square().mean().sqrt()))
        spreads.append(float((found.var(0).sum() / variance.sum()).sqrt()))
    ignorant = float((plain - goal).square().mean().sqrt())
    assert ignorant > 1.5 * gaps[0] > 2 * gaps[1] > 2.4 * gaps[2]
    assert gaps[2] > 0.02  # the law's own spread is 0.53, and 200 samples know their mean to 0.03
    assert 0.7 < spreads[2] < 0.95


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("resamples", "jump"), [(1, 1), (3, 2), (2, 20)])
def test_known_pixels_come_out_equal(world: str, resamples: int, jump: int) -> None:
    steps = list(painted(world, 5, range(3), resamples, jump))
    known = given(law(SCHEDULES[world]()))
    assert torch.equal(steps[-1].x[..., ~HOLE], known.y[..., ~HOLE].expand(3, 1, -1))
    assert len(steps) == 5 * resamples + 1
    assert all(torch.isfinite(part).all() for step in steps for part in step)


def test_every_step_holds_the_identity_and_known_pixels_at_its_own_noise() -> None:
    schedule = SCHEDULES["linear"]()
    known, found = given(law(schedule)), []
    for step in painted("linear", 8, range(64), 2, 3, "stop"):
        assert torch.allclose(schedule.add_noise(step.x0, step.eps, step.t), step.x, atol=1e-5)
        noise = (step.x - schedule.alpha(step.t) * known.y) / schedule.sigma(step.t)
        found.append(float(noise[..., ~HOLE].square().mean()))
    assert found == pytest.approx([1] * len(found), abs=4 * (2 / (64 * 10)) ** 0.5)


def test_time_leaps_back_to_the_start_of_each_stretch() -> None:
    schedule = SCHEDULES["flow"]()
    times = SPACINGS["exponential"](schedule, 5).tolist()
    a, b, c, d, e, end = times
    seen = [float(step.t) for step in painted("flow", 5, range(1), 2, 2)]
    assert seen == [a, b, a, b, c, d, c, d, e, e, end]


def test_where_little_noise_is_left_nothing_is_walked_twice() -> None:
    schedule, noise = SCHEDULES["flow"](), Noise(range(1), SHAPE)
    times = torch.tensor([1, 0.8, 0.6, 0.4, 0.2, 0], dtype=torch.float64)  # levels inf, 4, 1.5, 0.67, 0.25, 0
    steps = list(repaint(law(schedule), noise.start(), times, noise, given(law(schedule)), 3, 2, 1.0))
    assert [round(float(step.t), 1) for step in steps] == [1, 0.8, 1, 0.8, 1, 0.8, 0.6, 0.4, 0.2, 0]


def test_a_sample_is_its_own_seed_s() -> None:
    batch, alone = last(painted("flow", 6, range(4), 2, 2)), last(painted("flow", 6, range(2, 3), 2, 2))
    assert torch.allclose(batch[2:3], alone, atol=1e-6)


def test_an_evaluation_is_made_for_each_step_alone() -> None:
    schedule, calls = SCHEDULES["linear"](), []
    denoise = law(schedule)

    class Counted:
        schedule = denoise.schedule

        def __call__(self, x: Tensor, t: Tensor) -> Estimate:
            calls.append(float(t))
            return denoise(x, t)

    noise, times = Noise(range(2), SHAPE), SPACINGS["trailing"](schedule, 6)
    list(repaint(Counted(), noise.start(), times, noise, given(denoise), 3, 2, 0))
    assert len(calls) == 18


def test_what_is_kept_must_be_clean() -> None:
    schedule = SCHEDULES["flow"]()
    noise, times = Noise(range(1), SHAPE), SPACINGS["trailing"](schedule, 3)
    with pytest.raises(Refused):
        next(repaint(law(schedule), noise.start(), times, noise, Kept(picture(law(schedule)), HOLE, 0.1)))


@pytest.mark.parametrize("knobs", [{"resamples": 0}, {"jump": 21}, {"above": float("nan")}])
def test_knobs_are_bounded(knobs: dict[str, int]) -> None:
    schedule = SCHEDULES["flow"]()
    noise, times = Noise(range(1), SHAPE), SPACINGS["trailing"](schedule, 3)
    with pytest.raises(Refused):
        next(repaint(law(schedule), noise.start(), times, noise, given(law(schedule)), **knobs))
