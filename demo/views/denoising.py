"""A trained diffusion model at work: every step of a run as three pictures and the numbers that bind them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import torch

from demo import library
from demo.checks import OneOf
from demo.fairness import InTurn
from demo.pictures import jpeg, to_image
from demo.streaming import stream
from demo.views.method_knobs import Knobs
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import SAMPLERS, Noise, Step, begin, sample
from genmodels.schedules import NoiseSchedule
from genmodels.spacing import SPACINGS

COUNTS = ("1", "4", "16")
MOST_WORK = 4000  # steps × pictures of one run
PANES = ("t:denoising.x", "t:denoising.x0", "t:denoising.eps")
Model = Annotated[str, OneOf(library.diffusion_models)]
# A run is paid for by the step; a method that chooses its own steps has no price, and none that fits a timeline.
PRICED = [name for name, method in SAMPLERS.items() if method.evaluations(1) is not None]
Sampler = Annotated[str, OneOf(PRICED)]
NAMED = [name for name in SPACINGS if name != "by-hand"]
Spacing = Annotated[str, OneOf(NAMED)]
Steps = Annotated[int, Knob(1, 1000, 1)]
Seed = Annotated[int, Knob(0, 9999, 1)]
Count = Annotated[str, OneOf(COUNTS)]


def run(
    model: Model, sampler: Sampler, spacing: Spacing, steps: Steps, seed: Seed, count: Count, knobs: Knobs
) -> Iterator[dict]:
    """From noise to picture: each message carries the frames that were finished since the last one."""
    if steps * int(count) > MOST_WORK:
        raise Refused("too-much-work", steps=steps, count=count, most=MOST_WORK)
    yield from stream(PANES, frames_of(model, sampler, spacing, steps, seed, int(count), knobs.get(sampler)), steps + 1)


def frames_of(
    model: str,
    sampler: str,
    spacing: str,
    steps: int,
    seed: int,
    count: int,
    knobs: Mapping[str, float] | None = None,
) -> Iterator[dict[str, Any]]:
    """The three panes of each step, encoded, with the step's numbers."""
    clock, schedule = time.perf_counter(), library.diffusion_model(model).schedule
    for number, step in enumerate(steps_of(model, sampler, spacing, steps, seed, count, knobs)):
        now = time.perf_counter()
        yield {"frames": panes(step, schedule), "caption": caption(step, schedule, number, steps, now - clock)}
        clock = time.perf_counter()


def steps_of(
    model: str,
    sampler: str,
    spacing: str,
    steps: int,
    seed: int,
    count: int,
    knobs: Mapping[str, float] | None = None,
) -> Iterator[Step]:
    """The run itself: same arguments, same pictures; picture k has the seed `seed` + k."""
    denoise = library.diffusion_model(model)
    seeds, times = range(seed, seed + count), SPACINGS[spacing](denoise.schedule, steps)
    x = begin(denoise.schedule, times[0], Noise(seeds, denoise.latent_shape))  # type: ignore[attr-defined]
    return sample(InTurn(denoise), sampler, x, times, seeds, **(knobs or {}))


def panes(step: Step, schedule: NoiseSchedule) -> list[str]:
    """x at a brightness that fits the screen at every t, the predicted picture, the predicted noise."""
    alpha, sigma = float(schedule.alpha(step.t)), float(schedule.sigma(step.t))
    shown = (step.x / (alpha**2 + 4 * sigma**2) ** 0.5, step.x0, step.eps / 3)
    columns = round(len(step.x) ** 0.5)
    zoom = max(1, 256 // (step.x.shape[-1] * columns))
    return [jpeg(to_image(tensor, columns, zoom), quality=85) for tensor in shown]


def caption(step: Step, schedule: NoiseSchedule, number: int, steps: int, seconds: float) -> dict[str, Any]:
    return {
        "step": number,
        "steps": steps,
        "t": round(float(step.t), 4),
        "alpha": round(float(schedule.alpha(step.t)), 4),
        "sigma": round(float(schedule.sigma(step.t)), 4),
        "alpha_bar": round(float(schedule.alpha_bar(step.t)), 5),
        "ms": round(seconds * 1000),
    }


def curve(model: Model) -> dict[str, Any]:
    """alpha_bar over t for the schedule the model was trained on, with a dot to be moved by the timeline."""
    schedule = library.diffusion_model(model).schedule
    t = torch.linspace(0, 1, 101, dtype=torch.float64)
    line = {"x": [round(v, 3) for v in t.tolist()], "y": [round(v, 5) for v in schedule.alpha_bar(t).tolist()]}
    dot = {"x": [1], "y": line["y"][-1:], "meta": {"follows": "denoising-run", "x": "t", "y": "alpha_bar"}}
    look = {"type": "scatter", "showlegend": False, "hoverinfo": "skip"}
    return {
        "data": [
            {**line, **look, "mode": "lines", "line": {"color": "--nw-muted", "width": 2}},
            {**dot, **look, "mode": "markers", "marker": {"size": 12, "color": "--nw-generated"}, "cliponaxis": False},
        ],
        "layout": {
            "xaxis": {"title": {"text": "t:denoising.t"}, "range": [1.02, -0.02]},
            "yaxis": {"range": [-0.04, 1.04]},
            "margin": {"l": 48, "r": 12, "t": 8, "b": 40},
        },
    }


def samplers_for(model: str) -> list[str]:
    """The samplers that can start on the model's schedule."""
    schedule = library.diffusion_model(model).schedule
    return [name for name in PRICED if SAMPLERS[name].refuses(schedule) is None]
