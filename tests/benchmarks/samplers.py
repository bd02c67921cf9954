"""Time outside the network: a step of ours against `scheduler.step` of diffusers, same tensor, free network."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from genmodels.denoising import Estimate
from genmodels.samplers import SAMPLERS, BrownianNoise
from genmodels.schedules import LinearBeta, NoiseSchedule
from genmodels.spacing import SPACINGS

SHAPE = (16, 3, 64, 64)
STEPS = 50
PAIRS = {
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "ddpm": ("DDPMScheduler", {"clip_sample": False}),
    "euler": ("EulerDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpmpp-2m": ("DPMSolverMultistepScheduler", {}),
    "unipc-2": ("UniPCMultistepScheduler", {}),
}


class Free:
    """A denoiser that costs nothing: its answer is ready."""

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule = schedule
        self.answer = Estimate(torch.zeros(SHAPE), torch.randn(SHAPE))

    def __call__(self, x: torch.Tensor, t: torch.Tensor) -> Estimate:
        return self.answer


def measure() -> dict[str, Any]:
    import diffusers

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = {}
    for key, (name, options) in PAIRS.items():
        theirs = getattr(diffusers, name)(**options)
        theirs.set_timesteps(STEPS)
        theirs.scale_model_input(torch.zeros(1), theirs.timesteps[0])  # or some would warn at every step, on the clock
        times = {"ours": [], "theirs": []}
        for _ in range(5):  # in turn, so that a noisy neighbor falls on both
            times["ours"].append(clock(lambda key=key: ours(key)))
            times["theirs"].append(clock(lambda theirs=theirs: diffusers_run(theirs)))
        mine, other = statistics.median(times["ours"]), statistics.median(times["theirs"])
        rows[f"{key}: ms a step, ours / diffusers"] = (
            f"{mine / STEPS * 1e3:.2f} / {other / STEPS * 1e3:.2f} = {mine / other:.2f}"
        )
    torch.set_num_threads(threads)
    return rows


def clock(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def ours(key: str) -> None:
    schedule = LinearBeta()
    noise = BrownianNoise(range(SHAPE[0]), SHAPE[1:])
    times = SPACINGS["trailing"](schedule, STEPS)
    for _ in SAMPLERS[key].run(Free(schedule), torch.zeros(SHAPE), times, noise):
        pass


def diffusers_run(scheduler: Any) -> None:
    scheduler.set_timesteps(STEPS)
    x, answer = torch.zeros(SHAPE), torch.randn(SHAPE)
    generator = torch.Generator().manual_seed(0)
    takes_noise = "generator" in scheduler.step.__code__.co_varnames
    for t in scheduler.timesteps:
        x = scheduler.step(answer, t, x, **({"generator": generator} if takes_noise else {})).prev_sample
