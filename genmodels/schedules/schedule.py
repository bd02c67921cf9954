"""What a noise schedule is: x = alpha(t) x0 + sigma(t) eps, with t = 0 clean data and t = 1 noise.

Said once, true everywhere: `x0` is data, `eps` is noise, `x` is what a network sees, `z` is a latent;
times are float64 tensors, 0-dim or (B,).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import final

import torch
from torch import Tensor


class NoiseSchedule(ABC):
    """How much signal is left and how much noise is in at time t; concrete ones are frozen dataclasses."""

    @abstractmethod
    def alpha(self, t: Tensor) -> Tensor:
        """How much of the data is left; exactly 1 at t = 0."""

    @abstractmethod
    def sigma(self, t: Tensor) -> Tensor:
        """How much noise has come in; exactly 0 at t = 0."""

    @final
    def snr(self, t: Tensor) -> Tensor:
        return (self.alpha(t) / self.sigma(t)) ** 2

    @final
    def log_snr(self, t: Tensor) -> Tensor:
        return 2 * (torch.log(self.alpha(t)) - torch.log(self.sigma(t)))

    @final
    def noise_level(self, t: Tensor) -> Tensor:
        """sigma / alpha: the noise seen by whoever divides x by alpha."""
        return self.sigma(t) / self.alpha(t)

    @final
    def alpha_bar(self, t: Tensor) -> Tensor:
        """The share of signal in the rescaled variable x / sqrt(alpha² + sigma²)."""
        alpha, sigma = self.alpha(t) ** 2, self.sigma(t) ** 2
        return alpha / (alpha + sigma)

    @final
    def add_noise(self, x0: Tensor, eps: Tensor, t: Tensor) -> Tensor:
        return per_sample(self.alpha(t), x0) * x0 + per_sample(self.sigma(t), x0) * eps


def per_sample(value: Tensor, like: Tensor) -> Tensor:
    """A 0-dim or (B,) number in the dtype of x and in a shape that multiplies it."""
    value = value.to(like)
    return value if value.ndim == 0 else value.reshape(-1, *[1] * (like.ndim - 1))
