"""Multistep consistency sampling: jump to the data, cover it with other noise, jump again (2303.01469).

It is for models that know where a trajectory ends. Those that know the mean of all that x may have been would only be
blurred by it, however many the steps: so it is a row of METHODS, not of SAMPLERS, which are right for any denoiser.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.samplers.nodes import blend, look, trace
from genmodels.samplers.step import Fresh, Step


@torch.no_grad()
def consistency(denoise: Denoiser, x: Tensor, times: Tensor, noise: Fresh) -> Iterator[Step]:
    """One evaluation a step; all of the noise is another each time."""
    nodes = trace(denoise.schedule, times)
    step = look(denoise, x, nodes[0])
    for i, (_, there) in enumerate(pairwise(nodes)):
        yield step
        x = blend(there.alpha, step.x0, there.sigma, noise(i)) if there.sigma else step.x0
        step = look(denoise, x, there, step)
    yield step
