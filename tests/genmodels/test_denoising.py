"""Parameterizations and models that speak in them: every way gives the same estimate, and none says what it cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from genmodels.denoising import (
    PARAMETERIZATIONS,
    Estimate,
    GaussianDenoiser,
    MixtureDenoiser,
    edm,
)
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion
from genmodels.schedules import SCHEDULES, VE, Cosine, Flow, LinearBeta, NoiseSchedule, ZeroTerminal, to_spec
from tests.genmodels.laws import gaussian, mixture

F64 = torch.float64
SMALLEST = {"patch": 1, "channels": 8, "multiples": [1], "blocks": 1, "attention": 0}
TIMES = torch.tensor([1e-3, 0.1, 0.5, 0.9, 0.999], dtype=F64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


class Said(nn.Module):
    """A function in the place of a network."""

    def __init__(self, say: Callable[[Tensor, Tensor, Tensor | None], Tensor]) -> None:
        super().__init__()
        self.say = say

    def forward(self, x: Tensor, log_snr: Tensor, label: Tensor | None) -> Tensor:
        return self.say(x, log_snr, label)


def network(schedule: NoiseSchedule, predicts: str, net: nn.Module) -> Diffusion:
    """The model that people train, with another network inside."""
    spec = to_spec(schedule)
    model = Diffusion((1, 1, 2), schedule=spec.pop("kind"), knobs=spec, predicts=predicts, **SMALLEST)
    model.net = net  # type: ignore[assignment]
    return model


def says_what_it_should(truth: GaussianDenoiser | MixtureDenoiser, predicts: str, t: Tensor) -> Said:
    """An exact denoiser's estimate at t, in the words of a parameterization."""
    words = PARAMETERIZATIONS[predicts]
    alpha, sigma = truth.schedule.alpha(t), truth.schedule.sigma(t)
    return Said(lambda x, *_: words.target(*truth(x / words.c_in(alpha, sigma), t), alpha, sigma))


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
            for key in PARAMETERIZATIONS:
                if says(key, schedule):
                    said = network(schedule, key, says_what_it_should(law, key, t))(noisy, t)
                    for mine, true in zip(said, exact, strict=True):
                        assert (mine - true).abs().max() < 1e-12 * (1 + level + 1 / level)


def says(key: str, schedule: NoiseSchedule) -> bool:
    return key != "eps" or bool(schedule.alpha(torch.ones((), dtype=F64)) > 0)


@pytest.mark.parametrize("schedule", [Flow(), ZeroTerminal(LinearBeta()), SCHEDULES["trig"]()])
def test_eps_from_pure_noise_is_refused(schedule: NoiseSchedule):
    with pytest.raises(Refused) as refused:
        PARAMETERIZATIONS["eps"].check(schedule)
    assert refused.value.key == "singular"
    for key in ("x0", "v", "flow", "edm"):
        PARAMETERIZATIONS[key].check(schedule)


def test_a_model_of_such_a_pair_is_not_built():
    with pytest.raises(Refused) as refused:
        network(Flow(), "eps", nn.Identity())
    assert refused.value.key == "singular"


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


def test_a_network_is_asked_with_log_snr_and_label_in_the_type_of_x():
    asked = []
    net = Said(lambda x, log_snr, label: asked.append((x, log_snr, label)) or x.half())
    model, label, x = network(Flow(), "v", net), torch.eye(3), draw(3, 1, 4, 4).float()
    times = [torch.tensor(t, dtype=F64) for t in (0.9, 0.5, 0.1, [0.9, 0.5, 0.1])]
    for t in times:
        estimate = model(x, t, label)
        assert isinstance(estimate, Estimate) and estimate.x0.dtype == torch.float32
    expected = 2 * torch.tensor([1 / 9, 1, 9]).log()
    assert all(log_snr.dtype == torch.float32 and log_snr.shape == (3,) for _, log_snr, _ in asked)
    assert all(given is label for _, _, given in asked)
    torch.testing.assert_close(torch.stack([log_snr[0] for _, log_snr, _ in asked[:3]]), expected)
    torch.testing.assert_close(asked[3][1], expected)


def test_c_in_is_applied_once():
    seen = []
    model = network(VE(), "edm", Said(lambda x, log_snr, label: seen.append(x) or x))
    t = torch.tensor(0.7, dtype=F64)
    x = draw(4, 2)
    model(x, t)
    torch.testing.assert_close(seen[0], x / (VE().sigma(t) ** 2 + 0.25).sqrt())
