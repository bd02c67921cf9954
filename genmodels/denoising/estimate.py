"""The one currency between networks and samplers: what a noisy x is believed to be made of."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from torch import Tensor

from genmodels.schedules.schedule import NoiseSchedule


class Estimate(NamedTuple):
    """x = alpha x0 + sigma eps holds for every estimate that leaves a denoiser."""

    x0: Tensor
    eps: Tensor


class Denoiser(Protocol):
    """Anything that splits x at time t into data and noise."""

    @property
    def schedule(self) -> NoiseSchedule: ...

    def __call__(self, x: Tensor, t: Tensor) -> Estimate: ...
