"""A picture led back to its noise under what it shows, and down again under something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from genmodels.branches import Fate
from genmodels.denoising.estimate import Denoiser
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS, Inversion, Step, ddim_inversion, invert, regenerate


def turn(fate: Fate, inversion: Inversion, leaping: bool = True) -> Iterator[Step]:
    """Down again from the noise of a picture, as another fate will have it; `invert` made the way up.

    Leaping takes the steps of the way up from both its states: under an unchanged label that is the picture itself,
    to rounding. Under another the two states do not quite fit, and at few steps some noise of that is left in the
    picture. Else the fate's sampler starts from the upper state alone: nearer to where the flow leads under the new
    label, while the old one gives the picture back only as well as the sampler solves it.
    """
    if not torch.equal(fate.times[:1], inversion.times[:1]):
        raise Refused("turn-times")
    return regenerate(fate.denoise, inversion) if leaping else fate.run(inversion.pair[0])


class RoundTrip(NamedTuple):
    """What is left, root mean square of each picture (B,), after a way up and down under the same label."""

    ddim: Tensor
    bdia: Tensor


@torch.no_grad()
def round_trip(denoise: Denoiser, pictures: Tensor, times: Tensor) -> RoundTrip:
    """DDIM's drift, and that of BDIA, which is rounding alone."""
    *_, top = ddim_inversion(denoise, pictures, times)
    *_, drifted = SAMPLERS["ddim"].run(denoise, top.x, times, None)
    *_, back = regenerate(denoise, invert(denoise, pictures, times))
    ddim, bdia = ((end.x - pictures).flatten(1).square().mean(1).sqrt() for end in (drifted, back))
    return RoundTrip(ddim, bdia)
