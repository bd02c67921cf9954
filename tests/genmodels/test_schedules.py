"""What every schedule must do, whatever its formula: exact ends, monotone, finite, invertible, betas that compose."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from genmodels.errors import Refused
from genmodels.knobs import knobs_of
from genmodels.schedules import (
    SCHEDULES,
    Cosine,
    Drawn,
    FromBetas,
    LinearBeta,
    NoiseSchedule,
    ScaledLinear,
    ZeroTerminal,
)

F64 = torch.float64
GRID = torch.linspace(0, 1, 1001, dtype=F64)
ZERO, ONE = torch.zeros((), dtype=F64), torch.ones((), dtype=F64)


def with_extreme_knobs() -> dict[str, NoiseSchedule]:
    """Each schedule with one knob at a time at an end of its slider or of its meaning, where that is a schedule."""
    found = {}
    for key, make in SCHEDULES.items():
        for name, knob in knobs_of(make).items():
            (field,) = (f for f in dataclasses.fields(make) if f.name == name)  # type: ignore[arg-type]
            for value in sorted({knob.low, knob.high, field.metadata["least"], field.metadata["most"]}):
                try:
                    found[f"{key}-{name}-{value:g}"] = make(**{name: value})
                except Refused as refused:
                    assert refused.key in {"order", "beta-steps"}
    return found


EVERY: dict[str, NoiseSchedule] = {
    **{key: make() for key, make in SCHEDULES.items()},
    **with_extreme_knobs(),
    "zero-terminal linear": ZeroTerminal(LinearBeta()),
    "zero-terminal scaled-linear": ZeroTerminal(ScaledLinear()),
    "zero-terminal cosine": ZeroTerminal(Cosine()),
    "from-betas": FromBetas((0.1, 0.2, 0.05, 0.5)),
    "from one beta": FromBetas((0.7,)),
    "drawn log-snr": Drawn(((0.0, 9.0), (0.2, 3.0), (0.7, 1.0), (1.0, -7.0))),
    "drawn alpha-bar": Drawn(((0.0, 1.0), (0.4, 0.9), (1.0, 0.0)), "alpha-bar"),
    "drawn line": Drawn(((0.0, 5.0), (1.0, -5.0))),
}
JUMPING = ("ve", "edm", "log-linear", "drawn log-snr", "drawn line")  # to a floor, just after t = 0


@pytest.fixture(params=EVERY)
def schedule(request: pytest.FixtureRequest) -> NoiseSchedule:
    return EVERY[request.param]


def test_the_keys_are_the_contract():
    assert " ".join(SCHEDULES) == (
        "linear scaled-linear cosine shifted-cosine sigmoid laplace ve edm flow shifted-flow trig log-linear"
    )


def test_starts_from_clean_data_exactly(schedule: NoiseSchedule):
    for t in (ZERO, GRID, torch.zeros(7, dtype=F64)):  # vector code may round differently from scalar code
        assert schedule.alpha(t).reshape(-1)[0] == 1
        assert schedule.sigma(t).reshape(-1)[0] == 0
    assert schedule.noise_level(ZERO) == 0 and schedule.log_snr(ZERO) == math.inf
    assert schedule.alpha_bar(ZERO) == 1 and schedule.snr(ZERO) == math.inf


def test_is_float64_of_the_shape_of_t(schedule: NoiseSchedule):
    for t in (ONE, GRID[1:8], GRID[3]):
        for value in (schedule.alpha(t), schedule.sigma(t), schedule.time_of(schedule.noise_level(t))):
            assert value.dtype == F64 and value.shape == t.shape


def test_scalars_and_vectors_agree(schedule: NoiseSchedule):
    for f in (schedule.alpha, schedule.sigma):
        one_by_one = torch.stack([f(t) for t in GRID[::100]])
        torch.testing.assert_close(one_by_one, f(GRID)[::100], rtol=1e-13, atol=1e-15)


def test_noise_strictly_grows_and_is_finite(schedule: NoiseSchedule):
    level = schedule.noise_level(GRID)
    assert (level.diff() > 0).all()
    assert torch.isfinite(level[:-1]).all() and torch.isfinite(schedule.log_snr(GRID[1:-1])).all()
    assert (schedule.alpha(GRID).diff() <= 0).all() and (schedule.sigma(GRID).diff() >= 0).all()


def test_time_of_inverts_the_noise_level(schedule: NoiseSchedule):
    t = torch.cat([GRID[10::30], torch.logspace(-6, -3, 10, dtype=F64), 1 - torch.logspace(-9, -3, 10, dtype=F64)])
    assert (schedule.time_of(schedule.noise_level(t)) - t).abs().max() < 1e-10
    assert (schedule.time_of(schedule.noise_level(t[:6].reshape(2, 3))) - t[:6].reshape(2, 3)).abs().max() < 1e-10


def test_time_of_the_ends(schedule: NoiseSchedule):
    assert schedule.time_of(ZERO) == 0
    assert schedule.time_of(torch.tensor(math.inf)) == 1
    assert 0 < schedule.time_of(torch.tensor(1e-200, dtype=F64)) < 1e-6


@pytest.mark.parametrize("key", JUMPING)
def test_a_floor_is_found_just_after_the_start(key: str):
    schedule = EVERY[key]
    floor = schedule.noise_level(torch.tensor(1e-300, dtype=F64))
    assert floor > 1e-3
    t = schedule.time_of(floor)
    assert 0 < t < 1e-9
    torch.testing.assert_close(schedule.noise_level(t), floor, rtol=1e-9, atol=0)


@pytest.mark.parametrize("T", [1, 2, 10, 1000])
def test_betas_compose_to_the_schedule(schedule: NoiseSchedule, T: int):
    """The chain q(x_t | x_t-1) of the texts, followed step by step, arrives at the marginal of x_t."""
    mean, variance = 1.0, 0.0
    for i, beta in enumerate(schedule.betas(T).tolist(), 1):
        assert 0 < beta <= 1
        if beta == schedule.most_beta < 1:  # cut: from here on the chain has more signal
            break
        mean, variance = mean * math.sqrt(1 - beta), variance * (1 - beta) + beta
        alpha_bar = float(schedule.alpha_bar(torch.tensor(i / T, dtype=F64)))
        assert mean**2 == pytest.approx(alpha_bar, rel=1e-8, abs=1e-12)
        assert variance == pytest.approx(1 - alpha_bar, abs=1e-10)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1e9, 1e9, "1", None, True])
@pytest.mark.parametrize(("key", "name"), [(key, name) for key, make in SCHEDULES.items() for name in knobs_of(make)])
def test_a_number_without_meaning_is_refused(key: str, name: str, value: object):
    with pytest.raises(Refused) as refused:
        SCHEDULES[key](**{name: value})
    assert refused.value.key == "knob" and refused.value.values["name"] == name


@pytest.mark.parametrize("value", [0, -0.5])
@pytest.mark.parametrize("key", SCHEDULES)
def test_a_scale_is_more_than_nothing(key: str, value: float):
    scales = {"T", "beta_start", "beta_end", "size", "tau", "b", "sigma_min", "sigma_max", "rho", "shift"}
    for name in scales & knobs_of(SCHEDULES[key]).keys():
        with pytest.raises(Refused):
            SCHEDULES[key](**{name: value})


def test_what_must_be_whole_becomes_so():
    schedule = LinearBeta(T=500.0)  # type: ignore[arg-type]
    assert isinstance(schedule.T, int) and schedule == LinearBeta(T=500)


def test_alpha_bar_is_the_logistic_function_of_log_snr(schedule: NoiseSchedule):
    torch.testing.assert_close(schedule.alpha_bar(GRID), torch.sigmoid(schedule.log_snr(GRID)), rtol=1e-9, atol=1e-14)
    torch.testing.assert_close(schedule.snr(GRID[1:]).log(), schedule.log_snr(GRID[1:]), rtol=1e-9, atol=1e-9)


def test_prior_std_is_the_spread_of_noised_data(schedule: NoiseSchedule):
    dice = torch.Generator().manual_seed(1)
    x0, eps = torch.randn(2, 10_000, 1, generator=dice, dtype=F64)
    noised = schedule.add_noise(0.5 * x0, eps, ONE)
    assert schedule.prior_std(0.25) == pytest.approx(float(noised.std()), rel=4 / math.sqrt(2 * 10_000))


def test_add_noise_takes_a_time_per_picture(schedule: NoiseSchedule):
    dice = torch.Generator().manual_seed(2)
    x0, eps = torch.randn(2, 3, 2, 4, 4, generator=dice)
    t = torch.tensor([0.0, 0.3, 0.9], dtype=F64)
    x = schedule.add_noise(x0, eps, t)
    assert x.dtype == torch.float32 and torch.equal(x[0], x0[0])
    for i in range(3):
        torch.testing.assert_close(x[i], schedule.add_noise(x0[i], eps[i], t[i]))
