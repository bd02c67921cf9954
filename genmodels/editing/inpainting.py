"""A hole in a picture filled by a model that was never trained for it: RePaint's jumps between noise levels.

The other way is `restore`: a run of any sampler on a `Posterior` with the same `Kept`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.editing.known import Kept
from genmodels.errors import Refused
from genmodels.knobs import Knob, checked
from genmodels.samplers.nodes import Node, blend, fresh_noise, look, trace
from genmodels.samplers.noise import Noise
from genmodels.samplers.step import Step

KEPT, JUMPS = 2**33, 2**33 + 1  # streams of a seed's noise


@torch.no_grad()
def repaint(
    denoise: Denoiser,
    x: Tensor,
    times: Tensor,
    noise: Noise,
    known: Kept,
    resamples: Annotated[int, Knob(1, 20, 1)] = 5,
    jump: Annotated[int, Knob(1, 20, 1)] = 5,
    above: Annotated[float, Knob(0, 10, 0.05)] = 0.3,
) -> Iterator[Step]:
    """At every level what is known is laid in with noise of that level; every `jump` steps are walked `resamples`
    times, after a leap back up, so that the rest can come to agree (arXiv:2201.09865). Stretches that end below the
    noise level `above` are walked once: there all is settled, and a network's own errors would pile up.

    Biased: the noise laid in does not come from x, so the hole is filled a little as if nothing were known around it.
    With one resample it is hardly more than that; with more its mean comes nearer to the right one, but with few steps
    its spread stays too small, as DDPM's does.
    There are up to n times `resamples` Steps and a last one, and t goes up and down.
    """
    checked(repaint, {"resamples": resamples, "jump": jump, "above": above})
    known.missing(x)  # refuses what does not fit
    if known.level:
        raise Refused("mask-noise")
    nodes = trace(denoise.schedule, times)
    x, step, count = laid_in(x, known, nodes[0], noise.draw(KEPT, -1)), None, 0
    for first in range(0, len(nodes) - 1, jump):
        last = min(first + jump, len(nodes) - 1)
        for again in range(resamples if nodes[last].level >= above else 1):
            if again:
                x = noisier(x, nodes[last], nodes[first], noise.draw(JUMPS, count))
            for here, there in zip(nodes[first:last], nodes[first + 1 : last + 1], strict=True):
                step = look(denoise, x, here, step)
                yield step
                gamma = fresh_noise(here, there)
                x = blend(there.alpha, step.x0, math.sqrt(there.sigma**2 - gamma**2), step.eps)
                x = laid_in(x.add_(noise(count), alpha=gamma), known, there, noise.draw(KEPT, count))
                count += 1
    yield look(denoise, x, nodes[-1], step)


def laid_in(x: Tensor, known: Kept, node: Node, noise: Tensor) -> Tensor:
    """x with the known pixels as they are at this node; on clean data exactly themselves."""
    there = blend(node.alpha, known.y.to(x).expand_as(x), node.sigma, noise)
    return torch.where(known.kept.to(x.device), there, x)


def noisier(x: Tensor, low: Node, high: Node, noise: Tensor) -> Tensor:
    """x at a lower node carried up to a higher one, as the forward process would."""
    ratio = high.alpha / low.alpha
    return blend(ratio, x, math.sqrt(high.sigma**2 - (ratio * low.sigma) ** 2), noise)
