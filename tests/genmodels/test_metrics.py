"""Distances between samples against closed forms."""

from __future__ import annotations

import pytest
import torch

from genmodels.metrics import bootstrap, frechet, principal, sliced_wasserstein


def normal(n: int, d: int, seed: int) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_frechet_of_a_shift_and_of_a_scale():
    """The same points moved by m: |m|²; scaled by s about their mean: (s - 1)² tr(cov)."""
    a = normal(200, 5, 0)
    shift = torch.tensor([1.0, -2.0, 0, 0, 3.0], dtype=torch.float64)
    assert frechet(a, a).item() == pytest.approx(0, abs=1e-8)
    assert frechet(a, a + shift).item() == pytest.approx(14, rel=1e-6)
    scaled = a.mean(0) + 3 * (a - a.mean(0))
    assert frechet(a, scaled).item() == pytest.approx(4 * torch.cov(a.T).trace().item(), rel=1e-6)


def test_frechet_agrees_with_scipy():
    linalg = pytest.importorskip("scipy.linalg")
    a, b = normal(100, 4, 1), normal(100, 4, 2) @ normal(4, 4, 3)
    c, d = torch.cov(a.T).numpy(), torch.cov(b.T).numpy()
    expected = float(((a.mean(0) - b.mean(0)) ** 2).sum()) + (c + d - 2 * linalg.sqrtm(c @ d).real).trace()
    assert frechet(a, b).item() == pytest.approx(expected, rel=1e-6)


def test_sliced_wasserstein_of_a_shift():
    """Along a random direction a shift m looks |m| / sqrt(D) long, in the mean square."""
    a = normal(50, 8, 0)
    shift = normal(1, 8, 1)
    found = sliced_wasserstein(a, a + shift, directions=20_000).item()
    assert found == pytest.approx(shift.norm().item() / 8**0.5, rel=0.02)
    assert sliced_wasserstein(a, a[torch.randperm(50)]).item() == pytest.approx(0, abs=1e-12)


def test_principal_keeps_what_varies():
    rows = normal(300, 2, 0) * torch.tensor([9.0, 3.0], dtype=torch.float64)
    hidden = torch.linalg.qr(normal(10, 10, 1)).Q[:2]
    seen = principal(rows @ hidden + 5, 2)(rows @ hidden + 5)
    assert torch.allclose(torch.cdist(seen, seen), torch.cdist(rows, rows), atol=1e-5)


def test_bootstrap_holds_the_value_and_the_truth():
    """The Fréchet distance of two Gaussians one apart, in one dimension, is 1."""
    inside = 0
    for seed in range(20):
        a, b = normal(400, 1, seed), normal(400, 1, 100 + seed) + 1
        low, high = bootstrap(frechet, a, b, rounds=40, seed=seed)
        assert low <= frechet(a, b).item() <= high
        inside += low <= 1 <= high
    assert inside >= 14  # nine in ten, less luck
