"""The one currency between networks and samplers: what a noisy x is believed to be made of."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from torch import Tensor

from genmodels.schedules.schedule import NoiseSchedule, per_sample


class Estimate(NamedTuple):
    """x = alpha x0 + sigma eps holds for every estimate that leaves a denoiser."""

    x0: Tensor
    eps: Tensor


class Denoiser(Protocol):
    """Anything that splits x at time t into data and noise."""

    @property
    def schedule(self) -> NoiseSchedule: ...

    def __call__(self, x: Tensor, t: Tensor) -> Estimate: ...


def given_x0(schedule: NoiseSchedule, x: Tensor, t: Tensor, x0: Tensor) -> Estimate:
    """The estimate with this x0, and the eps that then must be in x."""
    return Estimate(x0, (x - per_sample(schedule.alpha(t), x) * x0) / per_sample(schedule.sigma(t), x))
