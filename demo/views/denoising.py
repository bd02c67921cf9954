"""A trained diffusion model at work: every step of a run as three pictures and the numbers that bind them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from demo import library
from demo.checks import OneOf
from demo.pictures import jpeg, shades, sheet
from demo.streaming import stream
from demo.views.denoising_film import FILMS, film_of, key_of
from demo.views.denoising_plan import OWN, Model, Plan, Schedule, schedule_of, shape, times
from demo.views.denoising_price import afford
from demo.views.denoising_trunk import Trunk, grown, recipe
from genmodels.samplers import Step
from genmodels.samplers.nodes import Node
from genmodels.samplers.weights import Weights
from genmodels.schedules.schedule import NoiseSchedule

PANES = ("t:denoising.x", "t:denoising.x0", "t:denoising.eps")
CURVES = ("alpha_bar", "beta", "log_snr")
LARGE = 256  # pixels across
EDGE = 20.0  # of log-SNR on the screen: beyond, there is only data or only noise


def run(plan: Plan, trunk: Trunk = ()) -> Iterator[dict]:
    """From noise to picture: each message carries the frames that were finished since the last one."""
    afford(plan, trunk)
    yield from stream(PANES, frames_of(plan, trunk), len(times(plan)))


def frames_of(plan: Plan, trunk: Trunk = ()) -> Iterator[dict[str, Any]]:
    """The three panes of each step, encoded, with the step's numbers."""
    schedule, made = schedule_of(plan), grown(plan, trunk)
    nodes, betas, made_of = times(plan), schedule.betas(1000), recipe(plan, trunk)
    key, film = key_of(plan, trunk), film_of(len(nodes), int(plan.count), shape(plan.model))
    believed = library.diffusion_model(plan.model).schedule if plan.fit == "mismatched" else schedule
    clock = time.perf_counter()
    for number, step in enumerate(made):
        now = time.perf_counter()
        here = node_at(step.t, schedule)
        numbers = caption(step, here, here.alpha**2 / (here.alpha**2 + here.sigma**2), betas)
        numbers |= {"step": number, "steps": len(nodes) - 1, "ms": milliseconds(now - clock)}
        numbers |= {"told": "" if believed is schedule else told(here, node_at(step.t, believed))}
        numbers |= {"there": there(here, numbers), "formula": formula(next(made_of, None), nodes, number)}
        film.add(number, shown := panes(step, here))
        yield {"frames": tiled(*shown), "caption": numbers}
        clock = time.perf_counter()
    FILMS.keep(key, film)


def milliseconds(seconds: float) -> float:
    """Whole ones, but tenths of a few: nothing takes no time."""
    exact = 1000 * seconds
    return round(exact) if exact >= 10 else round(exact, 1)


def node_at(t: Tensor, schedule: NoiseSchedule) -> Node:
    return Node(t, float(schedule.alpha(t)), float(schedule.sigma(t)))


def panes(step: Step, here: Node) -> list[np.ndarray]:
    """In the shades of the screen: x in a light that fits at every t, the predicted picture, the predicted noise."""
    lights = (here.alpha**2 + 4 * here.sigma**2) ** -0.5, 1.0, 1 / 3
    return [shades(part, light) for part, light in zip(step[1:], lights, strict=True)]


def tiled(x: np.ndarray, x0: np.ndarray, eps: np.ndarray) -> list[str]:
    """Each batch in the shades of the screen as one square picture, encoded; the timeline enlarges what is small."""
    columns = columns_of(x0)
    if x0.shape[2] * columns < LARGE:  # the faults of its encoding will grow with it
        return [jpeg(sheet(tiles, columns), quality=92) for tiles in (x, x0, eps)]
    return [  # noise hides its colors, and what is nothing else hides more
        jpeg(sheet(x, columns), quality=85, fine=False),
        jpeg(sheet(x0, columns), quality=85),
        jpeg(sheet(eps, columns), quality=75, fine=False),
    ]


def sheets(*tensors: Tensor) -> list[str]:
    """Each batch as one square picture, encoded as large as the page shows it."""
    return [enlarged(shades(tensor)) for tensor in tensors]


def enlarged(tiles: np.ndarray) -> str:
    columns = columns_of(tiles)
    return jpeg(sheet(tiles, columns, max(1, LARGE // (tiles.shape[2] * columns))), quality=85)


def columns_of(tiles: np.ndarray) -> int:
    return round(len(tiles) ** 0.5)


def caption(step: Step, here: Node, alpha_bar: float, betas: Tensor) -> dict[str, Any]:
    """Where a step stands on the schedule, how large its parts are, and how far the three are from adding up."""
    off = (step.x - here.alpha * step.x0).sub_(step.eps, alpha=here.sigma).abs_().max()
    return {
        "t": round(float(here.t), 4),
        "alpha": figure(here.alpha, 4),
        "sigma": figure(here.sigma, 4),
        "alpha_bar": figure(alpha_bar, 5),
        "log_snr": round(max(-EDGE, min(EDGE, 2 * here.lam)), 2),  # for the dot on the curve
        "beta": round(float(betas[max(round(float(here.t) * len(betas)) - 1, 0)]), 5),
        "off": f"{float(off):.0e}" if off else "0",
        **{f"size_{name}": round(size(part), 3) for name, part in zip(("x", "x0", "eps"), step[1:], strict=True)},
        "means": " ".join(f"{mean:+.2f}" for mean in step.x0.mean((0, 2, 3)).tolist()),
    }


def figure(value: float, places: int) -> float:
    """Rounded, but never to nothing: on the first of many steps the picture's share is tiny, and grows."""
    return round(value, places) or float(f"{value:.2g}")


def there(here: Node, numbers: Mapping[str, Any]) -> str:
    """The numbers of a step in words, or that on clean data nothing is evaluated, and so nothing was measured."""
    if not here.sigma:
        return "t:denoising.here.end"
    said = {name: numbers[name] for name in ("alpha_bar", "beta", "ms")}
    said["log_snr"] = round(2 * here.lam, 2) if math.isfinite(here.lam) else "−∞"
    return f"t:denoising.here.step|{json.dumps(said)}"


def told(here: Node, believed: Node) -> str:
    """In words, what goes wrong where a network is told a time at which it knows another amount of noise."""
    if not here.sigma or not believed.alpha or not here.alpha or math.isclose(here.lam, believed.lam, abs_tol=0.02):
        return ""
    amounts = {"true": f"{here.sigma / here.alpha:.3g}", "told": f"{believed.sigma / believed.alpha:.3g}"}
    return f"t:denoising.told.{'less' if believed.lam > here.lam else 'more'}|{json.dumps(amounts)}"


def size(part: Tensor) -> float:
    """The root of the mean square: 1 for pure noise."""
    return float(part.norm()) / part.numel() ** 0.5


def formula(made: Weights | None, nodes: Tensor, number: int) -> str:
    """What the sampler does next, with this step's own numbers."""
    if made is None:
        return ""
    terms = [
        (made.x, "x"),
        *((weight, estimate(time, nodes, number)) for time, weight in made.estimates),
        (made.noise, "z"),
    ]
    body = " ".join(f"{'−' if weight < 0 else '+'} {abs(weight):.4g}·{name}" for weight, name in terms if weight)
    return f"x′ = {body.removeprefix('+ ')}"


def estimate(time: float, nodes: Tensor, number: int) -> str:
    """x̂₀ as it was estimated at a time: here, some steps ago, or between two steps."""
    ago = number - int((nodes - time).abs().argmin())
    between = bool((nodes - time).abs().min() > 1e-9)
    return "x̂₀" + (f"(t={time:.3f})" if between or ago < 0 else f"[−{ago}]" if ago else "")


def curve(model: Model, schedule: Schedule = OWN, shown: Annotated[str, OneOf(CURVES)] = "alpha_bar") -> dict[str, Any]:
    """alpha_bar, beta or log-SNR over t, with a dot to be moved by the timeline."""
    chosen = schedule_of(Plan(model, schedule=schedule))
    t = torch.linspace(0, 1, 101, dtype=torch.float64)
    y = {
        "alpha_bar": lambda: chosen.alpha_bar(t),
        "beta": lambda: torch.cat([chosen.betas(1000)[:1], chosen.betas(1000)[9::10]]),
        "log_snr": lambda: chosen.log_snr(t).clamp(-EDGE, EDGE),
    }[shown]()
    line = {"x": rounded(t.tolist()), "y": rounded(y.tolist())}
    dot = {"x": [1], "y": line["y"][-1:], "meta": {"follows": "denoising-run", "x": "t", "y": shown}}
    look = {"type": "scatter", "showlegend": False, "hoverinfo": "skip"}
    return {
        "data": [
            {**line, **look, "mode": "lines", "line": {"color": "--nw-muted", "width": 2}},
            {**dot, **look, "mode": "markers", "marker": {"size": 12, "color": "--nw-generated"}, "cliponaxis": False},
        ],
        "layout": {
            "xaxis": {"title": {"text": "t:denoising.t"}, "range": [1.02, -0.02]},
            "yaxis": {"range": [-0.04, 1.04]} if shown == "alpha_bar" else {},
            "margin": {"l": 48, "r": 12, "t": 8, "b": 40},
        },
    }


def rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 5) for value in values]
