"""The plots of the Schedules tab as plain Plotly figures; the page dresses them in its colours and words."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

# A plot knows the actors' colors only; inside #schedules-plot, schedules.css gives these four to the slots instead.
SLOT_COLORS = {"a": "--nw-generator", "b": "--nw-generated", "c": "--nw-discriminator", "d": "--nw-real"}
NOW = "schedules-now"  # the dot that follows the scrubbed time listens to this name
LEAST, MOST = 1e-9, 1e9
# Where a linear axis would be all one spike, it stops here.
CEILING = {"snr": 10.0, "noise-level": 100.0}
LOG_SNR_MOST = 16.0
SIGNED = {"log-snr"}


class Line:
    """One curve ready to be drawn: places on the axis, values, the slot it belongs to."""

    def __init__(self, slot: str, label: str, x: Sequence[float], y: Sequence[float], dash: str = "solid") -> None:
        self.slot, self.label, self.dash = slot, label, dash
        self.x, self.y = np.asarray(x, float), np.asarray(y, float)


def figure(
    lines: list[Line],
    ticks: list[Line],
    quantity: str,
    axis: str,
    log: bool,
    now: str | None,
    x_end: float,
    rows: list[Line],
) -> dict[str, Any]:
    """The curves with their names at them, the steps as ticks on them or in rows below, and a dot that follows time."""
    log = log and quantity not in SIGNED
    x_range = [LOG_SNR_MOST, -LOG_SNR_MOST] if axis == "log-snr" else [0.0, x_end]
    y_range = y_bounds(lines, quantity, log)
    data = [trace(line, log) for line in lines] + [tick_marks(line, log) for line in ticks]
    if now:
        color = SLOT_COLORS[now]
        data.append({
            "x": [None], "y": [None], "mode": "markers", "hoverinfo": "skip", "cliponaxis": False, "showlegend": False,
            "marker": {"size": 11, "color": "--nw-panel", "line": {"width": 2.5, "color": color}},
            "meta": {"follows": NOW, "x": axis, "y": "signal" if quantity == "signal-noise" else quantity},
        })  # fmt: skip
    layout = {
        "xaxis": {"title": f"t:schedules.axis.{axis}", "range": x_range, "showgrid": False, "zeroline": False,
                  "ticks": "outside", "ticklen": 4},
        "yaxis": {"title": f"t:schedules.quantity.{quantity}", "range": y_range, "type": "log" if log else "linear",
                  "zeroline": False, **({"dtick": max(1, round((y_range[1] - y_range[0]) / 6)), "exponentformat": "power"} if log else {})},
        "annotations": named(lines, x_range, y_range, log), "showlegend": False, "hovermode": "closest",
        "margin": {"l": 8, "r": 16, "t": 14, "b": 8},
    }  # fmt: skip
    if rows:
        data += [{**tick_marks(row, False), "yaxis": "y2"} for row in rows]
        layout["xaxis"]["anchor"] = "y2"
        layout["yaxis"]["domain"] = [0.42, 1]
        layout["yaxis2"] = {
            "domain": [0, 0.34], "range": [len(rows) - 0.5, -0.5], "showgrid": True, "zeroline": False, "fixedrange": True,
            "tickvals": list(range(len(rows))), "ticktext": [row.label for row in rows],
        }  # fmt: skip
    return {"data": data, "layout": layout}


def trace(line: Line, log: bool) -> dict[str, Any]:
    return {
        "x": numbers(line.x), "y": numbers(shown(line.y, log)), "mode": "lines", "name": line.label, "showlegend": False,
        "line": {"color": SLOT_COLORS[line.slot], "width": 2.25, "dash": line.dash},
        "hovertemplate": "%{x:.4~g} → %{y:.4~g}<extra>%{fullData.name}</extra>",
    }  # fmt: skip


def tick_marks(line: Line, log: bool) -> dict[str, Any]:
    """Where the steps of a sampler fall, across the curve."""
    return {
        "x": numbers(line.x), "y": numbers(shown(line.y, log)), "mode": "markers", "name": line.label, "showlegend": False,
        "marker": {"symbol": "line-ns-open", "size": 13, "color": SLOT_COLORS[line.slot], "line": {"width": 1.5}},
        "hovertemplate": "%{x:.4~g} → %{y:.4~g}<extra>%{fullData.name}</extra>",
    }  # fmt: skip


def shown(y: np.ndarray, log: bool) -> np.ndarray:
    """Nothing where there is no finite value, or none that a logarithmic axis can show."""
    low = LEAST if log else -MOST
    return np.where(np.isfinite(y) & (y >= low) & (y <= MOST), y, np.nan)


def y_bounds(lines: list[Line], quantity: str, log: bool) -> list[float]:
    """A range in the axis's own units, decades if logarithmic."""
    values = np.concatenate([shown(line.y, log) for line in lines] or [np.array([0.0, 1.0])])
    values = values[np.isfinite(values)]
    if quantity in SIGNED:
        return [-LOG_SNR_MOST, LOG_SNR_MOST]
    if log:
        low, high = np.log10(np.quantile(values, (0.0, 1.0)).clip(LEAST, MOST)) if values.size else (-3.0, 0.0)
        return [max(float(low), float(high) - 9) - 0.15, float(high) + 0.15]
    top = min(float(values.max()) if values.size else 1.0, CEILING.get(quantity, math.inf))
    return [-0.02 * top, 1.05 * top]


def named(lines: list[Line], x_range: list[float], y_range: list[float], log: bool) -> list[dict[str, Any]]:
    """Each name stands at its curve where the others are farthest, so that no legend is needed."""
    grid = np.linspace(0.08, 0.92, 43)
    tracks = [on_grid(line, grid, x_range, y_range, log) for line in lines]
    placed: list[tuple[float, float]] = []
    notes = []
    for k, (line, track) in enumerate(zip(lines, tracks, strict=True)):
        if not line.label or not np.isfinite(track).any():
            continue
        gaps = [np.nan_to_num(np.abs(track - other), nan=1.0) for j, other in enumerate(tracks) if j != k]
        room = np.minimum.reduce([*gaps, np.full_like(grid, 0.35)])
        crowd = np.minimum.reduce([np.hypot((grid - x) * 1.1, (track - y) * 2.5) for x, y in placed] or [np.ones_like(grid)])
        inside = np.isfinite(track) & (track > 0.05) & (track < 0.95)
        score = np.where(inside, np.minimum(room, 0.3) + 0.6 * np.minimum(crowd, 0.3) + 0.05 * grid, -1.0)
        best = int(np.nanargmax(score))
        if score[best] < 0:
            best = int(np.nanargmin(np.where(np.isfinite(track), np.abs(track - 0.5), np.inf)))
        x, y = grid[best], float(np.clip(track[best], 0.02, 0.98))
        placed.append((x, y))
        above = upper_side([other[best] for j, other in enumerate(tracks) if j != k], y)
        notes.append({
            "x": tidy(x_range[0] + x * (x_range[1] - x_range[0])), "y": tidy(y_range[0] + y * (y_range[1] - y_range[0])),
            "text": line.label, "showarrow": False, "yshift": 13 if above else -13, "xshift": 12 if above else -12,
            "xanchor": "left" if above else "right", "bgcolor": "--nw-panel/0.82", "borderpad": 1,
            "font": {"color": SLOT_COLORS[line.slot], "size": 13},
        })  # fmt: skip
    return notes


def on_grid(line: Line, grid: np.ndarray, x_range: list[float], y_range: list[float], log: bool) -> np.ndarray:
    """The height of a curve as a share of the plot, at shares of its width."""
    y = shown(line.y, log)
    x, y = (line.x - x_range[0]) / (x_range[1] - x_range[0]), np.log10(y) if log else y
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 2:
        return np.full_like(grid, np.nan)
    x, y = x[known], (y[known] - y_range[0]) / (y_range[1] - y_range[0])
    order = np.argsort(x, kind="stable")
    return np.interp(grid, x[order], y[order], left=np.nan, right=np.nan)


def upper_side(others: list[float], y: float) -> bool:
    """Whether there is more room above a curve than below it."""
    above = min([other - y for other in others if other > y], default=1.0)
    below = min([y - other for other in others if other < y], default=1.0)
    return y < 0.9 and (above >= below or y < 0.1)


def histogram(values: np.ndarray, alpha: float, sigma: float) -> dict[str, Any]:
    """How the values of x are spread, as a density of area 1, and the normal law they are to become."""
    width = max(1.0, math.hypot(alpha, sigma))
    edge = 4.5 * width
    bins = np.linspace(-edge, edge, 61)
    heights, _ = np.histogram(values.clip(-edge, edge), bins, density=True)
    x = np.linspace(-edge, edge, 121)
    law = np.exp(-0.5 * (x / width) ** 2) / (width * math.sqrt(2 * math.pi))
    data = [
        {"type": "bar", "x": numbers((bins[1:] + bins[:-1]) / 2), "y": numbers(heights), "width": tidy(bins[1] - bins[0]),
         "marker": {"color": "--nw-noise/0.55", "line": {"width": 0}}, "hoverinfo": "skip", "showlegend": False},
        {"x": numbers(x), "y": numbers(law), "mode": "lines", "line": {"color": "--nw-ink", "width": 1.5, "dash": "dot"},
         "hoverinfo": "skip", "showlegend": False},
    ]  # fmt: skip
    peak = 1.15 / (width * math.sqrt(2 * math.pi))
    top = max(peak, min(float(heights.max()), 4 * peak))
    layout = {
        "xaxis": {"range": [-edge, edge], "zeroline": False, "showgrid": False, "title": "t:schedules.values"},
        "yaxis": {"range": [0, top], "visible": False},
        "bargap": 0, "margin": {"l": 4, "r": 4, "t": 4, "b": 4},
        "annotations": [{"x": tidy(1.25 * width), "y": tidy(float(np.exp(-0.5 * 1.25**2)) / (width * math.sqrt(2 * math.pi))),
                         "text": "N(0, 1)" if width < 1.005 else f"N(0, {width:.3g}²)", "showarrow": False, "xanchor": "left",
                         "xshift": 6, "yshift": 8, "font": {"size": 12, "color": "--nw-muted"}}],
    }  # fmt: skip
    return {"data": data, "layout": layout}


def said(key: str, **values: Any) -> str:
    """A sentence of the locales, with its values."""
    return f"t:{key}|{json.dumps(values, ensure_ascii=False)}" if values else f"t:{key}"


def numbers(values: Any) -> list[float | None]:
    return [tidy(value) for value in np.asarray(values, float)]


def tidy(value: float) -> float | None:
    """Five digits: more cannot be seen and would only be sent."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
