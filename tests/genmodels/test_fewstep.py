"""Few steps: nothing is to be learned where all is known already, and what a teacher shows is what it was told."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from genmodels.datasets.dataset import Batch
from genmodels.denoising.estimate import Estimate, given_x0
from genmodels.denoising.exact import GaussianDenoiser
from genmodels.latents import draw
from genmodels.models.diffusion import Diffusion, Shuffled
from genmodels.models.fewstep import PAIRS, HalvingTrainer, Steered, ddim_step, inconsistency, straightened
from genmodels.samplers import Noise
from genmodels.samplers.consistency import consistency
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import NoiseSchedule
from tests.genmodels.laws import F64, gaussian, mixture

CPU = torch.device("cpu")
SMALL = {"patch": 1, "channels": 8, "multiples": [1], "blocks": 1, "attention": 0}
T, R = torch.tensor(0.7, dtype=F64), torch.tensor(0.4, dtype=F64)


@dataclass(frozen=True)
class Ends:
    """The consistency function of a Gaussian: where the ODE takes x. `off` bends it."""

    law: GaussianDenoiser
    off: float = 0.0

    @property
    def schedule(self) -> NoiseSchedule:
        return self.law.schedule

    def __call__(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate:
        end = self.law.ode_flow(x, t, torch.zeros_like(t)) + self.off * self.schedule.sigma(t) * x
        return given_x0(self.schedule, x, t, end)


@dataclass(frozen=True)
class Told:
    """An exact denoiser that takes a label and does without."""

    law: GaussianDenoiser

    @property
    def schedule(self) -> NoiseSchedule:
        return self.law.schedule

    def __call__(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate:
        return self.law(x, t)


def stir(model: Diffusion) -> None:
    """A new network says nothing yet."""
    for p in model.parameters():
        p.data += 0.1 * torch.randn_like(p)


def noisy(law: GaussianDenoiser, t: Tensor, count: int = 50) -> tuple[Tensor, Tensor, Tensor]:
    dice = torch.Generator().manual_seed(0)
    x0, eps = law.sample(count, dice), torch.randn(count, 2, generator=dice, dtype=F64)
    return x0, eps, law.schedule.add_noise(x0, eps, t)


@pytest.mark.parametrize("schedule", ["cosine", "shifted-cosine", "flow", "linear", "edm"])
def test_the_consistency_function_of_a_gaussian_has_nothing_to_learn(schedule: str):
    law = gaussian(SCHEDULES[schedule]())
    x = noisy(law, T)[2]
    near, end = law.ode_flow(x, T, R), law.ode_flow(x, T, torch.zeros((), dtype=F64))
    assert inconsistency(Ends(law), x, T, near, R).max() < 1e-18
    assert inconsistency(Ends(law), x, T, end, torch.zeros((), dtype=F64)).max() < 1e-18
    for wrong in (Ends(law, off=0.05), Told(law)):
        assert inconsistency(wrong, x, T, near, R).mean() > 1e-5


def test_pairs_become_exact_as_the_gap_closes():
    """What is left at the exact function falls faster than the gap that it is divided by on the way from 1 to 0."""
    law = gaussian(SCHEDULES["cosine"]())
    x0, eps, x = noisy(law, T, 2000)
    for pairs, order in (("teacher", 2.0), ("data", 1.0)):
        left = []
        for gap in (0.04, 0.02):
            near = PAIRS[pairs](Told(law), x0, eps, x, T, T - gap, None)
            ends = Ends(law)
            left.append((ends(x, T).x0 - ends(near, T - gap).x0).square().mean().sqrt())
        assert torch.log2(left[0] / left[1]).item() == pytest.approx(order, abs=0.1)


def test_only_the_farther_place_learns():
    torch.manual_seed(0)
    model = Diffusion((1, 1, 2), schedule="cosine", **SMALL)
    stir(model)
    x, near = torch.randn(2, 4, 1, 1, 2, requires_grad=True).unbind()
    from_far, from_near = torch.autograd.grad(
        inconsistency(model, x, T, near, R).sum(), (x, near), allow_unused=True, materialize_grads=True
    )
    assert from_far.abs().sum() > 0 and from_near.abs().sum() == 0


def test_one_step_of_the_student_is_two_of_the_teacher():
    law, times = mixture(SCHEDULES["cosine"]()), torch.linspace(0.2, 1, 50, dtype=F64)
    x = torch.randn(50, 2, dtype=F64, generator=torch.Generator().manual_seed(0))
    teacher = Told(law)  # type: ignore[arg-type]
    r = times - 0.2
    r[0] = 0
    middle = (times + r) / 2
    twice = ddim_step(teacher, ddim_step(teacher, x, times, middle, None), middle, r, None)
    said = straightened(teacher, x, times, r)
    assert torch.allclose(law.schedule.add_noise(*said, r), twice, atol=1e-9)
    assert torch.allclose(law.schedule.add_noise(*said, times), x, atol=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_consistency_sampling_of_a_gaussian_is_right_at_any_number_of_steps(steps: int):
    """Where each x has the law it should have, every jump ends in the data's law; a mean instead of an end does not."""
    law = gaussian(SCHEDULES["cosine"]())
    count, one = 20_000, torch.ones((), dtype=F64)
    x = noisy(law, one, count)[2]
    times = torch.linspace(1, 0, steps + 1, dtype=F64)
    noise = Noise(range(count), (2,), dtype=F64)
    *_, last = consistency(Ends(law), x, times, noise)
    *_, blurred = consistency(law, x, times, noise)
    known = (law.axes * law.variances) @ law.axes.mT
    error = 4 * (2 / count) ** 0.5 * law.variances.max()
    assert (last.x.mT.cov() - known).abs().max() < error
    assert (last.x.mean(0) - law.mean).abs().max() < 4 * (law.variances.max() / count) ** 0.5
    assert (blurred.x.mT.cov() - known).abs().max() > 10 * error


def test_every_step_of_consistency_sampling_adds_up():
    law = gaussian(SCHEDULES["flow"]())
    times, noise = torch.linspace(1, 0, 4, dtype=F64), Noise(range(5), (2,), dtype=F64)
    steps = list(consistency(Ends(law), noise.start(), times, noise))
    assert [float(s.t) for s in steps] == times.tolist()
    for s in steps[:-1]:
        assert torch.allclose(law.schedule.add_noise(s.x0, s.eps, s.t), s.x, atol=1e-9)


def test_shuffled_noise_is_the_same_numbers_in_other_places():
    z = draw((1, 8, 8), range(3))
    one, two = Shuffled(z)(0), Shuffled(z)(1)
    for other in (one, two):
        assert torch.equal(other.flatten(1).sort().values, z.flatten(1).sort().values)
        assert abs(torch.corrcoef(torch.stack([other.flatten(), z.flatten()]))[0, 1]) < 0.3
    assert not torch.equal(one, two) and torch.equal(one, Shuffled(z)(0))
    assert torch.equal(Shuffled(z[1:2])(0)[0], one[1]), "each picture's own"


def student(**optimizer: Any) -> tuple[HalvingTrainer, Diffusion]:
    torch.manual_seed(0)
    teacher = Diffusion((1, 4, 4), schedule="cosine", **SMALL)
    stir(teacher)
    return HalvingTrainer(copy.deepcopy(teacher), 0, CPU, teacher=teacher, **optimizer), teacher


def test_students_become_teachers():
    trainer, first = student(first=16, last=2, every=3, decay=0.5)
    batch, seen = Batch(torch.rand(4, 1, 4, 4) * 2 - 1, torch.zeros(4, 0)), []
    for _ in range(12):
        before = copy.deepcopy(trainer.shipped().state_dict())
        trainer.step(batch)
        seen.append(trainer.steps)
        if trainer.done in (4, 7):
            assert all(torch.equal(value, before[key]) for key, value in trainer.teacher.state_dict().items())
    assert seen == [8, 8, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2]
    assert not torch.equal(next(trainer.teacher.parameters()), next(first.parameters()))


def test_a_student_begins_as_its_teacher():
    trainer, teacher = student(first=4, last=2, every=10)
    x, t = torch.randn(3, 1, 4, 4), torch.tensor(0.5, dtype=F64)
    assert torch.equal(trainer.shipped()(x, t).x0, teacher(x, t).x0)


def test_a_guided_teacher_shows_more_of_what_it_is_told_and_nothing_else_of_the_rest():
    torch.manual_seed(0)
    teacher = Diffusion((1, 4, 4), (3,), schedule="cosine", **SMALL)
    stir(teacher)
    x, t, r = torch.randn(4, 1, 4, 4), torch.full((4,), 0.7, dtype=F64), torch.full((4,), 0.4, dtype=F64)
    label = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, 0, 0], [0, 1, 0]])
    with torch.no_grad():
        plain, told, near = (
            PAIRS["teacher"](who, x, x, x, t, r, what)
            for who, what in ((teacher, None), (teacher, label), (Steered(teacher, 3.0), label))
        )
    torch.testing.assert_close(near - plain, 3 * (told - plain), atol=1e-4, rtol=1e-3)
    assert torch.allclose(near[2], plain[2], atol=1e-5) and not torch.allclose(near[0], plain[0], atol=1e-2)
