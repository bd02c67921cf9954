"""An encoder: a small network that guesses the latent of a picture, where a search for it may begin."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genmodels import checkpoints
from genmodels.datasets.dataset import Batch
from genmodels.latents import LatentModel, draw
from genmodels.models.axes import Axes, brought, called_for, misnamed
from genmodels.models.blocks import Gaze
from genmodels.training import ModelTrainer, anneal, autocast


class Encoder(Gaze):
    """(B, C, H, W) -> z (B, latent).

    Where the teacher's latents call for labels (`axes`), it names what it sees, and its guess calls for that.
    """

    shelf = checkpoints.FOLDER  # where its teacher lies

    def __init__(
        self,
        shape: Sequence[int],
        teacher: str = "faces-gan",  # the row of ZOO whose pictures it reads
        latent: int = 64,
        channels: Sequence[int] = (32, 64, 128, 160),
        fold: int = 2,
        axes: Axes = (),
    ) -> None:
        super().__init__(shape, channels, fold)
        self.teacher, self.latent_shape, self.axes = teacher, (latent,), axes
        side = math.ceil(shape[1] / fold / 2 ** len(self.blocks))
        self.outputs = [latent, sum(map(len, axes))]
        self.leave = nn.Linear(channels[-1] * side**2, sum(self.outputs))  # where something is matters as what it is

    def forward(self, x: Tensor) -> Tensor:
        guess, names = self.named(x)
        return brought(guess, names, self.axes) if self.axes else guess

    def named(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, latent) the guess as it comes, and (B, K) how surely each value is seen."""
        guess, names = self.leave(self.seen(x).flatten(1)).split(self.outputs, dim=1)
        return guess, names


class EncoderTrainer(ModelTrainer[Encoder]):
    """Learns from pictures that the teacher paints, whose latents are known, and from real ones by painting them again.

    Real pictures have no latent; of some of each batch the teacher's picture of the guess must come near. What they
    show is known, and what the latents call for.
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
        naming: float = 0.02,  # what it counts to name an attribute wrongly, where latents call for such
        teacher: LatentModel | None = None,  # the model's own, if none is given
    ) -> None:
        super().__init__(model, seed, device, decay)
        self.teacher = (teacher or teacher_of(model)).to(device).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr, betas=(0.9, 0.98), weight_decay=0.01)
        self.optimizers = {"optimizer": self.optimizer}
        self.until = until
        self.again, self.weight, self.naming = again, weight, naming

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        z = torch.randn(len(batch.x0), *self.teacher.latent_shape, generator=dice).to(self.device)
        again = max(round(self.again * len(batch.x0)), 1)
        real, axes = batch.x0[:again].to(self.device), self.model.axes
        anneal(self.optimizer, self.done, self.until)
        with autocast(self.device):
            with torch.no_grad():
                painted = self.teacher.decode(z)
            guess, names = (said.float() for said in self.model.named(torch.cat([painted, real])))
            found = brought(guess, names, axes) if axes else guess
            repainted = self.teacher.decode(found[len(z) :]).float()
        latent = (guess[: len(z)] - z).square().mean()
        pixels = (repainted - real).square().mean()
        loss, metrics = latent + self.weight * pixels, {"latent": latent.item(), "pixels": pixels.item()}
        if axes:
            shown = torch.cat([called_for(z, axes), batch.label[:again].to(z)])
            wrong = misnamed(names, shown, axes).mean()
            loss, metrics["misnamed"] = loss + self.naming * wrong, wrong.item()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return metrics

    @torch.no_grad()
    def sheet(self, count: int) -> Tensor:
        """Pairs: a painted picture, and what is painted of its guessed latent."""
        z = draw(self.teacher.latent_shape, range(max(count // 2, 1))).to(self.device)
        painted = self.teacher.decode(z)
        return torch.stack([painted, self.teacher.decode(self.ema.net(painted))], 1).flatten(0, 1)


def teacher_of(encoder: Encoder) -> LatentModel:
    """The trained generator whose latents it guesses."""
    painter = checkpoints.load(encoder.teacher, "generator", encoder.shelf)
    assert isinstance(painter, LatentModel)
    return painter


@torch.no_grad()
def recovered(encoder: Encoder, teacher: LatentModel, pictures: Tensor) -> Tensor:
    """(B,): the mean squared error of the pixels when the teacher paints what was guessed."""
    return torch.cat(
        [(teacher.decode(encoder(part)) - part).square().flatten(1).mean(1) for part in pictures.split(32)]
    )
