"""How long one evaluation of a network takes here, measured while it has the processor to itself."""

from __future__ import annotations

import time
from statistics import median

import torch
from torch import Tensor

from demo import library
from demo.fairness import InTurn
from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.schedules.schedule import NoiseSchedule

REMEMBERED = 9  # evaluations whose median is the pace
HALF = torch.tensor(0.5, dtype=torch.float64)


class Pace:
    """Seconds of one evaluation of so many pictures, lately; tried once where it never ran before."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], list[float]] = {}

    def seconds(self, model: str, pictures: int) -> float:
        if (model, pictures) not in self._seen:
            probe(model, pictures, self)
        return median(self._seen[(model, pictures)])

    def saw(self, model: str, pictures: int, seconds: float) -> None:
        self._seen[(model, pictures)] = [*self._seen.get((model, pictures), []), seconds][-REMEMBERED:]


class Timed:
    """A network that tells, inside its turn at the processor, how long each evaluation took: waiting is no work."""

    def __init__(self, network: Denoiser, name: str, pace: Pace) -> None:
        self._network, self._name, self._pace = network, name, pace

    @property
    def schedule(self) -> NoiseSchedule:
        return self._network.schedule

    def __call__(self, x: Tensor, t: Tensor, *label: Tensor) -> Estimate:
        clock = time.perf_counter()
        estimate = self._network(x, t, *label)
        self._pace.saw(self._name, len(x), time.perf_counter() - clock)
        return estimate


def timed(name: str, network: Denoiser) -> Denoiser:
    """The network taking turns with everybody else, and the pace learning from each."""
    return InTurn(Timed(network, name, PACE))


@torch.no_grad()
def probe(name: str, pictures: int, pace: Pace) -> None:
    """Let the pace see one evaluation, after another that only prepares what the first of a size has to."""
    network = library.diffusion_model(name)
    x = torch.zeros(pictures, *network.latent_shape)  # type: ignore[attr-defined]
    for denoise in (network, Timed(network, name, pace)):
        InTurn(denoise)(x, HALF)


PACE = Pace()
