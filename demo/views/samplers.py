"""The cloud of the Samplers tab and its judge: up to three methods carry the same noise to the same known law."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from demo.fairness import PROCESSOR, InTurn
from demo.views.samplers_laws import Angle, ClustersDenoiser, Narrow, Wide, World
from demo.views.samplers_setting import (
    COUNT,
    Chosen,
    Dots,
    Endpoint,
    Law,
    Methods,
    ScheduleName,
    Seed,
    Setting,
    SpacingName,
    Steps,
    at_times,
    distance,
    reference,
    seeds_of,
    true_path,
)
from genmodels.denoising.exact import ExactDenoiser, GaussianDenoiser
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS
from genmodels.schedules.schedule import FIRST

ARROWS = 15  # a side
REACH = 2.6  # what the canvas shows of the plane, from the middle


def walk(
    law: Law,
    dots: Dots,
    wide: Wide,
    narrow: Narrow,
    angle: Angle,
    schedule: ScheduleName,
    spacing: SpacingName,
    steps: Steps,
    endpoint: Endpoint,
    methods: Methods,
    seed: Seed,
) -> dict[str, Any]:
    """All frames of all methods, with the law's density and score at each of their times."""
    setting = Setting(World(law, dots, wide, narrow, angle), schedule, spacing, endpoint)
    times, denoise = setting.times(steps), setting.world.denoiser(setting.noising())
    seeds, scales = seeds_of(seed), setting.scales(times)
    x = setting.start(seeds, times[0])
    return {
        "times": rounded(times),
        "alphas": rounded(denoise.schedule.alpha(times)),
        "sigmas": rounded(denoise.schedule.sigma(times)),
        "scales": rounded(scales),
        "count": COUNT,
        "runs": [run_of(denoise, name, x, times, seeds, scales) for name in methods],
        "density": density(denoise, times, scales),
        "arrows": {"side": ARROWS, "reach": REACH, "field": arrows(denoise, times, scales)},
    }


def run_of(
    denoise: ExactDenoiser, name: str, x: Tensor, times: Tensor, seeds: list[int], scales: Tensor
) -> dict[str, Any]:
    """One method's frames, or why there are none."""
    try:
        frames = torch.stack([step.x for step in at_times(InTurn(denoise), name, x, times, seeds)])
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


def judge(
    law: Law,
    dots: Dots,
    wide: Wide,
    narrow: Narrow,
    angle: Angle,
    schedule: ScheduleName,
    spacing: SpacingName,
    steps: Steps,
    endpoint: Endpoint,
    methods: Methods,
    seed: Seed,
    dot: Chosen,
) -> dict[str, Any]:
    """How far each method ends from the exact flow, and the life of one dot in numbers.

    A dot's path needs no other dot, so only its own is walked again.
    """
    setting = Setting(World(law, dots, wide, narrow, angle), schedule, spacing, endpoint)
    times, denoise = setting.times(steps), setting.world.denoiser(setting.noising())
    truth = reference(setting, float(times[0]), float(times[-1]), seed, turns=True)
    x, seeds = setting.start(seeds_of(seed), times[0]), seeds_of(seed)
    return {
        "rows": [verdict(denoise, name, x, times, seeds, truth) for name in methods],
        "truth": halves(truth * setting.scales(times)[-1]),
        "life": None if dot < 0 else life(setting, denoise, methods, times, seeds[dot]),
    }


def verdict(
    denoise: ExactDenoiser, name: str, x: Tensor, times: Tensor, seeds: list[int], truth: Tensor
) -> dict[str, Any]:
    """What a method cost and how far from the truth it came, as the root mean square distance of the dots."""
    method = SAMPLERS[name]
    counted = Counted(denoise)
    try:
        end = at_times(counted, name, x, times, seeds)[-1].x  # type: ignore[arg-type]
    except Refused as refused:
        return {"method": name, "refused": {"key": refused.key, "values": refused.values}}
    error = None if method.stochastic else distance(end, truth)
    last_look = int(denoise.schedule.sigma(times[-1]) > 0)  # the estimate at the end is for showing, and moves nothing
    return {"method": name, "error": error, "evaluations": counted.calls - last_look}


class Counted:
    """A denoiser that counts how often it is asked."""

    def __init__(self, denoise: ExactDenoiser) -> None:
        self.denoise, self.schedule, self.calls = denoise, denoise.schedule, 0

    def __call__(self, x: Tensor, t: Tensor) -> Any:
        self.calls += 1
        with PROCESSOR:
            return self.denoise(x, t)


def life(setting: Setting, denoise: ExactDenoiser, methods: list[str], times: Tensor, seed: int) -> dict[str, Any]:
    """One dot: x, the data and the noise believed in at each time, for each method, and where the exact flow has it."""
    x = setting.start([seed], times[0])
    paths = []
    for name in methods:
        try:
            steps = at_times(InTurn(denoise), name, x, times, [seed])
        except Refused:
            continue
        numbers = {part: rounded(torch.cat([getattr(step, part) for step in steps])) for part in ("x", "x0", "eps")}
        paths.append({"method": name, **numbers})
    return {"paths": paths, "truth": rounded(true_path(InTurn(denoise), x, times))}


def halves(values: Tensor) -> str:
    """float16 in base64, as the canvas reads it."""
    return encoded(values.clamp(-60000, 60000).numpy().astype("<f2"))


def encoded(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def rounded(values: Tensor) -> list[Any]:
    """Numbers for people: six significant digits."""
    return np.vectorize(lambda v: float(f"{v:.6g}"))(values.numpy()).tolist()
