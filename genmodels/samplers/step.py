"""What a sampler gives and what the table of samplers says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from torch import Tensor

from genmodels.errors import Refused
from genmodels.samplers.noise import Noise
from genmodels.schedules.schedule import NoiseSchedule
from genmodels.spacing import Endpoint


class Step(NamedTuple):
    """One moment of a run: the time, the picture there, and the estimate made of it there."""

    t: Tensor
    x: Tensor
    x0: Tensor
    eps: Tensor


class Evaluations(Protocol):
    def __call__(self, n: int, endpoint: Endpoint = "stop") -> int | None: ...


@dataclass(frozen=True)
class Method:
    """A row of SAMPLERS: a generator function `run(denoise, x, times, noise, **knobs)` and what is known of it.

    `order`: the power of the step in the error (in law where stochastic), once the steps are short; above 2, a method
    with memory shows it only from a gentle start. `stochastic`: noise is drawn with the knobs at rest.
    `evaluations(n, endpoint)`: the denoiser's calls in n steps that stop at a positive noise, the look there apart, or
    that go to zero; None where the method chooses its own nodes. `noise`: the source to be given to `run`.
    """

    run: Callable[..., Iterator[Step]]
    order: float
    stochastic: bool
    evaluations: Evaluations
    refuses: Callable[[NoiseSchedule], Refused | None]
    noise: type[Noise] = Noise


Fresh = Callable[[int], Tensor]  # the noise of step i, like x
Brownian = Callable[[float, float], Tensor]  # the noise between two noise levels, like x
