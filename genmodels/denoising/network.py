"""A trained network as a denoiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.denoising.parameterization import Parameterization
from genmodels.schedules.schedule import NoiseSchedule, per_sample

MOST_LOG_SNR = 20.0


@dataclass(frozen=True)
class NetworkDenoiser:
    """`net(c_in x, log_snr (B,), label)`, the schedule it was trained on and what it predicts."""

    net: Callable[[Tensor, Tensor, Tensor | None], Tensor]
    schedule: NoiseSchedule
    predicts: Parameterization
    label: Tensor | None = None

    def __post_init__(self) -> None:
        self.predicts.check(self.schedule)

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        alpha, sigma = self.schedule.alpha(t), self.schedule.sigma(t)
        log_snr = 2 * (torch.log(alpha) - torch.log(sigma)).clamp(-MOST_LOG_SNR / 2, MOST_LOG_SNR / 2)
        output = self.net(
            per_sample(self.predicts.c_in(alpha, sigma), x) * x, log_snr.float().expand(len(x)), self.label
        )
        return self.predicts.solve(output.to(x), x, alpha, sigma)
