"""Each schedule against its paper: the published recursion, a law from scipy, or a relation between two of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import torch

from genmodels.errors import Refused
from genmodels.schedules import (
    EDM,
    VE,
    Cosine,
    Flow,
    FromBetas,
    Laplace,
    LinearBeta,
    LogLinear,
    NoiseSchedule,
    ScaledLinear,
    ShiftedCosine,
    ShiftedFlow,
    Sigmoid,
    Trig,
    ZeroTerminal,
)

F64 = torch.float64
ONE = torch.ones((), dtype=F64)
STEPS = torch.arange(1, 1001, dtype=F64) / 1000
INNER = torch.linspace(0.01, 0.99, 99, dtype=F64)


def published(betas: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.cumprod(1 - betas))


TABLES = {
    "linear": (LinearBeta(), np.linspace(1e-4, 0.02, 1000)),
    "scaled-linear": (ScaledLinear(), np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2),
    "from-betas": (FromBetas(tuple(np.linspace(1e-3, 0.3, 1000))), np.linspace(1e-3, 0.3, 1000)),
}


@pytest.mark.parametrize("key", TABLES)
def test_a_table_comes_out_as_it_went_in(key: str):
    schedule, betas = TABLES[key]
    assert (schedule.betas(1000) - torch.from_numpy(betas)).abs().max() < 1e-10
    torch.testing.assert_close(schedule.alpha_bar(STEPS), published(betas), rtol=1e-10, atol=0)


def test_a_table_is_straight_in_the_logarithm_between_its_nodes():
    t = torch.tensor([0.4, 0.40025, 0.4005, 0.40075, 0.401], dtype=F64)
    change = LinearBeta().alpha_bar(t).log().diff()
    torch.testing.assert_close(change, change.mean().expand(4), rtol=1e-8, atol=0)


def test_known_ends():
    level = LinearBeta().noise_level(torch.tensor([0.001, 1.0], dtype=F64))
    assert level.tolist() == pytest.approx([0.0100, 157.4], rel=1e-3)
    assert float(LinearBeta().alpha(ONE)) == pytest.approx(0.00635, rel=1e-3)
    assert float(ScaledLinear().alpha(ONE)) == pytest.approx(0.0683, rel=1e-3)
    assert float(ScaledLinear().snr(ONE)) == pytest.approx(0.0047, rel=1e-2)
    assert float(Cosine().noise_level(ONE)) == pytest.approx(20291, rel=1e-3)


@pytest.mark.parametrize("kind", [LinearBeta, ScaledLinear])
def test_another_T_brings_in_the_same_noise(kind: type):
    ends = [float(kind(T=T).alpha_bar(ONE).log()) for T in (1000, 2000, 4000)]
    assert ends == pytest.approx([ends[0]] * 3, rel=0.01)


@pytest.mark.parametrize("T", [2, 20])
def test_a_T_whose_betas_reach_1_is_refused(T: int):
    with pytest.raises(Refused) as refused:
        LinearBeta(T=T)
    assert refused.value.key == "beta-steps" and refused.value.values["least"] == 21
    assert LinearBeta(T=21).betas(21).max() < 1


@pytest.mark.parametrize(
    ("betas", "key"),
    [
        ((), "beta-count"),
        ((0.1, 1.0), "beta"),
        ((0.0,), "beta"),
        ((math.nan,), "beta"),
        ((0.1,) * 10_001, "beta-count"),
    ],
)
def test_bad_betas_are_refused(betas: tuple[float, ...], key: str):
    with pytest.raises(Refused) as refused:
        FromBetas(betas)
    assert refused.value.key == key


def test_half_a_step_is_refused():
    with pytest.raises(Refused) as refused:
        LinearBeta(T=100.5)  # type: ignore[arg-type]
    assert refused.value.key == "whole"


@pytest.mark.parametrize("T", [1, 2, 10, 100, 999, 1000])
@pytest.mark.parametrize("offset", [0, 0.001, 0.008, 0.2])
def test_cosine_is_improved_ddpms_recursion(offset: float, T: int):
    f = np.cos((np.arange(T + 1) / T + offset) / (1 + offset) * np.pi / 2) ** 2
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    assert (Cosine(offset).betas(T) - torch.from_numpy(betas)).abs().max() < 1e-10


@pytest.mark.parametrize(("start", "end", "tau"), [(-3, 3, 1), (0, 3, 0.3), (-3, 3, 0.5), (-5, 1, 2)])
def test_sigmoid_is_the_published_recursion(start: float, end: float, tau: float):
    def logistic(x: np.ndarray | float) -> np.ndarray:
        return 1 / (1 + np.exp(-np.asarray(x, dtype=np.longdouble) / tau))  # the differences below lose digits

    f = (logistic(end) - logistic(np.linspace(start, end, 1001))) / (logistic(end) - logistic(start))
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    assert (Sigmoid(start, end, tau).betas(1000) - torch.from_numpy(betas.astype(np.float64))).abs().max() < 1e-10


@pytest.mark.parametrize("T", [1, 10, 1000])
@pytest.mark.parametrize("schedule", [Cosine(), Sigmoid()])
def test_the_cut_leaves_no_step_above_999(schedule: NoiseSchedule, T: int):
    betas = schedule.betas(T)
    assert betas[-1] == pytest.approx(0.999, abs=1e-12) and betas.max() < 0.999 + 1e-12


@pytest.mark.parametrize(("mu", "b"), [(0.0, 0.5), (1.5, 0.8), (-2.0, 0.1)])
def test_laplace_has_a_laplace_law_of_log_snr(mu: float, b: float):
    log_snr = Laplace(mu, b).log_snr(INNER).numpy()
    np.testing.assert_allclose(scipy.stats.laplace.sf(log_snr, mu, b), INNER.numpy(), atol=1e-12)
    assert float(Laplace(mu, b).log_snr(torch.tensor(0.5, dtype=F64))) == pytest.approx(mu, abs=1e-14)


@pytest.mark.parametrize("size", [8, 64, 256])
def test_shifted_cosine_moves_log_snr(size: float):
    move = ShiftedCosine(size).log_snr(INNER) - Trig().log_snr(INNER)
    torch.testing.assert_close(move, torch.full_like(move, 2 * math.log(64 / size)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shift", [0.3, 1.0, 3.0])
def test_shifted_flow_multiplies_the_noise_level_once(shift: float):
    schedule = ShiftedFlow(shift)
    torch.testing.assert_close(schedule.noise_level(INNER), shift * INNER / (1 - INNER), rtol=1e-12, atol=0)
    torch.testing.assert_close(schedule.alpha(INNER) + schedule.sigma(INNER), torch.ones_like(INNER))


def test_flow_and_trig_end_in_pure_noise():
    for schedule in (Flow(), Trig(), ShiftedFlow(), ShiftedCosine(), Laplace()):
        assert schedule.alpha(ONE) == 0 and schedule.sigma(ONE) == 1 and schedule.prior_std(7.0) == 1
    torch.testing.assert_close(Flow().alpha(INNER) + Flow().sigma(INNER), torch.ones_like(INNER))
    angle = torch.atan2(Trig().sigma(INNER), Trig().alpha(INNER))
    torch.testing.assert_close(angle, INNER * math.pi / 2)


def test_edm_is_karras_ladder():
    n, rho = 18, 7
    ladder = (80 ** (1 / rho) + np.arange(n) / (n - 1) * (0.002 ** (1 / rho) - 80 ** (1 / rho))) ** rho
    t = torch.from_numpy(1 - np.arange(n - 1) / (n - 1))
    np.testing.assert_allclose(EDM().noise_level(t), ladder[:-1], rtol=1e-12)


@pytest.mark.parametrize("schedule", [VE(), LogLinear(), VE(0.1, 5)])
def test_exploding_schedules_grow_by_a_constant_factor(schedule: VE | LogLinear):
    t = torch.linspace(1e-12, 1, 11, dtype=F64)
    np.testing.assert_allclose(
        schedule.noise_level(t), np.geomspace(schedule.sigma_min, schedule.sigma_max, 11), rtol=1e-9
    )
    assert schedule.prior_std(4.0) == pytest.approx(math.hypot(2, schedule.sigma_max))


@pytest.mark.parametrize("make", [lambda: VE(5, 2), lambda: EDM(2, 2), lambda: Sigmoid(1, 1)])
def test_ends_in_the_wrong_order_are_refused(make):
    with pytest.raises(Refused) as refused:
        make()
    assert refused.value.key == "order"


@pytest.mark.parametrize("inner", [LinearBeta(), ScaledLinear(), Cosine(), Trig()])
def test_zero_terminal_keeps_the_shape_and_ends_in_noise(inner: NoiseSchedule):
    schedule = ZeroTerminal(inner)
    assert schedule.alpha(ONE) == 0 and schedule.sigma(ONE) == 1
    alpha, before = schedule.alpha(INNER), inner.alpha(INNER)
    torch.testing.assert_close(
        alpha.diff() / before.diff(), torch.full_like(alpha[1:], 1 / (1 - float(inner.alpha(ONE))))
    )
    torch.testing.assert_close(alpha**2 + schedule.sigma(INNER) ** 2, torch.ones_like(INNER), rtol=0, atol=1e-14)


@pytest.mark.parametrize("inner", [Flow(), VE()])
def test_zero_terminal_needs_a_variance_preserving_schedule(inner: NoiseSchedule):
    with pytest.raises(Refused) as refused:
        ZeroTerminal(inner)
    assert refused.value.key == "not-variance-preserving"
