"""Against diffusers: equal where both are right, and its known defects pinned as what they are."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from genmodels.samplers import SAMPLERS, Noise
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels import laws

diffusers = pytest.importorskip("diffusers")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # theirs

F64 = torch.float64
T = 1000
LINEAR = {"num_train_timesteps": T, "beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}
SCHEDULE = SCHEDULES["linear"]()
DENOISE = laws.mixture(SCHEDULE)
START = Noise(range(8), (2,), F64).start()


def theirs(scheduler: Any, n: int, x: Tensor = START, **step: Any) -> Tensor:
    """Their loop with our exact eps, asked at the time that they ask for: their t is an index, ours is (t + 1) / T."""
    scheduler.set_timesteps(n)
    x = x * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        scaled = scheduler.scale_model_input(x, t)
        x = scheduler.step(DENOISE(scaled, (t.double() + 1) / T).eps, t, x, **step).prev_sample
    return x


def ours(key: str, times: Tensor, x: Tensor = START, **knobs: float) -> Tensor:
    *_, last = SAMPLERS[key].run(DENOISE, x, times, None, **knobs)
    return last.x


def largest(difference: Tensor) -> float:
    return float(difference.abs().max())


@pytest.mark.parametrize(
    ("spacing", "n"), [("leading", 10), ("leading", 30), ("leading", 50), ("trailing", 10), ("trailing", 50)]
)
def test_ddim_agrees_where_the_stride_is_whole(spacing: str, n: int) -> None:
    scheduler = diffusers.DDIMScheduler(
        **LINEAR, timestep_spacing=spacing, clip_sample=False, set_alpha_to_one=True, steps_offset=0
    )
    assert largest(theirs(scheduler, n, eta=0.0) - ours("ddim", SPACINGS[spacing](SCHEDULE, n))) < 2e-4


@pytest.mark.parametrize(("spacing", "n"), [("trailing", 30), ("linspace", 30)])
def test_defect_9261_ddim_takes_the_wrong_stride(spacing: str, n: int) -> None:
    """prev_timestep = t - T // n is another step's time where the spacing is not even (#9261, #11347, #12633)."""
    scheduler = diffusers.DDIMScheduler(**LINEAR, timestep_spacing=spacing, clip_sample=False)
    scheduler.set_timesteps(n)
    asked = scheduler.timesteps.tolist()
    wrong = [t - T // n != after for t, after in itertools.pairwise(asked)]
    assert sum(wrong) == {"trailing": 10, "linspace": 29}[spacing]
    assert largest(theirs(scheduler, n) - ours("ddim", SPACINGS[spacing](SCHEDULE, n))) > 5e-3


class Recorded:
    """A source of noise for their stochastic steps: ours, in the order of the steps."""

    def __init__(self) -> None:
        self.noise, self.i = Noise(range(8), (2,), F64), -1

    def __call__(self, *_: Any, **__: Any) -> Tensor:
        self.i += 1
        return self.noise(self.i)


@pytest.mark.parametrize("variance", ["fixed_small", "fixed_large"])
def test_ddpm_agrees(variance: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler = diffusers.DDPMScheduler(**LINEAR, timestep_spacing="leading", variance_type=variance, clip_sample=False)
    monkeypatch.setattr("diffusers.schedulers.scheduling_ddpm.randn_tensor", Recorded())
    found = theirs(scheduler, 50)
    times = SPACINGS["leading"](SCHEDULE, 50)
    *_, last = SAMPLERS["ddpm"].run(
        DENOISE, START, times, Noise(range(8), (2,), F64), variance=float(variance == "fixed_large")
    )
    assert largest(found - last.x) < 2e-4


MULTISTEP = {"solver_order": 2, "timestep_spacing": "linspace", "final_sigmas_type": "zero"}
PARTNERS: dict[str, Callable[[], Any]] = {
    "dpmpp-2m": lambda: diffusers.DPMSolverMultistepScheduler(**LINEAR, **MULTISTEP, lower_order_final=False),
    "dpmpp-3m": lambda: diffusers.DPMSolverMultistepScheduler(
        **LINEAR, **{**MULTISTEP, "solver_order": 3}, lower_order_final=False
    ),
    "unipc-1": lambda: diffusers.UniPCMultistepScheduler(**LINEAR, **{**MULTISTEP, "solver_order": 1}),
    "unipc-2": lambda: diffusers.UniPCMultistepScheduler(**LINEAR, **MULTISTEP),
    "deis-2": lambda: diffusers.DEISMultistepScheduler(**LINEAR, solver_order=2, lower_order_final=False),
}


def in_their_time(scheduler: Any, n: int) -> tuple[Tensor, Tensor]:
    """Their run with eps asked at their own noise levels, not at the rounded time; and the times of those levels."""
    scheduler.set_timesteps(n)
    times = SCHEDULE.time_of(scheduler.sigmas.double())
    x = START
    for t, moment in zip(scheduler.timesteps, times[:-1], strict=True):
        x = scheduler.step(DENOISE(x, moment).eps, t, x).prev_sample
    return x, times


@pytest.mark.parametrize("key", PARTNERS)
def test_agrees_at_their_own_noise_levels(key: str) -> None:
    found, times = in_their_time(PARTNERS[key](), 12)
    assert largest(found - ours(key, times)) < 2e-4


@pytest.mark.parametrize("key", ["euler", "lms"])
def test_agrees_on_the_noise_level_itself(key: str) -> None:
    """Their Euler lives on x / alpha: the same states after division."""
    scheduler = {"euler": diffusers.EulerDiscreteScheduler, "lms": diffusers.LMSDiscreteScheduler}[key](**LINEAR)
    scheduler.set_timesteps(12)
    levels = scheduler.sigmas[:-1].double()
    times = torch.cat([SCHEDULE.time_of(levels), torch.zeros(1, dtype=F64)])
    x = START / SCHEDULE.alpha(times[0])
    for t, moment in zip(scheduler.timesteps, times[:-1], strict=True):
        scheduler.scale_model_input(x, t)
        step = {"order": 1} if key == "lms" else {}
        x = scheduler.step(DENOISE(x * SCHEDULE.alpha(moment), moment).eps, t, x, **step).prev_sample
    assert largest(x - ours(key, times, **({"order": 1} if key == "lms" else {}))) < 2e-4


def test_flow_match_euler_and_heun_agree() -> None:
    flow = SCHEDULES["flow"]()
    denoise, times = laws.mixture(flow), torch.linspace(1, 1 / T, 11, dtype=F64)
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(11)
    assert largest(scheduler.sigmas[:-1].double() - times) < 1e-6
    x = START
    for t, moment in zip(scheduler.timesteps, scheduler.sigmas[:-1].double(), strict=True):
        estimate = denoise(x, moment)
        x = scheduler.step(estimate.eps - estimate.x0, t, x).prev_sample
    *_, last = SAMPLERS["euler"].run(denoise, START, torch.cat([times, torch.zeros(1, dtype=F64)]), None)
    assert largest(x - last.x) < 1e-5


def test_defect_13243_the_shift_is_applied_twice() -> None:
    """shift = 3 in the configuration shifts the range and then every level again (#13243)."""
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0)
    scheduler.set_timesteps(50)
    once = 3 * (1 / T) / (1 + 2 / T)
    twice = 3 * once / (1 + 2 * once)
    assert float(scheduler.sigmas[-2]) == pytest.approx(twice, rel=1e-3)
    assert once == pytest.approx(0.00299, abs=1e-5) and twice == pytest.approx(0.00893, abs=1e-5)


def test_defect_9490_beta_spacing_lies_in_sigma() -> None:
    """Quantiles of Beta(.6, .6) are laid between the noise levels, not between the times (#9490)."""
    scheduler = diffusers.EulerDiscreteScheduler(**LINEAR, use_beta_sigmas=True)
    scheduler.set_timesteps(10)
    levels = scheduler.sigmas[:-1].double()
    right = SCHEDULE.noise_level(SPACINGS["beta"](SCHEDULE, 10, "stop"))
    assert int((levels > 7).sum()) >= 9, "nearly all steps fall where there is nothing but noise"
    assert int((right > 7).sum()) <= 5


def test_defect_third_order_solver_is_of_second_order() -> None:
    """Their solver_order = 3 is our published 3M to the digit, and that is of second order (test_orders)."""
    found, times = in_their_time(PARTNERS["dpmpp-3m"](), 12)
    assert largest(found - ours("dpmpp-3m", times)) < 2e-4 < largest(found - ours("dpmpp-3m-fixed", times))
    assert SAMPLERS["dpmpp-3m"].order == 2


def test_defect_leading_never_sees_pure_noise() -> None:
    """Ten leading steps begin at t = 900 with what belongs to t = 999 (#2585, #5921, #10003)."""
    scheduler = diffusers.DDIMScheduler(**LINEAR, timestep_spacing="leading")
    scheduler.set_timesteps(10)
    assert scheduler.timesteps[0] == 900
    assert float(SPACINGS["trailing"](SCHEDULE, 10)[0]) == 1
