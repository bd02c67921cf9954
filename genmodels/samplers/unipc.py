"""UniPC: a multistep predictor, and a corrector that uses the estimate which is made next anyway (arXiv:2302.04867)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.samplers.dpm_solver import phi_2, phi_3
from genmodels.samplers.nodes import Node, combine, look, toward, trace
from genmodels.samplers.step import Fresh, Step

Past = list[tuple[float, Tensor]]  # lambda and the data's estimate, newest first


@torch.no_grad()
def unipc_1(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """DDIM predicts, a trapezoid corrects."""
    yield from unipc(denoise, x, times, 1)


@torch.no_grad()
def unipc_2(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """DPM-Solver++ 2M predicts, a parabola corrects."""
    yield from unipc(denoise, x, times, 2)


@torch.no_grad()
def unipc(denoise: Denoiser, x: Tensor, times: Tensor, points: int) -> Iterator[Step]:
    """Steps of order `points` + 1 with the B(h) = exp(-h) - 1 of the paper.

    The step shown is the corrected one: its x0 was made at the prediction, its eps is what remains of x.
    """
    nodes = trace(denoise.schedule, times)
    step, past = look(denoise, x, nodes[0]), []
    for here, there in pairwise(nodes):
        yield step
        past = [(here.lam, step.x0), *past][:points] if here.alpha else []
        finite = bool(there.sigma and past)
        guess = look(denoise, predict(x, step.x0, past if finite else [], here, there), there, step)
        if finite:
            x = correct(x, guess.x0, past, here, there)
            eps = (x - there.alpha * guess.x0).div_(there.sigma)
            step = Step(there.t, x, guess.x0, eps)
        else:
            x, step = guess.x, guess
    yield step


def predict(x: Tensor, x0: Tensor, past: Past, here: Node, there: Node) -> Tensor:
    """Up to `there` on the line through the last two estimates, or on the last where there is only one."""
    if len(past) < 2:
        return toward(x, x0, here, there)
    r = (past[0][0] - past[1][0]) / (there.lam - here.lam)
    return toward(x, combine([1 + 0.5 / r, -0.5 / r], [x0, past[1][1]]), here, there)


def correct(x: Tensor, x0: Tensor, past: Past, here: Node, there: Node) -> Tensor:
    """The same step again, on the polynomial that also passes through the estimate x0 made at `there`."""
    h = there.lam - here.lam
    whole = -math.expm1(-h)
    if len(past) < 2:
        return toward(x, combine([0.5, 0.5], [past[0][1], x0]), here, there)
    r = (past[1][0] - past[0][0]) / h  # the place of the older estimate, in steps; negative
    slope, bend = phi_2(h) / whole, -2 * phi_3(h) / whole
    # D + theta D1 + theta² D2 through (r, older) and (1, newer): D2 = ((newer - D) - (older - D) / r) / (1 - r)
    second = (bend - slope) / (1 - r)
    newer, older = slope + second, -second / r
    return toward(x, combine([1 - newer - older, older, newer], [past[0][1], past[1][1], x0]), here, there)
