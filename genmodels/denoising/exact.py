"""Denoisers of laws that are known, so that nothing is learned and nothing is wrong: the truth that samplers meet."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import final

import torch
from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.denoising.ode import follow
from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule, per_sample

CHUNK = 4_000_000  # numbers of an empirical law that are looked at together


class ExactDenoiser(ABC):
    """A law of the data and what follows from it; x is (B, D) or (B, C, H, W), the arithmetic is float64."""

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule = schedule

    @abstractmethod
    def split(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        """E[x0 | x] and E[eps | x] for x = alpha x0 + sigma eps."""

    @abstractmethod
    def log_density(self, x: Tensor, t: Tensor) -> Tensor:
        """The logarithm of the density of x at time t: (B,)."""

    @abstractmethod
    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Data: (n, ...) in float64."""

    @abstractmethod
    def ode_flow(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """Where the probability-flow ODE takes x between two times (0-dim), to 1e-12."""

    @final
    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        estimate = self.split(x.double(), self.schedule.alpha(t), self.schedule.sigma(t))
        return Estimate(estimate.x0.to(x.dtype), estimate.eps.to(x.dtype))

    @final
    def score(self, x: Tensor, t: Tensor) -> Tensor:
        """The gradient of log_density."""
        return -self(x, t).eps / per_sample(self.schedule.sigma(t), x)

    @final
    def rates(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """alpha and sigma as columns."""
        return self.schedule.alpha(t).reshape(-1, 1), self.schedule.sigma(t).reshape(-1, 1)


class GaussianDenoiser(ExactDenoiser):
    """Data from N(mean, covariance), which may be of any rank."""

    def __init__(self, schedule: NoiseSchedule, mean: Tensor, covariance: Tensor) -> None:
        super().__init__(schedule)
        self.mean = mean.double()
        self.variances, self.axes = principal_axes(covariance.double(), self.mean.numel())

    def split(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        alpha, sigma = alpha.reshape(-1, 1), sigma.reshape(-1, 1)
        spread = alpha**2 * self.variances + sigma**2
        u = self.along(x, alpha)
        x0 = self.mean.reshape(-1) + (u * (alpha * self.variances / spread)) @ self.axes.mT
        eps = (u * (sigma / spread)) @ self.axes.mT
        return Estimate(x0.reshape(x.shape), eps.reshape(x.shape))

    def along(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x from its mean, in the principal axes: (B, D)."""
        return (x.double().flatten(1) - alpha * self.mean.reshape(-1)) @ self.axes

    def log_density(self, x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = self.rates(t)
        return log_normal(self.along(x, alpha), alpha**2 * self.variances + sigma**2)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        z = torch.randn(n, len(self.variances), generator=generator, dtype=torch.float64)
        return self.mean + ((z * self.variances.sqrt()) @ self.axes.mT).reshape(n, *self.mean.shape)

    def ode_flow(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        (alpha, sigma), (alpha_end, sigma_end) = self.rates(start), self.rates(end)
        stretch = (alpha_end**2 * self.variances + sigma_end**2) / (alpha**2 * self.variances + sigma**2)
        moved = (self.along(x, alpha) * stretch.sqrt()) @ self.axes.mT
        return (alpha_end * self.mean.reshape(-1) + moved).reshape(x.shape)


class MixtureDenoiser(ExactDenoiser):
    """Data from a mixture of K Gaussians of any covariance: weights (K,), means (K, D), covariances (K, D, D)."""

    def __init__(self, schedule: NoiseSchedule, weights: Tensor, means: Tensor, covariances: Tensor) -> None:
        super().__init__(schedule)
        count, size = means.shape
        if weights.shape != (count,) or not (weights >= 0).all() or not 0 < weights.sum() < math.inf:
            raise Refused("weights", count=count)
        self.weights, self.means = weights.double() / weights.double().sum(), means.double()
        self.variances, self.axes = principal_axes(covariances.double(), size)

    def parts(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """For each component: x from its mean in its axes, the variances there (B, K, D), log weight and density."""
        spread = alpha**2 * self.variances + sigma**2
        u = torch.einsum("bkd,kde->bke", x[:, None] - alpha * self.means, self.axes)
        return u, spread, log_normal(u, spread) + self.weights.log()

    def split(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        alpha, sigma = alpha.reshape(-1, 1, 1), sigma.reshape(-1, 1, 1)
        u, spread, log_share = self.parts(x, alpha, sigma)
        share = torch.softmax(log_share, -1)
        inner = torch.stack([u * (alpha * self.variances / spread), u * (sigma / spread)])
        x0, eps = torch.einsum("nbke,kde,bk->nbd", inner, self.axes, share)
        return Estimate(share @ self.means + x0, eps)

    def log_density(self, x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = (rate[..., None] for rate in self.rates(t))
        return torch.logsumexp(self.parts(x.double(), alpha, sigma)[2], -1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        k = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        z = torch.randn(n, self.means.shape[1], generator=generator, dtype=torch.float64)
        return self.means[k] + torch.einsum("ne,nde->nd", z * self.variances[k].sqrt(), self.axes[k])

    def ode_flow(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        return follow(self.split, self.schedule, x, start, end)


class EmpiricalDenoiser(ExactDenoiser):
    """Data from a finite set, (N, D) or (N, C, H, W): the ideal denoiser of a training set, which memorizes it."""

    def __init__(self, schedule: NoiseSchedule, data: Tensor) -> None:
        super().__init__(schedule)
        if len(data) == 0:
            raise Refused("empty-set")
        self.data = data

    def pulls(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        """E[x0 | x] (B, D), and the log of the sum of exp(-|x - alpha x_i|² / 2 sigma²) with |x|² left out (B, 1)."""
        gain, loss = alpha / sigma**2, alpha**2 / (2 * sigma**2)
        peak, total = torch.full((len(x), 1), -math.inf, dtype=torch.float64), torch.zeros(len(x), 1).double()
        mean = torch.zeros_like(x)
        for chunk in self.data.flatten(1).split(max(1, CHUNK // x.shape[1])):
            points = chunk.double()
            logits = gain * (x @ points.mT) - loss * (points**2).sum(1)
            higher = torch.maximum(peak, logits.amax(1, keepdim=True))
            share, fade = torch.exp(logits - higher), torch.exp(peak - higher)
            mean, total, peak = mean * fade + share @ points, total * fade + share.sum(1, keepdim=True), higher
        return mean / total, peak + total.log()

    def split(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        alpha, sigma = alpha.reshape(-1, 1), sigma.reshape(-1, 1)
        flat = x.flatten(1)
        x0 = self.pulls(flat, alpha, sigma)[0]
        return Estimate(x0.reshape(x.shape), ((flat - alpha * x0) / sigma).reshape(x.shape))

    def log_density(self, x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = self.rates(t)
        flat = x.double().flatten(1)
        pulled = self.pulls(flat, alpha, sigma)[1][:, 0] - math.log(len(self.data))
        return log_normal(flat, (sigma**2).expand_as(flat)) + pulled

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return self.data[torch.randint(len(self.data), (n,), generator=generator)].double()

    def ode_flow(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        return follow(self.split, self.schedule, x, start, end)


class PointMassDenoiser(ExactDenoiser):
    """All data is one point: every ODE method must find it in one step."""

    def __init__(self, schedule: NoiseSchedule, point: Tensor) -> None:
        super().__init__(schedule)
        self.point = point.double()

    def split(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        x0 = self.point.expand_as(x)
        return Estimate(x0, (x - per_sample(alpha, x) * x0) / per_sample(sigma, x))

    def log_density(self, x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = self.rates(t)
        away = x.double().flatten(1) - alpha * self.point.reshape(-1)
        return log_normal(away, (sigma**2).expand_as(away))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return self.point.repeat(n, *[1] * self.point.ndim)

    def ode_flow(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        eps = self.split(x.double(), self.schedule.alpha(start), self.schedule.sigma(start)).eps
        return self.schedule.alpha(end) * self.point + self.schedule.sigma(end) * eps


def principal_axes(covariance: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Variances (..., D) and the axes they lie along (..., D, D), or a refusal of what is no covariance."""
    fits = covariance.shape[-2:] == (size, size) and bool(torch.isfinite(covariance).all())
    if not fits or not torch.allclose(covariance, covariance.mT):
        raise Refused("covariance", size=size)
    variances, axes = torch.linalg.eigh(covariance)
    if (variances < -1e-9 * variances.abs().amax()).any():
        raise Refused("covariance", size=size)
    return variances.clamp(min=0), axes


def log_normal(away: Tensor, variances: Tensor) -> Tensor:
    """The log density of independent normals, `away` from their means: (..., D) -> (...)."""
    return -0.5 * (away**2 / variances + torch.log(2 * math.pi * variances)).sum(-1)
