"""How long the latent is along a way, and how many random latents are as long: the chi law of their length, exactly."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from demo.views.latent_here import Model, length
from demo.views.latent_spots import OneSpot, Route, faded_in, latent_of, shape_of, where
from genmodels.latents import WAYS
from genmodels.lattice import circle
from genmodels.places import Place

BAND = (0.05, 0.95)  # of random latents
SHARES = [k / 40 for k in range(41)]  # of the way, where its length is taken
NOW = {"follows": "latent-walk", "x": "amount", "y": "norm"}  # the dot goes with the picture between A and B
WAY_TO = {**WAYS, "circle": circle}


def shorter(norm: float, size: int) -> float:
    """The share of normal latents of so many numbers that are shorter: |z|² follows the chi-square law."""
    half = torch.tensor([size / 2, norm**2 / 2], dtype=torch.float64)
    return float(torch.special.gammainc(half[0], half[1]))


@lru_cache(maxsize=64)
def length_at(share: float, size: int) -> float:
    """The length that this share of normal latents does not reach: `shorter`, solved by halving."""
    low, high = 0.0, size**0.5 + 10.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if shorter(middle, size) < share else (low, middle)
    return (low + high) / 2


def percent(share: float) -> str:
    """In two figures, or that it is hardly any: a length far from the shell is met by no one who draws."""
    if share < 1e-6:
        return "< 0.0001 %"
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def norms(model: Model, a: OneSpot, b: OneSpot, path: Route) -> dict[str, Any]:
    """The length of the latent along every way from A to B, over the band that holds nine of ten random latents."""
    shape = shape_of(model)
    low, high = (length_at(share, math.prod(shape)) for share in BAND)
    curves = lengths(model, a, b)
    dot = {"x": [], "y": [], "mode": "markers", "hoverinfo": "skip", "meta": NOW, "showlegend": False}
    everything = [low, high, *(value for curve in curves.values() for value in curve)]
    spare = 0.08 * (max(everything) - min(everything))
    look = {"size": 11, "color": "--nw-generated", "line": {"color": "--nw-panel", "width": 2}}
    return {
        "data": [
            band(low, high),
            *(line(way, curve, way == path) for way, curve in curves.items()),
            {**dot, "marker": look},
        ],
        "layout": {
            "xaxis": {"title": "t:latent.between.share", "range": [0, 1], "zeroline": False, "showgrid": False},
            "yaxis": {"title": "|z|", "range": [min(everything) - spare, max(everything) + spare], "zeroline": False},
            "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        },
    }


def lengths(model: Model, a: OneSpot, b: OneSpot) -> dict[str, list[float]]:
    """Along every way, with what was done to one end fading into what was done to the other."""
    shape = shape_of(model)
    done_a, done_b = (latent_of(model, spot) - where(spot).latent(shape) for spot in (a, b))

    def at(way: str, share: float, z: Tensor) -> float:
        part = faded_in(where(a), where(b), share, shape) if way == "circle" else share
        return length(z + (1 - part) * done_a + part * done_b)

    ways = along(where(a), where(b), shape)
    return {way: [at(way, share, z) for share, z in zip(SHARES, zs, strict=True)] for way, zs in ways.items()}


@lru_cache(maxsize=64)
def along(a: Place, b: Place, shape: tuple[int, ...]) -> dict[str, list[Tensor]]:
    """The latents on every way, before anything is done to them; they stay while the hand moves between the ends."""
    ends = a.latent(shape), b.latent(shape)
    return {way: [go(*ends, share) for share in SHARES] for way, go in WAY_TO.items()}


def band(low: float, high: float) -> dict[str, Any]:
    edges = {"x": [0, 1, 1, 0], "y": [low, low, high, high], "mode": "lines", "line": {"width": 0}}
    return {**edges, "fill": "toself", "fillcolor": "--nw-noise/0.18", "name": "t:latent.between.band"} | {
        "hoverinfo": "skip"
    }


def line(way: str, curve: list[float], chosen: bool) -> dict[str, Any]:
    """The way that is taken stands out."""
    dash = {"lerp": "dot", "slerp": "solid", "circle": "dash"}[way]
    look = {"color": "--nw-ink" if chosen else "--nw-muted/0.7", "width": 2.5 if chosen else 1.25, "dash": dash}
    hover = "%{x:.2f} → %{y:.2f}<extra>%{fullData.name}</extra>"
    name = f"t:latent.path.{way}"
    return {"x": SHARES, "y": curve, "mode": "lines", "name": name, "line": look, "hovertemplate": hover}
