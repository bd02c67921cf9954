"""Errors against evaluations as a plot, and in one sentence: plain Plotly specs, words as keys."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from genmodels.accuracy import TRUST

if TYPE_CHECKING:
    from demo.views.denoising_compare_errors import Study

VISIBLE = 2.0  # levels of 256, root mean square: side by side, less is hardly seen
INKS = ("--nw-sampler-1", "--nw-sampler-2", "--nw-sampler-3", "--nw-ink", "--nw-muted")
TICKS = [1, 2, 4, 8, 16, 32, 64, 128]


class Point(NamedTuple):
    """A sampler's error in levels after so many evaluations; with `bound`, it is at most this."""

    calls: int
    error: float
    bound: bool = False


Points = tuple[Point, ...]


def error_plot(study: Study) -> dict[str, Any]:
    """One curve for each sampler, both axes in the logarithm; lines where errors are seen, and where they end."""
    data = [curve(name, points, ink) for (name, points), ink in zip(study.points.items(), INKS, strict=False)]
    calls = [point.calls for points in study.points.values() for point in points] or [1, 32]
    ends = [min(calls), max(calls)]
    data.append(level(VISIBLE, said("visible", level=f"{VISIBLE:g}"), "dash", ends))
    if study.own is not None:
        data.append(level(max(study.own, 1e-3), "t:denoising.errors.own", "dot", ends))
    layout = {
        "xaxis": {"type": "log", "title": "t:denoising.errors.calls", "tickvals": TICKS},
        "yaxis": {"type": "log", "title": "t:denoising.errors.far", "tickvals": [0.01, 0.1, 1, 2, 5, 10, 20, 50, 100]},
    }
    return {"data": data, "layout": layout}


def curve(name: str, points: Points, ink: str) -> dict[str, Any]:
    """A line through a sampler's points, which ends in an arrow down where only a bound is known."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [point.calls for point in points],
        "y": [point.error for point in points],
        "text": ["≤ " if point.bound else "" for point in points],
        "name": f"t:samplers.{name}",
        "line": {"color": ink, "width": 2},
        "marker": {"size": 6, "symbol": ["triangle-down" if point.bound else "circle" for point in points]},
        "hovertemplate": "%{x} · %{text}%{y:.2f}",
    }


def level(value: float, name: str, dash: str, ends: list[int]) -> dict[str, Any]:
    """A thin line at one height."""
    line = {"color": "--nw-muted", "width": 1, "dash": dash}
    return {
        "type": "scatter", "mode": "lines", "x": ends, "y": [value, value],
        "name": name, "line": line, "hoverinfo": "skip",
    }  # fmt: skip


def verdict(study: Study) -> list[str]:
    """What the chart amounts to, in words of the page."""
    return list(sentences(study))


def sentences(study: Study) -> Iterator[str]:
    if study.own is None:
        yield "t:denoising.errors.looking"
        return
    yield said("own-is", error=f"{study.own:.2g}")
    reached = {name: cheapest(points) for name, points in study.points.items()}
    there = sorted((calls, name) for name, calls in reached.items() if calls is not None)
    if there:
        calls, name = there[0]
        yield said("cheapest", sampler=f"t:samplers.{name}", evaluations=math.ceil(calls), level=f"{VISIBLE:g}")
    elif study.done and study.own * TRUST >= VISIBLE:
        yield said("unsure", level=f"{VISIBLE:g}")
    elif study.done and any(study.points.values()):
        ends = ((point.error, point.calls, name) for name, points in study.points.items() for point in points)
        error, calls, name = min(ends)
        nearest = {"sampler": f"t:samplers.{name}", "evaluations": calls, "error": f"{error:.2g}"}
        yield said("none", level=f"{VISIBLE:g}", **nearest)
    for name in study.silent:
        yield said("silent", sampler=f"t:samplers.{name}")


def cheapest(points: Points) -> float | None:
    """From how many evaluations on it is so near and stays there: between two points, where the line crosses."""
    near, far = None, None
    for point in sorted(points, reverse=True):
        if point.error > VISIBLE:
            far = point
            break
        near = point
    if near is None or far is None:
        return near and float(near.calls)
    way = math.log(far.error / VISIBLE) / math.log(far.error / max(near.error, 1e-9))
    return far.calls * (near.calls / far.calls) ** way


def said(key: str, **values: Any) -> str:
    return f"t:denoising.errors.{key}|{json.dumps(values)}"
