"""What a sampler gives and what the table of samplers says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor

from genmodels.errors import Refused
from genmodels.samplers.noise import Noise
from genmodels.schedules.schedule import NoiseSchedule


class Step(NamedTuple):
    """One moment of a run: the time, the picture there, and the estimate made of it there."""

    t: Tensor
    x: Tensor
    x0: Tensor
    eps: Tensor


@dataclass(frozen=True)
class Method:
    """A row of SAMPLERS: a generator function `run(denoise, x, times, noise, **knobs)` and what is known of it.

    `order`: the power of the step in the error (in law where stochastic). `stochastic`: noise is drawn with the knobs
    at rest. `evaluations(n)`: the denoiser's calls in n steps, the look at the end apart; None where the method
    chooses its own nodes. `noise`: the source to be given to `run`.
    """

    run: Callable[..., Iterator[Step]]
    order: float
    stochastic: bool
    evaluations: Callable[[int], int | None]
    refuses: Callable[[NoiseSchedule], Refused | None]
    noise: type[Noise] = Noise


Fresh = Callable[[int], Tensor]  # the noise of step i, like x
Brownian = Callable[[float, float], Tensor]  # the noise between two noise levels, like x
Knobs = dict[str, Any]
