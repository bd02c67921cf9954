"""Samplers that follow the chain of noising backward, link by link: DDPM and DDIM."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.knobs import Knob
from genmodels.samplers.nodes import blend, fresh_noise, look, trace
from genmodels.samplers.step import Fresh, Step


@torch.no_grad()
def ddim(
    denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh, eta: Annotated[float, Knob(0, 1, 0.05)] = 0.0
) -> Iterator[Step]:
    """Split x into data and noise, put them together again with less noise, a share of it new (arXiv:2010.02502)."""
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for i, (here, there) in enumerate(pairwise(nodes)):
        yield step
        gamma = eta * fresh_noise(here, there)
        x = blend(there.alpha, step.x0, math.sqrt(there.sigma**2 - gamma**2), step.eps)
        if gamma:
            x = x.add_(noise(i), alpha=gamma)
        step = look(denoise, x, there, step)
    yield step


@torch.no_grad()
def ddpm(
    denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh, variance: Annotated[float, Knob(0, 1, 0.05)] = 0.0
) -> Iterator[Step]:
    """Draw from q(x_s | x_t, x0) with the estimate for x0 (arXiv:2006.11239).

    `variance` goes from the small choice (0: the data is one point) to the large one (1: the data is noise itself),
    between them in the logarithm; onto clean data no noise is laid.
    """
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for i, (here, there) in enumerate(pairwise(nodes)):
        yield step
        ratio = here.alpha / there.alpha
        large = max(0.0, here.sigma**2 - ratio**2 * there.sigma**2)
        share = there.sigma**2 / here.sigma**2
        x = blend(there.alpha * large / here.sigma**2, step.x0, ratio * share, x)
        spread = math.sqrt(large * share ** (1 - variance)) if there.sigma else 0.0
        if spread:
            x = x.add_(noise(i), alpha=spread)
        step = look(denoise, x, there, step)
    yield step
