"""What a noise schedule is: x = alpha(t) x0 + sigma(t) eps, with t = 0 clean data and t = 1 noise.

Said once, true everywhere: `x0` is data, `eps` is noise, `x` is what a network sees, `z` is a latent;
times are float64 tensors, 0-dim or (B,).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, final

import torch
from torch import Tensor

from genmodels.knobs import settle

FIRST = 1e-12  # stands for "just after t = 0", where the schedules that jump have their floor


class NoiseSchedule(ABC):
    """How much signal is left and how much noise is in at time t; concrete ones are frozen dataclasses."""

    most_beta: ClassVar[float] = 1.0  # what the paper of a schedule cuts its betas at

    def __post_init__(self) -> None:
        settle(self)

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
    def time_of(self, noise_level: Tensor) -> Tensor:
        """The time with this noise level; 0 for none at all, never 0 for any, 1 for all that is beyond the end."""
        level = torch.as_tensor(noise_level, dtype=torch.float64)
        sought = level.reshape(-1, 1)
        grid = torch.linspace(0, 1, 4097, dtype=torch.float64, device=level.device)
        low = (torch.searchsorted(self.noise_level(grid), sought, right=True) - 1).clamp(0, 4095).double() / 4096
        width, fan = 1 / 4096, grid[::128]
        for _ in range(9):  # bisection 32 ways at once: needs no slope, so kinks, jumps and infinities do no harm
            times = low + width * fan
            reached = self.noise_level(times.reshape(-1)).reshape(times.shape) <= sought
            width /= 32
            low = low + width * (reached.sum(1, keepdim=True) - 1).clamp(0, 31)
        return torch.where(level > 0, low.reshape(level.shape).clamp(FIRST, 1), torch.zeros_like(level))

    @final
    def alpha_bar(self, t: Tensor) -> Tensor:
        """The share of signal in the rescaled variable x / sqrt(alpha² + sigma²)."""
        alpha, sigma = self.alpha(t) ** 2, self.sigma(t) ** 2
        return alpha / (alpha + sigma)

    @final
    def betas(self, T: int) -> Tensor:
        """The beta of each of T equal steps, of the rescaled variable x / sqrt(alpha² + sigma²)."""
        alpha_bar = self.alpha_bar(torch.arange(T + 1, dtype=torch.float64) / T)
        return (1 - alpha_bar[1:] / alpha_bar[:-1]).clamp(max=self.most_beta)

    @final
    def prior_std(self, data_var: float = 1.0) -> float:
        """The standard deviation of x at t = 1, for data of this variance."""
        end = torch.ones((), dtype=torch.float64)
        return float((self.alpha(end) ** 2 * data_var + self.sigma(end) ** 2).sqrt())

    @final
    def add_noise(self, x0: Tensor, eps: Tensor, t: Tensor) -> Tensor:
        return per_sample(self.alpha(t), x0) * x0 + per_sample(self.sigma(t), x0) * eps


class VariancePreserving(NoiseSchedule):
    """A schedule with alpha² + sigma² = 1, given by the logarithm of alpha² = alpha_bar."""

    @abstractmethod
    def log_alpha_bar(self, t: Tensor) -> Tensor:
        """Exactly 0 at t = 0, falling."""

    @final
    def alpha(self, t: Tensor) -> Tensor:
        return torch.exp(self.log_alpha_bar(t) / 2)

    @final
    def sigma(self, t: Tensor) -> Tensor:
        return torch.expm1(self.log_alpha_bar(t)).abs().sqrt()


def per_sample(value: Tensor, like: Tensor) -> Tensor:
    """A 0-dim or (B,) number in the dtype of x and in a shape that multiplies it."""
    value = value.to(like)
    return value if value.ndim == 0 else value.reshape(-1, *[1] * (like.ndim - 1))
