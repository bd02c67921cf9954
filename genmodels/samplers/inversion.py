"""From a picture back to its noise: DDIM upward, which drifts, and BDIA, which returns exactly (arXiv:2307.10829)."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.samplers.nodes import Node, blend, look, trace
from genmodels.samplers.runge_kutta import advance
from genmodels.samplers.step import Step


class Inversion(NamedTuple):
    """The two noisiest states of a way up, x at times[0] and at times[1]; one alone does not lead back."""

    pair: tuple[Tensor, Tensor]
    times: Tensor


@torch.no_grad()
def ddim_inversion(denoise: Denoiser, x: Tensor, times: Tensor) -> Iterator[Step]:
    """From x at times[-1] up to times[0], one Step per time, each by the estimate made where it starts.

    On clean data, where nothing is evaluated, x stands for what it is at the next time.
    """
    nodes = trace(denoise.schedule, times)[::-1]
    step = look(denoise, x, nodes[0])
    for here, there in pairwise(nodes):
        yield step
        estimate = Estimate(step.x0, step.eps) if here.sigma else denoise(x * there.alpha, there.t)
        x = along(x, estimate, here, there)
        step = look(denoise, x, there, step)
    yield step


def invert(denoise: Denoiser, x: Tensor, times: Tensor) -> Inversion:
    """From x at times[-1] up to times[0] by BDIA, in one go."""
    way = leaps(denoise, x, times)
    while True:
        try:
            next(way)
        except StopIteration as top:
            return top.value


@torch.no_grad()
def leaps(denoise: Denoiser, x: Tensor, times: Tensor) -> Generator[Step, None, Inversion]:
    """The way up by BDIA at gamma = 1, a Step per evaluation: after one of DDIM, each leaps over a state.

    On y = x / (alpha + sigma) against u = sigma / (alpha + sigma) the leap is y'' = y + (u'' - u) slope', with the
    slope of the state between: read from the other end it is the same equation.
    """
    nodes = trace(denoise.schedule, times)[::-1]
    low, high = nodes[0], nodes[1]
    estimate = denoise(x, low.t) if low.sigma else denoise(x * high.alpha, high.t)
    yield Step(low.t, x, *estimate)
    below, here = x, along(x, estimate, low, high)
    for low, middle, high in zip(nodes, nodes[1:], nodes[2:], strict=False):
        estimate = denoise(here, middle.t)
        yield Step(middle.t, here, *estimate)
        below, here = here, along(below, estimate, low, high)
    return Inversion((here, below), times)


@torch.no_grad()
def regenerate(denoise: Denoiser, inversion: Inversion, both: bool = True) -> Iterator[Step]:
    """Down again by the same leaps; without `both`, the second state is made anew by DDIM, and the way is lost."""
    nodes = trace(denoise.schedule, inversion.times)
    above, here = inversion.pair
    step = look(denoise, above, nodes[0])
    yield step
    if not both:
        here = blend(nodes[1].alpha, step.x0, nodes[1].sigma, step.eps)
    for high, middle, low in zip(nodes, nodes[1:], nodes[2:], strict=False):
        step = look(denoise, here, middle, step)
        yield step
        above, here = here, along(above, Estimate(step.x0, step.eps), high, low)
    yield look(denoise, here, nodes[-1], step)


def along(x: Tensor, estimate: Estimate, here: Node, there: Node) -> Tensor:
    """From one node to another along the slope of an estimate, in either direction."""
    return advance(x, estimate.eps - estimate.x0, here, there)
