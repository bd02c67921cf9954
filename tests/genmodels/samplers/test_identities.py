"""What two samplers, or one sampler on two schedules, must agree on to the last digits."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.samplers import SAMPLERS, BrownianNoise
from genmodels.samplers.nodes import toward, trace
from genmodels.samplers.unipc import predict
from genmodels.schedules import SCHEDULES
from tests.genmodels import laws

F64 = torch.float64
WORLDS = ("linear", "ve", "flow", "cosine")
ENDS = {"stop": torch.linspace(1, 0.05, 9, dtype=F64), "zero": torch.linspace(1, 0, 9, dtype=F64)}
SEEDS = range(6)


def states(key: str, denoise: Denoiser, times: Tensor, **knobs: float) -> Tensor:
    """All x of a run; every source of noise here also serves the Brownian kind."""
    noise = BrownianNoise(SEEDS, (2,), F64)
    return torch.stack([step.x for step in SAMPLERS[key].run(denoise, noise.start(), times, noise, **knobs)])


def largest(difference: Tensor) -> float:
    return float(difference.abs().max())


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ddim", {}), ("euler", {})),
        (("ddim", {"eta": 1.0}), ("euler", {"eta": 1.0})),
        (("ddim", {"eta": 0.3}), ("euler", {"eta": 0.3})),
        (("ddim", {"eta": 1.0}), ("ddpm", {"variance": 0.0})),
        (("lms", {"order": 1}), ("euler", {})),
        (("dpmpp-2m-sde", {"eta": 0.0}), ("dpmpp-2m", {})),
        (("dpmpp-sde", {"eta": 0.0}), ("dpmpp-2s", {})),
        (("heun", {"s_churn": 5.0, "s_tmin": 999.0, "s_tmax": 999.0}), ("heun", {})),
    ],
    ids=lambda pair: f"{pair[0]}({', '.join(f'{k}={v}' for k, v in pair[1].items())})",
)
def test_two_names_of_one_method(one: tuple, other: tuple, world: str, end: str) -> None:
    denoise = laws.mixture(SCHEDULES[world]())
    first, second = (states(key, denoise, ENDS[end], **knobs) for key, knobs in (one, other))
    assert largest(first - second) < 1e-10 * max(1, largest(first))


@pytest.mark.parametrize("key", ["dpmpp-2m", "dpmpp-3m", "dpmpp-3m-fixed", "dpmpp-2m-sde", "lms", "deis-2"])
@pytest.mark.parametrize("world", WORLDS)
def test_a_multistep_method_starts_as_ddim(key: str, world: str) -> None:
    denoise = laws.mixture(SCHEDULES[world]())
    knobs = {"eta": 0.0} if key == "dpmpp-2m-sde" else {}
    ours, ddim = states(key, denoise, ENDS["stop"], **knobs), states("ddim", denoise, ENDS["stop"])
    assert largest(ours[1] - ddim[1]) < 1e-10 * largest(ours)
    assert largest(ours[-1] - ddim[-1]) > 1e-4  # and goes on as itself


@pytest.mark.parametrize("key", sorted({*SAMPLERS} - {"rk45"}))
@pytest.mark.parametrize("world", WORLDS)
def test_one_step_onto_clean_data_is_the_estimate(key: str, world: str) -> None:
    denoise, times = laws.mixture(SCHEDULES[world]()), torch.tensor([1.0, 0.0], dtype=F64)
    start = BrownianNoise(SEEDS, (2,), F64).start()
    assert largest(states(key, denoise, times)[-1] - denoise(start, times[0]).x0) < 1e-10


def test_unipc_predicts_by_ddim_and_by_2m() -> None:
    denoise = laws.mixture(SCHEDULES["linear"]())
    first, second, third = trace(denoise.schedule, torch.tensor([0.9, 0.6, 0.4], dtype=F64))
    x = BrownianNoise(SEEDS, (2,), F64).start()
    x0 = denoise(x, first.t).x0
    assert torch.equal(predict(x, x0, [(first.lam, x0)], first, second), toward(x, x0, first, second))
    *_, ddim, two = SAMPLERS["dpmpp-2m"].run(denoise, x, torch.stack([first.t, second.t, third.t]), None)
    past = [(second.lam, ddim.x0), (first.lam, x0)]
    assert largest(predict(ddim.x, ddim.x0, past, second, third) - two.x) < 1e-12


def test_on_the_flow_the_textbook_solvers_come_out() -> None:
    """dx/dt = eps - x0, by Euler, Heun, midpoint and RK4 as one would write them."""
    denoise, times = laws.mixture(SCHEDULES["flow"]()), ENDS["stop"]

    def slope(x: Tensor, t: Tensor) -> Tensor:
        estimate = denoise(x, t)
        return estimate.eps - estimate.x0

    def rk4(x: Tensor, t: Tensor, h: Tensor) -> Tensor:
        a = slope(x, t)
        b = slope(x + h / 2 * a, t + h / 2)
        c = slope(x + h / 2 * b, t + h / 2)
        return x + h / 6 * (a + 2 * b + 2 * c + slope(x + h * c, t + h))

    textbook = {
        "euler": lambda x, t, h: x + h * slope(x, t),
        "heun": lambda x, t, h: x + h / 2 * (slope(x, t) + slope(x + h * slope(x, t), t + h)),
        "dpm-2": lambda x, t, h: x + h * slope(x + h / 2 * slope(x, t), t + h / 2),
        "rk4": rk4,
    }
    for key, step in textbook.items():
        x = BrownianNoise(SEEDS, (2,), F64).start()
        for t, t_next in itertools.pairwise(times):
            x = step(x, t, t_next - t)
        assert largest(states(key, denoise, times)[-1] - x) < 1e-10


@pytest.mark.parametrize("key", sorted({*SAMPLERS} - {"rk45"}))
@pytest.mark.parametrize("world", ["linear", "flow", "cosine", "trig"])
def test_every_schedule_is_the_same_path(key: str, world: str) -> None:
    """With the same noise levels, x / alpha is the same on every schedule, noise included."""
    levels = torch.logspace(1, -1, 8, dtype=F64)
    ends = []
    for schedule in (SCHEDULES[world](), SCHEDULES["ve"]()):
        noise = BrownianNoise(SEEDS, (2,), F64)
        times = schedule.time_of(levels)
        x = 10 * noise.start() * schedule.alpha(times[0])
        *_, last = SAMPLERS[key].run(laws.mixture(schedule), x, times, noise)
        ends.append(last.x / schedule.alpha(times[-1]))
    assert largest(ends[0] - ends[1]) < 1e-9
