"""A plain convolutional GAN: batch norm in the generator, strides in the discriminator, and nothing else.

The same two networks play the standard game, the Wasserstein game and the spectrally normalized one; only the rules
differ, so what differs in the pictures is due to the rules. With labels it draws what is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.adversarial import UNLABELED, Game
from genmodels.latents import LatentModel
from genmodels.models.blocks import double, halved, hand_on

SETTLING = (6, 500)  # portions, and latents in each: a picture's own places are alike, so that it takes many


class ConvGenerator(LatentModel):
    """z (B, latent) -> (B, C, H, W); each size is half the next.

    Convolutions come before the enlarging, where they cost a quarter, and enlarging is bilinear: transposed
    convolutions would leave their checkerboard. A label joins the latent, and shifts and scales behind every norm.
    """

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        channels: Sequence[int] = (128, 48, 24),
        labels: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.latent_shape, self.labels = (latent,), tuple(labels)
        self.loudness = latent**0.5  # a one-hot block is then as long as a latent
        self.side = halved(shape[1], len(channels) - 1)
        self.enter = nn.Linear(latent + sum(labels), channels[0] * self.side**2)
        self.norms = nn.ModuleList(BatchNorm(width, sum(labels)) for width in channels)
        self.convs = nn.ModuleList(nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(channels))
        self.leave = nn.Conv2d(channels[-1], shape[0], 3, padding=1)
        start(self, slope=0.0)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        if label is None and self.labels:
            label = z.new_zeros(len(z), sum(self.labels))
        seen = z if label is None else torch.cat([z, self.loudness * label], dim=1)
        h = self.enter(seen).reshape(len(z), -1, self.side, self.side)
        h = self.norms[0](h.contiguous(memory_format=torch.channels_last), label).relu()
        for conv, norm in zip(self.convs, self.norms[1:], strict=True):
            h = norm(double(conv(h)), label).relu()
        return self.leave(h).tanh()

    forward = decode


class ConvDiscriminator(nn.Module):
    """(B, C, H, W) -> a score (B,); without batch norm, so that a picture's score never depends on its neighbors.

    With labels it projects: the score gains the inner product of the picture's features with those of what was asked.
    """

    def __init__(
        self, shape: Sequence[int], channels: Sequence[int] = (32, 64, 128), labels: Sequence[int] = ()
    ) -> None:
        super().__init__()
        widths = [shape[0], *channels]
        self.convs = nn.ModuleList(nn.Conv2d(before, after, 4, 2, 1) for before, after in pairwise(widths))
        features = channels[-1] * (shape[1] // 2 ** len(channels)) * (shape[2] // 2 ** len(channels))
        self.leave = nn.Linear(features, 1)
        self.project = nn.Linear(sum(labels), features, bias=False) if labels else None
        start(self, slope=0.2)
        if self.project is not None:
            nn.init.zeros_(self.project.weight)

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.2)
        features = x.flatten(1)
        score = self.leave(features)[:, 0]
        if self.project is None or label is None:
            return score
        return score + (self.project(label) * features).sum(1)


class BatchNorm(nn.Module):
    """Normalizes by the batch in training and by its running statistics afterwards; labels scale and shift the rest.

    Torch's own also counts batches, further than a checkpoint's float16 reaches.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int, labels: int = 0, momentum: float = 0.05) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.film = nn.Linear(labels, 2 * channels, bias=False) if labels else None
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))
        self.momentum = momentum

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        h = F.batch_norm(x, self.mean, self.variance, self.weight, self.bias, self.training, self.momentum)
        if self.film is None or label is None:
            return h
        scale, shift = self.film(label)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(shift, h, 1 + scale)


def start(net: nn.Module, slope: float) -> None:
    """First weights that hand the signal on; a label's scale and shift start at nothing."""
    hand_on(net, slope)
    for layer in net.modules():
        if isinstance(layer, BatchNorm) and layer.film is not None:
            nn.init.zeros_(layer.film.weight)


class ConvGAN(Game[ConvGenerator]):
    """ConvGenerator against ConvDiscriminator; `labels` are the sizes of the label's blocks."""

    def __init__(
        self,
        shape: Sequence[int],
        latent: int = 64,
        generator: Sequence[int] = (128, 48, 24),
        discriminator: Sequence[int] = (32, 64, 128),
        labels: Sequence[int] = (),
    ) -> None:
        super().__init__(
            ConvGenerator(shape, latent, generator, labels), ConvDiscriminator(shape, discriminator, labels)
        )

    @torch.no_grad()
    def settle(self, seed: int) -> None:
        """Take the statistics of the generator's norms from the weights that it has, labels told as in training.

        An average of weights comes with those of the last weights, under which its layers see something else.
        """
        generator, dice = self.generator, torch.Generator().manual_seed(seed)
        norms = [layer for layer in generator.modules() if isinstance(layer, BatchNorm)]
        usual, trained = [norm.momentum for norm in norms], generator.training
        device = generator.enter.weight.device
        portions, count = SETTLING
        generator.train()
        for done in range(portions):
            for norm in norms:
                norm.momentum = 1 / (1 + done)  # the plain mean of the portions
            z = torch.randn(count, *generator.latent_shape, generator=dice)
            label = any_label(generator.labels, count, dice) if generator.labels else None
            generator.decode(z.to(device), None if label is None else label.to(device))
        for norm, momentum in zip(norms, usual, strict=True):
            norm.momentum = momentum
        generator.train(trained)


def any_label(blocks: Sequence[int], count: int, dice: torch.Generator) -> Tensor:
    """One value of every block, hidden now and then, (count, K)."""
    chosen = [F.one_hot(torch.randint(size, (count,), generator=dice), size) for size in blocks]
    return torch.cat(chosen, dim=1) * (torch.rand(count, 1, generator=dice) >= UNLABELED).float()
