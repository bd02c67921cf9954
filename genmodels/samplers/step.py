"""What a sampler gives and what the table of samplers says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor

from genmodels.errors import Refused
from genmodels.schedules.schedule import NoiseSchedule


class Step(NamedTuple):
    """One moment of a run: the time, the picture there, and the estimate made of it there."""

    t: Tensor
    x: Tensor
    x0: Tensor
    eps: Tensor


@dataclass(frozen=True)
class Method:
    """A row of SAMPLERS: a generator function `run(denoise, x, times, noise, **knobs)` and what is known of it."""

    run: Callable[..., Iterator[Step]]
    order: float
    stochastic: bool
    evaluations: Callable[[int], int]
    refuses: Callable[[NoiseSchedule], Refused | None]


Noise = Callable[[int], Tensor]
Knobs = dict[str, Any]
