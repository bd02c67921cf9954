"""What holds for every sampler: its contract, its symmetries, and that it is finite wherever it is let run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.denoising.exact import MixtureDenoiser
from genmodels.errors import Refused
from genmodels.knobs import knobs_of
from genmodels.samplers import METHODS, SAMPLERS, Noise, begin, sample
from genmodels.schedules import SCHEDULES, NoiseSchedule
from genmodels.spacing import SPACINGS, Endpoint
from tests.genmodels import laws

F64 = torch.float64
KEYS = list(METHODS)
OWN_NODES = ["rk45"]
WORLDS = ("linear", "ve", "flow")
STOP, ZERO = torch.linspace(1, 0.1, 5, dtype=F64), torch.linspace(1, 0, 5, dtype=F64)


class Counted:
    """A Gaussian's denoiser, number by number, that counts its calls."""

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule, self.calls = schedule, 0

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        assert bool((t > 0).all()), "nothing is evaluated on clean data"
        assert not torch.is_grad_enabled()
        self.calls += 1
        alpha, sigma = (rate.to(x).reshape(-1, 1) for rate in (self.schedule.alpha(t), self.schedule.sigma(t)))
        x0 = 0.3 + 0.25 * alpha / (0.25 * alpha**2 + sigma**2) * (x - 0.3 * alpha)
        return Estimate(x0, (x - alpha * x0) / sigma)


def test_the_keys_are_the_agreed_ones() -> None:
    agreed = "ddpm ddim euler heun dpm-2 lms dpmpp-2s dpmpp-2m dpmpp-3m dpmpp-3m-fixed dpmpp-sde dpmpp-2m-sde"
    assert [*agreed.split(), "unipc-1", "unipc-2", "deis-2", "rk4", "rk45"] == list(SAMPLERS)


@pytest.mark.parametrize("times", [STOP, ZERO], ids=["stop", "zero"])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("key", KEYS)
def test_one_step_per_time_and_each_estimate_fits(key: str, world: str, times: Tensor) -> None:
    method, denoise = METHODS[key], Counted(SCHEDULES[world]())
    noise = method.noise(range(3), (2,), F64)
    steps = []
    for step in method.run(denoise, begin(denoise.schedule, times[0], noise), times, noise):
        assert torch.is_grad_enabled(), "a run must not leave gradients off between its steps"
        steps.append(step)
    if key not in OWN_NODES:
        assert [step.t.item() for step in steps] == times.tolist()
    assert steps[0].t.flatten()[0] == times[0] and steps[-1].t.flatten()[-1] == pytest.approx(float(times[-1]))
    for step in steps[:-1] if times[-1] == 0 else steps:
        t = step.t.reshape(-1, 1)
        rebuilt = denoise.schedule.alpha(t) * step.x0 + denoise.schedule.sigma(t) * step.eps
        assert torch.allclose(rebuilt, step.x, rtol=1e-10, atol=1e-10)
    if times[-1] == 0:
        assert torch.equal(steps[-1].x, steps[-1].x0) and torch.equal(steps[-1].eps, steps[-2].eps)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize(("endpoint", "last"), [("stop", 0.1), ("zero", 0.0)])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("key", [key for key in KEYS if key not in OWN_NODES])
def test_a_run_costs_what_is_said(key: str, world: str, endpoint: Endpoint, last: float, n: int) -> None:
    method, denoise = METHODS[key], Counted(SCHEDULES[world]())
    noise, times = method.noise(range(3), (2,), F64), torch.linspace(1, last, n + 1, dtype=F64)
    for _ in method.run(denoise, begin(denoise.schedule, times[0], noise), times, noise):
        pass
    said = method.evaluations(n, endpoint)
    assert said is not None
    look = endpoint == "stop"
    # where there is no data yet, a midpoint in log-SNR is nowhere: that step is of first order
    spared = world == "flow" and key in ("dpmpp-2s", "dpmpp-sde") and (n > 1 or endpoint == "stop")
    assert denoise.calls == said + look - spared
    if endpoint == "stop":
        assert method.evaluations(n) == said


@pytest.mark.parametrize("key", KEYS)
def test_a_sample_depends_on_its_seed_alone(key: str) -> None:
    """Bitwise: alone, in company, or in another place."""
    method, ends = METHODS[key], {}
    schedule = SCHEDULES["linear"]()
    for seeds in ([7], [1, 7, 9], [9, 7]):
        noise = method.noise(seeds, (2,), F64)
        *_, last = method.run(Counted(schedule), noise.start(), ZERO, noise)
        for seed, x in zip(seeds, last.x, strict=True):
            assert torch.equal(ends.setdefault(seed, x), x)
    assert not torch.equal(ends[1], ends[9])


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("key", KEYS)
def test_turning_the_data_turns_the_samples(key: str, world: str) -> None:
    schedule, method = SCHEDULES[world](), METHODS[key]
    turn = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=F64)
    turned = MixtureDenoiser(schedule, laws.WEIGHTS, laws.MEANS @ turn.T, turn @ laws.COVARIANCES @ turn.T)
    ends = []
    for denoise, axes in ((laws.mixture(schedule), torch.eye(2, dtype=F64)), (turned, turn)):
        noise = method.noise(range(4), (2,), F64)
        fresh: Callable[..., Tensor] = lambda *moment, noise=noise, axes=axes: noise(*moment) @ axes.T  # noqa: E731
        *_, last = method.run(denoise, begin(schedule, STOP[0], noise) @ axes.T, STOP, fresh)
        ends.append(last.x)
    assert torch.allclose(ends[0] @ turn.T, ends[1], rtol=0, atol=1e-9)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("key", KEYS)
def test_one_point_is_found_in_one_step(key: str, world: str) -> None:
    schedule, method = SCHEDULES[world](), METHODS[key]
    denoise, noise = laws.point_mass(schedule), method.noise(range(4), (2,), F64)
    start = begin(schedule, ZERO[0], noise)
    *_, last = method.run(denoise, start, ZERO[[0, -1]], noise)
    assert torch.allclose(last.x, laws.POINT.expand(4, 2), rtol=0, atol=1e-12)
    if not method.stochastic:
        *_, last = method.run(denoise, start, STOP[[0, 3]], noise)
        assert torch.allclose(last.x, denoise.ode_flow(start, STOP[0], STOP[3]), rtol=0, atol=1e-12)


@cache
def some_times(world: str, spacing: str, n: int, endpoint: str) -> Tensor:
    return (
        SPACINGS[spacing](SCHEDULES[world](), n)
        if spacing == "by-hand"
        else SPACINGS[spacing](SCHEDULES[world](), n, endpoint)
    )


@pytest.mark.parametrize("world", SCHEDULES)
@pytest.mark.parametrize("key", KEYS)
def test_is_finite_or_refused_everywhere(key: str, world: str) -> None:
    schedule, method = SCHEDULES[world](), METHODS[key]
    if method.refuses(schedule):
        return
    noise = method.noise(range(2), (2,), F64)
    for spacing in ["linspace"] if key in OWN_NODES else SPACINGS:
        for n in (1, 2, 5):
            for endpoint in ("zero", "stop") if n == 2 else ("zero",):
                times = some_times(world, spacing, n, endpoint)
                steps = list(method.run(Counted(schedule), begin(schedule, times[0], noise), times, noise))
                assert all(bool(torch.isfinite(part).all()) for step in steps for part in step)
                assert float(steps[-1].x.abs().max()) < 20


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("key", KEYS)
def test_single_precision_stays_near_double(key: str, world: str) -> None:
    schedule, method = SCHEDULES[world](), METHODS[key]
    ends = []
    for dtype in (F64, torch.float32):
        noise = method.noise(range(8), (2,), dtype)
        *_, last = method.run(laws.gaussian(schedule), begin(schedule, ZERO[0], noise), ZERO, noise)
        assert last.x.dtype == last.x0.dtype == last.eps.dtype == dtype
        ends.append(last.x.double())
    assert float((ends[0] - ends[1]).abs().max()) < 2e-5


@pytest.mark.parametrize("key", KEYS)
def test_every_knob_can_be_turned_to_its_ends(key: str) -> None:
    schedule = SCHEDULES["flow"]()
    for name, knob in knobs_of(METHODS[key].run).items():
        for value in {knob.high, knob.low} if key not in OWN_NODES else {knob.high}:
            x = Noise(range(2), (2,), F64).start()
            *_, last = sample(Counted(schedule), key, x, ZERO, range(2), **{name: value})
            assert bool(torch.isfinite(last.x).all())


def test_what_is_no_run_is_refused() -> None:
    x, denoise = torch.zeros(1, 2, dtype=F64), Counted(SCHEDULES["flow"]())
    for times in ([1.0], [0.2, 0.4], [0.5, 0.5], [1.1, 0.0], [0.5, -0.1], [1.0, float("nan")], [[1.0, 0.0]]):
        with pytest.raises(Refused) as refused:
            sample(denoise, "euler", x, torch.tensor(times, dtype=F64), [0])
        assert refused.value.key == "times"
    with pytest.raises(Refused):
        sample(denoise, "euler", x, ZERO.float(), [0])
    with pytest.raises(Refused):
        sample(denoise, "ddim", x, ZERO, [0], eta=2.0)
    with pytest.raises(Refused):
        sample(denoise, "rk4", x, ZERO, [0], eta=1.0)


def test_a_run_at_clean_data_only_is_refused_or_still() -> None:
    x = torch.ones(1, 2, dtype=F64)
    step = next(SAMPLERS["ddim"].run(Counted(SCHEDULES["flow"]()), x, ZERO, None))
    assert torch.equal(step.x, x)


def test_churn_shows_the_raised_level_and_never_climbs_past_the_end() -> None:
    denoise = Counted(SCHEDULES["ve"]())
    noise = Noise(range(2), (2,), F64)
    steps = list(SAMPLERS["heun"].run(denoise, begin(denoise.schedule, STOP[0], noise), STOP, noise, s_churn=2.0))
    assert steps[0].t == 1 and steps[-1].t == STOP[-1]
    assert all(step.t > t for step, t in zip(steps[1:-1], STOP[1:-1], strict=True))
