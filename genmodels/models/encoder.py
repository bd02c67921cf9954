"""An encoder: a small network that guesses the latent of a picture, where a search for it may begin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels import checkpoints
from genmodels.datasets.dataset import Batch
from genmodels.latents import LatentModel, draw
from genmodels.models.reader import Half
from genmodels.training import EMA, autocast, chance


class Encoder(nn.Module):
    """(B, C, H, W) -> z (B, latent)."""

    def __init__(
        self,
        shape: Sequence[int],
        teacher: str = "faces-gan",  # the row of ZOO whose pictures it reads
        latent: int = 64,
        channels: Sequence[int] = (32, 64, 128, 160),
        fold: int = 2,
    ) -> None:
        super().__init__()
        self.teacher = teacher
        self.shape, self.latent_shape, self.fold = tuple(shape), (latent,), fold
        self.enter = nn.Conv2d(shape[0] * fold**2, channels[0], 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels[0])
        self.blocks = nn.ModuleList(Half(before, after) for before, after in pairwise(channels))
        side = math.ceil(shape[1] / fold / 2 ** len(self.blocks))
        self.leave = nn.Linear(channels[-1] * side**2, latent)  # where something is matters as much as what it is
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> Tensor:
        h = F.pixel_unshuffle(x, self.fold).contiguous(memory_format=torch.channels_last)
        h = F.relu(self.norm(self.enter(h)))
        for block in self.blocks:
            h = block(h)
        return self.leave(h.flatten(1))


class EncoderTrainer:
    """Learns from pictures that the teacher paints, whose latents are known, and from real ones by painting them again.

    Real pictures have no latent; of some of each batch the teacher's picture of the guess must come near.
    """

    def __init__(
        self,
        model: Encoder,
        seed: int,
        device: torch.device,
        lr: float = 2e-3,
        until: int = 4000,
        decay: float = 0.998,
        again: float = 0.25,  # the share of real pictures that are painted again
        weight: float = 2.0,  # of their pixels beside the latents
        teacher: LatentModel | None = None,  # the trained one, if none is given
    ) -> None:
        self.model = model.to(device).train()
        self.ema = EMA(self.model, decay)
        self.teacher = (teacher or teacher_of(model)).to(device).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr, betas=(0.9, 0.98), weight_decay=0.01)
        self.seed, self.device, self.lr, self.until = seed, device, lr, until
        self.again, self.weight = again, weight
        self.done = 0

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"model": self.model, "ema": self.ema.net}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"optimizer": self.optimizer}

    def step(self, batch: Batch) -> dict[str, float]:
        z = torch.randn(len(batch.x0), *self.teacher.latent_shape, generator=chance(self.seed, self.done))
        z = z.to(self.device)
        real = batch.x0[: max(round(self.again * len(batch.x0)), 1)].to(self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * (1e-3 + 0.5 + 0.5 * math.cos(math.pi * min(self.done / self.until, 1)))
        with autocast(self.device):
            with torch.no_grad():
                painted = self.teacher.decode(z)
            guess = self.model(torch.cat([painted, real])).float()
            repainted = self.teacher.decode(guess[len(z) :]).float()
        latent = (guess[: len(z)] - z).square().mean()
        pixels = (repainted - real).square().mean()
        self.optimizer.zero_grad()
        (latent + self.weight * pixels).backward()
        self.optimizer.step()
        self.ema.update(self.model, self.done)
        self.done += 1
        return {"latent": latent.item(), "pixels": pixels.item()}

    def shipped(self) -> nn.Module:
        """What a checkpoint keeps."""
        return self.ema.net

    @torch.no_grad()
    def sheet(self, count: int) -> Tensor:
        """Pairs: a painted picture, and what is painted of its guessed latent."""
        z = draw(self.teacher.latent_shape, range(max(count // 2, 1))).to(self.device)
        painted = self.teacher.decode(z)
        return torch.stack([painted, self.teacher.decode(self.ema.net(painted))], 1).flatten(0, 1)


def teacher_of(encoder: Encoder) -> LatentModel:
    """The trained generator whose latents it guesses."""
    painter = checkpoints.load(encoder.teacher, "generator")
    assert isinstance(painter, LatentModel)
    return painter


@torch.no_grad()
def recovered(encoder: Encoder, teacher: LatentModel, pictures: Tensor) -> Tensor:
    """(B,): the mean squared error of the pixels when the teacher paints what was guessed."""
    return torch.cat(
        [(teacher.decode(encoder(part)) - part).square().flatten(1).mean(1) for part in pictures.split(32)]
    )
