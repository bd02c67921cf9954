"""A reference solution of the probability-flow ODE, for laws whose denoiser is known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from genmodels.denoising.estimate import Estimate
from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule

SUBSTEPS = (2, 4, 6, 8, 10, 12, 14, 16)  # order 16 after extrapolation
Split = Callable[[Tensor, Tensor, Tensor], Estimate]  # (x, alpha, sigma) -> what x is made of


def follow(
    split: Split, schedule: NoiseSchedule, x: Tensor, start: Tensor, end: Tensor, tolerance: float = 1e-12
) -> Tensor:
    """x carried along the ODE from one time to another (0-dim both, in either direction), in float64.

    Every schedule is the straight one after division by alpha + sigma, and there dx/du = eps - x0 with
    u = sigma / (alpha + sigma), finite at both ends. So the schedule matters only at the two ends.
    """
    scale, scale_end = (schedule.alpha(t) + schedule.sigma(t) for t in (start, end))
    u, u_end = float(schedule.sigma(start) / scale), float(schedule.sigma(end) / scale_end)

    def slope(x: Tensor, u: float) -> Tensor:
        sigma = torch.tensor(u, dtype=torch.float64)
        estimate = split(x, 1 - sigma, sigma)
        return estimate.eps - estimate.x0

    return extrapolate(slope, x.double() / scale, u, u_end, tolerance) * scale_end


def extrapolate(slope: Callable[[Tensor, float], Tensor], x: Tensor, u: float, end: float, tolerance: float) -> Tensor:
    """Gragg, Bulirsch and Stoer: the midpoint rule with ever more substeps, extrapolated to infinitely many."""
    stride = (end - u) / 8
    while u != end:
        stride = end - u if abs(stride) > abs(end - u) else stride
        better, error = big_step(slope, x, u, stride)
        if not math.isfinite(error):
            raise Refused("not-finite", step=round(u, 4), cause="ode")
        if error <= tolerance or abs(stride) < 1e-9:
            x, u = better, end if stride == end - u else u + stride
        ratio = (tolerance / max(error, 1e-300)) ** (1 / (2 * len(SUBSTEPS) - 1))
        stride *= min(4.0, max(0.1, 0.8 * ratio))
    return x


def big_step(slope: Callable[[Tensor, float], Tensor], x: Tensor, u: float, stride: float) -> tuple[Tensor, float]:
    """One extrapolated step and the difference that its last extrapolation made."""
    first, row = slope(x, u), []
    for k, substeps in enumerate(SUBSTEPS):
        h = stride / substeps
        before, here = x, x + h * first
        for i in range(1, substeps):  # never looks at the far end, where a denoiser may be singular
            before, here = here, before + 2 * h * slope(here, u + i * h)
        longer = [here]
        for j in range(k):  # Aitken-Neville in h²
            ratio = (substeps / SUBSTEPS[k - 1 - j]) ** 2
            longer.append(longer[j] + (longer[j] - row[j]) / (ratio - 1))
        row = longer
    return row[-1], float((row[-1] - row[-2]).abs().max())
