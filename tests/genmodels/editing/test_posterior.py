"""Given part of a Gaussian picture, the denoiser is that of the conditional law, which linear algebra knows."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from genmodels.branches import Fate
from genmodels.denoising import GaussianDenoiser
from genmodels.editing import Kept, Known, Posterior, restore
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels import laws
from tests.genmodels.editing.truth import (
    HOLE,
    KNOWN,
    SHAPE,
    SIZE,
    affine,
    conditional,
    covariance_of,
    last,
    law,
    noise,
    picture,
)

WORLDS = ("flow", "linear", "edm")


def moment(world: str, t: float, n: int = 3) -> tuple[GaussianDenoiser, Tensor, Tensor]:
    denoise = law(SCHEDULES[world]())
    time = torch.tensor(t, dtype=torch.float64)
    x = denoise.schedule.add_noise(denoise.sample(n, torch.Generator().manual_seed(8)), noise(n), time)
    return denoise, x, time


@pytest.mark.parametrize("t", [0.1, 0.6])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", KNOWN)
def test_it_is_the_denoiser_of_the_conditional_law(name: str, world: str, t: float) -> None:
    denoise, x, time = moment(world, t)
    known = KNOWN[name](picture(denoise))
    with torch.no_grad():
        found, truth = Posterior(denoise, known, 2 * SIZE)(x, time), conditional(denoise, known)(x, time)
    assert torch.allclose(found.x0, truth.x0, atol=1e-7) and torch.allclose(found.eps, truth.eps, atol=1e-5)
    assert torch.allclose(denoise.schedule.add_noise(found.x0, found.eps, time), x)
    assert not found.x0.requires_grad


@pytest.mark.parametrize("name", KNOWN)
def test_where_x_is_all_noise_it_still_knows(name: str) -> None:
    denoise, x, time = moment("flow", 1.0)
    known = KNOWN[name](picture(denoise))
    found, truth = Posterior(denoise, known, 2 * SIZE)(x, time).x0, conditional(denoise, known)(x, time).x0
    assert float((found - truth).abs().max()) < 5e-3


@pytest.mark.parametrize("name", KNOWN)
def test_every_iteration_brings_it_nearer(name: str) -> None:
    denoise, x, time = moment("linear", 0.4)
    known = KNOWN[name](picture(denoise))
    truth = conditional(denoise, known)(x, time).x0
    errors = [float((Posterior(denoise, known, k)(x, time).x0 - truth).square().mean()) for k in (1, 2, 4, 8)]
    assert errors == sorted(errors, reverse=True) and errors[3] < errors[0] / 10


@pytest.mark.parametrize("name", KNOWN)
def test_without_iterations_it_is_right_for_white_data_alone(name: str) -> None:
    denoise, x, time = moment("linear", 0.4)
    known = KNOWN[name](picture(denoise))
    white = GaussianDenoiser(denoise.schedule, torch.zeros(SHAPE), torch.eye(SIZE))
    assert torch.allclose(Posterior(white, known, 0)(x, time).x0, conditional(white, known)(x, time).x0, atol=1e-9)
    gap = Posterior(denoise, known, 0)(x, time).x0 - conditional(denoise, known)(x, time).x0
    assert float(gap.abs().max()) > 0.05


def informed(known: Known, sampler: str, steps: int, iterations: int, doubt: float) -> Fate:
    schedule = SCHEDULES["flow"]()
    denoise = Posterior(law(schedule), known, iterations, doubt)
    return Fate(denoise, sampler, SPACINGS["exponential"](schedule, steps), range(SIZE + 1))


@pytest.mark.parametrize("name", KNOWN)
def test_a_restored_picture_is_drawn_from_the_conditional_law(name: str) -> None:
    denoise = law(SCHEDULES["flow"]())
    known = KNOWN[name](picture(denoise))
    truth, chosen = conditional(denoise, known), informed(known, "dpmpp-3m-fixed", 40, 10, 0.0)
    mean, covariance = affine(lambda z: last(restore(chosen, known, z)))
    assert float((mean - truth.mean.reshape(-1)).abs().max()) < 0.02
    assert float((covariance - covariance_of(truth)).abs().max()) < 0.02


@pytest.mark.parametrize("sampler", ["ddpm", "heun"])
@pytest.mark.parametrize("name", ["kept", "pooled"])
def test_few_steps_and_few_iterations_agree_with_what_is_known_all_the_same(name: str, sampler: str) -> None:
    known: Known = KNOWN[name](picture(law(SCHEDULES["flow"]())).float())
    chosen = informed(known, sampler, 2, 1, 0.05)
    end = last(restore(chosen, known, chosen.start(SHAPE)))
    assert torch.allclose(known.see(end), known.y.expand_as(known.see(end)), atol=1e-6)
    assert name == "pooled" or torch.equal(end[..., ~HOLE], known.y[..., ~HOLE].expand(SIZE + 1, 1, -1))


def test_what_does_not_fit_is_refused_before_anything_runs() -> None:
    known = KNOWN["kept"](picture(law(SCHEDULES["flow"]())))
    with pytest.raises(Refused):
        restore(informed(known, "heun", 2, 1, 0.0), known, torch.zeros(1, 3, 4, 4))


def test_doubt_is_as_if_what_is_known_were_noisy_but_keeps_it() -> None:
    denoise, x, time = moment("linear", 0.4)
    found = Posterior(denoise, KNOWN["kept"](picture(denoise)), 2 * SIZE, doubt=0.3)(x, time).x0
    truth = conditional(denoise, KNOWN["kept-noisy"](picture(denoise)))(x, time).x0
    assert torch.allclose(found[..., HOLE], truth[..., HOLE], atol=1e-7)
    assert torch.equal(found[..., ~HOLE], picture(denoise)[..., ~HOLE].expand(3, 1, -1))


def test_of_two_modes_it_is_too_sure_at_high_noise_and_right_at_low() -> None:
    schedule = SCHEDULES["flow"]()
    mixture = laws.mixture(schedule)
    y = torch.tensor([[0.0, 0.3]], dtype=torch.float64)
    known = Kept(y, torch.tensor([True, False]))
    gaps = []
    for level in (2.0, 0.02):
        x = torch.tensor([[-0.9, 0.3], [0.9, 0.3], [0.2, 0.3]], dtype=torch.float64)
        t = schedule.time_of(torch.tensor(level, dtype=torch.float64))
        x = x * float(schedule.alpha(t))
        grid = torch.linspace(-4, 4, 8001, dtype=torch.float64)
        line = torch.stack([grid, torch.full_like(grid, 0.3)], 1)
        weight = mixture.log_density(line, torch.tensor(1e-9, dtype=torch.float64))
        pull = weight - (x[:, :1] - schedule.alpha(t) * grid) ** 2 / (2 * schedule.sigma(t) ** 2)
        truth = (torch.softmax(pull, 1) * grid).sum(1)
        gaps.append(float((Posterior(mixture, known, 4)(x, t).x0[:, 0] - truth).abs().max()))
    assert gaps[0] > 0.1 and gaps[1] < 1e-3


def test_samples_do_not_know_of_each_other() -> None:
    denoise, x, time = moment("linear", 0.4)
    known = KNOWN["pooled"](picture(denoise))
    batch, alone = Posterior(denoise, known, 3)(x, time).x0, Posterior(denoise, known, 3)(x[1:2], time).x0
    assert torch.allclose(batch[1:2], alone, atol=1e-12)


def test_iterations_are_bounded() -> None:
    with pytest.raises(Refused):
        dataclasses.replace(Posterior(law(SCHEDULES["flow"]()), KNOWN["noisy"](noise(1))), iterations=-1)
