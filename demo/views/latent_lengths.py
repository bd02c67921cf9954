"""How long the latent is along a way, and how many random latents are as long: the chi law of their length, exactly."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import torch

from demo.views.latent_here import Model, length
from demo.views.latent_spots import OneSpot, Route, shape_of, where
from genmodels.latents import WAYS
from genmodels.lattice import circle
from genmodels.places import Place

BAND = (0.05, 0.95)  # of random latents
DOTS = 41
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
    shares, curves = along(where(a), where(b), shape)
    dot = {"x": [], "y": [], "mode": "markers", "hoverinfo": "skip", "meta": NOW, "showlegend": False}
    everything = [low, high, *(value for curve in curves.values() for value in curve)]
    spare = 0.08 * (max(everything) - min(everything))
    look = {"size": 11, "color": "--nw-generated", "line": {"color": "--nw-panel", "width": 2}}
    return {
        "data": [
            band(low, high),
            *(line(way, shares, curve, way == path) for way, curve in curves.items()),
            {**dot, "marker": look},
        ],
        "layout": {
            "xaxis": {"title": "t:latent.between.share", "range": [0, 1], "zeroline": False, "showgrid": False},
            "yaxis": {"title": "‖z‖", "range": [min(everything) - spare, max(everything) + spare], "zeroline": False},
            "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        },
    }


@lru_cache(maxsize=64)
def along(a: Place, b: Place, shape: tuple[int, ...]) -> tuple[list[float], dict[str, list[float]]]:
    """Shares of the way, and the lengths there on every way; they stay while the hand moves between the same ends."""
    ends, shares = (a.latent(shape), b.latent(shape)), torch.linspace(0, 1, DOTS).tolist()
    return shares, {way: [length(go(*ends, share)) for share in shares] for way, go in WAY_TO.items()}


def band(low: float, high: float) -> dict[str, Any]:
    edges = {"x": [0, 1, 1, 0], "y": [low, low, high, high], "mode": "lines", "line": {"width": 0}}
    return {**edges, "fill": "toself", "fillcolor": "--nw-noise/0.18", "name": "t:latent.between.band"} | {
        "hoverinfo": "skip"
    }


def line(way: str, shares: list[float], curve: list[float], chosen: bool) -> dict[str, Any]:
    """The way that is taken stands out."""
    dash = {"lerp": "dot", "slerp": "solid", "circle": "dash"}[way]
    look = {"color": "--nw-ink" if chosen else "--nw-muted/0.7", "width": 2.5 if chosen else 1.25, "dash": dash}
    hover = "%{x:.2f} → %{y:.2f}<extra>%{fullData.name}</extra>"
    name = f"t:latent.path.{way}"
    return {"x": shares, "y": curve, "mode": "lines", "name": name, "line": look, "hovertemplate": hover}
