"""Parameterizations and the adapter: every way to say it gives the same estimate, and none says it where it cannot."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from genmodels.denoising import (
    PARAMETERIZATIONS,
    Estimate,
    GaussianDenoiser,
    MixtureDenoiser,
    NetworkDenoiser,
    Parameterization,
    edm,
)
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES, VE, Cosine, Flow, LinearBeta, NoiseSchedule, ZeroTerminal
from tests.genmodels.laws import gaussian, mixture

F64 = torch.float64
TIMES = torch.tensor([1e-3, 0.1, 0.5, 0.9, 0.999], dtype=F64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


class SaysWhatItShould:
    """A network whose output is made of an exact denoiser's estimate, in the words of a parameterization."""

    def __init__(self, truth: GaussianDenoiser | MixtureDenoiser, predicts: Parameterization, t: Tensor) -> None:
        self.truth, self.predicts, self.t = truth, predicts, t

    def __call__(self, x: Tensor, log_snr: Tensor, label: Tensor | None) -> Tensor:
        schedule = self.truth.schedule
        alpha, sigma = schedule.alpha(self.t), schedule.sigma(self.t)
        x0, eps = self.truth(x / self.predicts.c_in(alpha, sigma), self.t)
        return self.predicts.target(x0, eps, alpha, sigma)


@pytest.mark.parametrize("predicts", PARAMETERIZATIONS)
@pytest.mark.parametrize("name", SCHEDULES)
def test_solve_undoes_target(predicts: str, name: str):
    schedule, words = SCHEDULES[name](), PARAMETERIZATIONS[predicts]
    x0, eps = draw(2, len(TIMES), 3, 4)
    alpha, sigma = schedule.alpha(TIMES), schedule.sigma(TIMES)
    found = words.solve(words.target(x0, eps, alpha, sigma), schedule.add_noise(x0, eps, TIMES), alpha, sigma)
    # a value known through x at a level s can carry s times the rounding of the other
    level = (sigma / alpha)[:, None, None]
    assert ((found.x0 - x0).abs() / (1 + level)).max() < 1e-12
    assert ((found.eps - eps).abs() / (1 + 1 / level)).max() < 1e-12


@pytest.mark.parametrize("name", SCHEDULES)
def test_one_truth_in_all_words(name: str):
    schedule = SCHEDULES[name]()
    x = draw(16, 2)
    for law in (gaussian(schedule), mixture(schedule)):
        for t in TIMES[1:-1]:
            noisy, level = schedule.alpha(t) * x, float(schedule.noise_level(t))
            exact = law(noisy, t)
            for key, predicts in PARAMETERIZATIONS.items():
                if says(key, schedule):
                    said = NetworkDenoiser(SaysWhatItShould(law, predicts, t), schedule, predicts)(noisy, t)
                    for mine, true in zip(said, exact, strict=True):
                        assert (mine - true).abs().max() < 1e-12 * (1 + level + 1 / level)


def says(key: str, schedule: NoiseSchedule) -> bool:
    return key != "eps" or bool(schedule.alpha(torch.ones((), dtype=F64)) > 0)


@pytest.mark.parametrize("schedule", [Flow(), ZeroTerminal(LinearBeta()), SCHEDULES["trig"]()])
def test_eps_from_pure_noise_is_refused(schedule: NoiseSchedule):
    with pytest.raises(Refused) as refused:
        NetworkDenoiser(lambda x, log_snr, label: x, schedule, PARAMETERIZATIONS["eps"])
    assert refused.value.key == "singular"
    for key in ("x0", "v", "flow", "edm"):
        PARAMETERIZATIONS[key].check(schedule)


@pytest.mark.parametrize("predicts", [key for key in PARAMETERIZATIONS if key != "eps"])
def test_what_starts_in_pure_noise_is_finite_there(predicts: str):
    one = torch.ones((), dtype=F64)
    x, said = draw(2, 5, 2)
    estimate = PARAMETERIZATIONS[predicts].solve(said, x, Flow().alpha(one), Flow().sigma(one))
    assert torch.isfinite(estimate.x0).all() and torch.equal(estimate.eps, x)


@pytest.mark.parametrize("sigma_data", [0.1, 0.5, 2.0])
def test_edm_is_karras_preconditioning(sigma_data: float):
    """c_skip, c_out and c_in as in table 1 of his paper, on his own x = x0 + s eps."""
    s = torch.logspace(-3, 2, 11, dtype=F64)
    alpha, x, output = torch.ones_like(s), draw(11, 2), draw(11, 2, seed=1)
    c_skip, c_out = sigma_data**2 / (s**2 + sigma_data**2), s * sigma_data / (s**2 + sigma_data**2).sqrt()
    words = edm(sigma_data)
    torch.testing.assert_close(words.solve(output, x, alpha, s).x0, c_skip[:, None] * x + c_out[:, None] * output)
    torch.testing.assert_close(words.c_in(alpha, s), 1 / (s**2 + sigma_data**2).sqrt())


@pytest.mark.parametrize("schedule", [VE(), Flow(), Cosine()])
def test_edm_sees_and_says_unit_variance(schedule: NoiseSchedule):
    """The reason for its coefficients: data of variance sigma_data² makes c_in x and the target of variance one."""
    words, t = edm(0.5), TIMES
    alpha, sigma = schedule.alpha(t), schedule.sigma(t)
    variance = 0.5**2 * alpha**2 + sigma**2
    torch.testing.assert_close(words.c_in(alpha, sigma) ** 2 * variance, torch.ones_like(t))
    a, b = words.a(alpha, sigma), words.b(alpha, sigma)
    torch.testing.assert_close(a**2 * 0.5**2 + b**2, torch.ones_like(t))
    shared = a * alpha * 0.5**2 + b * sigma  # between the target and x: nothing that x tells already
    torch.testing.assert_close(shared, torch.zeros_like(t), atol=1e-14, rtol=0)


def test_edm_keeps_its_digits_beside_the_data():
    """1 - c_skip as a difference would be 0 here."""
    alpha, s = torch.ones(1, dtype=F64), torch.full((1,), 1e-9, dtype=F64)
    assert float(edm(0.5).a(alpha, s)) == pytest.approx(1e-9 / 0.25, rel=1e-14)


def test_a_network_is_asked_with_float32_log_snr_within_bounds():
    asked = []

    def net(x: Tensor, log_snr: Tensor, label: Tensor | None) -> Tensor:
        asked.append((x, log_snr, label))
        return x.half()

    label = torch.eye(3)
    x = draw(3, 1, 4, 4).float()
    denoise = NetworkDenoiser(net, Flow(), PARAMETERIZATIONS["v"], label)
    for t in (1.0, 0.5, 1e-12):
        estimate = denoise(x, torch.tensor(t, dtype=F64))
        assert isinstance(estimate, Estimate) and estimate.x0.dtype == torch.float32
    denoise(x, torch.tensor([1.0, 0.5, 1e-12], dtype=F64))
    expected = torch.tensor([-20.0, 0.0, 20.0])
    assert all(log_snr.dtype == torch.float32 and log_snr.shape == (3,) for _, log_snr, _ in asked)
    assert all(given is label for _, _, given in asked)
    assert torch.equal(torch.stack([log_snr[0] for _, log_snr, _ in asked[:3]]), expected)
    assert torch.equal(asked[3][1], expected)


def test_c_in_is_applied_once():
    seen = []
    denoise = NetworkDenoiser(lambda x, log_snr, label: seen.append(x) or x, VE(), edm(0.5))
    t = torch.tensor(0.7, dtype=F64)
    x = draw(4, 2)
    denoise(x, t)
    torch.testing.assert_close(seen[0], x / (VE().sigma(t) ** 2 + 0.25).sqrt())
