"""Denoisers made of denoisers: they do what they say, and x = alpha x0 + sigma eps holds whatever they do."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from genmodels.denoising import APG, Clipped, Denoiser, DynamicThreshold, Guided, Mismatched, Rescheduled
from genmodels.errors import Refused
from genmodels.schedules import EDM, SCHEDULES, VE, Cosine, Flow, LinearBeta, NoiseSchedule, ScaledLinear
from tests.genmodels.laws import GAUSSIANS, five_points, gaussian, mixture, point_mass

F64 = torch.float64


def at(t: float | list[float]) -> Tensor:
    return torch.tensor(t, dtype=F64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


def pair(schedule: NoiseSchedule) -> tuple[Denoiser, Denoiser]:
    return gaussian(schedule, "tilted"), mixture(schedule)


WRAPPED: dict[str, Callable[[NoiseSchedule], Denoiser]] = {
    "guided": lambda s: Guided(*pair(s), scale=4.0),
    "guided less": lambda s: Guided(*pair(s), scale=0.3),
    "guided in an interval": lambda s: Guided(*pair(s), scale=4.0, interval=(0.2, 0.6)),
    "guided and rescaled": lambda s: Guided(*pair(s), scale=4.0, rescale=0.7),
    "apg": lambda s: APG(*pair(s), scale=4.0),
    "apg in an interval": lambda s: APG(*pair(s), scale=4.0, interval=(0.2, 0.6), parallel=0.5),
    "clipped": lambda s: Clipped(gaussian(s), 0.5),
    "thresholded": lambda s: DynamicThreshold(mixture(s), 0.6),
    "both": lambda s: Clipped(Guided(*pair(s)), 0.8),
    "rescheduled": lambda s: Rescheduled(mixture(Flow()), s),
    "mismatched": lambda s: Mismatched(mixture(Flow()), s),
    "point": point_mass,
    "points": five_points,
}


@pytest.mark.parametrize("key", WRAPPED)
@pytest.mark.parametrize("name", SCHEDULES)
def test_x_is_still_what_it_is_made_of(key: str, name: str):
    schedule = SCHEDULES[name]()
    denoise = WRAPPED[key](schedule)
    assert denoise.schedule == schedule
    x = draw(5, 2)
    for t in (at(0.01), at(0.5), at(0.99), at([0.01, 0.3, 0.5, 0.7, 0.99])):
        estimate = denoise(x, t)
        assert estimate.x0.shape == estimate.eps.shape == x.shape
        assert (schedule.add_noise(estimate.x0, estimate.eps, t) - x).abs().max() < 1e-10


@pytest.mark.parametrize("kind", [Guided, APG])
def test_scale_one_is_the_conditional(kind: type):
    conditional, unconditional = pair(Flow())
    x, t = draw(6, 2), at(0.5)
    torch.testing.assert_close(kind(conditional, unconditional, 1.0)(x, t), conditional(x, t), rtol=0, atol=0)


def test_scale_zero_is_the_unconditional():
    conditional, unconditional = pair(Cosine())
    x, t = draw(6, 2), at(0.5)
    torch.testing.assert_close(Guided(conditional, unconditional, 0.0)(x, t), unconditional(x, t), rtol=0, atol=1e-14)


@pytest.mark.parametrize("w", [0.0, 0.4, 1.0, 3.0, 7.5])
@pytest.mark.parametrize("schedule", [LinearBeta(), Flow(), VE()])
def test_guided_score_is_of_the_tilted_density(w: float, schedule: NoiseSchedule):
    """Guidance stands for p(x | wanted)^w p(x)^(1 - w): its eps is the gradient of that logarithm, by autograd."""
    conditional, unconditional = gaussian(schedule), mixture(schedule)
    t, x = at(0.4), draw(6, 2).requires_grad_()
    tilted = w * conditional.log_density(x, t) + (1 - w) * unconditional.log_density(x, t)
    (gradient,) = torch.autograd.grad(tilted.sum(), x)
    eps = Guided(conditional, unconditional, w)(x.detach(), t).eps
    torch.testing.assert_close(eps, -schedule.sigma(t) * gradient, rtol=1e-9, atol=1e-10)


class Counted:
    """How often a denoiser was asked."""

    def __init__(self, inner: Denoiser) -> None:
        self.inner, self.calls = inner, 0

    @property
    def schedule(self) -> NoiseSchedule:
        return self.inner.schedule

    def __call__(self, x: Tensor, t: Tensor):
        self.calls += 1
        return self.inner(x, t)


@pytest.mark.parametrize("kind", [Guided, APG])
def test_outside_its_interval_it_is_plain_and_costs_one_evaluation(kind: type):
    conditional, unconditional = pair(Flow())
    counted = Counted(unconditional)
    denoise = kind(conditional, counted, 5.0, interval=(0.3, 0.6))
    x = draw(4, 2)
    for t, calls in ((0.1, 0), (0.29, 0), (0.3, 1), (0.5, 2), (0.6, 3), (0.61, 3), (1.0, 3)):
        estimate = denoise(x, at(t))
        assert counted.calls == calls
        assert torch.equal(estimate.x0, conditional(x, at(t)).x0) == (not 0.3 <= t <= 0.6)


@pytest.mark.parametrize("kind", [Guided, APG])
def test_each_picture_has_its_own_time_and_interval(kind: type):
    denoise = kind(*pair(Flow()), 5.0, interval=(0.3, 0.6))
    x, t = draw(3, 2), at([0.1, 0.5, 0.8])
    together = denoise(x, t)
    for i in range(3):
        alone = denoise(x[i : i + 1], t[i])
        torch.testing.assert_close(together.x0[i], alone.x0[0], rtol=1e-12, atol=1e-13)
        torch.testing.assert_close(together.eps[i], alone.eps[0], rtol=1e-12, atol=1e-13)


def test_full_rescale_gives_back_the_spread_of_the_conditional():
    conditional, unconditional = pair(Flow())
    x, t = draw(6, 2), at(0.5)
    wanted, plain = conditional(x, t).x0.std(1), Guided(conditional, unconditional, 5.0)(x, t).x0.std(1)
    rescaled = Guided(conditional, unconditional, 5.0, rescale=1.0)(x, t).x0.std(1)
    half = Guided(conditional, unconditional, 5.0, rescale=0.5)(x, t).x0.std(1)
    torch.testing.assert_close(rescaled, wanted)
    torch.testing.assert_close(half, (wanted + plain) / 2)
    assert not torch.allclose(plain, wanted, rtol=0.05)


def test_rescale_of_a_single_number_changes_nothing():
    law, other = gaussian(Flow(), "scalar"), gaussian(Flow(), "scalar")
    x, t = draw(6, 1), at(0.5)
    torch.testing.assert_close(Guided(law, other, 5.0, rescale=1.0)(x, t), Guided(law, other, 5.0)(x, t))


def test_apg_changes_x0_at_right_angles_and_only_so_far():
    conditional, unconditional = pair(Flow())
    x, t = draw(20, 2), at(0.5)
    wanted, plain = conditional(x, t).x0, Guided(conditional, unconditional, 3.0)(x, t).x0
    free = APG(conditional, unconditional, 3.0, longest=10.0)(x, t).x0 - wanted
    assert (free * wanted).sum(1).abs().max() < 1e-12
    whole = APG(conditional, unconditional, 3.0, parallel=1.0, longest=10.0)(x, t).x0
    torch.testing.assert_close(whole, plain)  # nothing damped, nothing cut: classifier-free guidance
    short = APG(conditional, unconditional, 3.0, parallel=1.0, longest=0.01)(x, t).x0 - wanted
    length = short.square().mean(1).sqrt()
    assert length.max() <= 2 * 0.01 * (1 + 1e-12) and length.max() == pytest.approx(0.02)


def test_two_schedules_cannot_be_guided():
    with pytest.raises(Refused) as refused:
        Guided(gaussian(Flow()), gaussian(Cosine()))
    assert refused.value.key == "two-schedules"


@pytest.mark.parametrize("interval", [(0.6, 0.3), (-0.1, 0.5), (0.2, 1.5)])
@pytest.mark.parametrize("kind", [Guided, APG])
def test_an_interval_that_is_none_is_refused(kind: type, interval: tuple[float, float]):
    with pytest.raises(Refused) as refused:
        kind(*pair(Flow()), interval=interval)
    assert refused.value.key == "interval"


@pytest.mark.parametrize(
    "make",
    [
        lambda pair: Guided(*pair, scale=math.nan),
        lambda pair: APG(*pair, scale=math.inf),
        lambda pair: Guided(*pair, rescale=2),
        lambda pair: APG(*pair, longest=0),
        lambda pair: Clipped(pair[0], 0),
        lambda pair: DynamicThreshold(pair[0], 1.5),
    ],
)
def test_a_number_without_meaning_is_refused(make: Callable[[tuple[Denoiser, Denoiser]], Denoiser]):
    with pytest.raises(Refused) as refused:
        make(pair(Flow()))
    assert refused.value.key == "knob"


@pytest.mark.parametrize("name", GAUSSIANS)
@pytest.mark.parametrize("known", [LinearBeta(), Flow(), EDM()])
@pytest.mark.parametrize("wanted", [Cosine(), Flow(), VE(), LinearBeta()])
def test_rescheduled_is_exact(name: str, known: NoiseSchedule, wanted: NoiseSchedule):
    """A model that knows one schedule exactly knows every other one."""
    translated, truth = Rescheduled(gaussian(known, name), wanted), gaussian(wanted, name)
    x = draw(6, GAUSSIANS[name][0].numel())
    for t in (at(0.2), at(0.6), at(0.9), at([0.2, 0.3, 0.4, 0.5, 0.7, 0.9])):
        for mine, true in zip(translated(x, t), truth(x, t), strict=True):
            torch.testing.assert_close(mine, true, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("known", "wanted", "t"),
    [
        (ScaledLinear(), LinearBeta(), 0.999),
        (LinearBeta(), Flow(), 1.0),
        (VE(), Flow(), 0.001),
        (EDM(), VE(0.001, 10), 1e-6),
    ],
)
def test_noise_the_model_never_saw_is_refused(known: NoiseSchedule, wanted: NoiseSchedule, t: float):
    with pytest.raises(Refused) as refused:
        Rescheduled(gaussian(known), wanted)(draw(3, 2), at([0.5, t, 0.5]))
    assert refused.value.key == "untrained-noise"


def test_its_wrong_twin_is_wrong():
    t, x = at(0.5), draw(6, 2)
    truth = gaussian(Cosine())(x, t).x0
    assert (Mismatched(gaussian(Flow()), Cosine())(x, t).x0 - truth).abs().max() > 0.05
    assert torch.equal(Mismatched(gaussian(Cosine()), Cosine())(x, t).x0, truth)
