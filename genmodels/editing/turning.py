"""A picture led back to its noise under what it shows, and down again under something else."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.samplers import SAMPLERS, Step, ddim_inversion, leaps, regenerate

Down = Callable[[Denoiser], Iterator[Step]]  # from the noise of a picture, as a denoiser will have it


def turn(
    going: str, own: Denoiser, wished: Denoiser | None, picture: Tensor, times: Tensor
) -> Iterator[tuple[str, Step]]:
    """All steps, each with its phase: up to the noise of a picture as `own` sees it, which knows what it shows; back
    down the same way; and, turned, down as `wished` will have it.

    Leaping (BDIA) leads back to the picture itself, to rounding, and to what is wished for at second order; DDIM only
    as near as its steps are short, and at first.
    """
    down: Down = yield from named("up", TURNINGS[going](own, picture, times))
    yield from named("back", down(own))
    if wished is not None:
        yield from named("turned", down(wished))


def named(phase: str, steps: Iterator[Step]) -> Generator[tuple[str, Step], None, Any]:
    """Each step with the name of its phase; returns what the steps return."""
    while True:
        try:
            step = next(steps)
        except StopIteration as over:
            return over.value
        yield phase, step


def leaping(denoise: Denoiser, picture: Tensor, times: Tensor) -> Generator[Step, None, Down]:
    """Up by leaps over a state, down by the same leaps."""
    top = yield from leaps(denoise, picture, times)
    return lambda other: regenerate(other, top)


def drifting(denoise: Denoiser, picture: Tensor, times: Tensor) -> Generator[Step, None, Down]:
    """Up by DDIM, down by DDIM, whose estimates are made at the other end of each step."""
    noise = picture
    for step in ddim_inversion(denoise, picture, times):
        yield step
        noise = step.x
    return lambda other: SAMPLERS["ddim"].run(other, noise, times, None)


TURNINGS = {"bdia": leaping, "ddim": drifting}
