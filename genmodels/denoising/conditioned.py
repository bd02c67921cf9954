"""A model that has been told what to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.schedules.schedule import NoiseSchedule


class Labeled(Protocol):
    """A denoiser that also takes a label, (B, K) or (1, K): one-hot blocks are given, zeros are not, weights mix."""

    @property
    def schedule(self) -> NoiseSchedule: ...

    def __call__(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate: ...


@dataclass(frozen=True)
class Conditioned:
    """A Denoiser made of a labeled model and one label, for the whole batch or for each sample."""

    model: Labeled
    label: Tensor

    @property
    def schedule(self) -> NoiseSchedule:
        return self.model.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        return self.model(x, t, self.label.to(x).expand(len(x), -1))
