"""Schedules and spacings against diffusers where it is right; where it is not, its answer is pinned as what it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from genmodels.schedules import Cosine, Laplace, LinearBeta, NoiseSchedule, ScaledLinear, ShiftedFlow, ZeroTerminal
from genmodels.spacing import SPACINGS

diffusers = pytest.importorskip("diffusers")
ddim = pytest.importorskip("diffusers.schedulers.scheduling_ddim")

F64 = torch.float64
PAIRS: dict[str, tuple[NoiseSchedule, dict]] = {
    "linear": (LinearBeta(), {"beta_schedule": "linear"}),
    "scaled_linear": (ScaledLinear(), {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}),
    "squaredcos_cap_v2": (Cosine(), {"beta_schedule": "squaredcos_cap_v2"}),
}


@pytest.mark.parametrize("key", PAIRS)
def test_betas(key: str):
    schedule, config = PAIRS[key]
    theirs = diffusers.DDPMScheduler(num_train_timesteps=1000, **config)
    assert (schedule.betas(1000) - theirs.betas.double()).abs().max() < 1e-7  # theirs are float32
    t = torch.arange(1, 1001, dtype=F64) / 1000
    torch.testing.assert_close(schedule.alpha_bar(t), theirs.alphas_cumprod.double(), rtol=2e-4, atol=1e-7)


def test_zero_terminal_is_theirs_up_to_where_it_starts():
    """Theirs keeps alpha_bar after one step, ours at t = 0: in between they differ by a constant factor near 1."""
    betas = LinearBeta().betas(1000)
    theirs = torch.cumprod(1 - ddim.rescale_zero_terminal_snr(betas), 0).sqrt()
    ours = ZeroTerminal(LinearBeta()).alpha(torch.arange(1, 1001, dtype=F64) / 1000)
    assert ours[-1] == 0 and theirs[-1] == 0
    ratio = (ours / theirs)[:-1]
    torch.testing.assert_close(ratio, ratio[:1].expand(999), rtol=1e-6, atol=0)
    assert ratio[0] == pytest.approx(1, abs=1e-6)


def test_shifted_flow_is_theirs_before_they_shift_it_again():
    theirs = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=3.0)
    t = torch.arange(1000, 0, -1, dtype=F64) / 1000
    np.testing.assert_allclose(ShiftedFlow(3.0).sigma(t), theirs.sigmas.double(), atol=1e-6)


def test_defect_flow_shift_is_applied_twice():
    theirs = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=3.0)
    theirs.set_timesteps(1000)
    once = float(ShiftedFlow(3.0).sigma(torch.tensor(0.001, dtype=F64)))
    assert once == pytest.approx(0.00299, rel=5e-3)
    assert float(theirs.sigmas[-2]) == pytest.approx(0.00893, rel=5e-3)  # diffusers issue 13243


def test_defect_laplace_takes_one_square_root_too_many():
    betas = ddim.betas_for_alpha_bar(1000, alpha_transform_type="laplace").double()
    first = 0.5 * math.log(1e-6)  # their log-SNR ends here at t = 0, and betas only tell ratios to it
    start = math.sqrt(1 / (1 + math.exp(first)))
    alpha_bar = start * torch.cumprod(1 - betas, 0)
    log_snr = torch.log(alpha_bar / (1 - alpha_bar))
    assert float(log_snr[499]) == pytest.approx(0.883, abs=5e-3)
    assert float(Laplace().log_snr(torch.tensor(0.5, dtype=F64))) == 0
    squared = torch.log(alpha_bar**2 / (1 - alpha_bar**2))  # without the root they are ours, but for their 1e-6
    t = torch.arange(100, 900, dtype=F64) / 1000
    np.testing.assert_allclose(squared[99:899], Laplace().log_snr(t), atol=1e-3)


@pytest.mark.parametrize(
    ("key", "n"), [("leading", 10), ("leading", 30), ("trailing", 10), ("trailing", 30), ("linspace", 7)]
)
def test_index_spacings(key: str, n: int):
    theirs = diffusers.DDIMScheduler(num_train_timesteps=1000, timestep_spacing=key)
    theirs.set_timesteps(n)
    ours = SPACINGS[key](LinearBeta(), n)
    np.testing.assert_allclose(ours[:-1] * 1000 - 1, theirs.timesteps, atol=1e-9)


def test_leading_with_an_offset():
    theirs = diffusers.DDIMScheduler(num_train_timesteps=1000, timestep_spacing="leading", steps_offset=1)
    theirs.set_timesteps(20)
    np.testing.assert_allclose(
        SPACINGS["leading"](LinearBeta(), 20, offset=1)[:-1] * 1000 - 1, theirs.timesteps, atol=1e-9
    )


@pytest.mark.parametrize(("key", "flag"), [("karras", "use_karras_sigmas"), ("exponential", "use_exponential_sigmas")])
def test_level_spacings(key: str, flag: str):
    theirs = diffusers.EulerDiscreteScheduler(  # with "linspace" its list still has both ends
        beta_start=1e-4, beta_end=0.02, timestep_spacing="linspace", **{flag: True}
    )
    theirs.set_timesteps(12)
    schedule = LinearBeta()
    ours = schedule.noise_level(SPACINGS[key](schedule, 12))
    np.testing.assert_allclose(ours, theirs.sigmas, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(("spacing", "end", "wrong"), [("trailing", -2, 0.339), ("leading", 0, 60.8)])
def test_defect_karras_takes_its_ends_from_the_thinned_list(spacing: str, end: int, wrong: float):
    theirs = diffusers.EulerDiscreteScheduler(
        beta_start=1e-4, beta_end=0.02, timestep_spacing=spacing, use_karras_sigmas=True
    )
    theirs.set_timesteps(10)
    assert float(theirs.sigmas[end]) == pytest.approx(wrong, rel=5e-3)
    schedule = LinearBeta()
    ours = schedule.noise_level(SPACINGS["karras"](schedule, 10))
    assert float(ours[end]) == pytest.approx({-2: 0.0100, 0: 157.4}[end], rel=1e-3)


def test_defect_beta_quantiles_are_taken_among_levels_not_times():
    theirs = diffusers.EulerDiscreteScheduler(beta_start=1e-4, beta_end=0.02, use_beta_sigmas=True)
    theirs.set_timesteps(11)
    assert float(theirs.sigmas[5]) == pytest.approx(157.4 / 2, rel=0.01)  # half of the largest level: nearly all noise
    schedule = LinearBeta()
    middle = SPACINGS["beta"](schedule, 10)[5]
    assert float(middle) == pytest.approx(0.5) and float(schedule.noise_level(middle)) < 4
