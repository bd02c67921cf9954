"""From many steps to a few: a trained diffusion model is taught to jump where its own run would have taken it.

Two ways to the same end, so that they can be compared. A consistency model says at every time where its trajectory
ends, wherever on it x is (2303.01469); the gap between the two places at which it must say the same halves as training
goes on (2406.14548). Progressive distillation halves the steps instead: each student does in one step what the student
before it does in two (2202.00512).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Batch
from genmodels.denoising.conditioned import Labeled
from genmodels.denoising.estimate import Estimate
from genmodels.models.diffusion import Diffusion
from genmodels.models.diffusion_trainer import DiffusionTrainer, Focus, squared, weight
from genmodels.schedules.schedule import FIRST, NoiseSchedule, per_sample


def ddim_step(denoise: Labeled, x: Tensor, t: Tensor, r: Tensor, label: Tensor | None) -> Tensor:
    """One step of DDIM, from each picture's t to its r."""
    return denoise.schedule.add_noise(*denoise(x, t, label), r)


def inconsistency(
    model: Labeled,
    x: Tensor,
    t: Tensor,
    near: Tensor,
    r: Tensor,
    label: Tensor | None = None,
    focus: Focus = (),
) -> Tensor:
    """How far apart the ends of two places on one trajectory are said to be, x at t and `near` at r < t (B,).

    At r = 0 nothing is said: there `near` is the end, which holds all the others. It counts as an error of the teacher
    would: by its length alone, the ends near the data are soon forgotten. Only the farther place learns.
    """
    with torch.no_grad():
        said = model(near, r.clamp(min=FIRST), label).x0
        end = torch.where(per_sample(r, near) > 0, said, near)
    return weight(model.schedule, t).to(end) * squared(model(x, t, label).x0, end, focus)


def straightened(teacher: Labeled, x: Tensor, t: Tensor, r: Tensor, label: Tensor | None = None) -> Estimate:
    """The estimate with which one step from t to r arrives where two steps of the teacher do."""
    schedule, middle = teacher.schedule, (t + r) / 2
    there = ddim_step(teacher, ddim_step(teacher, x, t, middle, label), middle, r, label)
    kept = schedule.sigma(r) / schedule.sigma(t)
    share = schedule.alpha(r) - kept * schedule.alpha(t)
    x0 = (there - per_sample(kept, x) * x) / per_sample(share, x)
    eps = (x - per_sample(schedule.alpha(t), x) * x0) / per_sample(schedule.sigma(t), x)
    return Estimate(x0, eps)


@dataclass(frozen=True)
class Steered:
    """A teacher guided toward what it is told (2210.03142); a picture of which nothing is told is its own."""

    teacher: Diffusion
    guidance: float

    @property
    def schedule(self) -> NoiseSchedule:
        return self.teacher.schedule

    def __call__(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate:
        return self.teacher.used(guidance=self.guidance).asked(label)(x, t)


class Taught(DiffusionTrainer):
    """A student that starts from its teacher's weights and keeps the teacher beside it, guided if it is to be."""

    def __init__(
        self,
        model: Diffusion,
        seed: int,
        device: torch.device,
        teacher: Diffusion,
        guidance: float = 1.0,
        **rest: Any,
    ) -> None:
        model.load_state_dict(teacher.state_dict())
        super().__init__(model, seed, device, **rest)
        self.teacher = copy.deepcopy(teacher).to(device).eval().requires_grad_(False)
        self.shown = Steered(self.teacher, guidance) if guidance != 1 else self.teacher


class ConsistencyTrainer(Taught):
    """Starts from the teacher's weights; the gap is 1 / `widest`, halved after every so many steps, to 1 / `narrowest`.

    The two places are one step of the teacher apart, or, with `pairs` "data", have the same noise on the same picture.
    """

    def __init__(
        self,
        model: Diffusion,
        seed: int,
        device: torch.device,
        teacher: Diffusion,
        pairs: str = "teacher",
        widest: int = 4,
        narrowest: int = 32,
        every: int = 500,
        **rest: Any,
    ) -> None:
        super().__init__(model, seed, device, teacher, **rest)
        self.pairs, self.widest, self.narrowest, self.every = pairs, widest, narrowest, every

    @property
    def gap(self) -> float:
        return 1 / min(self.widest * 2 ** (self.done // self.every), self.narrowest)

    def errors(self, x0: Tensor, eps: Tensor, t: Tensor, label: Tensor | None) -> Tensor:
        x, r = self.model.schedule.add_noise(x0, eps, t), (t - self.gap).clamp(min=0)
        with torch.no_grad():
            near = PAIRS[self.pairs](self.shown, x0, eps, x, t, r, label)
        return inconsistency(self.model, x, t, near, r, label, self.focus)


class HalvingTrainer(Taught):
    """From `first` steps of the teacher to `last`: after every so many updates the student becomes the teacher."""

    def __init__(
        self,
        model: Diffusion,
        seed: int,
        device: torch.device,
        teacher: Diffusion,
        first: int = 64,
        last: int = 4,
        every: int = 500,
        **rest: Any,
    ) -> None:
        super().__init__(model, seed, device, teacher, **rest)
        self.first, self.last, self.every = first, last, every

    @property
    def modules(self) -> dict[str, nn.Module]:
        return super().modules | {"teacher": self.teacher}

    @property
    def stage(self) -> int:
        """How many students came before the present one."""
        return min(self.done // self.every, (self.first // self.last).bit_length() - 2)

    @property
    def steps(self) -> int:
        """Of the present student."""
        return self.first // 2 ** (self.stage + 1)

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        if 0 < self.done == self.stage * self.every:
            self.teacher.load_state_dict(self.ema.net.state_dict())
            self.model.load_state_dict(self.ema.net.state_dict())
        return super().update(batch, dice)

    def errors(self, x0: Tensor, eps: Tensor, t: Tensor, label: Tensor | None) -> Tensor:
        number = (t * self.steps).floor()
        t, r = (number + 1) / self.steps, number / self.steps
        with torch.no_grad():
            x0, eps = straightened(self.shown, self.model.schedule.add_noise(x0, eps, t), t, r, label)
        return self.error(self.model, x0, eps, t, label, self.focus)


PAIRS: dict[str, Callable[..., Tensor]] = {  # of a place x at t, the one nearer to the data, at r
    "teacher": lambda teacher, x0, eps, x, t, r, label: ddim_step(teacher, x, t, r, label),
    "data": lambda teacher, x0, eps, x, t, r, label: teacher.schedule.add_noise(x0, eps, r),
}
