"""A diffusion model: a network, the schedule it knows and what it predicts; and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Batch
from genmodels.denoising.estimate import Estimate
from genmodels.denoising.parameterization import PARAMETERIZATIONS
from genmodels.latents import LatentModel, draw
from genmodels.models.unet import UNet
from genmodels.samplers import SAMPLERS
from genmodels.schedules import SCHEDULES
from genmodels.schedules.schedule import NoiseSchedule, per_sample
from genmodels.spacing import SPACINGS
from genmodels.training import EMA, autocast, chance

SAMPLER, SPACING, STEPS = "dpmpp-2m", "exponential", 30  # the run that makes a picture where nobody chooses another
HEAVIEST = 20.0  # the largest weight a nearly clean picture gets in the loss


class Diffusion(LatentModel):
    """A Denoiser, and a LatentModel by a deterministic sampler; `labels` are the sizes of the label's blocks."""

    def __init__(
        self,
        shape: Sequence[int],
        labels: Sequence[int] = (),
        schedule: str = "shifted-cosine",
        knobs: Mapping[str, float] | None = None,
        predicts: str = "x0",
        **net: Any,
    ) -> None:
        super().__init__()
        self._schedule = SCHEDULES[schedule](**(knobs or {}))
        self.predicts = PARAMETERIZATIONS[predicts]
        with torch.device("cpu"):  # a look at two numbers, also where the network itself is only sketched (meta)
            self.predicts.check(self._schedule)
        self.latent_shape = tuple(shape)
        self.labels = tuple(labels)
        self.net = UNet(shape, sum(labels), **net)

    @property
    def schedule(self) -> NoiseSchedule:
        return self._schedule

    def output(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        """What the network says of x at t, 0-dim or (B,)."""
        log_snr = self.schedule.log_snr(t).to(x).expand(len(x))
        c_in = self.predicts.c_in(self.schedule.alpha(t), self.schedule.sigma(t))
        return self.net(per_sample(c_in, x) * x, log_snr, label)

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Estimate:
        return self.predicts.solve(self.output(x, t, label), x, self.schedule.alpha(t), self.schedule.sigma(t))

    def loss(self, x0: Tensor, eps: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        """Per picture: the squared error of x0, weighted as that of v would be, but never above HEAVIEST (B,)."""
        said = self(self.schedule.add_noise(x0, eps, t), t, label).x0
        weight = (1 / self.schedule.sigma(t) ** 2).clamp(max=HEAVIEST).to(x0)
        return weight * (said.float() - x0).square().flatten(1).mean(1)

    @torch.no_grad()
    def decode(self, z: Tensor, steps: int = STEPS) -> Tensor:
        """The usual run, without chance, from noise z: the same z always becomes the same picture."""
        x, times = z * self.schedule.prior_std(), SPACINGS[SPACING](self.schedule, steps)
        for step in SAMPLERS[SAMPLER].run(self, x, times, None):  # draws no noise
            x = step.x
        return x.clamp(-1, 1)


class DiffusionTrainer:
    """Adam on the weighted loss at times spread evenly over the batch; labels are hidden often and in every mixture."""

    def __init__(
        self,
        model: Diffusion,
        seed: int,
        device: torch.device,
        lr: float = 6e-4,
        decay: float = 0.9995,
        unlabeled: float = 0.3,
        clip: float = 1.0,
    ) -> None:
        self.model = model.to(device).train()
        self.ema = EMA(self.model, decay)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr, betas=(0.9, 0.99))
        self.seed, self.device, self.unlabeled, self.clip = seed, device, unlabeled, clip
        self.done = 0

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"model": self.model, "ema": self.ema.net}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"optimizer": self.optimizer}

    def step(self, batch: Batch) -> dict[str, float]:
        dice = chance(self.seed, self.done)
        x0, size = batch.x0.to(self.device), len(batch.x0)
        t = ((torch.arange(size) + torch.rand(size, generator=dice, dtype=torch.float64)) / size).to(self.device)
        eps = torch.randn(batch.x0.shape, generator=dice).to(self.device)
        label = hidden(batch.label, self.model.labels, self.unlabeled, dice).to(self.device)
        with autocast(self.device):
            loss = self.model.loss(x0, eps, t, label if self.model.labels else None).mean()
        self.optimizer.zero_grad()
        loss.backward()
        gradient = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        self.optimizer.step()
        self.ema.update(self.model, self.done)
        self.done += 1
        return {"loss": loss.item(), "gradient": gradient.item()}

    def sheet(self, count: int) -> Tensor:
        """Pictures of the present state, always from the same noise."""
        noise = draw(self.model.latent_shape, range(count)).to(self.device)
        return shown(self.ema.net).decode(noise)


def shown(net: nn.Module) -> Diffusion:
    assert isinstance(net, Diffusion)
    return net


def hidden(label: Tensor, blocks: Sequence[int], unlabeled: float, dice: torch.Generator) -> Tensor:
    """The label with blocks zeroed: all of them in a share of the pictures, else each with that picture's own odds."""
    size = len(label)
    odds = torch.rand(size, 1, generator=dice)
    odds[torch.rand(size, generator=dice) < unlabeled] = 1
    keep = torch.rand(size, len(blocks), generator=dice) >= odds
    return label * keep.repeat_interleave(torch.tensor(blocks, dtype=torch.long), dim=1)
