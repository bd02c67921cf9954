"""Muon as it must be: singular vectors kept, singular values alike, Adam for the rest, and a bowl's bottom found."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from genmodels.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(32, 32), (24, 200), (200, 24)])
def test_a_turned_matrix_keeps_its_singular_vectors_and_evens_its_values(shape: tuple[int, int]) -> None:
    dice = torch.Generator().manual_seed(3)
    u, _, v = torch.linalg.svd(torch.randn(shape, generator=dice), full_matrices=False)
    uneven = torch.logspace(0, -2, min(shape))
    inner = u.T @ orthogonal(u * uneven @ v) @ v.T
    assert inner.diag().min() > 0.6 and inner.diag().max() < 1.3
    assert (inner - inner.diag().diag()).abs().max() < 0.05


def test_what_is_no_wide_matrix_moves_as_with_adam() -> None:
    torch.manual_seed(0)
    mine = nn.Sequential(nn.Linear(8, 8), nn.LayerNorm(8))
    theirs = nn.Sequential(nn.Linear(8, 8), nn.LayerNorm(8))
    theirs.load_state_dict(mine.state_dict())
    adam, muon = torch.optim.Adam(theirs.parameters(), 1e-2, betas=(0.9, 0.99)), Muon(mine, 1e-2)
    for _ in range(20):
        x = torch.randn(16, 8)
        for model, optimizer in ((mine, muon), (theirs, adam)):
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("layer", [nn.Linear(32, 32), nn.Conv2d(32, 32, 3)], ids=["matrix", "convolution"])
def test_a_steps_size_is_that_of_adam_whatever_the_gradients(layer: nn.Module) -> None:
    layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    before = layer.weight.detach().clone()  # type: ignore[union-attr]
    layer.weight.grad = 1e6 * torch.randn_like(layer.weight)  # type: ignore[union-attr]
    Muon(layer, 1e-3).step()
    moved = (layer.weight - before).square().mean().sqrt() / 1e-3  # type: ignore[operator]
    assert 0.15 < moved < 0.25


def test_directions_that_matter_little_are_learned_as_soon_as_the_others() -> None:
    """A bowl a thousand times steeper one way than another: its bottom is one matrix, far off in every direction."""
    torch.manual_seed(1)
    steep = torch.logspace(0, -3, 32)
    goal = torch.linalg.qr(torch.randn(32, 32)).Q
    left = {}
    for name in ("muon", "descent"):
        layer = nn.Linear(32, 32, bias=False)
        nn.init.zeros_(layer.weight)
        optimizer = Muon(layer, 0.02) if name == "muon" else torch.optim.SGD(layer.parameters(), 0.9)
        for _ in range(200):
            optimizer.zero_grad()
            (0.5 * steep[:, None] * (layer.weight - goal).square()).sum().backward()
            optimizer.step()
        left[name] = (layer.weight - goal)[-1].norm().item()  # where the bowl is flattest
    assert left["muon"] < 0.2 < 0.8 < left["descent"]
