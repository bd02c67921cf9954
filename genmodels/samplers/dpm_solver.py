"""DPM-Solver++: the data's estimate as a polynomial in lambda = log(alpha / sigma), the rest solved exactly.

A step next to an infinite lambda is of first order, and no estimate made there enters a polynomial
(arXiv:2206.00927, 2211.01095).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.samplers.nodes import blend, look, toward, trace
from genmodels.samplers.step import Fresh, Step


@torch.no_grad()
def dpmpp_2m(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """Second order from one estimate a step, by the line through it and the one before."""
    nodes = trace(denoise.schedule, times)
    step, past, h_past = look(denoise, x, nodes[0]), None, math.inf
    for here, there in pairwise(nodes):
        yield step
        h = there.lam - here.lam
        ahead = step.x0
        if past is not None and math.isfinite(h) and math.isfinite(h_past):
            ahead = blend(1 + h / (2 * h_past), step.x0, -h / (2 * h_past), past)
        x = toward(x, ahead, here, there)
        past, h_past = step.x0, h
        step = look(denoise, x, there, step)
    yield step
