"""The plots of the Schedules tab as plain Plotly figures; the page dresses them in its colors and words."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from demo.views.schedules_names import heights, named

# A plot knows the actors' colors only; inside #schedules-plot, schedules.css gives these four to the slots instead.
SLOT_COLORS = {slot: f"--nw-slot-{slot}" for slot in "abcd"}
NOW = "schedules-now"  # the dot that follows the scrubbed time listens to this name
LEAST, MOST = 1e-9, 1e9
DECADES = 9
CEILING = {"snr": 10.0, "noise-level": 100.0}  # where a linear axis would be all one spike, it stops here
LOG_SNR_MOST = 16.0
SIGNED = {"log-snr"}
HOVER = "%{x:.4~g} → %{y:.4~g}<extra>%{fullData.name}</extra>"


class Line:
    """One curve ready to be drawn: places on the axis, values, the slot it belongs to."""

    def __init__(self, slot: str, label: str, x: np.ndarray, y: np.ndarray, dash: str = "solid") -> None:
        self.slot, self.label, self.dash = slot, label, dash
        self.x, self.y = np.asarray(x, float), np.asarray(y, float)


def figure(
    lines: list[Line],
    ticks: list[Line],
    rows: list[Line],
    quantity: str,
    axis: str,
    log: bool,
    now: str | None,
    x_end: float,
) -> dict[str, Any]:
    """The curves with their names at them, the steps as ticks on them or in rows below, and a dot that follows time."""
    log = log and quantity not in SIGNED
    x_range = [LOG_SNR_MOST, -LOG_SNR_MOST] if axis == "log-snr" else [0.0, x_end]
    y_range = y_bounds(lines, quantity, log)
    data = [trace(line, log) for line in lines] + [tick_marks(line, log) for line in ticks]
    data += [dot(now, quantity, axis)] if now else []
    spare = {"zeroline": False, "showgrid": False, "ticks": "outside", "ticklen": 4}
    layout = {
        "xaxis": {"title": f"t:schedules.axis.{axis}", "range": x_range, **spare},
        "yaxis": {
            "title": f"t:schedules.quantity.{quantity}",
            "range": y_range,
            "zeroline": False,
            **ruling(y_range, log),
        },
        "annotations": names(lines, x_range, y_range, log),
        "showlegend": False,
        "margin": {"l": 8, "r": 16, "t": 14, "b": 8},
    }
    if rows:
        data += [tick_marks(row, False, 8) | {"yaxis": "y2"} for row in rows]
        layout["xaxis"]["anchor"] = "y2"
        layout["yaxis"]["domain"] = [0.42, 1]
        layout["yaxis2"] = {
            "domain": [0, 0.34], "range": [len(rows) - 0.5, -0.5], "zeroline": False, "fixedrange": True,
            "tickvals": list(range(len(rows))), "ticktext": [row.label for row in rows],
        }  # fmt: skip
    return {"data": data, "layout": layout}


def trace(line: Line, log: bool) -> dict[str, Any]:
    look = {"color": SLOT_COLORS[line.slot], "width": 2.25, "dash": line.dash}
    return {**drawn(line, log), "mode": "lines", "line": look}


def tick_marks(line: Line, log: bool, size: int = 13) -> dict[str, Any]:
    """Where the steps of a sampler fall, across the curve."""
    look = {"symbol": "line-ns-open", "size": size, "color": SLOT_COLORS[line.slot], "line": {"width": 1.5}}
    return {**drawn(line, log), "mode": "markers", "marker": look, "cliponaxis": False}


def drawn(line: Line, log: bool) -> dict[str, Any]:
    return {"x": numbers(line.x), "y": numbers(shown(line.y, log)), "name": line.label, "hovertemplate": HOVER}


def dot(slot: str, quantity: str, axis: str) -> dict[str, Any]:
    look = {"size": 11, "color": "--nw-panel", "line": {"width": 2.5, "color": SLOT_COLORS[slot]}}
    follows = {"follows": NOW, "x": axis, "y": "signal" if quantity == "signal-noise" else quantity}
    return {
        "x": [None], "y": [None], "mode": "markers", "marker": look, "hoverinfo": "skip", "cliponaxis": False,
        "meta": follows,
    }  # fmt: skip


def ruling(y_range: list[float], log: bool) -> dict[str, Any]:
    """Linear, or whole decades."""
    if not log:
        return {"type": "linear"}
    return {"type": "log", "dtick": max(1, round((y_range[1] - y_range[0]) / 6)), "exponentformat": "power"}


def shown(y: np.ndarray, log: bool) -> np.ndarray:
    """Nothing where there is no finite value, or none that a logarithmic axis can show."""
    low = LEAST if log else -MOST
    return np.where(np.isfinite(y) & (y >= low) & (y <= MOST), y, np.nan)


def y_bounds(lines: list[Line], quantity: str, log: bool) -> list[float]:
    """A range in the axis's own units, decades if logarithmic."""
    if quantity in SIGNED:
        return [-LOG_SNR_MOST, LOG_SNR_MOST]
    values = np.concatenate([np.empty(0), *(shown(line.y, log) for line in lines)])
    values = values[np.isfinite(values)]
    if not values.size:
        values = np.array([1e-3, 1.0])
    if log:
        low, high = float(np.log10(values.min())), float(np.log10(values.max()))
        return [max(low, high - DECADES) - 0.15, high + 0.15]
    top = min(float(values.max()), CEILING.get(quantity, math.inf))
    return [-0.02 * top, 1.05 * top]


def names(lines: list[Line], x_range: list[float], y_range: list[float], log: bool) -> list[dict[str, Any]]:
    """Each curve's name beside it, in its color."""
    wide, tall = x_range[1] - x_range[0], y_range[1] - y_range[0]
    values = [shown(line.y, log) for line in lines]
    values = [np.log10(y) for y in values] if log else values
    tracks = [
        heights((line.x - x_range[0]) / wide, (y - y_range[0]) / tall) for line, y in zip(lines, values, strict=True)
    ]
    places = named(tracks, [bool(line.label) for line in lines])
    return [
        {
            "x": tidy(x_range[0] + place.x * wide), "y": tidy(y_range[0] + place.y * tall), "text": line.label,
            "showarrow": False, "yshift": 12 * place.up, "xshift": 8 * place.right,
            "xanchor": "left" if place.right > 0 else "right", "bgcolor": "--nw-panel/0.8", "borderpad": 1,
            "font": {"color": SLOT_COLORS[line.slot], "size": 13},
        }
        for line, place in zip(lines, places, strict=True) if place
    ]  # fmt: skip


def histogram(values: np.ndarray, alpha: float, sigma: float) -> dict[str, Any]:
    """How the values of x are spread, as a density of area 1, and the normal law they are to become."""
    width = max(1.0, math.hypot(alpha, sigma))
    edge = 4.5 * width
    bins = np.linspace(-edge, edge, 61)
    density, _ = np.histogram(values.clip(-edge, edge), bins, density=True)
    x = np.linspace(-edge, edge, 121)
    peak = 1 / (width * math.sqrt(2 * math.pi))
    law = peak * np.exp(-0.5 * (x / width) ** 2)
    bars = {
        "type": "bar", "x": numbers((bins[1:] + bins[:-1]) / 2), "y": numbers(density),
        "width": tidy(bins[1] - bins[0]), "marker": {"color": "--nw-noise/0.55", "line": {"width": 0}},
        "hoverinfo": "skip",
    }  # fmt: skip
    normal = {
        "x": numbers(x), "y": numbers(law), "mode": "lines", "hoverinfo": "skip",
        "line": {"color": "--nw-ink", "width": 1.5, "dash": "dot"},
    }  # fmt: skip
    note = {
        "x": tidy(1.25 * width), "y": tidy(peak * math.exp(-0.5 * 1.25**2)),
        "xanchor": "left", "xshift": 6, "yshift": 8,
        "text": "N(0, 1)" if width < 1.005 else f"N(0, {width:.3g}²)", "showarrow": False,
        "font": {"size": 12, "color": "--nw-muted"},
    }  # fmt: skip
    layout = {
        "xaxis": {"range": [-edge, edge], "zeroline": False, "showgrid": False, "title": "t:schedules.values"},
        # before any noise a picture's values stand in spikes; the law they close on must stay in sight
        "yaxis": {"range": [0, max(1.15 * peak, min(float(density.max()), 4 * peak))], "visible": False},
        "bargap": 0, "margin": {"l": 4, "r": 4, "t": 4, "b": 4}, "annotations": [note], "showlegend": False,
    }  # fmt: skip
    return {"data": [bars, normal], "layout": layout}


def said(key: str, **values: Any) -> str:
    """A sentence of the locales, with its values."""
    return f"t:{key}|{json.dumps(values, ensure_ascii=False)}" if values else f"t:{key}"


def numbers(values: Any) -> list[float | None]:
    return [tidy(value) for value in np.asarray(values, float).tolist()]


def tidy(value: float) -> float | None:
    """Five digits: more cannot be seen and would only be sent."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
