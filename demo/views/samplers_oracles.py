"""Two studies with an answer known beforehand: how few steps shrink a Gaussian, and whether inversion comes back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from demo.fairness import InTurn
from demo.views.samplers_laws import World
from demo.views.samplers_plots import INKS, spread_plot, trip_plot
from demo.views.samplers_setting import Setting, distance
from genmodels.denoising.estimate import Denoiser
from genmodels.samplers import SAMPLERS, Noise
from genmodels.samplers.inversion import ddim_inversion, invert, regenerate
from genmodels.samplers.variance import Moments, moments

STD = 0.5
ROUND = Setting(World("gaussian", wide=STD, narrow=STD), "linear", "leading", "zero")
MADE = {  # what it is called: (method, its knobs)
    "ddim-0": ("ddim", {"eta": 0.0}),
    "ddim-1": ("ddim", {"eta": 1.0}),
    "large": ("ddpm", {"variance": 1.0}),
}
SIZES = (2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200, 250)
DRAWN = (3, 5, 10, 20, 50, 100)  # where the recursion is checked by sampling
SAMPLES = 2000  # pairs of numbers

TRIPS = (4, 8, 16, 32, 64, 128, 256)
WAYS = ("ddim", "bdia-both", "bdia-one")
TRAVELERS = 64
WORLD = Setting(World("grid"), "log-linear", "exponential", "stop")


def shrink() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The exact curves at once, then the samples that must lie on them."""
    curves = {key: [(n, exact_ratio(key, n)) for n in SIZES] for key in MADE}
    drawn: dict[str, list[tuple[int, float]]] = {key: [] for key in MADE}
    notes = {"lines": ["t:samplers.oracle"]}
    yield spread_plot(curves, drawn), notes
    for n in DRAWN:
        for key, points in drawn.items():
            points.append((n, sampled_ratio(key, n)))
        yield spread_plot(curves, drawn), notes


def exact_ratio(key: str, n: int) -> float:
    """The spread at the end over that of the data, by the recursion: no sample is drawn."""
    method, knobs = MADE[key]
    *_, end = moments(method, ROUND.noising(), ROUND.times(n), Moments(0.0, STD), None, **knobs)
    return end.std / STD


def sampled_ratio(key: str, n: int) -> float:
    """The same from samples, by the sampler itself."""
    method, knobs = MADE[key]
    times, seeds = ROUND.times(n), list(range(SAMPLES))
    denoise = InTurn(ROUND.world.denoiser(ROUND.noising()))
    noise = Noise(seeds, (2,), torch.float64)
    *_, end = SAMPLERS[method].run(denoise, ROUND.start(seeds, times[0]), times, noise, **knobs)
    return math.sqrt(float(end.x.square().mean())) / STD


def inversion() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """From data to noise and back: by DDIM, by BDIA with both of its states, and by BDIA with one."""
    denoise = WORLD.world.denoiser(WORLD.noising())
    data = denoise.sample(TRAVELERS, torch.Generator().manual_seed(1))
    found: dict[str, list[tuple[int, float]]] = {way: [] for way in WAYS}
    for n in TRIPS:
        for way, points in found.items():
            points.append((n, round_trip(way, InTurn(denoise), data, WORLD.times(n))))
        yield trip_plot(found, INKS), {"lines": ["t:samplers.trips"]}


def round_trip(way: str, denoise: Denoiser, x: Tensor, times: Tensor) -> float:
    """How far from the start one comes home."""
    if way == "ddim":
        *_, top = ddim_inversion(denoise, x, times)
        *_, home = SAMPLERS["ddim"].run(denoise, top.x, times, Noise(range(len(x)), (2,), x.dtype))
    else:
        *_, home = regenerate(denoise, invert(denoise, x, times), both=way == "bdia-both")
    return distance(home.x, x)
