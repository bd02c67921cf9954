"""Pictures from what is known of them: a run of an informed denoiser, and ways down from a picture that is noisy."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from genmodels.branches import Fate, enter
from genmodels.editing.known import Known
from genmodels.errors import Refused
from genmodels.samplers.step import Step
from genmodels.schedules.schedule import FIRST


def restore(informed: Fate, known: Known, x: Tensor) -> Iterator[Step]:
    """The run of a fate whose denoiser is informed of what is known (`Posterior`), from noise x to a picture that
    agrees with it: exactly where it is known exactly.

    Draws from the conditional law as well as the sampler does from the whole one, as far as the denoiser is right.
    """
    known.missing(x)  # refuses here what does not fit
    return agreeing(informed.run(x), informed, known)


@torch.no_grad()
def agreeing(steps: Iterator[Step], fate: Fate, known: Known) -> Iterator[Step]:
    """The same steps; on clean data, the rounding of a whole run is taken out of what is known."""
    for step in steps:
        if known.level == 0 and not float(fate.denoise.schedule.sigma(step.t)):
            picture = known.fill(step.x)
            step = Step(step.t, picture, picture, step.eps)
        yield step


def clean(fate: Fate, noisy: Tensor, level: float) -> Iterator[Step]:
    """From a picture plus `level` times noise, which is x / alpha at the time of that level, down to a clean one.

    The first Step's x0 is the mean of all pictures that it may have been: nearest on average, too smooth for one. A
    fate that draws ends in one of them, each as likely as it should be; one that does not ends where the flow leads,
    a picture as sharp that is no draw.
    """
    schedule = fate.denoise.schedule
    low, high = schedule.noise_level(torch.tensor([FIRST, 1], dtype=torch.float64)).tolist()
    if not max(low, 0) < level <= high:
        raise Refused("untrained-noise", level=level, low=float(f"{low:.4g}"), high=float(f"{high:.4g}"))
    t = schedule.time_of(torch.tensor(level, dtype=torch.float64))
    return enter(fate, noisy * float(schedule.alpha(t)), t)
