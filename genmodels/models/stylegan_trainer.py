"""How a StyleGAN is trained: as any GAN, with styles of two latents mixed and fresh noise at every layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from genmodels.adversarial import play
from genmodels.datasets.dataset import Batch
from genmodels.latents import StyleModel
from genmodels.models.gan_trainer import GANTrainer
from genmodels.models.stylegan import StyleGAN
from genmodels.training import autocast, chance


class StyleTrainer(GANTrainer):
    """Both players move at once; the mapping network moves slower, for every layer follows it."""

    def __init__(
        self,
        model: StyleGAN,
        seed: int,
        device: torch.device,
        loss: str = "relativistic",
        penalties: Sequence[str] = ("r1", "r2"),
        gamma: float = 1.0,
        every: int = 4,
        lr: float = 4e-4,
        decay: float = 0.999,
        mixing: float = 0.5,  # the share of pictures whose finer layers follow a second latent
        mapping: float = 0.1,  # the mapping network's share of the learning rate
    ) -> None:
        super().__init__(model, seed, device, loss, penalties, gamma, every, lr, decay)
        slow = list(model.generator.mapping.parameters())
        fast = [p for p in model.generator.parameters() if all(p is not other for other in slow)]
        groups = [{"params": slow, "lr": mapping * lr}, {"params": fast}]
        self.optimizers["generator"] = torch.optim.Adam(groups, lr=lr, betas=(0.0, 0.95))
        self.mixing = mixing

    def step(self, batch: Batch) -> dict[str, float]:
        dice = chance(self.seed, self.done)
        real = batch.x0.to(self.device)
        z = torch.randn(2 * len(real), *artist(self.model).latent_shape, generator=dice).to(self.device)
        for optimizer in self.optimizers.values():
            optimizer.zero_grad()
        with autocast(self.device):
            fake = self.paint(z, dice).float()
            leaf = fake.detach().requires_grad_()
            scores = self.judge(torch.cat([real, leaf])).float()
        metrics = play(self.rules.loss, scores, leaf, fake)
        if self.rules.due(self.done):
            few = max(len(real) // 2, 1)
            slope = self.rules.slope(self.judge, real[:few], leaf[:few], dice)
            (self.rules.weight * slope).backward()
            metrics["slope"] = slope.item()
        metrics["gradient"] = nn.utils.get_total_norm(
            [p.grad for p in self.model.parameters() if p.grad is not None]
        ).item()
        for optimizer in self.optimizers.values():
            optimizer.step()
        self.rules.finish(self.judge)
        self.follow(z)
        self.ema.update(self.model, self.done)
        self.done += 1
        return metrics

    def paint(self, z: Tensor, dice: torch.Generator) -> Tensor:
        """Half as many pictures as latents: the second half of them enters where a picture's styles are mixed."""
        model = artist(self.model)
        one, two = model.map(z).chunk(2)
        count, places = len(one), torch.arange(model.layers)
        change = torch.randint(1, model.layers, (count,), generator=dice)  # the first layer of the second latent
        change[torch.rand(count, generator=dice) >= self.mixing] = model.layers
        first = (places < change[:, None])[..., None].to(self.device)
        noise = [torch.randn(count, 1, side, side, generator=dice).to(self.device) for side in model.grain_sides]
        return model.synthesize(torch.where(first, one, two), noise)

    @torch.no_grad()
    def follow(self, z: Tensor) -> None:
        """Keep the running mean style of the averaged mapping, which is the one that is shipped."""
        mean = artist(self.ema.net).map(z)[:, 0].mean(0)
        share = max(0.005, 1 / (1 + self.done))
        artist(self.model).w_mean.lerp_(mean, share)


def artist(game: nn.Module) -> StyleModel:
    return cast(StyleModel, game.get_submodule("generator"))
