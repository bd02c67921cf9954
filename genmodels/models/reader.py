"""A reader: a small network that says what a picture shows, field by field; the metrics look through its eyes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genmodels.datasets.dataset import Batch
from genmodels.models.blocks import Gaze
from genmodels.training import ModelTrainer, anneal, autocast

REMEMBERED = 32  # batches from which a sheet takes the pictures that are read worst


class Reader(Gaze):
    """(B, C, H, W) -> (B, K): scores in the layout of the label; `labels` are the sizes of its blocks."""

    def __init__(
        self, shape: Sequence[int], labels: Sequence[int], channels: Sequence[int] = (24, 48, 96, 128), fold: int = 2
    ) -> None:
        super().__init__(shape, channels, fold)
        self.labels = tuple(labels)
        self.width = channels[-1]
        self.heads = nn.Linear(self.width, sum(labels))

    def features(self, x: Tensor) -> Tensor:
        """(B, width): what all the answers are drawn from."""
        return self.seen(x).mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.heads(self.features(x))

    def fields(self, scores: Tensor) -> tuple[Tensor, ...]:
        """The scores of each field on its own, (B, its number of values)."""
        return scores.split(self.labels, dim=1)

    def probabilities(self, scores: Tensor) -> Tensor:
        """(B, K): a softmax in each block."""
        return torch.cat([block.softmax(1) for block in self.fields(scores)], dim=1)

    def answers(self, scores: Tensor) -> Tensor:
        """(B, fields): the likeliest value of each field, by its place in the block."""
        return torch.stack([block.argmax(1) for block in self.fields(scores)], dim=1)


class ReaderTrainer(ModelTrainer[Reader]):
    """Adam on the mean cross-entropy of the fields, over pictures that are each disturbed a little."""

    def __init__(
        self,
        model: Reader,
        seed: int,
        device: torch.device,
        lr: float = 3e-3,
        until: int = 4000,  # the step at which the rate has fallen to almost nothing
        decay: float = 0.998,
        shift: int = 2,  # pixels, noise and light: how much a picture may be disturbed
        noise: float = 0.1,
        light: float = 0.05,
    ) -> None:
        super().__init__(model, seed, device, decay)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr, betas=(0.9, 0.98), weight_decay=0.02)
        self.optimizers = {"optimizer": self.optimizer}
        self.until = until
        self.shift, self.noise, self.light = shift, noise, light
        self.seen: deque[Batch] = deque(maxlen=REMEMBERED)

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        x = disturbed(batch.x0, dice, self.shift, self.noise, self.light).to(self.device)
        anneal(self.optimizer, self.done, self.until)
        with autocast(self.device):
            scores = self.model(x).float()
        loss, right = self.judged(scores, batch.label.to(self.device))
        self.optimizer.zero_grad()
        loss.mean().backward()
        self.optimizer.step()
        self.seen.append(batch)
        return {"loss": loss.mean().item(), "right": right.mean().item()}

    def judged(self, scores: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """Of each picture (B,): the mean cross-entropy of its fields, and the share of them that are read right."""
        said, known = self.model.fields(scores), self.model.fields(label)
        loss = [F.cross_entropy(block, truth, reduction="none") for block, truth in zip(said, known, strict=True)]
        right = [block.argmax(1) == truth.argmax(1) for block, truth in zip(said, known, strict=True)]
        return torch.stack(loss).mean(0), torch.stack(right).float().mean(0)

    @torch.no_grad()
    def sheet(self, count: int) -> Tensor:
        """Of the pictures of the last steps those that are read worst, the worst first."""
        x, label = (torch.cat(parts) for parts in zip(*self.seen, strict=True))
        losses = [
            self.judged(self.ema.net(pictures.to(self.device)), known.to(self.device))[0]
            for pictures, known in zip(x.split(128), label.split(128), strict=True)
        ]
        return x[torch.cat(losses).cpu().topk(min(count, len(x))).indices]


def disturbed(x: Tensor, dice: torch.Generator, shift: int, noise: float, light: float) -> Tensor:
    """Each picture moved by a few pixels, noisier, and of another brightness and contrast; never mirrored."""
    size, _, height, width = x.shape
    edged = F.pad(x, (shift,) * 4, mode="replicate")
    down, right = torch.randint(2 * shift + 1, (2, size, 1), generator=dice)
    rows, columns = down + torch.arange(height), right + torch.arange(width)
    moved = edged.permute(0, 2, 3, 1)[torch.arange(size)[:, None, None], rows[:, :, None], columns[:, None, :]]
    brighter, stronger, rough = torch.rand(3, size, 1, 1, 1, generator=dice)
    moved = moved * (1 + light * (2 * stronger - 1)) + light * (2 * brighter - 1)
    grain = torch.randn(moved.shape, generator=dice) * (noise * rough**2)
    return (moved + grain).clamp(-1, 1).permute(0, 3, 1, 2)
