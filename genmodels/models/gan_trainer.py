"""How a generator and a discriminator are trained against each other, whatever they are and play for."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from genmodels.adversarial import UNLABELED, Aside, Game, Rules, play
from genmodels.datasets.dataset import Batch
from genmodels.latents import Asked, LatentModel, draw
from genmodels.models.axes import agreeing, misnamed
from genmodels.models.mean_pictures import MeanPictures
from genmodels.training import ModelTrainer, anneal, autocast


class GANTrainer(ModelTrainer[Game[Any]]):
    """Both players move at once: one pass back through the discriminator gives both of them their gradient."""

    def __init__(
        self,
        model: Game[Any],
        seed: int,
        device: torch.device,
        loss: str = "relativistic",
        penalties: Sequence[str] = ("r1", "r2"),
        gamma: float = 1.0,
        ease: Sequence[float] = (),  # to which gamma it comes down, from which step on and by which, if it does
        every: int = 4,  # steps from one penalty to the next; it then counts this many times
        lr: float = 4e-4,
        falls: Sequence[int] = (),  # from which step to which the rates fall, if they do
        decay: float = 0.999,
        betas: Sequence[float] = (0.0, 0.95),
        lead: int = 1,  # the generator moves in every so manieth step only
        unlabeled: float = UNLABELED,  # the share of pictures whose label is hidden
        naming: float = 0.1,  # how much it counts that pictures are named as their latents call for
        doubting: float = 0.0,  # how much surprise counts in scores; else what fools the judge may do for a color
        leveling: float = 0.0,  # how much it counts that each value's mean picture is that of the real ones
    ) -> None:
        super().__init__(model, seed, device, decay)
        self.rules = Rules(loss, penalties, gamma, every)
        self.rules.prepare(model.discriminator)  # after the average was made, which keeps plain weights
        self.adam = {"lr": lr, "betas": tuple(betas)}
        self.optimizers = {
            "generator": torch.optim.Adam(model.generator.parameters(), **self.adam),
            "discriminator": torch.optim.Adam(model.discriminator.parameters(), **self.adam),
        }
        self.lead, self.unlabeled, self.naming, self.doubting = lead, unlabeled, naming, doubting
        self.gamma, self.ease, self.falls = gamma, ease, falls
        self.leveling, self.means = leveling, means_of(model.generator) if leveling else None

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        return self.play(batch, self.latents(batch.label, dice), dice)

    def play(self, batch: Batch, z: Tensor, dice: torch.Generator) -> dict[str, float]:
        """One move of each player whose turn it is: real pictures against those painted from z."""
        real, label = batch.x0.to(self.device), self.told(batch.label, dice)
        moves = self.done % self.lead == self.lead - 1
        for optimizer in self.optimizers.values():
            if self.falls:
                since, until = self.falls
                anneal(optimizer, self.done, until, since)
            optimizer.zero_grad()
        with autocast(self.device):
            with torch.set_grad_enabled(moves):
                fake = self.paint(z, dice, label).float()
            leaf = fake.detach().requires_grad_()
            both = torch.cat([real, leaf])
            if self.model.generator.axes:
                shown = batch.label.to(self.device)
                scores, names = self.named(both, shown.repeat(2, 1))
                aside, more = self.asides(names, shown)
            else:
                shown, aside, more = label, None, {}
                scores = self.score(both, None if label is None else label.repeat(2, 1))
        if self.means is not None and aside is not None and shown is not None:
            self.means.meet(real, leaf, shown)
            aside = aside._replace(generator=aside.generator + self.leveling * self.means.pull(leaf, shown))
        metrics = play(self.rules.loss, scores, leaf, fake if moves else None, aside) | more
        if self.rules.due(self.done):
            self.rules.gamma = eased(self.gamma, self.ease, self.done)
            metrics["slope"] = self.hold_back(real, leaf, shown, dice)
        learning = [p.grad for p in self.model.parameters() if p.grad is not None]
        metrics["gradient"] = nn.utils.get_total_norm(learning).item()
        for optimizer in self.optimizers.values():
            optimizer.step()  # leaves alone what got no gradient
        self.rules.finish(self.model.discriminator)
        return metrics

    def hold_back(self, real: Tensor, fake: Tensor, label: Tensor | None, dice: torch.Generator) -> float:
        """Add the penalties' gradient to the discriminator's; half the pictures say enough, at half the cost."""
        few = slice(max(len(real) // 2, 1))
        shown = None if label is None else label[few]
        slope = self.rules.slope(lambda x: self.score(x, shown), real[few], fake[few], dice)
        (self.rules.weight * slope).backward()
        return slope.item()

    def latents(self, label: Tensor, dice: torch.Generator) -> Tensor:
        """As many as labels, and calling for them where latents do."""
        z = torch.randn(len(label), *self.model.generator.latent_shape, generator=dice)
        if self.model.generator.axes:
            z = agreeing(z, label, self.model.generator.axes, dice)
        return z.to(self.device)

    def paint(self, z: Tensor, dice: torch.Generator, label: Tensor | None = None) -> Tensor:
        """The generator's pictures in training."""
        return painted(self.model.generator, z, label)

    def score(self, x: Tensor, label: Tensor | None) -> Tensor:
        """The discriminator's scores (B,)."""
        if self.model.generator.axes and label is not None:
            return self.named(x, label)[0]
        judge = self.model.discriminator
        return (judge(x) if label is None else judge(x, label)).float()

    def named(self, x: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """The discriminator's scores (B,) of pictures that should show this, and what it takes them to show (B, K)."""
        judge: Any = self.model.discriminator
        scores, names = (part.float() for part in judge.named(x))
        return scores - self.doubting * misnamed(names, label, self.model.generator.axes), names

    def told(self, label: Tensor, dice: torch.Generator) -> Tensor | None:
        """What both players hear: the label, hidden now and then so that they can also do without."""
        if not self.model.generator.labels:
            return None
        return (label * (torch.rand(len(label), 1, generator=dice) >= self.unlabeled)).to(self.device)

    def asides(self, names: Tensor, label: Tensor) -> tuple[Aside, dict[str, float]]:
        """The judge learns to name what real pictures show; the generator, to be named as its latents call for."""
        real, fake = (misnamed(part, label, self.model.generator.axes).mean() for part in names.chunk(2))
        return Aside(self.naming * real, self.naming * fake), {"misnamed": real.item(), "disobeyed": fake.item()}

    @property
    def modules(self) -> dict[str, nn.Module]:
        return super().modules | ({} if self.means is None else {"means": self.means})

    @torch.no_grad()
    def sheet(self, count: int) -> Tensor:
        """Always from the same latents; with labels, of each value in turn."""
        game = copy.deepcopy(self.ema.net)  # looking changes nothing about the run
        game.settle(self.seed)
        generator: Asked = game.generator
        z = draw(generator.latent_shape, range(count)).to(self.device)
        turn = torch.arange(count, device=self.device)
        blocks = [nn.functional.one_hot(turn % size, size).float() for size in generator.labels]
        return painted(generator, z, torch.cat(blocks, dim=1) if blocks else None)


def eased(gamma: float, ease: Sequence[float], done: int) -> float:
    """What gamma has come down to, evenly in its logarithm: a judge held back long sees no small things."""
    if not ease:
        return gamma
    least, since, until = ease
    share = min(max((done - since) / (until - since), 0), 1)
    return gamma * (least / gamma) ** share


def painted(generator: Asked, z: Tensor, label: Tensor | None) -> Tensor:
    """Only generators that know labels take one."""
    return generator.decode(z) if label is None else generator.decode(z, label)


@torch.no_grad()
def means_of(generator: LatentModel) -> MeanPictures:
    """Empty ones, of as many channels as the generator paints, where it is."""
    first = torch.zeros(1, *generator.latent_shape, device=next(generator.parameters()).device)
    return MeanPictures(generator.decode(first).shape[1], generator.axes).to(first.device)
