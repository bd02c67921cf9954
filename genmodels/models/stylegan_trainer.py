"""How a StyleGAN is trained: as any GAN, with styles of two latents mixed and fresh noise at every layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from genmodels.datasets.dataset import Batch
from genmodels.latents import StyleModel
from genmodels.models.gan_trainer import GANTrainer
from genmodels.models.stylegan import StyleGAN


class StyleTrainer(GANTrainer):
    """A GANTrainer (`game` is what it can be told) whose mapping network moves slower, for every layer follows it."""

    def __init__(
        self,
        model: StyleGAN,
        seed: int,
        device: torch.device,
        mixing: float = 0.5,  # the share of pictures whose finer layers follow a second latent
        mapping: float = 0.1,  # the mapping network's share of the learning rate
        **game: Any,
    ) -> None:
        super().__init__(model, seed, device, **game)
        slow = model.generator.mapping.parameters()
        fast = [p for name, p in model.generator.named_parameters() if not name.startswith("mapping.")]
        groups = [{"params": slow, "lr": mapping * self.adam["lr"]}, {"params": fast}]
        self.optimizers["generator"] = torch.optim.Adam(groups, **self.adam)
        self.mixing = mixing

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        z = self.latents(batch.label.repeat(2, 1), dice)
        metrics = self.play(batch, z, dice)
        self.follow(z)
        return metrics

    def paint(self, z: Tensor, dice: torch.Generator, label: Tensor | None = None) -> Tensor:
        """Half as many pictures as latents: the second half of them enters where a picture's styles are mixed."""
        generator: StyleModel = self.model.generator
        one, two = generator.map(z).chunk(2)
        count, places = len(one), torch.arange(generator.layers)
        change = torch.randint(1, generator.layers, (count,), generator=dice)  # the second latent's first layer
        change[torch.rand(count, generator=dice) >= self.mixing] = generator.layers
        first = (places < change[:, None])[..., None].to(self.device)
        noise = [torch.randn(count, 1, side, side, generator=dice).to(self.device) for side in generator.grain_sides]
        return generator.synthesize(torch.where(first, one, two), noise)

    @torch.no_grad()
    def follow(self, z: Tensor) -> None:
        """Keep the running mean style of the averaged mapping, which is the one that is shipped."""
        mean = self.ema.net.generator.map(z)[:, 0].mean(0)
        share = max(0.005, 1 / (1 + self.done))
        self.model.generator.w_mean.lerp_(mean, share)
