"""Means of pictures, value by value: they find what is lacking, and pull there where a judge alone sees no way."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from genmodels.datasets.dataset import Batch
from genmodels.models.axes import called_for
from genmodels.models.gan import GAN
from genmodels.models.gan_trainer import GANTrainer
from genmodels.models.mean_pictures import MeanPictures
from genmodels.snapshots import resume, save_snapshot

AXES = [[0.5, 0.5], [0.7, 0.3]]
SHAPE = (1, 16, 16)


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def labels(count: int, seed: int) -> Tensor:
    return called_for(torch.randn(count, 6, generator=dice(seed)), AXES)


def noisy(label: Tensor, shift: float, seed: int) -> Tensor:
    """Pictures of noise; those of the last value are brighter on the left by the shift."""
    x = 0.3 * torch.randn(len(label), *SHAPE, generator=dice(seed))
    x[..., :4] += shift * label[:, 3, None, None, None]
    return x


def met(shift: float, batches: int = 200) -> MeanPictures:
    means = MeanPictures(1, AXES)
    for k in range(batches):
        label = labels(24, k)
        means.meet(noisy(label, shift, 3 * k + 1), noisy(label, 0.0, 3 * k + 2), label)
    return means


def test_what_a_value_lacks_is_found_where_it_is():
    means = met(shift=0.5)
    lacking = means.excess[3, 0]
    assert lacking[:, :4].mean().item() == pytest.approx(-0.5, abs=0.03)
    assert lacking[:, 4:].abs().mean() < 0.05 and means.excess[2].abs().mean() < 0.05


def test_what_chance_brings_counts_for_nothing():
    """The square of a mean's error is as large as is taken off twice, so little of it is ever above."""
    assert met(shift=0.0).sure().max() < 0.2
    assert met(shift=0.5).sure()[3] > 0.9


def test_the_error_of_a_fading_mean_is_as_large_as_is_allowed_for():
    """Over many runs: its mean square is that of one pair, divided by twice the memory."""
    means, memory = MeanPictures(1, [[1.0]]), 500.0
    one = torch.ones(1000, 1)
    squares = []
    for k in range(40):
        for part in range(10):
            pair = (0.3 * torch.randn(100, 1, 1, 1, generator=dice(2 * (10 * k + part) + odd)) for odd in (0, 1))
            real, fake = (x.expand(-1, 1, 16, 16) for x in pair)
            for at in range(0, 100, 10):
                means.meet(real[at : at + 10], fake[at : at + 10], one[:10])
        squares.append(means.excess.square().sum().item())
    assert sum(squares) / len(squares) == pytest.approx(means.spread.item() / (2 * memory), rel=0.5)


def test_the_pull_brings_the_mean_where_it_should_be():
    """Pictures that follow it come to have the mean of the real ones, and keep what they differ by."""
    means, x = MeanPictures(1, AXES), torch.zeros(1, *SHAPE)
    for k in range(1500):
        label = labels(24, k)
        own = (noisy(label, 0.0, 2 * k) + x * label[:, 3, None, None, None]).requires_grad_()
        means.meet(noisy(label, 0.5, 2 * k + 1), own, label)
        (toward,) = torch.autograd.grad(means.pull(own, label), own)
        x = x - 0.2 * (toward * label[:, 3, None, None, None]).sum(0, keepdim=True)
    assert x[..., :4].mean().item() == pytest.approx(0.5, abs=0.1) and x[..., 4:].abs().mean() < 0.1


def trainer(leveling: float) -> GANTrainer:
    torch.manual_seed(0)
    return GANTrainer(GAN(SHAPE, 6, (16, 8), (8, 8), AXES), 0, torch.device("cpu"), leveling=leveling)


def test_a_leveled_run_goes_on_with_its_means(tmp_path: Path):
    whole, parted = trainer(1.0), trainer(1.0)
    batches = [Batch(noisy(label, 0.5, k).clamp(-1, 1), label) for k, label in ((k, labels(8, k)) for k in range(6))]
    for batch in batches[:3]:
        whole.step(batch), parted.step(batch)
    save_snapshot(tmp_path, parted, {}, 0.0)
    again = trainer(1.0)
    resume(tmp_path, again, {})
    for batch in batches[3:]:
        whole.step(batch), again.step(batch)
    assert whole.means is not None and again.means is not None and whole.means.excess.abs().max() > 0
    assert torch.equal(again.means.excess, whole.means.excess)
    for mine, theirs in zip(again.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert trainer(0.0).means is None
