"""What is noised on the Schedules tab: faces, glyphs, points or a visitor's own picture, and what comes of it."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from demo.pictures import jpeg, to_image
from genmodels.datasets.faces import Faces
from genmodels.datasets.glyphs import Glyphs
from genmodels.datasets.points import Points
from genmodels.schedules import NoiseSchedule

POINTS = 600
STOPS = 10  # pictures in the strip
OWN = (3, 64, 64)  # the shape of a visitor's picture

SOURCES = ("face", "glyph", "points", "upload")


@lru_cache(maxsize=64)
def clean(source: str, law: str, item: int) -> Tensor:
    """x0: (1, C, H, W) in [-1, 1], or (POINTS, 2)."""
    if source == "points":
        return Points(law).batch(range(POINTS)).x0
    return (Glyphs() if source == "glyph" else Faces()).batch([item]).x0


@lru_cache(maxsize=64)
def noise(shape: tuple[int, ...], seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def noised(schedule: NoiseSchedule, x0: Tensor, eps: Tensor, t: Tensor) -> Tensor:
    """x at each of the times: (len(t) * B, ...)."""
    many = x0.repeat(len(t), *[1] * (x0.ndim - 1))
    return schedule.add_noise(many, eps.repeat(len(t), *[1] * (x0.ndim - 1)), t.repeat_interleave(len(x0)))


def scale(schedule: NoiseSchedule, t: Tensor) -> Tensor:
    """What x is divided by so that it fits the screen: 1 for schedules that preserve variance."""
    return torch.hypot(schedule.alpha(t), schedule.sigma(t)).float()


def pictured(schedule: NoiseSchedule, x0: Tensor, eps: Tensor, times: Tensor) -> Tensor:
    """x at these times, each divided by its scale: (len(times), C, H, W), or (len(times), N, 2)."""
    x = noised(schedule, x0, eps, times).unflatten(0, (len(times), -1))
    x = x / scale(schedule, times).reshape(-1, *[1] * (x.ndim - 1))
    return x if x0.ndim == 2 else x[:, 0]


def now(schedule: NoiseSchedule, x0: Tensor, eps: Tensor, t: Tensor) -> dict[str, Any]:
    x = pictured(schedule, x0, eps, t.reshape(1))
    return {"points": packed(x[0])} if x0.ndim == 2 else {"image": jpeg(to_image(x), quality=95)}


def strip(schedule: NoiseSchedule, x0: Tensor, eps: Tensor) -> dict[str, Any]:
    """The whole way at ten even times, and how much signal is in each."""
    times = stops()
    x, signals = pictured(schedule, x0, eps, times), schedule.alpha_bar(times).sqrt().tolist()
    clouds = {"strip_points": [packed(cloud) for cloud in x]} if x0.ndim == 2 else {"strip": jpeg(to_image(x))}
    return {**clouds, "strip_signals": [round(signal, 4) for signal in signals]}


def stops() -> Tensor:
    return torch.linspace(0, 1, STOPS, dtype=torch.float64)


def packed(points: Tensor) -> str:
    """(N, 2) as base64 of float16, which is a tenth of the same in digits."""
    return base64.b64encode(points.clamp(-60000, 60000).numpy().astype("<f2").tobytes()).decode()
