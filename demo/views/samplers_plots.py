"""Studies as plots: plain Plotly specs, words as keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo.views.samplers_errors import Curve

INKS = tuple(f"--nw-sampler-{k}" for k in (1, 2, 3))
STEPS = {"type": "log", "title": "t:samplers.axis.steps", "tickvals": [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]}


def error_plot(curves: list[Curve]) -> dict[str, Any]:
    """Errors against steps, both in the logarithm; at the end of each curve its slope and what theory says."""
    data = [part for curve in curves if curve.points for part in (line(curve), ending(curve))]
    layout = {
        "xaxis": {**STEPS, "range": [0.2, 2.95]},
        "yaxis": {"type": "log", "title": "t:samplers.axis.error", "exponentformat": "power", "dtick": 1},
    }
    return {"data": data, "layout": layout}


def line(curve: Curve) -> dict[str, Any]:
    points = [(n, max(value, 1e-16)) for n, value in curve.points]
    made = scatter("lines+markers", points, curve.label or f"t:samplers.{curve.method}", curve.ink)
    return {**made, "line": {**made["line"], "dash": "dot" if curve.rounds else "solid"}}


def ending(curve: Curve) -> dict[str, Any]:
    """The slope, written at the curve's end."""
    (n, value), text = curve.points[-1], ""
    if curve.slope is not None:
        numbers = {"slope": f"{curve.slope:.2f}", "theory": f"{curve.theory:g}" if curve.theory else ""}
        text = f"t:samplers.slope.{'theory' if curve.theory else 'measured'}|{json.dumps(numbers)}"
    return {
        "type": "scatter",
        "mode": "text",
        "x": [n],
        "y": [max(value, 1e-16)],
        "text": [text],
        "textposition": "middle right",
        "textfont": {"color": curve.ink, "size": 12},
        "showlegend": False,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def landing_plot(found: dict[str, list[tuple[int, float]]], whole: float) -> dict[str, Any]:
    """The share of dots on a cluster against steps, and what the law itself has there."""
    data = [
        scatter("lines+markers", points, f"t:samplers.{name}", ink)
        for (name, points), ink in zip(found.items(), INKS, strict=False)
    ]
    data.append(level(whole, "t:samplers.law-itself", [2, 32]))
    layout = {
        "xaxis": {**STEPS, "range": [0.25, 1.55]},
        "yaxis": {"title": "t:samplers.axis.landed", "range": [-0.03, 1.05]},
    }
    return {"data": data, "layout": layout}


def level(value: float, name: str, ends: list[int]) -> dict[str, Any]:
    """A thin line at one height: where the truth is."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": [value, value],
        "name": name,
        "line": {"color": "--nw-muted", "width": 1, "dash": "dash"},
        "hoverinfo": "skip",
    }


def spread_plot(
    curves: dict[str, list[tuple[int, float]]], drawn: dict[str, list[tuple[int, float]]]
) -> dict[str, Any]:
    """Spread made over spread of the data: lines by the recursion, dots by sampling."""
    data = []
    for (key, points), ink in zip(curves.items(), INKS, strict=False):
        data.append(scatter("lines", points, f"t:samplers.made.{key}", ink))
        data.append(
            {**scatter("markers", drawn[key], "", ink), "showlegend": False, "marker": {"size": 7, "color": ink}}
        )
    data.append(level(1.0, "t:samplers.law-itself", [2, 250]))
    return {
        "data": data,
        "layout": {"xaxis": {**STEPS, "range": [0.25, 2.45]}, "yaxis": {"title": "t:samplers.axis.std"}},
    }


def trip_plot(found: dict[str, list[tuple[int, float]]], inks: tuple[str, ...]) -> dict[str, Any]:
    """The distance after going there and back, against steps."""
    data = [
        scatter("lines+markers", [(n, max(far, 1e-17)) for n, far in points], f"t:samplers.way.{way}", ink)
        for (way, points), ink in zip(found.items(), inks, strict=False)
    ]
    axis = {"type": "log", "title": "t:samplers.axis.trip", "exponentformat": "power", "dtick": 3}
    return {"data": data, "layout": {"xaxis": {**STEPS, "range": [0.5, 2.5]}, "yaxis": axis}}


def scatter(mode: str, points: list[tuple[int, float]], name: str, ink: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "name": name,
        "line": {"color": ink, "width": 2},
        "marker": {"size": 5},
    }
