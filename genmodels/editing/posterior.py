"""A denoiser that knows part of the answer: the data's estimate given x and given what is known of the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.editing.known import Known
from genmodels.knobs import knob, settle
from genmodels.schedules.schedule import NoiseSchedule, per_sample

MOST_LEVEL = 1000.0  # with more noise x says nothing of the data; it is looked at as if it held this much


@dataclass(frozen=True)
class Posterior:
    """E[x0 | x, y] as it would be if x0 given x were Gaussian, with the covariance that the denoiser's own slope gives.

    Tweedie: Cov[x0 | x] = (sigma² / alpha) dE[x0 | x] / dx. With it the system (A Cov Aᵀ + level²) v = y - A x0 is
    solved by conjugate gradients, each of `iterations` one pass back through the denoiser, and one more carries v
    into the picture (arXiv:2405.13712). Enough iterations make it exact for Gaussian data, where it is the denoiser of
    the conditional law. Of data with several modes it is too sure of itself at high noise, and right again as the
    noise goes. With 0 iterations the covariance is taken to be that of white data and nothing goes back: what is known
    is put into x0 and the rest learns of it only through x (arXiv:2212.00490), which leaves it too little changed.

    A trained network is wrong by a little where its slope says that nothing can be wrong, and more iterations then
    explain its errors by ever rougher pictures. `doubt` is how wrong its x0 may be: so much is left unexplained.
    """

    denoiser: Denoiser
    known: Known
    iterations: int = knob(3, 0, 10, 1, most=1000)
    doubt: float = knob(0.0, 0, 0.5, 0.01)

    def __post_init__(self) -> None:
        settle(self)

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        t_seen = t.clamp(max=self.schedule.time_of(torch.tensor(MOST_LEVEL)).to(t))
        seen = x * per_sample(self.length(t_seen) / self.length(t), x)
        x0 = (self.informed if self.iterations else self.filled)(seen, t_seen)
        return given_x0(self.schedule, x, t, self.known.fill(x0) if self.known.level == 0 else x0)

    def length(self, t: Tensor) -> Tensor:
        return self.schedule.alpha(t) + self.schedule.sigma(t)

    @torch.no_grad()
    def filled(self, x: Tensor, t: Tensor) -> Tensor:
        """The estimate moved where y is seen, by the share that would be right for white data of variance 1."""
        x0, known = self.denoiser(x, t).x0, self.known
        variance = per_sample(1 / (1 + self.schedule.snr(t)), x)
        return x0 + known.back(known.missing(x0)) * (variance / (known.gain * variance + known.level**2))

    def informed(self, x: Tensor, t: Tensor) -> Tensor:
        known, spread = self.known, per_sample(self.schedule.sigma(t) ** 2 / self.schedule.alpha(t), x)
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            x0 = self.denoiser(x, t).x0

        def covary(v: Tensor) -> Tensor:
            """Cov[x0 | x] Aᵀ v."""
            return spread * torch.autograd.grad(x0, x, known.back(v), retain_graph=True)[0]

        with torch.no_grad():
            missing = known.missing(x0)
            v = conjugate(
                lambda v: known.see(covary(v)) + (known.level**2 + self.doubt**2) * v, missing, self.iterations
            )
            return x0.detach() + covary(v)


def conjugate(apply: Callable[[Tensor], Tensor], goal: Tensor, iterations: int) -> Tensor:
    """Conjugate gradients for apply(v) = goal, each sample (dimension 0) on its own.

    A sample stops where it is solved, and where the slope of a trained network is no covariance in its direction.
    """
    v, rest, way = torch.zeros_like(goal), goal, goal
    square = start = inner(rest, rest)
    for _ in range(iterations):
        bent = apply(way)
        curvature = inner(way, bent)
        going = (curvature > 0) & (square > 1e-24 * start)
        if not bool(going.any()):
            break
        stride = torch.where(going, square / torch.where(going, curvature, 1), 0)
        v, rest = v + stride * way, rest - stride * bent
        before, square = square, inner(rest, rest)
        way = torch.where(going, rest + way * (square / torch.where(going, before, 1)), 0)
    return v


def inner(a: Tensor, b: Tensor) -> Tensor:
    """Per sample, in a shape that goes with it."""
    return (a * b).flatten(1).sum(1).reshape(-1, *[1] * (a.ndim - 1))
