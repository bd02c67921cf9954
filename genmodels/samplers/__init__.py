"""The samplers: generator functions that walk from noise to data and show every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from genmodels.denoising.estimate import Denoiser
from genmodels.knobs import checked
from genmodels.samplers.adaptive import rk45
from genmodels.samplers.ancestral import ddim, ddpm
from genmodels.samplers.consistency import consistency
from genmodels.samplers.dpm_sde import dpmpp_2m_sde, dpmpp_sde
from genmodels.samplers.dpm_solver import dpmpp_2m, dpmpp_2s, dpmpp_3m, dpmpp_3m_fixed
from genmodels.samplers.inversion import Inversion, ddim_inversion, invert, leaps, regenerate
from genmodels.samplers.multistep import deis_2, lms
from genmodels.samplers.nodes import check_times
from genmodels.samplers.noise import BrownianNoise, Noise, Rearranged
from genmodels.samplers.runge_kutta import dpm_2, euler, heun, rk4
from genmodels.samplers.step import Evaluations, Method, Step
from genmodels.samplers.unipc import unipc_1, unipc_2
from genmodels.schedules.schedule import NoiseSchedule
from genmodels.spacing import Endpoint

__all__ = [
    "METHODS",
    "SAMPLERS",
    "BrownianNoise",
    "Inversion",
    "Method",
    "Noise",
    "Step",
    "begin",
    "check_times",
    "ddim_inversion",
    "invert",
    "leaps",
    "regenerate",
    "sample",
]


def begin(schedule: NoiseSchedule, t: Tensor, noise: Noise, data_var: float = 1.0) -> Tensor:
    """Pure noise with the variance that x has at time t, for data of variance `data_var` around 0."""
    return noise.start() * float((schedule.alpha(t) ** 2 * data_var + schedule.sigma(t) ** 2).sqrt())


def sample(
    denoise: Denoiser, name: str, x: Tensor, times: Tensor, seeds: Sequence[int], **knobs: float
) -> Iterator[Step]:
    """The run of a sampler from x at times[0], with the kind of noise it wants, one seed for each sample."""
    method = METHODS[name]
    if refused := method.refuses(denoise.schedule):
        raise refused
    noise = method.noise(seeds, x.shape[1:], x.dtype, x.device)
    return method.run(denoise, x, check_times(times), noise, **checked(method.run, knobs))


def never(schedule: NoiseSchedule) -> None:
    """Nothing to refuse: the method starts on every schedule."""


def per_step(calls: int) -> Evaluations:
    """So many a step, but one in the step onto clean data, where nothing is evaluated.

    DPM-Solver++ 2S and SDE spare one more where a run starts without any data left.
    """
    return lambda n, endpoint="stop": calls * n - (calls - 1) * (endpoint == "zero")


def as_it_likes(n: int, endpoint: Endpoint = "stop") -> None:
    """The method chooses its own nodes."""


once, twice, four_times = per_step(1), per_step(2), per_step(4)

SAMPLERS = {  # run, order, stochastic, evaluations, refuses, noise
    "ddpm": Method(ddpm, 1, True, once, never),
    "ddim": Method(ddim, 1, False, once, never),
    "euler": Method(euler, 1, False, once, never),
    "heun": Method(heun, 2, False, twice, never),
    "dpm-2": Method(dpm_2, 2, False, twice, never),
    "lms": Method(lms, 4, False, once, never),
    "dpmpp-2s": Method(dpmpp_2s, 2, False, twice, never),
    "dpmpp-2m": Method(dpmpp_2m, 2, False, once, never),
    "dpmpp-3m": Method(dpmpp_3m, 2, False, once, never),
    "dpmpp-3m-fixed": Method(dpmpp_3m_fixed, 3, False, once, never),
    "dpmpp-sde": Method(dpmpp_sde, 1, True, twice, never, BrownianNoise),
    "dpmpp-2m-sde": Method(dpmpp_2m_sde, 1, True, once, never, BrownianNoise),
    "unipc-1": Method(unipc_1, 2, False, once, never),
    "unipc-2": Method(unipc_2, 3, False, once, never),
    "deis-2": Method(deis_2, 2, False, once, never),
    "rk4": Method(rk4, 4, False, four_times, never),
    "rk45": Method(rk45, 5, False, as_it_likes, never),
}

# with what is right only for a model that was taught to jump, and comes no nearer to the truth in shorter steps
METHODS = SAMPLERS | {"consistency": Method(consistency, 0, True, once, never, Rearranged)}
