"""What a network predicts, as two numbers: its output is a x0 + b eps, and it sees c_in x."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule, per_sample

Coefficient = Callable[[Tensor, Tensor], Tensor]  # of (alpha, sigma)


def one(alpha: Tensor, sigma: Tensor) -> Tensor:
    return torch.ones_like(alpha)


def nothing(alpha: Tensor, sigma: Tensor) -> Tensor:
    return torch.zeros_like(alpha)


@dataclass(frozen=True)
class Parameterization:
    """The network outputs a x0 + b eps; with x = alpha x0 + sigma eps that is two equations for x0 and eps."""

    a: Coefficient
    b: Coefficient
    c_in: Coefficient = one

    def target(self, x0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """What the network should say."""
        return per_sample(self.a(alpha, sigma), x0) * x0 + per_sample(self.b(alpha, sigma), x0) * eps

    def solve(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Estimate:
        """What the network has said, as data and noise."""
        a, b = self.a(alpha, sigma), self.b(alpha, sigma)
        determinant = alpha * b - sigma * a
        x0 = mixed(b / determinant, x, -sigma / determinant, output)
        return Estimate(x0, mixed(-a / determinant, x, alpha / determinant, output))

    def check(self, schedule: NoiseSchedule) -> None:
        """Refuse a pair in which the output says nothing new where a run starts: eps where x is all noise."""
        alpha, sigma = (f(torch.ones((), dtype=torch.float64)) for f in (schedule.alpha, schedule.sigma))
        if not abs(alpha * self.b(alpha, sigma) - sigma * self.a(alpha, sigma)) > 0:
            raise Refused("singular", schedule=type(schedule).__name__)


def mixed(a: Tensor, x: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """a x + b y; where the whole batch shares the numbers, in as few passes as they need."""
    if a.ndim:
        return per_sample(a, x) * x + per_sample(b, y) * y
    if a == 0:
        return y if b == 1 else y * float(b)
    return (x * float(a)).add_(y, alpha=float(b))


def edm(sigma_data: float = 0.5) -> Parameterization:
    """Karras's preconditioning (2206.00364) in s = sigma / alpha: D = c_skip x + c_out F, and F is of variance one."""

    def skipped(alpha: Tensor, sigma: Tensor) -> Tensor:
        """sqrt(sigma² + alpha² sigma_data²), the length of x; finite where alpha or sigma is 0."""
        return torch.hypot(sigma, alpha * sigma_data)

    def a(alpha: Tensor, sigma: Tensor) -> Tensor:  # (1 - c_skip) / c_out with 1 - c_skip = s² / (s² + sigma_data²)
        return sigma / (skipped(alpha, sigma) * sigma_data)

    def b(alpha: Tensor, sigma: Tensor) -> Tensor:  # -c_skip s / c_out
        return -sigma_data * alpha / skipped(alpha, sigma)

    def c_in(alpha: Tensor, sigma: Tensor) -> Tensor:
        return 1 / skipped(alpha, sigma)

    return Parameterization(a, b, c_in)


PARAMETERIZATIONS: dict[str, Parameterization] = {
    "x0": Parameterization(one, nothing),
    "eps": Parameterization(nothing, one),
    "v": Parameterization(lambda alpha, sigma: -sigma, lambda alpha, sigma: alpha),
    "flow": Parameterization(lambda alpha, sigma: -one(alpha, sigma), one),
    "edm": edm(),  # for another spread of the data: edm(sigma_data)
}
