"""A diffusion model: a network, the schedule it knows, what it predicts, and the run that makes a picture of noise."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from genmodels.denoising.conditioned import Conditioned
from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.denoising.guidance import Guided
from genmodels.denoising.parameterization import PARAMETERIZATIONS, one
from genmodels.errors import demand
from genmodels.knobs import knob, settle
from genmodels.latents import LatentModel
from genmodels.models.unet import UNet
from genmodels.samplers import METHODS, BrownianNoise, Step
from genmodels.samplers.noise import rearranged
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import NoiseSchedule, per_sample
from genmodels.spacing import SPACINGS


@dataclass(frozen=True)
class Usual:
    """How a model is run where nobody chooses another way; guidance is for those who ask for something."""

    sampler: str = "dpmpp-2m"
    spacing: str = "exponential"
    steps: int = knob(30, 1, 1000, 1)
    guidance: float = knob(1.0, 0, 20, 0.1)

    def __post_init__(self) -> None:
        settle(self)
        demand(self.sampler in WALKS and self.spacing in SPACINGS)


class Diffusion(LatentModel):
    """A Denoiser, and a LatentModel by its usual run; `labels` are the sizes of the label's blocks.

    `averages` are the decays of the moving averages that are kept, the first in `net`, the others beside it.
    """

    def __init__(
        self,
        shape: Sequence[int],
        labels: Sequence[int] = (),
        schedule: str = "shifted-cosine",
        knobs: Mapping[str, float] | None = None,
        predicts: str = "x0",
        averages: Sequence[float] = (),
        usual: Mapping[str, Any] | None = None,
        **net: Any,
    ) -> None:
        super().__init__()
        self._schedule = SCHEDULES[schedule](**(knobs or {}))
        self.predicts = PARAMETERIZATIONS[predicts]
        with torch.device("cpu"):  # a look at two numbers, also where the network itself is only sketched (meta)
            self.predicts.check(self._schedule)
        self.latent_shape = tuple(shape)
        self.labels = tuple(labels)
        self.averages = tuple(averages)
        self.usual = Usual(**(usual or {}))
        self.hold([UNet(shape, sum(labels), **net) for _ in self.averages or (None,)])

    @property
    def schedule(self) -> NoiseSchedule:
        return self._schedule

    def hold(self, nets: Sequence[nn.Module]) -> None:
        """Use these networks from now on, the first of them to look with."""
        self.net, self.others = nets[0], nn.ModuleList(nets[1:])

    def averaged(self, which: int) -> Diffusion:
        """The same model, looking with another of its averages; nothing is copied."""
        other = copy.copy(self)
        other._modules = dict(self._modules)
        other.hold([[self.net, *self.others][which]])
        return other

    def used(self, **usual: Any) -> Diffusion:
        """The same model with something else about its usual run; nothing is copied."""
        other = copy.copy(self)
        other.usual = dataclasses.replace(self.usual, **usual)
        return other

    def output(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        """What the network says of x at t, 0-dim or (B,)."""
        log_snr = self.schedule.log_snr(t).to(x).expand(len(x))
        if self.predicts.c_in is not one:
            x = per_sample(self.predicts.c_in(self.schedule.alpha(t), self.schedule.sigma(t)), x) * x
        return self.net(x, log_snr, label)

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate:
        return self.predicts.solve(self.output(x, t, label), x, self.schedule.alpha(t), self.schedule.sigma(t))

    def asked(self, label: Tensor | None = None) -> Denoiser:
        """The model told what to draw, and guided as usual."""
        if label is None:
            return self
        told = Conditioned(self, label)
        return told if self.usual.guidance == 1 else Guided(told, self, self.usual.guidance)

    def walk(self, z: Tensor, label: Tensor | None = None) -> Iterator[Step]:
        """The usual run from noise z, without chance: what a sampler asks for is z again, its places changed."""
        times = SPACINGS[self.usual.spacing](self.schedule, self.usual.steps)
        return WALKS[self.usual.sampler](self.asked(label), z * self.schedule.prior_std(), times, Shuffled(z))

    @torch.no_grad()
    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """Where the usual run ends: the same z always becomes the same picture."""
        *_, last = self.walk(z, label)
        return last.x.clamp(-1, 1)


class Shuffled:
    """Noise for the steps of a run, made of the noise it starts from: as random, and as smooth in z."""

    def __init__(self, z: Tensor) -> None:
        self.z = z

    def __call__(self, i: int) -> Tensor:
        return rearranged(self.z, i)


WALKS = {name: method.run for name, method in METHODS.items() if method.noise is not BrownianNoise}
