"""The exact denoisers against truths of another kind: quadrature, brute force, autograd, and the ODE by scipy."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from genmodels.denoising import EmpiricalDenoiser, ExactDenoiser, GaussianDenoiser, MixtureDenoiser, PointMassDenoiser
from genmodels.denoising import exact as exact_module
from genmodels.denoising.ode import follow
from genmodels.errors import Refused
from genmodels.schedules import EDM, SCHEDULES, Cosine, Flow, LinearBeta, NoiseSchedule
from tests.genmodels.laws import (
    COVARIANCES,
    GAUSSIANS,
    MEANS,
    POINTS,
    WEIGHTS,
    five_points,
    gaussian,
    mixture,
    point_mass,
)

F64 = torch.float64
LAWS: dict[str, Callable[[NoiseSchedule], ExactDenoiser]] = {
    **{name: lambda s, name=name: gaussian(s, name) for name in GAUSSIANS},
    "mixture": mixture,
    "five points": five_points,
    "point mass": point_mass,
}


def at(t: float | list[float]) -> Tensor:
    return torch.tensor(t, dtype=F64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


def dimension(law: ExactDenoiser) -> int:
    return law.sample(1, torch.Generator()).shape[1]


@pytest.mark.parametrize("key", LAWS)
@pytest.mark.parametrize("schedule", [Flow(), LinearBeta(), EDM()])
def test_tweedie(key: str, schedule: NoiseSchedule):
    """The score is the gradient of the log density, and E[x0 | x] follows from it."""
    law = LAWS[key](schedule)
    x = draw(6, dimension(law)).requires_grad_()
    for t in (at(0.1), at(0.5), at(0.95), at([0.1, 0.3, 0.5, 0.6, 0.8, 1.0])):
        (gradient,) = torch.autograd.grad(law.log_density(x, t).sum(), x)
        torch.testing.assert_close(law.score(x.detach(), t), gradient, rtol=1e-8, atol=1e-8)


def grid(low: float, high: float, count: int) -> Tensor:
    axis = torch.linspace(low, high, count, dtype=F64)
    return torch.cartesian_prod(axis, axis)


@pytest.mark.parametrize("t", [0.15, 0.5, 0.9])
@pytest.mark.parametrize("schedule", [Flow(), Cosine()])
def test_mixture_posterior_by_quadrature(schedule: NoiseSchedule, t: float):
    """E[x0 | x] as a sum over a fine grid of data, from nothing but the densities themselves."""
    x0, x = grid(-4, 4, 401), draw(5, 2)
    away = x0[:, None] - MEANS
    exponent = torch.einsum("gkd,kde,gke->gk", away, torch.linalg.inv(COVARIANCES), away) / 2
    prior = (WEIGHTS / torch.linalg.det(COVARIANCES).sqrt() * torch.exp(-exponent)).sum(1)
    alpha, sigma = schedule.alpha(at(t)), schedule.sigma(at(t))
    weight = prior * torch.exp(-((x[:, None] - alpha * x0) ** 2).sum(-1) / (2 * sigma**2))
    expected = (weight @ x0) / weight.sum(1, keepdim=True)
    torch.testing.assert_close(mixture(schedule)(x, at(t)).x0, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("key", ["round", "tilted", "mixture", "five points", "point mass", "flat"])
@pytest.mark.parametrize("t", [0.3, 0.8])
def test_density_integrates_to_one(key: str, t: float):
    cells = grid(-7, 7, 561)
    density = LAWS[key](Flow()).log_density(cells, at(t)).exp()
    assert float(density.sum()) * (14 / 560) ** 2 == pytest.approx(1, abs=1e-9)


def test_density_of_the_data_itself():
    """At t = 0 the mixture is the law of the data."""
    x = draw(7, 2)
    normals = [torch.distributions.MultivariateNormal(m, c) for m, c in zip(MEANS, COVARIANCES, strict=True)]
    expected = torch.logsumexp(torch.stack([n.log_prob(x) for n in normals]) + WEIGHTS.log()[:, None], 0)
    torch.testing.assert_close(mixture(Flow()).log_density(x, at(0.0)), expected)


@pytest.mark.parametrize("name", GAUSSIANS)
def test_gaussian_is_linear_regression(name: str):
    """E[x0 | x] = mean + Cov(x0, x) Var(x)^-1 (x - E x), in matrices instead of axes."""
    mean, covariance = GAUSSIANS[name]
    x = draw(5, len(mean))
    for t in (0.2, 0.7):
        alpha, sigma = 1 - t, t
        variance = alpha**2 * covariance + sigma**2 * torch.eye(len(mean), dtype=F64)
        expected = mean + torch.linalg.solve(variance, (x - alpha * mean).T).T @ (alpha * covariance)
        torch.testing.assert_close(gaussian(Flow(), name)(x, at(t)).x0, expected, rtol=1e-10, atol=1e-10)


def test_a_mixture_of_equal_parts_is_its_part():
    mean, covariance = GAUSSIANS["space"]
    law = MixtureDenoiser(Cosine(), torch.tensor([2.0, 1.0]), mean.repeat(2, 1), covariance.repeat(2, 1, 1))
    x, t = draw(6, 3), at([0.1, 0.2, 0.4, 0.6, 0.8, 1.0])
    one = gaussian(Cosine(), "space")
    torch.testing.assert_close(law(x, t), one(x, t))
    torch.testing.assert_close(law.log_density(x, t), one.log_density(x, t))
    for given, expected in ((law, mixture(Cosine())), (one, one)):
        assert given.schedule == expected.schedule


def test_points_are_a_mixture_without_width():
    law = MixtureDenoiser(Flow(), torch.ones(5), POINTS, torch.zeros(5, 2, 2))
    x = draw(6, 2)
    for t in (0.05, 0.5, 1.0):
        torch.testing.assert_close(five_points(Flow())(x, at(t)), law(x, at(t)))
        torch.testing.assert_close(five_points(Flow()).log_density(x, at(t)), law.log_density(x, at(t)))


def test_one_point_is_a_point_mass():
    lone = EmpiricalDenoiser(Flow(), POINTS[1:2])
    point = PointMassDenoiser(Flow(), POINTS[1])
    x, t = draw(6, 2), at([0.1, 0.2, 0.4, 0.6, 0.8, 1.0])
    torch.testing.assert_close(lone(x, t), point(x, t))
    torch.testing.assert_close(lone.log_density(x, t), point.log_density(x, t))


def test_empirical_is_brute_force_over_pictures_in_any_chunks(monkeypatch: pytest.MonkeyPatch):
    data, x, t = draw(23, 2, 3, 3), draw(4, 2, 3, 3, seed=1), at([0.2, 0.5, 0.8, 1.0])
    level = t[:, None, None, None]
    logits = torch.stack([-(((x - (1 - level) * d) / level) ** 2).sum((1, 2, 3)) / 2 for d in data], 1)
    expected = torch.einsum("bn,nchw->bchw", torch.softmax(logits, 1), data)
    for chunk in (exact_module.CHUNK, 5 * 18, 1):
        monkeypatch.setattr(exact_module, "CHUNK", chunk)
        torch.testing.assert_close(EmpiricalDenoiser(Flow(), data)(x, t).x0, expected)


def test_empirical_memorizes_next_to_the_data_without_overflow():
    data = draw(50, 1, 8, 8).float()
    law, t = EmpiricalDenoiser(EDM(), data), at(1e-9)
    estimate = law(data + 0.002 * torch.randn(data.shape, generator=torch.Generator().manual_seed(3)), t)
    assert estimate.x0.dtype == torch.float32
    torch.testing.assert_close(estimate.x0, data, rtol=0, atol=1e-6)
    assert torch.isfinite(estimate.eps).all() and 0.9 < estimate.eps.std() < 1.1


@pytest.mark.parametrize("key", LAWS)
def test_samples_follow_the_law(key: str):
    """Their mean is E[x0 | nothing known], and noised they have the log density's expected gradient: none."""
    law = LAWS[key](Flow())
    data = law.sample(20_000, torch.Generator().manual_seed(4))
    assert data.dtype == F64 and len(data) == 20_000
    spread = data.std(0)
    mean = law(draw(1, data.shape[1]), at(1.0)).x0[0]
    assert ((data.mean(0) - mean).abs() <= 4 * spread / math.sqrt(20_000) + 1e-12).all()
    x, t = Flow().add_noise(data, draw(*data.shape, seed=5), at(0.4)), at(0.4)
    score = law.score(x, t)  # E[score] = 0 and E[score x'] = -identity, for any density (Stein)
    assert ((score * x).mean(0) + 1).abs().max() < 4 * (score * x).std(0).max() / math.sqrt(20_000)
    assert score.mean(0).abs().max() < 4 * score.std(0).max() / math.sqrt(20_000)


def test_samples_are_repeatable():
    for make in LAWS.values():
        first, again = (make(Flow()).sample(5, torch.Generator().manual_seed(9)) for _ in range(2))
        assert torch.equal(first, again)


@pytest.mark.parametrize("key", ["tilted", "needle", "flat", "mixture", "five points", "point mass"])
@pytest.mark.parametrize("schedule", [Flow(), Cosine()])
def test_ode_flow_by_scipy(key: str, schedule: NoiseSchedule):
    """In y = x / alpha and the noise level s the ODE is dy/ds = eps: another coordinate, another integrator."""
    law, start, end = LAWS[key](schedule), at(0.8), at(0.1)
    x = draw(3, 2)

    def slope(s: float, y: np.ndarray) -> np.ndarray:
        return law.split(torch.from_numpy(y.reshape(3, 2)), at(1.0), at(s)).eps.numpy().ravel()

    levels = [float(schedule.noise_level(t)) for t in (start, end)]
    y = (x / schedule.alpha(start)).numpy().ravel()
    path = solve_ivp(slope, levels, y, method="DOP853", rtol=1e-11, atol=1e-12)
    expected = schedule.alpha(end) * torch.from_numpy(path.y[:, -1].reshape(3, 2))
    torch.testing.assert_close(law.ode_flow(x, start, end), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", GAUSSIANS)
@pytest.mark.parametrize("schedule", [SCHEDULES[key]() for key in ("linear", "edm")])
def test_the_integrator_is_right_to_twelve_digits(name: str, schedule: NoiseSchedule):
    law = gaussian(schedule, name)
    x = schedule.prior_std(0.3) * draw(4, dimension(law))
    start, end = at(0.95), at(0.02)
    truth = law.ode_flow(x, start, end)
    found = follow(law.split, schedule, x, start, end)
    assert (found - truth).abs().max() < 1e-11 * max(1.0, float(x.abs().max()))
    back = follow(law.split, schedule, truth, end, start)
    if name not in ("needle", "flat"):  # there the way back stretches any rounding as the noise does
        assert (back - x).abs().max() < 1e-9 * max(1.0, float(x.abs().max()))


def test_the_flow_runs_from_pure_noise_to_clean_data():
    law, x = mixture(Flow()), draw(8, 2)
    data = law.ode_flow(x, at(1.0), at(0.0))
    assert torch.isfinite(data).all()
    torch.testing.assert_close(law.ode_flow(data, at(0.0), at(1.0)), x, rtol=0, atol=1e-9)
    arrived = gaussian(Flow()).ode_flow(x, at(1.0), at(0.0))
    mean, covariance = GAUSSIANS["tilted"]
    root = torch.linalg.eigh(covariance)
    expected = mean + x @ (root.eigenvectors * root.eigenvalues.sqrt()) @ root.eigenvectors.T
    torch.testing.assert_close(arrived, expected)


def test_the_flow_carries_the_density():
    """d log p / dt along the path is minus the divergence: log p0 and log p1 differ by the log determinant."""
    law, point = mixture(Flow()), draw(1, 2)
    start, end = at(0.9), at(0.05)
    nudges = 1e-4 * torch.tensor([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]], dtype=F64)
    arrived = law.ode_flow(point + nudges, start, end)
    jacobian = (arrived[1:3] - arrived[3:5]) / 2e-4
    change = law.log_density(point, start) - law.log_density(arrived[:1], end)
    assert float(change) == pytest.approx(float(jacobian.det().abs().log()), abs=1e-5)


def test_a_way_of_no_length_is_no_way():
    x = draw(2, 2)
    torch.testing.assert_close(mixture(Cosine()).ode_flow(x, at(0.5), at(0.5)), x)


def test_pictures_keep_their_shape():
    mean = draw(1, 4, 4)
    law = GaussianDenoiser(Flow(), mean, 0.1 * torch.eye(16, dtype=F64))
    x = draw(3, 1, 4, 4)
    assert law(x.float(), at(0.5)).x0.dtype == torch.float32
    for shaped in (law(x, at(0.5)).x0, law.ode_flow(x, at(0.5), at(0.1)), law.sample(3, torch.Generator())):
        assert shaped.shape == x.shape
    point = PointMassDenoiser(Flow(), mean)
    assert point.sample(3, torch.Generator()).shape == x.shape and point(x, at([0.1, 0.2, 0.3])).eps.shape == x.shape


@pytest.mark.parametrize(
    "covariance",
    [[[1.0, 0.5], [0.4, 1.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0]], [[math.nan, 0.0], [0.0, 1.0]]],
)
def test_what_is_no_covariance_is_refused(covariance: list[list[float]]):
    with pytest.raises(Refused) as refused:
        GaussianDenoiser(Flow(), torch.zeros(2), torch.tensor(covariance))
    assert refused.value.key == "covariance"


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.5, -0.1, 0.6], [0.0, 0.0, 0.0], [math.nan, 1.0, 1.0]])
def test_bad_weights_are_refused(weights: list[float]):
    with pytest.raises(Refused) as refused:
        MixtureDenoiser(Flow(), torch.tensor(weights), MEANS, COVARIANCES)
    assert refused.value.key == "weights"


def test_an_empty_set_is_refused():
    with pytest.raises(Refused) as refused:
        EmpiricalDenoiser(Flow(), torch.zeros(0, 2))
    assert refused.value.key == "empty-set"
