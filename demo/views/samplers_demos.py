"""Six things worth seeing once, each a setting for the cloud and a study beside it; one click each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch

from demo.fairness import InTurn
from demo.views.samplers_errors import Curve, measured, shown
from demo.views.samplers_laws import ClustersDenoiser, World
from demo.views.samplers_oracles import inversion, shrink
from demo.views.samplers_plots import INKS, landing_plot
from demo.views.samplers_setting import Setting, at_times, seeds_of

Shown = Iterator[tuple[dict[str, Any], dict[str, Any]]]
RING = Setting(World("ring"), "log-linear", "exponential", "stop")
HEUN = Setting(World("ring"), "edm", "karras", "zero")
SEED = 1
NEAR = 3.0  # standard deviations: a dot that ends within so many of a center has landed
LANDINGS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 32)


@dataclass(frozen=True)
class Demo:
    """The knobs that a demo turns, and what it measures."""

    knobs: dict[str, Any]
    study: Callable[[], Shown]


def coefficients() -> Shown:
    """DPM++ 3M as published in code and with the factor that its expansion asks for."""
    names = ("dpmpp-3m", "dpmpp-3m-fixed")
    yield from shown(measured([Curve(name, RING, ink) for name, ink in zip(names, INKS, strict=False)], SEED), [])


def floor() -> Shown:
    """One method that stops at the smallest noise, and goes on to zero."""
    zero = replace(RING, endpoint="zero")
    curves = [
        Curve("dpmpp-2m", RING, INKS[0], "t:samplers.endpoint.stop"),
        Curve("dpmpp-2m", zero, INKS[1], "t:samplers.endpoint.zero"),
    ]
    yield from shown(measured(curves, SEED), [])


def integers() -> Shown:
    """One method asked at its own times, and at the nearest whole timesteps."""
    curves = [
        Curve("unipc-2", RING, INKS[0], "t:samplers.exact-times"),
        Curve("unipc-2", RING, INKS[1], "t:samplers.whole-times", rounds=True),
    ]
    yield from shown(measured(curves, SEED), [])


def heun() -> Shown:
    """The share of dots that Euler and Heun bring to a cluster, and the share that belongs there."""
    found: dict[str, list[tuple[int, float]]] = {"euler": [], "heun": []}
    for n in LANDINGS:
        for name, points in found.items():
            points.append((n, landed(HEUN, name, n, SEED)))
        yield landing_plot(found, belonging()), {"lines": ["t:samplers.landing"]}


def landed(setting: Setting, method: str, n: int, seed: int) -> float:
    """The share of dots that end within NEAR standard deviations of a center."""
    denoise = setting.world.denoiser(setting.noising())
    assert isinstance(denoise, ClustersDenoiser)
    times, seeds = setting.times(n), seeds_of(seed)
    end = at_times(InTurn(denoise), method, setting.start(seeds, times[0]), times, seeds)[-1].x
    return float((torch.cdist(end, denoise.centers).amin(1) < NEAR * denoise.spread).double().mean())


def belonging() -> float:
    """The share of a round Gaussian in the plane within NEAR standard deviations."""
    return 1 - math.exp(-(NEAR**2) / 2)


RING_KNOBS = {"law": "ring", "schedule": "log-linear", "spacing": "exponential", "knobs": {}}
DEMOS = {
    "coefficients": Demo(
        {**RING_KNOBS, "endpoint": "stop", "methods": ["dpmpp-3m", "dpmpp-3m-fixed"], "steps": 8}, coefficients
    ),
    "floor": Demo({**RING_KNOBS, "endpoint": "zero", "methods": ["dpmpp-2m"], "steps": 16}, floor),
    "integers": Demo({**RING_KNOBS, "endpoint": "stop", "methods": ["unipc-2"], "steps": 32}, integers),
    "shrink": Demo(
        {"law": "gaussian", "wide": 0.5, "narrow": 0.5, "schedule": "linear", "spacing": "leading", "endpoint": "zero",
         "methods": ["ddim", "ddpm"], "steps": 5, "knobs": {}},
        shrink,
    ),
    "inversion": Demo(
        {"law": "grid", "schedule": "log-linear", "spacing": "exponential", "endpoint": "stop", "methods": ["ddim"],
         "steps": 16, "knobs": {}},
        inversion,
    ),
    "heun": Demo(
        {"law": "ring", "schedule": "edm", "spacing": "karras", "endpoint": "zero", "methods": ["euler", "heun"],
         "steps": 5, "knobs": {}},
        heun,
    ),
}  # fmt: skip
