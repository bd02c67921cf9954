"""The samplers: generator functions that walk from noise to data and show every step."""

from __future__ import annotations

from genmodels.samplers.ancestral import ddim, ddpm
from genmodels.samplers.dpm_solver import dpmpp_2m
from genmodels.samplers.nodes import check_times
from genmodels.samplers.noise import BrownianNoise, Noise
from genmodels.samplers.runge_kutta import euler, heun
from genmodels.samplers.step import Method, Step
from genmodels.schedules.schedule import NoiseSchedule

__all__ = ["SAMPLERS", "BrownianNoise", "Method", "Noise", "Step", "check_times"]


def never(schedule: NoiseSchedule) -> None:
    """Nothing to refuse: the method starts on every schedule."""


def once(n: int) -> int:
    return n


def twice(n: int) -> int:
    return 2 * n


SAMPLERS = {
    "ddpm": Method(ddpm, 1, True, once, never),
    "ddim": Method(ddim, 1, False, once, never),
    "euler": Method(euler, 1, False, once, never),
    "heun": Method(heun, 2, False, twice, never),
    "dpmpp-2m": Method(dpmpp_2m, 2, False, once, never),
}
