"""DPM-Solver++: the data's estimate as a polynomial in lambda = log(alpha / sigma), the rest solved exactly.

With theta the way through a step of length h, the step of x0(theta) = D + theta D1 + theta² D2 ends at
`toward(D)` + alpha (phi_2 D1 - 2 phi_3 D2). A step next to an infinite lambda is of first order, and no estimate made
there enters a polynomial (arXiv:2206.00927, 2211.01095).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.samplers.nodes import Node, combine, look, nodes_of, toward, trace
from genmodels.samplers.step import Fresh, Step


def phi_2(h: float) -> float:
    return math.expm1(-h) / h + 1


def phi_3(h: float) -> float:
    return phi_2(h) / h - 0.5


@torch.no_grad()
def dpmpp_2s(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """The estimate half way in lambda stands for the whole step."""
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for here, there, middle in zip(nodes, nodes[1:], lambda_middles(denoise, nodes), strict=False):
        yield step
        ahead = step.x0
        if there.sigma and here.alpha:
            ahead = denoise(toward(x, step.x0, here, middle), middle.t).x0
        x = toward(x, ahead, here, there)
        step = look(denoise, x, there, step)
    yield step


def lambda_middles(denoise: Denoiser, nodes: list[Node]) -> list[Node]:
    """The nodes half way in lambda between each and the next; next to an infinite one, a place nobody asks for."""
    levels = [math.sqrt(here.level) * math.sqrt(there.level) for here, there in pairwise(nodes)]
    return nodes_of(denoise.schedule, [0.0 if math.isnan(level) else level for level in levels])


@torch.no_grad()
def dpmpp_2m(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """Second order from one estimate a step, by the line through it and the one before."""
    yield from multistep(denoise, x, times, 2, 0)


@torch.no_grad()
def dpmpp_3m(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """Three estimates as published code weighs them, with half the curvature due: second order, good at few steps."""
    yield from multistep(denoise, x, times, 3, 1)


@torch.no_grad()
def dpmpp_3m_fixed(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """Three estimates with the curvature that the expansion asks for: third order.

    It starts with a first-order step, so that order shows only where the first steps are much shorter than the rest.
    """
    yield from multistep(denoise, x, times, 3, 2)


@torch.no_grad()
def multistep(denoise: Denoiser, x: Tensor, times: Tensor, points: int, curvature: float) -> Iterator[Step]:
    """Steps on the polynomial through up to `points` estimates; `curvature` phi_3 weighs its second difference."""
    nodes = trace(denoise.schedule, times)
    step, past = look(denoise, x, nodes[0]), []
    for here, there in pairwise(nodes):
        yield step
        past = [(here.lam, step.x0), *past][:points] if here.alpha else []
        ahead = step.x0
        if there.sigma and len(past) > 1:
            ahead = combine(weights(there.lam, [lam for lam, _ in past], curvature), [x0 for _, x0 in past])
        x = toward(x, ahead, here, there)
        step = look(denoise, x, there, step)
    yield step


def weights(end: float, lams: list[float], curvature: float) -> list[float]:
    """What each past estimate, newest first, contributes to the one that stands for the step up to `end`."""
    h = end - lams[0]
    r0 = (lams[0] - lams[1]) / h
    if len(lams) == 2:
        return [1 + 0.5 / r0, -0.5 / r0]
    r1 = (lams[1] - lams[2]) / h
    slope, bend = phi_2(h) / -math.expm1(-h), curvature * phi_3(h) / -math.expm1(-h)
    second = (slope * r0 - bend) / (r0 + r1)  # of the second difference
    first = slope + second
    return [1 + first / r0, -first / r0 - second / r1, second / r1]
