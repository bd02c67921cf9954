"""DPM-Solver++ for the stochastic equation: each step forgets part of its noise and takes as much from a Brownian path.

With eta = 0 they are the deterministic methods of the same order (as in k-diffusion; arXiv:2211.01095).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.knobs import Knob
from genmodels.samplers.dpm_solver import lambda_middles
from genmodels.samplers.nodes import Node, blend, fresh_noise, look, toward, trace
from genmodels.samplers.step import Brownian, Step


@torch.no_grad()
def dpmpp_sde(
    denoise: Denoiser, x: Tensor, times: Tensor, noise: Brownian, eta: Annotated[float, Knob(0, 1, 0.05)] = 1.0
) -> Iterator[Step]:
    """The estimate half way in lambda stands for the whole step; both legs end in an ancestral share of noise."""
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for here, there, middle in zip(nodes, nodes[1:], lambda_middles(denoise, nodes), strict=False):
        yield step
        ahead = step.x0
        if there.sigma and here.alpha:
            ahead = denoise(ancestral(x, step.x0, here, middle, noise, eta), middle.t).x0
        x = ancestral(x, ahead, here, there, noise, eta)
        step = look(denoise, x, there, step)
    yield step


def ancestral(x: Tensor, x0: Tensor, here: Node, there: Node, noise: Brownian, eta: float) -> Tensor:
    """The step to `there` if the data were x0, with the share eta of DDPM's new noise."""
    gamma = eta * fresh_noise(here, there)
    x = toward(x, x0, here, there, math.sqrt(there.sigma**2 - gamma**2))
    return x.add_(noise(here.level, there.level), alpha=gamma) if gamma else x


@torch.no_grad()
def dpmpp_2m_sde(
    denoise: Denoiser, x: Tensor, times: Tensor, noise: Brownian, eta: Annotated[float, Knob(0, 1, 0.05)] = 1.0
) -> Iterator[Step]:
    """One estimate a step and the line through the one before, the noise damped by exp(-eta h)."""
    nodes = trace(denoise.schedule, times)
    step, past, h_past = look(denoise, x, nodes[0]), None, math.inf
    for here, there in pairwise(nodes):
        yield step
        h = there.lam - here.lam
        ahead = step.x0
        if past is not None and math.isfinite(h) and math.isfinite(h_past):
            ahead = blend(1 + h / (2 * h_past), step.x0, -h / (2 * h_past), past)
        x = toward(x, ahead, here, there, there.sigma * math.exp(-eta * h) if eta else there.sigma)
        if eta and there.sigma:
            x.add_(noise(here.level, there.level), alpha=there.sigma * math.sqrt(-math.expm1(-2 * eta * h)))
        past, h_past = step.x0, h
        step = look(denoise, x, there, step)
    yield step
