"""The way up and down again: DDIM's drifts by a known amount, BDIA's is exact with both of its states."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from genmodels.samplers import SAMPLERS
from genmodels.samplers.inversion import ddim_inversion, invert, regenerate
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels import laws

F64 = torch.float64
WORLDS = ("linear", "ve", "flow")


def pictures() -> Tensor:
    return laws.mixture(SCHEDULES["flow"]()).sample(16, torch.Generator().manual_seed(5))


def rms(x: Tensor) -> float:
    return float(x.square().mean().sqrt())


def test_ddim_drifts_less_with_more_steps() -> None:
    schedule, found = SCHEDULES["linear"](), []
    denoise = laws.mixture(schedule)
    counts = (10, 20, 50, 100, 250)
    for n in counts:
        times = SPACINGS["leading"](schedule, n, "stop")
        *_, top = ddim_inversion(denoise, pictures(), times)
        *_, back = SAMPLERS["ddim"].run(denoise, top.x, times, None)
        found.append(rms(back.x - pictures()))
    assert found == sorted(found, reverse=True)
    assert 0.1 < found[0] < 0.8 and found[-1] > 1e-3
    assert 0.8 < -np.polyfit(np.log(counts[2:]), np.log(found[2:]), 1)[0] < 1.5


def test_inversion_yields_the_times_from_below() -> None:
    schedule = SCHEDULES["linear"]()
    times = SPACINGS["trailing"](schedule, 5)
    steps = list(ddim_inversion(laws.mixture(schedule), pictures(), times))
    assert [float(step.t) for step in steps] == times.flip(0).tolist()
    assert steps[0].x is steps[0].x0 and torch.equal(steps[0].x, pictures())


@pytest.mark.parametrize("endpoint", ["stop", "zero"])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("n", [1, 2, 30])
def test_bdia_comes_back_exactly_with_both_states(world: str, n: int, endpoint: str) -> None:
    schedule = SCHEDULES[world]()
    denoise, times = laws.mixture(schedule), SPACINGS["trailing"](schedule, n, endpoint)
    steps = list(regenerate(denoise, invert(denoise, pictures(), times)))
    assert [float(step.t) for step in steps] == times.tolist()
    assert float((steps[-1].x - pictures()).abs().max()) < 1e-10


def test_bdia_is_lost_with_one_state() -> None:
    schedule = SCHEDULES["linear"]()
    denoise, times = laws.mixture(schedule), SPACINGS["trailing"](schedule, 30)
    inversion = invert(denoise, pictures(), times)
    *_, back = regenerate(denoise, inversion, both=False)
    assert rms(back.x - pictures()) > 1e-2


def test_bdia_reaches_the_noise_that_the_flow_does() -> None:
    schedule = SCHEDULES["flow"]()
    denoise = laws.gaussian(schedule, "round")
    x = denoise.sample(8, torch.Generator().manual_seed(1))
    gaps = []
    for n in (50, 200):
        times = torch.linspace(1, 0.05, n + 1, dtype=F64)
        gaps.append(rms(invert(denoise, x, times).pair[0] - denoise.ode_flow(x, times[-1], times[0])))
    assert gaps[1] < gaps[0] / 3 and gaps[1] < 1e-2
