"""The cloud of the Samplers tab and its judge: up to three methods carry the same noise to the same known law."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from demo.fairness import PROCESSOR, InTurn
from demo.views.method_knobs import Knobs, Turned, draws_noise
from demo.views.samplers_laws import ClustersDenoiser
from demo.views.samplers_setting import (
    COUNT,
    Chosen,
    Journey,
    Methods,
    Seed,
    Setting,
    Steps,
    distance,
    reference,
    seeds_of,
    true_path,
)
from genmodels.denoising.exact import ExactDenoiser, GaussianDenoiser
from genmodels.errors import Refused
from genmodels.schedules.schedule import FIRST

ARROWS = 15  # a side
REACH = 2.6  # what the canvas shows of the plane, from the middle


def walk(setting: Setting, steps: Steps, methods: Methods, seed: Seed, knobs: Knobs) -> dict[str, Any]:
    """All frames of all methods, with the law's density and score at each of their times."""
    denoise, journey = setting.world.denoiser(setting.noising()), setting.journey(steps, seeds_of(seed))
    times, scales = journey.times, setting.scales(journey.times)
    return {
        "times": rounded(times),
        "alphas": rounded(denoise.schedule.alpha(times)),
        "sigmas": rounded(denoise.schedule.sigma(times)),
        "scales": rounded(scales),
        "count": COUNT,
        "runs": [run_of(denoise, name, knobs.get(name, {}), journey, scales) for name in methods],
        "density": density(denoise, times, scales),
        "arrows": {"side": ARROWS, "reach": REACH, "field": arrows(denoise, times, scales)},
    }


def run_of(
    denoise: ExactDenoiser, name: str, knobs: Mapping[str, float], journey: Journey, scales: Tensor
) -> dict[str, Any]:
    """One method's frames, or why there are none."""
    try:
        frames = torch.stack([step.x for step in journey.by(InTurn(denoise), name, knobs)])
    except Refused as refused:
        return {"method": name, "refused": {"key": refused.key, "values": refused.values}}
    return {"method": name, "frames": halves(frames * scales[:, None, None])}


def density(denoise: ExactDenoiser, times: Tensor, scales: Tensor) -> dict[str, Any]:
    """The law at each time as a sum of equal Gaussians on screen: how far the centers are pulled, how wide they are."""
    alpha, sigma = denoise.schedule.alpha(times), denoise.schedule.sigma(times)
    if isinstance(denoise, ClustersDenoiser):
        centers, variances, axes = denoise.centers, torch.full((2,), denoise.spread**2).double(), torch.eye(2)
    else:
        assert isinstance(denoise, GaussianDenoiser)
        centers, variances, axes = denoise.mean[None], denoise.variances, denoise.axes
    widths = (alpha[:, None] ** 2 * variances + sigma[:, None] ** 2).sqrt() * scales[:, None]
    angle = math.atan2(float(axes[1, 0]), float(axes[0, 0]))
    return {"centers": centers.tolist(), "pull": rounded(alpha * scales), "widths": rounded(widths), "angle": angle}


def arrows(denoise: ExactDenoiser, times: Tensor, scales: Tensor) -> str:
    """The score on a lattice of the screen at each time, its length pressed below 1: int8 (times, side, side, 2)."""
    marks = torch.linspace(-REACH, REACH, ARROWS, dtype=torch.float64)
    lattice = torch.cartesian_prod(marks, marks)
    x = (lattice[None] / scales[:, None, None]).reshape(-1, 2)
    t = times.clamp(min=FIRST).repeat_interleave(len(lattice))
    score = denoise.score(x, t) / scales.repeat_interleave(len(lattice))[:, None]
    pressed = score / (1 + score.norm(dim=1, keepdim=True))
    return encoded((pressed * 127).round().to(torch.int8).numpy())


def judge(setting: Setting, steps: Steps, methods: Methods, seed: Seed, knobs: Knobs, dot: Chosen) -> dict[str, Any]:
    """How far each method ends from the exact flow, and the life of one dot in numbers.

    A dot's path needs no other dot, so only its own is walked again.
    """
    denoise, journey = setting.world.denoiser(setting.noising()), setting.journey(steps, seeds_of(seed))
    start, end = float(journey.times[0]), float(journey.times[-1])
    truth = reference(setting, start, end, seed, turns=True)
    return {
        "rows": [verdict(denoise, name, knobs.get(name, {}), journey, truth) for name in methods],
        "truth": halves(truth * setting.scales(journey.times)[-1]),
        "life": None if dot < 0 else life(denoise, methods, knobs, setting.journey(steps, [journey.seeds[dot]])),
    }


def verdict(
    denoise: ExactDenoiser, name: str, knobs: Mapping[str, float], journey: Journey, truth: Tensor
) -> dict[str, Any]:
    """What a method cost and how far from the truth it came, as the root mean square distance of the dots."""
    counted = Counted(denoise)
    try:
        end = journey.by(counted, name, knobs)[-1].x  # type: ignore[arg-type]
    except Refused as refused:
        return {"method": name, "refused": {"key": refused.key, "values": refused.values}}
    error = None if draws_noise(name, knobs) else distance(end, truth)
    # Where the run stops at some noise, the estimate made at the end is for showing, and moves nothing.
    last_look = int(denoise.schedule.sigma(journey.times[-1]) > 0)
    return {"method": name, "error": error, "evaluations": counted.calls - last_look}


class Counted:
    """A denoiser that counts how often it is asked."""

    def __init__(self, denoise: ExactDenoiser) -> None:
        self.denoise, self.schedule, self.calls = denoise, denoise.schedule, 0

    def __call__(self, x: Tensor, t: Tensor) -> Any:
        self.calls += 1
        with PROCESSOR:
            return self.denoise(x, t)


def life(denoise: ExactDenoiser, methods: list[str], knobs: Turned, journey: Journey) -> dict[str, Any]:
    """One dot: x, the data and the noise believed in at each time, for each method, and where the exact flow has it."""
    paths = []
    for name in methods:
        try:
            steps = journey.by(InTurn(denoise), name, knobs.get(name, {}))
        except Refused:
            continue
        numbers = {part: rounded(torch.cat([getattr(step, part) for step in steps])) for part in ("x", "x0", "eps")}
        paths.append({"method": name, **numbers})
    return {"paths": paths, "truth": rounded(true_path(InTurn(denoise), journey.x, journey.times))}


def halves(values: Tensor) -> str:
    """float16 in base64, as the canvas reads it."""
    return encoded(values.clamp(-60000, 60000).numpy().astype("<f2"))


def encoded(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def rounded(values: Tensor) -> list[Any]:
    """Numbers for people: six significant digits."""
    return np.vectorize(lambda v: float(f"{v:.6g}"))(values.numpy()).tolist()
