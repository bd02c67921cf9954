"""Up to the noise and down again: the picture under its own label, and where the flow leads under another."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from genmodels.branches import Fate
from genmodels.denoising import Conditioned, Denoiser, GaussianDenoiser, MixtureDenoiser
from genmodels.denoising.exact import ExactDenoiser
from genmodels.editing import round_trip, turn
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion
from genmodels.samplers import invert
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels import laws
from tests.genmodels.editing.truth import last

WORLDS = ("linear", "flow", "edm")


def other(denoise: Denoiser) -> GaussianDenoiser:
    """The same plane under another label: elsewhere, and lying the other way."""
    return GaussianDenoiser(denoise.schedule, torch.tensor([-0.5, 0.6]), torch.tensor([[0.4, -0.3], [-0.3, 0.5]]))


def fate(world: str, steps: int) -> Fate:
    schedule = SCHEDULES[world]()
    return Fate(laws.gaussian(schedule), "heun", SPACINGS["exponential"](schedule, steps, "stop"), range(32))


def pictures(chosen: Fate, count: int = 32) -> Tensor:
    assert isinstance(chosen.denoise, ExactDenoiser)
    return chosen.denoise.sample(count, torch.Generator().manual_seed(5))


def distance(a: Tensor, b: Tensor) -> float:
    return float((a - b).square().mean().sqrt())


@pytest.mark.parametrize("world", WORLDS)
def test_under_its_own_label_it_is_the_picture(world: str) -> None:
    chosen = fate(world, 20)
    chosen = dataclasses.replace(chosen, denoise=laws.mixture(chosen.denoise.schedule))
    x = pictures(chosen)
    inversion = invert(chosen.denoise, x, chosen.times)
    assert float((last(turn(chosen, inversion)) - x).abs().max()) < 1e-10
    assert 1e-4 < distance(last(turn(chosen, inversion, leaping=False)), x) < 0.3


@pytest.mark.parametrize("leaping", [True, False])
@pytest.mark.parametrize("world", WORLDS)
def test_under_another_it_goes_where_the_flow_leads(world: str, leaping: bool) -> None:
    chosen = fate(world, 200)
    x, (last_t, first_t) = pictures(chosen), (chosen.times[-1], chosen.times[0])
    changed = other(chosen.denoise)
    truth = changed.ode_flow(laws.gaussian(chosen.denoise.schedule).ode_flow(x, last_t, first_t), first_t, last_t)
    asked = Fate(changed, "heun", chosen.times, chosen.seeds)
    found = last(turn(asked, invert(chosen.denoise, x, chosen.times), leaping))
    assert distance(x, truth) > 0.5 and distance(found, truth) < 0.1


def test_leaping_leaves_more_of_itself_in_a_picture_of_several_modes() -> None:
    chosen = fate("flow", 20)
    schedule, ends = chosen.denoise.schedule, chosen.times[[-1, 0]]
    old, new = laws.mixture(schedule), MixtureDenoiser(schedule, laws.WEIGHTS, -laws.MEANS, laws.COVARIANCES)
    x = old.sample(12, torch.Generator().manual_seed(5))
    truth = new.ode_flow(old.ode_flow(x, *ends), *ends.flip(0))
    asked, inversion = Fate(new, "heun", chosen.times, range(12)), invert(old, x, chosen.times)
    errors = [distance(last(turn(asked, inversion, leaping)), truth) for leaping in (True, False)]
    assert errors[0] > 1.5 * errors[1]


def test_a_network_comes_back_too_and_listens_to_its_label() -> None:
    torch.manual_seed(0)
    net = Diffusion((1, 8, 8), (2,), channels=8, multiples=(1,), blocks=1)
    for weight in net.parameters():
        weight.data += 0.05 * torch.randn_like(weight)  # a new network answers zero
    net.double().eval().requires_grad_(False)
    labels = torch.eye(2, dtype=torch.float64)
    old, new = (Conditioned(net, labels[k : k + 1]) for k in (0, 1))
    x = torch.rand(2, 1, 8, 8, dtype=torch.float64) * 2 - 1
    times = SPACINGS["exponential"](net.schedule, 12)
    inversion = invert(old, x, times)
    assert float((last(turn(Fate(old, "heun", times, range(2)), inversion)) - x).abs().max()) < 1e-6
    assert distance(last(turn(Fate(new, "heun", times, range(2)), inversion)), x) > 1e-3


def test_the_meter_shows_a_drift_and_rounding() -> None:
    drifts = []
    for steps in (10, 40):
        chosen = fate("linear", steps)
        trip = round_trip(chosen.denoise, pictures(chosen), chosen.times)
        assert trip.ddim.shape == trip.bdia.shape == (32,)
        assert float(trip.bdia.max()) < 1e-10
        drifts.append(float(trip.ddim.mean()))
    assert 0.01 < drifts[1] < drifts[0] / 2


def test_both_ways_start_at_one_time() -> None:
    chosen = fate("flow", 10)
    inversion = invert(chosen.denoise, pictures(chosen), chosen.times)
    with pytest.raises(Refused):
        turn(Fate(chosen.denoise, "heun", chosen.times[1:], chosen.seeds), inversion)
