"""Linear multistep solvers of the probability flow: one evaluation a step, the slopes before it remembered."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.knobs import Knob
from genmodels.samplers.nodes import blend, combine, look, trace
from genmodels.samplers.step import Fresh, Step


@torch.no_grad()
def lms(
    denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh, order: Annotated[float, Knob(1, 4, 1)] = 4
) -> Iterator[Step]:
    """Adams and Bashforth's method on y = x / (alpha + sigma), whose slope is eps - x0.

    It starts as Euler's, so its fourth order shows only where the first steps are much shorter than the rest.
    """
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    slopes: list[Tensor] = []
    for i, (here, there) in enumerate(pairwise(nodes)):
        yield step
        slopes = [step.eps - step.x0, *slopes][: int(order)]
        weights = adams([nodes[i - j].share for j in range(len(slopes))], there.share)
        x = combine([there.scale / here.scale, *(there.scale * weight for weight in weights)], [x, *slopes])
        step = look(denoise, x, there, step)
    yield step


def adams(past: Sequence[float], end: float) -> list[float]:
    """What each past slope contributes up to `end`: the integral of the polynomial through them, newest first."""
    width = end - past[0]
    powers = np.vander([(u - past[0]) / width for u in past], increasing=True).T
    return (width * np.linalg.solve(powers, 1 / np.arange(1, len(past) + 1))).tolist()


@torch.no_grad()
def deis_2(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """DDIM plus the change of eps, taken as linear in log s and integrated over s exactly (arXiv:2204.13902)."""
    nodes = trace(denoise.schedule, times)
    step, past, before = look(denoise, x, nodes[0]), None, nodes[0]
    for here, there in pairwise(nodes):
        yield step
        x = blend(there.alpha, step.x0, there.sigma, step.eps)
        if past is not None and math.isfinite(before.level) and there.sigma:
            s, s_next = here.level, there.level
            weight = there.alpha * (s_next * (math.log(s_next / s) - 1) + s) / math.log(before.level / s)
            x.add_(past, alpha=weight).sub_(step.eps, alpha=weight)
        past, before = step.eps, here
        step = look(denoise, x, there, step)
    yield step
