"""Up to the noise and down again: the picture under its own label, and where the flow leads under another."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from genmodels.denoising import Conditioned, Denoiser, GaussianDenoiser
from genmodels.editing import TURNINGS, turn
from genmodels.models.diffusion import Diffusion
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import NoiseSchedule
from genmodels.spacing import SPACINGS
from tests.genmodels import laws

WORLDS = ("linear", "flow", "edm")


def other(schedule: NoiseSchedule) -> GaussianDenoiser:
    """The same plane under another label: elsewhere, and lying the other way."""
    return GaussianDenoiser(schedule, torch.tensor([-0.5, 0.6]), torch.tensor([[0.4, -0.3], [-0.3, 0.5]]))


def times_of(schedule: NoiseSchedule, steps: int) -> Tensor:
    return SPACINGS["exponential"](schedule, steps, "stop")


def ends(going: str, own: Denoiser, wished: Denoiser | None, x: Tensor, times: Tensor) -> dict[str, Tensor]:
    """The last x of each phase."""
    return {phase: step.x for phase, step in turn(going, own, wished, x, times)}


def distance(a: Tensor, b: Tensor) -> float:
    return float((a - b).square().mean().sqrt())


@pytest.mark.parametrize("world", WORLDS)
def test_under_its_own_label_leaps_give_the_picture_back_and_ddim_drifts(world: str) -> None:
    law = laws.mixture(SCHEDULES[world]())
    x, drifts = law.sample(32, torch.Generator().manual_seed(5)), []
    for steps in (20, 80):
        times = times_of(law.schedule, steps)
        assert float((ends("bdia", law, None, x, times)["back"] - x).abs().max()) < 1e-10
        drifts.append(distance(ends("ddim", law, None, x, times)["back"], x))
    assert 0.01 < drifts[1] < drifts[0] / 3


@pytest.mark.parametrize(("going", "order"), [("bdia", 2), ("ddim", 1)])
@pytest.mark.parametrize("world", WORLDS)
def test_under_another_it_nears_where_the_flows_lead_at_its_order(world: str, going: str, order: int) -> None:
    schedule = SCHEDULES[world]()
    own, wished = laws.gaussian(schedule), other(schedule)
    x, errors = own.sample(32, torch.Generator().manual_seed(5)), []
    for steps in (20, 80):
        times = times_of(schedule, steps)
        truth = wished.ode_flow(own.ode_flow(x, times[-1], times[0]), times[0], times[-1])
        errors.append(distance(ends(going, own, wished, x, times)["turned"], truth))
    assert distance(x, truth) > 0.5 > 5 * errors[1]
    assert (errors[0] / errors[1]) ** 0.5 == pytest.approx(2**order, rel=0.25)  # of two halvings, one


@pytest.mark.parametrize("going", TURNINGS)
def test_the_top_is_where_the_flow_leads_and_both_ways_down_begin_there(going: str) -> None:
    schedule = SCHEDULES["linear"]()
    own, wished, times = laws.gaussian(schedule), other(schedule), times_of(schedule, 200)
    x = own.sample(32, torch.Generator().manual_seed(5))
    steps = list(turn(going, own, wished, x, times))
    assert [*dict.fromkeys(phase for phase, _ in steps)] == ["up", "back", "turned"]
    firsts = {phase: step.x for phase, step in reversed(steps)}
    assert torch.equal(firsts["up"], x) and torch.equal(firsts["back"], firsts["turned"])
    assert distance(firsts["back"], own.ode_flow(x, times[-1], times[0])) < 0.02


def test_a_network_comes_back_too_and_listens_to_its_label() -> None:
    torch.manual_seed(0)
    net = Diffusion((1, 8, 8), (2,), channels=8, multiples=(1,), blocks=1)
    for weight in net.parameters():
        weight.data += 0.05 * torch.randn_like(weight)  # a new network answers zero
    net.double().eval().requires_grad_(False)
    labels = torch.eye(2, dtype=torch.float64)
    old, new = (Conditioned(net, labels[k : k + 1]) for k in (0, 1))
    x = torch.rand(2, 1, 8, 8, dtype=torch.float64) * 2 - 1
    found = ends("bdia", old, new, x, SPACINGS["exponential"](net.schedule, 12))
    assert float((found["back"] - x).abs().max()) < 1e-6
    assert distance(found["turned"], x) > 1e-3
