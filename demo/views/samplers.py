"""The cloud of the Samplers tab: up to three methods carry the same noise to the same known law."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from demo.checks import By, Length, OneOf
from demo.views.samplers_laws import LAW_NAMES, Angle, ClustersDenoiser, Narrow, Wide, World, read_dots
from genmodels.denoising.exact import ExactDenoiser, GaussianDenoiser
from genmodels.denoising.ode import follow
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.samplers import SAMPLERS, Noise, sample
from genmodels.samplers.step import Step
from genmodels.schedules import SCHEDULES, NoiseSchedule
from genmodels.schedules.schedule import FIRST
from genmodels.spacing import SPACINGS

COUNT = 300  # dots
MOST_STEPS = 64
ARROWS = 15  # a side
SUBSTEPS = 10
REACH = 2.6  # what the canvas shows of the plane, from the middle
SPACING_NAMES = tuple(key for key in SPACINGS if key != "by-hand")
ENDPOINTS = ("stop", "zero")

Law = Annotated[str, OneOf(LAW_NAMES)]
Dots = Annotated[tuple, By(read_dots)]
ScheduleName = Annotated[str, OneOf(SCHEDULES)]
SpacingName = Annotated[str, OneOf(SPACING_NAMES)]
Steps = Annotated[int, Knob(1, MOST_STEPS, 1, 20)]
Endpoint = Annotated[str, OneOf(ENDPOINTS)]
Methods = Annotated[list[str], OneOf(SAMPLERS), Length(3)]
Seed = Annotated[int, Knob(0, 9999, 1, 0)]
Chosen = Annotated[int, Knob(-1, COUNT - 1, 1, -1)]


@dataclass(frozen=True)
class Setting:
    """A world, a schedule and where the steps fall."""

    world: World
    schedule: str
    spacing: str
    endpoint: str

    def noising(self) -> NoiseSchedule:
        return SCHEDULES[self.schedule]()

    def times(self, n: int) -> Tensor:
        return SPACINGS[self.spacing](self.noising(), n, self.endpoint)

    def start(self, seeds: list[int], at: Tensor) -> Tensor:
        """Noise as wide as x is at this time: what a sampler that knows only the data's variance starts from."""
        return Noise(seeds, (2,), torch.float64).start() * self.width(at)

    def width(self, t: Tensor) -> Tensor:
        """The standard deviation of x along an axis."""
        schedule = self.noising()
        return (schedule.alpha(t) ** 2 * self.world.variance() + schedule.sigma(t) ** 2).sqrt()

    def scales(self, times: Tensor) -> Tensor:
        """What x is multiplied with on screen, so that the cloud is as wide at every time as the data is."""
        return math.sqrt(self.world.variance()) / self.width(times)


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


def seeds_of(seed: int) -> list[int]:
    return [seed * COUNT + i for i in range(COUNT)]


def run_of(
    denoise: ExactDenoiser, name: str, x: Tensor, times: Tensor, seeds: list[int], scales: Tensor
) -> dict[str, Any]:
    """One method's frames, or why there are none."""
    try:
        frames = torch.stack([step.x for step in at_times(denoise, name, x, times, seeds)])
    except Refused as refused:
        return {"method": name, "refused": {"key": refused.key, "values": refused.values}}
    return {"method": name, "frames": halves(frames * scales[:, None, None])}


def at_times(denoise: ExactDenoiser, name: str, x: Tensor, times: Tensor, seeds: list[int]) -> list[Step]:
    """The steps of a run, one for each time; a refusal if the run left all bounds."""
    steps = list(sample(denoise, name, x, times, seeds))
    if steps[-1].t.ndim:
        steps = resampled(denoise.schedule, steps, times)
    if not all(torch.isfinite(step.x).all() for step in steps):
        raise Refused("samplers-diverged")
    return steps


def resampled(schedule: NoiseSchedule, steps: list[Step], times: Tensor) -> list[Step]:
    """A run with nodes of its own, seen at given times: between two nodes it goes straight in x / (alpha + sigma).

    The estimate shown is the one made at the node before.
    """
    t = torch.stack([step.t.expand(len(step.x)) for step in steps])  # (S, B)
    scale = (schedule.alpha(t) + schedule.sigma(t)).reshape(t.shape)
    share, y = schedule.sigma(t) / scale, torch.stack([step.x for step in steps]) / scale[..., None]
    found = []
    for time in times:
        scale = schedule.alpha(time) + schedule.sigma(time)
        after = (share > schedule.sigma(time) / scale + 1e-12).sum(0).clamp(1, len(steps) - 1)
        dots = torch.arange(t.shape[1])
        u0, u1 = share[after - 1, dots], share[after, dots]
        way = ((u0 - schedule.sigma(time) / scale) / (u0 - u1).clamp(min=1e-300)).clamp(0, 1)[:, None]
        x = torch.lerp(y[after - 1, dots], y[after, dots], way) * scale
        node = torch.where(way[:, 0] < 1, after - 1, after)
        pick = [torch.stack([step[i] for step in steps])[node, dots] for i in (2, 3)]
        found.append(Step(time, x, *pick))
    return found


def density(denoise: ExactDenoiser, times: Tensor, scales: Tensor) -> dict[str, Any]:
    """The law at each time as a sum of equal Gaussians on screen: centers at t = 0, what they shrink by, their width."""
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
    truth = reference(setting, float(times[0]), float(times[-1]), seed)
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
    n = method.evaluations(len(times) - 1)
    return {"method": name, "error": error, "evaluations": counted.calls if n is None else n, "order": method.order}


class Counted:
    """A denoiser that counts how often it is asked."""

    def __init__(self, denoise: ExactDenoiser) -> None:
        self.denoise, self.schedule, self.calls = denoise, denoise.schedule, 0

    def __call__(self, x: Tensor, t: Tensor) -> Any:
        self.calls += 1
        return self.denoise(x, t)


def life(setting: Setting, denoise: ExactDenoiser, methods: list[str], times: Tensor, seed: int) -> dict[str, Any]:
    """One dot: x, the data and the noise believed in at each time, for each method, and where the exact flow has it."""
    x = setting.start([seed], times[0])
    paths = []
    for name in methods:
        try:
            steps = at_times(denoise, name, x, times, [seed])
        except Refused:
            continue
        numbers = {part: rounded(torch.cat([getattr(step, part) for step in steps])) for part in ("x", "x0", "eps")}
        paths.append({"method": name, **numbers})
    return {"paths": paths, "truth": rounded(true_path(denoise, x, times))}


def true_path(denoise: ExactDenoiser, x: Tensor, times: Tensor) -> Tensor:
    """Where the exact flow has one dot (1, 2) at each time: rk4 with SUBSTEPS steps between, for a line and four digits."""
    schedule = denoise.schedule
    share = schedule.sigma(times) / (schedule.alpha(times) + schedule.sigma(times))
    ways = torch.arange(SUBSTEPS, dtype=torch.float64) / SUBSTEPS
    between = (share[:-1, None] + ways * share.diff()[:, None]).flatten()
    fine = torch.cat([schedule.time_of(between / (1 - between)), times[-1:]])
    fine[0] = times[0]
    steps = list(sample(denoise, "rk4", x, fine, [0]))
    return torch.cat([step.x for step in steps[::SUBSTEPS]])


@lru_cache(maxsize=64)
def reference(setting: Setting, start: float, end: float, seed: int, count: int = COUNT, tolerance: float = 1e-5):
    """Where the exact flow takes the dots of a seed; only a new law, new ends or a new seed need it anew."""
    first, last = (torch.tensor(t, dtype=torch.float64) for t in (start, end))
    x = setting.start(seeds_of(seed)[:count], first)
    return exact_flow(setting.world.denoiser(setting.noising()), x, first, last, tolerance)


def exact_flow(denoise: ExactDenoiser, x: Tensor, start: Tensor, end: Tensor, tolerance: float) -> Tensor:
    """The probability-flow ODE, in closed form where there is one."""
    if isinstance(denoise, ClustersDenoiser):
        return follow(denoise.split, denoise.schedule, x, start, end, tolerance)
    return denoise.ode_flow(x, start, end)


def distance(a: Tensor, b: Tensor) -> float:
    return float((a - b).square().sum(1).mean().sqrt())


def halves(values: Tensor) -> str:
    """float16 in base64, as the canvas reads it."""
    return encoded(values.clamp(-60000, 60000).numpy().astype("<f2"))


def encoded(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def rounded(values: Tensor) -> list[Any]:
    """Numbers for people: six significant digits."""
    return np.vectorize(lambda v: float(f"{v:.6g}"))(values.numpy()).tolist()
