"""The quickest way to paint on this machine, found by trying once for all weights and numbers of pictures.

Networks are laid out channels-last as they are built: every one takes 0.5 to 0.9 of the time. What differs between
machines is bfloat16: a gain with many pictures, a loss for one, and only allowed where nobody can see it. Of the
networks that we ship none gets there: with vectors for it 16 faces take 0.6 times as long, but some pixels are off by
20 of 255.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor

from demo import library
from genmodels.directions import paint as paint_points
from genmodels.directions import points
from genmodels.latents import draw
from genmodels.training import cpu_has_bfloat16

VISIBLE = 4.0  # of 255: a pixel that differs by more can be seen
LOOKED_AT = range(8)  # seeds whose pictures must not show it either: who came first asked for one place among many
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
    """Pictures in [-1, 1], painted the way that was quickest when this model's weights first painted so many."""
    name, count = key
    weights = library.weights(name)
    if (name, weights, count) not in CHOSEN:
        CHOSEN[name, weights, count] = choose(paint, sample=by_seeds(name) if weights else None)
    return within(CHOSEN[name, weights, count].way, paint)


def by_seeds(name: str) -> Paint:
    """Paints a few pictures of the model that have nothing to do with what is asked for."""

    def paint() -> Tensor:
        model = library.latent_model(name)
        return paint_points(model, points(model, draw(model.latent_shape, LOOKED_AT)))

    return paint


def choose(paint: Paint, clock: Callable[[], float] = time.perf_counter, sample: Paint | None = None) -> Choice:
    """Try every usable way, the first one being the truth that others are compared with.

    What it changes is looked for in `sample` too, unless the way is too slow to be taken or seen to differ already.
    """
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
        differences[name] = apart(truth, picture)
        if differences[name] > VISIBLE or times[name] > GAIN * times[best]:
            continue
        if sample:
            differences[name] = max(differences[name], apart(*(within(way, sample) for way in (usable[0], name))))
        if differences[name] <= VISIBLE:
            best = name
    return Choice(best, times, differences)


def within(way: str, paint: Paint) -> Tensor:
    with WAYS[way].within():
        return paint().float()


def apart(one: Tensor, other: Tensor) -> float:
    """By how many of 255 levels a pixel differs at most."""
    return float((other - one).abs().max()) * 127.5


WAYS: dict[str, Way] = {
    "float32": Way(lambda: True, nullcontext),
    "bfloat16": Way(cpu_has_bfloat16, lambda: torch.autocast("cpu", torch.bfloat16)),
}
CHOSEN: dict[tuple[str, str, int], Choice] = {}  # by model, the digest of its weights, and how many at once
