"""How a generator and a discriminator are trained against each other, whatever they are and play for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from genmodels.adversarial import Rules, play
from genmodels.datasets.dataset import Batch
from genmodels.latents import Asked, draw
from genmodels.training import EMA, autocast, chance


class GANTrainer:
    """Both players move at once: one pass back through the discriminator gives both of them their gradient."""

    def __init__(
        self,
        model: nn.Module,  # its parts: generator, a LatentModel, and discriminator
        seed: int,
        device: torch.device,
        loss: str = "relativistic",
        penalties: Sequence[str] = ("r1", "r2"),
        gamma: float = 1.0,
        every: int = 4,  # steps from one penalty to the next; it then counts this many times
        lr: float = 4e-4,
        decay: float = 0.999,
        betas: Sequence[float] = (0.0, 0.95),
        lead: int = 1,  # the generator moves in every so manieth step only
        unlabeled: float = 0.2,  # the share of pictures whose label is hidden
    ) -> None:
        self.model = model.to(device).train()
        self.ema = EMA(self.model, decay)  # before the rules change layers: it keeps plain weights
        self.rules = Rules(loss, penalties, gamma, every)
        self.rules.prepare(self.judge)
        adam = {"lr": lr, "betas": tuple(betas)}
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            name: torch.optim.Adam(self.model.get_submodule(name).parameters(), **adam)
            for name in ("generator", "discriminator")
        }
        self.labels, self.unlabeled = painter(self.model).labels, unlabeled
        self.seed, self.device, self.lead = seed, device, lead
        self.done = 0

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"model": self.model, "ema": self.ema.net}

    @property
    def judge(self) -> nn.Module:
        return self.model.get_submodule("discriminator")

    def step(self, batch: Batch) -> dict[str, float]:
        dice = chance(self.seed, self.done)
        real, paint = batch.x0.to(self.device), painter(self.model)
        z = torch.randn(len(real), *paint.latent_shape, generator=dice).to(self.device)
        label = self.shown(batch.label, dice)
        for optimizer in self.optimizers.values():
            optimizer.zero_grad()
        moves = self.done % self.lead == self.lead - 1
        with autocast(self.device):
            with torch.set_grad_enabled(moves):
                fake = (paint.decode(z) if label is None else paint.decode(z, label)).float()
            leaf = fake.detach().requires_grad_()
            both = torch.cat([real, leaf])
            scores = (self.judge(both) if label is None else self.judge(both, label.repeat(2, 1))).float()
        metrics = play(self.rules.loss, scores, leaf, fake if moves else None)
        if self.rules.due(self.done):
            few = max(len(real) // 2, 1)

            def score(x: Tensor) -> Tensor:
                return self.judge(x) if label is None else self.judge(x, label[:few])

            slope = self.rules.slope(score, real[:few], leaf[:few], dice)
            (self.rules.weight * slope).backward()
            metrics["slope"] = slope.item()
        metrics["gradient"] = nn.utils.get_total_norm(
            [p.grad for p in self.model.parameters() if p.grad is not None]
        ).item()
        for optimizer in self.optimizers.values():
            optimizer.step()  # leaves alone what got no gradient
        self.rules.finish(self.judge)
        self.ema.update(self.model, self.done)
        self.done += 1
        return metrics

    def shown(self, label: Tensor, dice: torch.Generator) -> Tensor | None:
        """What both players are told: the label, hidden now and then so that they can also do without."""
        if not self.labels:
            return None
        return (label * (torch.rand(len(label), 1, generator=dice) >= self.unlabeled)).to(self.device)

    def shipped(self) -> nn.Module:
        """What a checkpoint keeps."""
        return self.ema.net

    @torch.no_grad()
    def sheet(self, count: int) -> Tensor:
        """Pictures of the present state, always from the same latents; with labels, of each value in turn."""
        paint = painter(self.ema.net)
        z = draw(paint.latent_shape, range(count)).to(self.device)
        if not self.labels:
            return paint.decode(z)
        turn = torch.arange(count, device=self.device)
        blocks = [nn.functional.one_hot(turn % size, size).float() for size in self.labels]
        return paint.decode(z, torch.cat(blocks, dim=1))


def painter(game: nn.Module) -> Asked:
    return cast(Asked, game.get_submodule("generator"))
