"""Every spacing on every schedule: n steps, strictly falling, ending where it should; and each rule by its own law."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.stats
import torch

from genmodels.denoising import MixtureDenoiser
from genmodels.errors import Refused
from genmodels.knobs import knobs_of
from genmodels.samplers import SAMPLERS, Noise
from genmodels.schedules import EDM, SCHEDULES, VE, Flow, Laplace, LinearBeta, NoiseSchedule, ScaledLinear, ZeroTerminal
from genmodels.spacing import MOST_NOISE, SPACINGS, beta_quantile, ends

F64 = torch.float64
ALL: dict[str, NoiseSchedule] = {
    **{key: make() for key, make in SCHEDULES.items()},
    "zero-terminal": ZeroTerminal(LinearBeta()),
    "steep laplace": Laplace(b=0.1),
}
BY_INDEX = ("leading", "trailing", "linspace", "quadratic")
BY_LEVEL = ("karras", "exponential", "polyexponential")
FROM_PURE_NOISE = ("trailing", "linspace", *BY_LEVEL, "beta", "by-hand")


@pytest.mark.parametrize("key", SPACINGS)
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("endpoint", ["zero", "stop"])
def test_n_steps_strictly_falling(key: str, name: str, endpoint: str):
    schedule = ALL[name]
    knobs: dict[str, Any] = {} if key == "by-hand" else {"endpoint": endpoint}
    for n in (1, 2, 5, 50, 1000):
        if n == 1000 and endpoint == "stop" and key in ("leading", "trailing", "linspace"):
            with pytest.raises(Refused) as refused:  # 1001 times among 1000 indices
                SPACINGS[key](schedule, n, **knobs)
            assert refused.value.key == "too-many-steps"
            continue
        times = SPACINGS[key](schedule, n, **knobs)
        assert times.dtype == F64 and times.shape == (n + 1,)
        assert (times.diff() < 0).all() and times[-1] >= 0 and times[0] <= 1
        assert torch.isfinite(schedule.noise_level(times[1:])).all() and (schedule.noise_level(times).diff() < 0).all()
        if key in FROM_PURE_NOISE:
            assert times[0] == 1
        if endpoint == "zero" or key == "by-hand":
            assert times[-1] == 0
        elif key in BY_INDEX:
            assert times[-1] == 0.001
        else:
            level = float(schedule.noise_level(times[-1]))
            assert level == pytest.approx(ends(schedule, n)[0], rel=1e-6) and level > 0


@pytest.mark.parametrize(
    ("schedule", "low", "high"),
    [
        (LinearBeta(), 0.0100005, 157.407),
        (ScaledLinear(), 0.02917, 14.6146),
        (EDM(), 0.002, 80),
        (VE(0.05, 30), 0.05, 30),
        (Flow(), 0.001 / 0.999, MOST_NOISE),
    ],
)
def test_the_ends_are_the_schedules_own(schedule: NoiseSchedule, low: float, high: float):
    assert ends(schedule, 2) == pytest.approx((low, high), rel=1e-4)


@pytest.mark.parametrize("key", [key for key in SPACINGS if key != "leading"])  # never begins at pure noise
@pytest.mark.parametrize("name", [name for name in ALL if "laplace" not in name])  # pure noise comes too late in time
def test_every_step_shrinks_as_there_are_more(key: str, name: str):
    """Where one does not, no method comes to the truth, however many steps it takes."""
    longest = []
    for n in (25, 400):
        ways = ALL[name].noise_level(SPACINGS[key](ALL[name], n))
        share = torch.where(ways.isinf(), 1, ways / (1 + ways))  # sigma / (alpha + sigma): finite at both ends
        longest.append(float(share[:-1].diff().abs().max()))  # the last one, to zero, is taken from the smallest noise
    assert longest[1] < 0.35 * longest[0]


@pytest.mark.parametrize("key", FROM_PURE_NOISE)
@pytest.mark.parametrize("name", ["shifted-cosine", "flow"])
def test_a_run_comes_to_the_truth_also_of_what_many_pixels_say_together(key: str, name: str):
    """12,288 numbers that rise and fall together are one, with 111 times its signal: noise of 200 does not hide it."""
    schedule, mean, spread = ALL[name], 30.0, 111.0
    law = MixtureDenoiser(schedule, torch.ones(1), torch.tensor([[mean]]), torch.tensor([[[spread**2]]]))
    x = torch.tensor([[0.7], [-1.3]], dtype=F64)
    off = []
    for n in (25, 200):
        *_, last = SAMPLERS["heun"].run(law, x, SPACINGS[key](schedule, n), Noise((0, 1), (1,), dtype=F64))
        off.append(float((last.x - (mean + spread * x)).abs().max()) / spread)
    assert off[1] < off[0] / 5


def test_leading_never_sees_pure_noise_and_trailing_never_the_cleanest_index():
    assert SPACINGS["leading"](LinearBeta(), 10)[0] == pytest.approx(0.901)
    schedule = LinearBeta()
    last = SPACINGS["trailing"](schedule, 10)[-2]
    assert float(last) == pytest.approx(0.1) and float(schedule.noise_level(last)) == pytest.approx(0.339, abs=1e-3)


def test_quadratic_is_even_in_the_root_of_the_index():
    roots = (SPACINGS["quadratic"](LinearBeta(), 25)[:-1] * 1000 - 1).clamp(min=0).sqrt()
    torch.testing.assert_close(roots.diff(), torch.full((24,), -math.sqrt(800) / 24, dtype=F64), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("rho", [1.0, 3.0, 7.0])
def test_karras_is_his_published_ladder(rho: float):
    n = 18
    low, high = 0.002 ** (1 / rho), 80 ** (1 / rho)
    ladder = (high + np.arange(n) / (n - 1) * (low - high)) ** rho
    schedule = EDM()
    np.testing.assert_allclose(schedule.noise_level(SPACINGS["karras"](schedule, n, rho=rho)[:-1]), ladder, rtol=1e-9)


def test_karras_on_edm_is_even_in_time():
    times = SPACINGS["karras"](EDM(), 10, "stop")
    np.testing.assert_allclose(times, np.linspace(1, 0, 11), atol=1e-10)


@pytest.mark.parametrize("name", ["linear", "edm", "cosine", "flow"])
def test_exponential_is_even_in_log_snr(name: str):
    steps = ALL[name].log_snr(SPACINGS["exponential"](ALL[name], 20, "stop"))[1:].diff()
    torch.testing.assert_close(steps, steps.mean().expand(19), rtol=1e-7, atol=1e-9)


def test_polyexponential_with_exponent_1_is_exponential():
    even = SPACINGS["exponential"](LinearBeta(), 20)
    torch.testing.assert_close(SPACINGS["polyexponential"](LinearBeta(), 20, rho=1.0), even)
    assert (SPACINGS["polyexponential"](LinearBeta(), 20, rho=2.0)[1:-2] < even[1:-2]).all()


@pytest.mark.parametrize(("a", "b"), [(0.6, 0.6), (0.2, 3.0), (3.0, 0.2), (1.0, 1.0), (2.5, 0.7)])
def test_beta_takes_quantiles_in_time(a: float, b: float):
    p = np.linspace(1, 0, 41)
    np.testing.assert_allclose(beta_quantile(p, a, b), scipy.stats.beta.ppf(p, a, b), atol=1e-12)
    np.testing.assert_allclose(SPACINGS["beta"](Flow(), 40, a=a, b=b), scipy.stats.beta.ppf(p, a, b), atol=1e-12)


def test_times_by_hand():
    assert SPACINGS["by-hand"](Flow(), 3, times=[0.9, 0.5, 0.2, 0.0]).tolist() == [0.9, 0.5, 0.2, 0.0]
    np.testing.assert_allclose(SPACINGS["by-hand"](Flow(), 4), [1, 0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize(
    ("times", "key"),
    [
        ([0.9, 0.5], "times-by-hand"),
        ([1.1, 0.5, 0.2], "times-by-hand"),
        ([0.9, 0.5, -0.1], "times-by-hand"),
        ([0.9, math.nan, 0.1], "times-by-hand"),
        ([0.9, 0.5, 0.5], "times-not-falling"),
        ([0.1, 0.5, 0.9], "times-not-falling"),
    ],
)
def test_times_that_make_no_run_are_refused(times: list[float], key: str):
    with pytest.raises(Refused) as refused:
        SPACINGS["by-hand"](Flow(), 2, times=times)
    assert refused.value.key == key


@pytest.mark.parametrize("key", SPACINGS)
@pytest.mark.parametrize("n", [0, -1, 1001, 2.5, True, "5"])
def test_what_is_no_number_of_steps_is_refused(key: str, n: Any):
    with pytest.raises(Refused) as refused:
        SPACINGS[key](LinearBeta(), n)
    assert refused.value.key == "steps"


@pytest.mark.parametrize("key", [key for key in SPACINGS if key != "by-hand"])
def test_another_endpoint_is_refused(key: str):
    with pytest.raises(Refused) as refused:
        SPACINGS[key](LinearBeta(), 5, endpoint="nowhere")
    assert refused.value.key == "endpoint"


@pytest.mark.parametrize("key", SPACINGS)
def test_knobs_reach_their_bounds(key: str):
    for name, knob in knobs_of(SPACINGS[key]).items():
        for value in (knob.low, knob.high):
            assert (SPACINGS[key](LinearBeta(), 50, **{name: value}).diff() < 0).all()
