"""The curves of a schedule: what is plotted, against what, at about two hundred places each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from genmodels.schedules import NoiseSchedule

PLACES = 201
AXES = ("t", "step", "log-snr")


class Shares(NamedTuple):
    """The shares of signal and noise in the variance of x, each exact also where the other is almost 1."""

    signal: Tensor
    noise: Tensor


class Curve(NamedTuple):
    """One line: where it is known, in t, and its values."""

    t: Tensor
    y: Tensor


def shares(schedule: NoiseSchedule, t: Tensor) -> Shares:
    alpha, sigma = schedule.alpha(t) ** 2, schedule.sigma(t) ** 2
    return Shares(alpha / (alpha + sigma), sigma / (alpha + sigma))


def moments() -> Tensor:
    """Times between 0 and 1, closer together at both ends, where log-SNR runs off."""
    inner = torch.linspace(0, torch.pi, PLACES, dtype=torch.float64)
    return (1 - torch.cos(inner)) / 2


def steps_shown(T: int) -> Tensor:
    """All steps 1 ... T, or about two hundred of them with both ends."""
    return torch.linspace(1, T, min(T, PLACES), dtype=torch.float64).round().long()


def betas(schedule: NoiseSchedule, T: int) -> Tensor:
    return schedule.betas(T)


def posterior_variances(schedule: NoiseSchedule, T: int) -> Tensor:
    """The variance of q(x_{t-1} | x_t, x0) for each of T steps, of the rescaled variable."""
    noise = shares(schedule, torch.arange(T + 1, dtype=torch.float64) / T).noise
    return noise[:-1] / noise[1:] * schedule.betas(T)


CONTINUOUS: dict[str, tuple[Callable[[NoiseSchedule, Tensor], Tensor], ...]] = {
    "alpha-bar": (lambda schedule, t: shares(schedule, t).signal,),
    "signal-noise": (
        lambda schedule, t: shares(schedule, t).signal.sqrt(),
        lambda schedule, t: shares(schedule, t).noise.sqrt(),
    ),
    "snr": (lambda schedule, t: schedule.snr(t),),
    "log-snr": (lambda schedule, t: schedule.log_snr(t),),
    "noise-level": (lambda schedule, t: schedule.noise_level(t),),
}
STEPWISE: dict[str, Callable[[NoiseSchedule, int], Tensor]] = {"beta": betas, "posterior": posterior_variances}
QUANTITIES = ("alpha-bar", "beta", "signal-noise", "snr", "log-snr", "noise-level", "posterior")


def lines(schedule: NoiseSchedule, quantity: str, T: int) -> list[Curve]:
    """One curve, or two for signal and noise."""
    if quantity in STEPWISE:
        steps = steps_shown(T)
        return [Curve(steps / T, STEPWISE[quantity](schedule, T)[steps - 1])]
    t = moments()
    return [Curve(t, value(schedule, t)) for value in CONTINUOUS[quantity]]


def values_at(schedule: NoiseSchedule, quantity: str, T: int, t: Tensor) -> Tensor:
    """The (first) curve at other times; what is known per step is that of the step a time lies in."""
    if quantity in STEPWISE:
        step = torch.ceil(t * T - 1e-9).long()
        return torch.where(step > 0, STEPWISE[quantity](schedule, T)[step.clamp(1, T) - 1], torch.nan)
    return CONTINUOUS[quantity][0](schedule, t)


def along(schedule: NoiseSchedule, axis: str, T: int, t: Tensor) -> Tensor:
    """Where times stand on the axis that the page shows."""
    if axis == "log-snr":
        return schedule.log_snr(t)
    return t * T if axis == "step" else t


def facts(schedule: NoiseSchedule, T: int, t: float) -> dict[str, Any]:
    """Every number of the formulas at one time, under the names of the quantities and axes."""
    now = torch.tensor(t, dtype=torch.float64)
    found = {quantity: float(values_at(schedule, quantity, T, now)) for quantity in QUANTITIES}
    part = shares(schedule, now)
    step = int(torch.ceil(now * T - 1e-9))
    found |= {"t": t, "step": t * T, "alpha": float(schedule.alpha(now)), "sigma": float(schedule.sigma(now))}
    found |= {"signal": float(part.signal.sqrt()), "noise": float(part.noise.sqrt())}
    found |= {"keep": (1 - found["beta"]) ** 0.5}
    return {**{key: tidy(value) for key, value in found.items()}, "number": step, "T": T}


def tidy(value: float) -> float | None:
    """Five digits, or nothing where there is no number."""
    return float(f"{value:.5g}") if abs(value) < 1e300 else None
