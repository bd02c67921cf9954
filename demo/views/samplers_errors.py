"""Error against steps: how fast each method comes to the exact flow, and what keeps it from its order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from demo.fairness import InTurn
from demo.views.method_knobs import Knobs, draws_noise, order
from demo.views.samplers_plots import INKS, error_plot
from demo.views.samplers_setting import Methods, Seed, Setting, at_times, distance, reference, seeds_of
from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS
from genmodels.schedules import NoiseSchedule, per_sample

SIZES = (2, 4, 8, 16, 32, 64, 128, 256)
DOTS = 48
TOLERANCE = 1e-10
LAST = 4  # points that the slope is fitted to
T = 1000


@dataclass(frozen=True)
class Curve:
    """One method in one setting, and the errors found so far."""

    method: str
    setting: Setting
    ink: str
    label: str = ""
    rounds: bool = False
    knobs: Mapping[str, float] = field(default_factory=dict)
    points: tuple[tuple[int, float], ...] = field(default=())

    @property
    def slope(self) -> float | None:
        """The power of N in the error, over the last points."""
        return slope(self.points[-LAST:]) if len(self.points) >= LAST else None

    def excuses(self) -> list[str]:
        """Why a curve that nothing spoils is still short of its order: words of the page."""
        if self.slope is None or self.theory is None or self.slope > self.theory - 0.3:
            return []
        return ["memory" if SAMPLERS[self.method].evaluations(1) == 1 else "early"]

    @property
    def theory(self) -> float | None:
        """The order, where the theory of it applies."""
        return None if self.spoilers() else order(self.method, self.knobs)

    def spoilers(self) -> list[str]:
        """What keeps this curve from its order: words of the page."""
        setting, found = self.setting, []
        level = float(setting.noising().noise_level(torch.ones((), dtype=torch.float64)))
        if setting.endpoint == "zero":
            found.append("zero")
        if self.rounds:
            found.append("rounds")
        if setting.spacing != "exponential":
            found.append("linear" if (setting.schedule, setting.spacing) == ("linear", "linspace") else "spacing")
        elif not level <= 500:
            found.append("infinite")
        return found


class Rounding:
    """A denoiser that is asked at the nearest of T whole timesteps, as checkpoints with a table of timesteps are."""

    def __init__(self, denoise: Denoiser) -> None:
        self.denoise = denoise

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoise.schedule

    def __call__(self, x: Tensor, t: Tensor) -> Estimate:
        eps = self.denoise(x, (t * T).round().clamp(min=1) / T).eps
        alpha, sigma = self.schedule.alpha(t), self.schedule.sigma(t)
        return Estimate((x - per_sample(sigma, x) * eps) / per_sample(alpha, x), eps)


def errors(
    setting: Setting, methods: Methods, seed: Seed, knobs: Knobs
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The plot and what is to be said under it, after each number of steps."""
    curves = [Curve(name, setting, ink, knobs=knobs.get(name, {})) for name, ink in zip(methods, INKS, strict=False)]
    notes = [f"t:samplers.silent.{why}|{said(c.method)}" for c in curves if (why := silence(c))]
    yield from shown(measured([c for c in curves if not silence(c)], seed), notes)


def silence(curve: Curve) -> str | None:
    """Why a method has no such curve."""
    if draws_noise(curve.method, curve.knobs):
        return "chance"
    return "adaptive" if SAMPLERS[curve.method].evaluations(1) is None else None


def said(method: str) -> str:
    return f'{{"method": "t:samplers.{method}"}}'


def shown(runs: Iterator[list[Curve]], notes: list[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each state of the curves as a plot, with what spoils them said below."""
    for curves in runs:
        spoilt = sorted({why for curve in curves for why in (*curve.spoilers(), *curve.excuses())})
        lines = [f"t:samplers.spoils.{why}" for why in spoilt] or ["t:samplers.spoils.nothing"] * bool(curves)
        yield error_plot(curves), {"lines": [*lines, *notes]}


def measured(curves: list[Curve], seed: int, sizes: tuple[int, ...] = SIZES) -> Iterator[list[Curve]]:
    """The curves, one point longer each time; a method that is refused at some number of steps has no point there."""
    yield curves
    for n in sizes:
        for i, curve in enumerate(curves):
            found = error(curve, n, seed)
            if found is not None:
                curves = [*curves[:i], replace(curve, points=(*curve.points, (n, found))), *curves[i + 1 :]]
        yield curves


def error(curve: Curve, n: int, seed: int) -> float | None:
    """The root mean square distance from the exact flow that starts and ends where the run does."""
    setting = curve.setting
    try:
        times = setting.times(n)
        truth = reference(setting, float(times[0]), float(times[-1]), seed, DOTS, TOLERANCE, True)
        denoise: Denoiser = InTurn(setting.world.denoiser(setting.noising()))
        seeds = seeds_of(seed)[:DOTS]
        if curve.rounds:
            denoise = Rounding(denoise)
        end = at_times(denoise, curve.method, setting.start(seeds, times[0]), times, seeds, curve.knobs)[-1].x
    except Refused:
        return None
    return distance(end, truth)


def slope(points: tuple[tuple[int, float], ...]) -> float | None:
    """The least-squares slope of -log error over log steps; none where the errors are rounding."""
    if any(value < 1e-11 for _, value in points):
        return None
    across, up = [math.log(n) for n, _ in points], [-math.log(value) for _, value in points]
    middle = sum(across) / len(across)
    return sum((x - middle) * y for x, y in zip(across, up, strict=True)) / sum((x - middle) ** 2 for x in across)
