"""The quickest way to paint on this machine, found by trying once for every model and number of pictures.

Networks are laid out channels-last as they are built, which is quicker everywhere. What differs between machines is
bfloat16: a gain with many pictures, a loss for one, and only allowed where nobody can see it. Of the networks that we
ship none gets there: with vectors for it 16 faces take 0.6 times as long, but some pixels are off by 20 of 255.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor

from genmodels.training import cpu_has_bfloat16

VISIBLE = 4.0  # of 255: a pixel that differs by more can be seen
TRIES = 3
GAIN = 0.9  # another way must take at most this share of the time, or chance would choose
Paint = Callable[[], Tensor]


class Way(NamedTuple):
    """A manner of running a network, and whether this machine's hardware has it."""

    usable: Callable[[], bool]
    within: Callable[[], AbstractContextManager[Any]]


class Choice(NamedTuple):
    """What was tried and chosen: milliseconds by way, and by how many of 255 levels a pixel differs at most."""

    way: str
    milliseconds: dict[str, float]
    differences: dict[str, float]


def paced(key: tuple[str, int], paint: Paint) -> Tensor:
    """Pictures in [-1, 1], painted the way that was quickest when this model first painted so many."""
    if key not in CHOSEN:
        CHOSEN[key] = choose(paint)
    with WAYS[CHOSEN[key].way].within():
        return paint().float()


def choose(paint: Paint, clock: Callable[[], float] = time.perf_counter) -> Choice:
    """Try every usable way, the first one being the truth that others are compared with."""
    usable = [name for name, way in WAYS.items() if way.usable()]
    if len(usable) == 1:
        return Choice(usable[0], {}, {})
    truth, best = None, usable[0]
    times, differences = {}, {}
    for name in usable:
        with WAYS[name].within():
            picture = paint().float()  # also warms up
            taken = []
            for _ in range(TRIES):
                began = clock()
                paint()
                taken.append(1000 * (clock() - began))
        truth = picture if truth is None else truth
        times[name] = min(taken)
        differences[name] = float((picture - truth).abs().max()) * 127.5
        if differences[name] <= VISIBLE and times[name] <= GAIN * times[best]:
            best = name
    return Choice(best, times, differences)


WAYS: dict[str, Way] = {
    "float32": Way(lambda: True, nullcontext),
    "bfloat16": Way(cpu_has_bfloat16, lambda: torch.autocast("cpu", torch.bfloat16)),
}
CHOSEN: dict[tuple[str, int], Choice] = {}
