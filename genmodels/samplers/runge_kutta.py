"""One-step solvers of the probability flow: each step forgets the ones before.

They work on y = x / (alpha + sigma) against u = sigma / (alpha + sigma), where every schedule is the same straight
path, dy/du = eps - x0, finite at both ends. Nothing is evaluated on clean data, so the step onto it is Euler's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.knobs import Knob
from genmodels.samplers.nodes import Node, blend, combine, fresh_noise, look, nodes_of, trace
from genmodels.samplers.step import Fresh, Step


def advance(x: Tensor, slope: Tensor, here: Node, there: Node) -> Tensor:
    """y + du slope, from x to x."""
    return blend(there.scale / here.scale, x, there.scale * (there.share - here.share), slope)


@torch.no_grad()
def euler(
    denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh, eta: Annotated[float, Knob(0, 1, 0.05)] = 0.0
) -> Iterator[Step]:
    """One slope per step; with eta, down below the next noise level and up again with new noise (Euler-ancestral)."""
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for i, (here, there) in enumerate(pairwise(nodes)):
        yield step
        up = min(there.level, eta * fresh_noise(here, there) / there.alpha)
        down = math.sqrt(there.level**2 - up**2)
        low = Node(there.t, there.alpha, there.alpha * down)
        x = advance(x, step.eps - step.x0, here, low)
        if up:
            x = x.add_(noise(i), alpha=there.alpha * up)
        step = look(denoise, x, there, step)
    yield step


@torch.no_grad()
def heun(
    denoise: Denoiser,
    x: Tensor,
    times: Tensor,
    noise: Fresh,
    s_churn: Annotated[float, Knob(0, 100, 1)] = 0.0,
    s_tmin: Annotated[float, Knob(0, 10, 0.01)] = 0.0,
    s_tmax: Annotated[float, Knob(0, 1000, 0.1)] = 1000.0,
    s_noise: Annotated[float, Knob(0.9, 1.1, 0.001)] = 1.0,
) -> Iterator[Step]:
    """The mean of the slopes at both ends, with EDM's churn (arXiv:2206.00364).

    Churn raises the noise level before a step by new noise; the step shown is the raised one, where the estimate is
    made. It never climbs past t = 1.
    """
    nodes = trace(denoise.schedule, times)
    raised = churned(denoise, nodes, s_churn, s_tmin, s_tmax) if s_churn else nodes

    def climb(i: int, x: Tensor) -> Tensor:
        low, here = nodes[i], raised[i]
        if here is low:
            return x
        height = here.alpha * math.sqrt(here.level**2 - low.level**2)
        return blend(here.alpha / low.alpha, x, height * s_noise, noise(i))

    yield from two_slopes(denoise, x, nodes, nodes[1:], 0.5, raised, climb)


@torch.no_grad()
def two_slopes(
    denoise: Denoiser,
    x: Tensor,
    nodes: list[Node],
    seconds: list[Node],
    weight: float,
    raised: list[Node] | None = None,
    climb: Callable[[int, Tensor], Tensor] = lambda i, x: x,
) -> Iterator[Step]:
    """Each step along a mean of its first slope and of the one that this leads to at a second node, which counts for
    `weight`. A step may start from a raised node, to which `climb` takes x."""
    step = None
    for i, here in enumerate(raised or nodes):
        x = climb(i, x)
        step = look(denoise, x, here, step)
        yield step
        if i + 1 < len(nodes):
            there, second = nodes[i + 1], seconds[i]
            slope = step.eps - step.x0
            if there.sigma:
                guess = denoise(advance(x, slope, here, second), second.t)
                slope = slope.lerp_(guess.eps - guess.x0, weight)
            x = advance(x, slope, here, there)


def churned(denoise: Denoiser, nodes: list[Node], s_churn: float, s_tmin: float, s_tmax: float) -> list[Node]:
    """Where each node is raised to; the last stays, and so does all that is outside the limits."""
    growth = 1 + min(s_churn / (len(nodes) - 1), math.sqrt(2) - 1)
    top = nodes_of(denoise.schedule, [math.inf])[0].level
    levels = [min(node.level * growth, top) for node in nodes]
    inside = [
        s_tmin <= node.level <= s_tmax and math.isfinite(level) for node, level in zip(nodes, levels, strict=True)
    ]
    raised = nodes_of(denoise.schedule, levels)
    return [
        high if ok and high.level > node.level else node
        for node, high, ok in zip(nodes, raised, [*inside[:-1], False], strict=True)
    ]


@torch.no_grad()
def dpm_2(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """The slope half way through the step (arXiv:2206.00927's second-order method, as it runs in u)."""
    nodes = trace(denoise.schedule, times)
    yield from two_slopes(denoise, x, nodes, middles(denoise, nodes), 1.0)


@torch.no_grad()
def rk4(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """The classical method of fourth order."""
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for here, there, middle in zip(nodes, nodes[1:], middles(denoise, nodes), strict=False):
        yield step
        slope = step.eps - step.x0
        if there.sigma:
            second = denoise(advance(x, slope, here, middle), middle.t)
            slope_2 = second.eps - second.x0
            third = denoise(advance(x, slope_2, here, middle), middle.t)
            slope_3 = third.eps - third.x0
            fourth = denoise(advance(x, slope_3, here, there), there.t)
            slope_4 = fourth.eps - fourth.x0
            slope = combine([1 / 6, 1 / 3, 1 / 3, 1 / 6], [slope, slope_2, slope_3, slope_4])
        x = advance(x, slope, here, there)
        step = look(denoise, x, there, step)
    yield step


def middles(denoise: Denoiser, nodes: list[Node]) -> list[Node]:
    """The nodes half way in u between each and the next."""
    shares = [(here.share + there.share) / 2 for here, there in pairwise(nodes)]
    return nodes_of(denoise.schedule, [share / (1 - share) for share in shares])
