"""Distances between samples against closed forms."""

from __future__ import annotations

import pytest
import torch

from genmodels.metrics import bootstrap, frechet, kernel_distance, middle, principal, sliced_wasserstein, standardized
from genmodels.metrics.intervals import BLOCKS, FEW


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


def test_frechet_of_two_gaussians():
    """Sets made to have exactly these moments: |m|² and, as the covariances commute, (√a - √b)² along each axis."""
    rows = normal(50, 3, 0)
    white = (rows - rows.mean(0)) @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(rows.T)).T)
    turn = torch.linalg.qr(normal(3, 3, 1)).Q
    a, b = torch.tensor([[1.0, 4.0, 9.0], [16.0, 4.0, 1.0]], dtype=torch.float64)
    found = frechet(white * a.sqrt() @ turn, white * b.sqrt() @ turn + 2).item()
    assert found == pytest.approx(3 * 4 + (9 + 0 + 4), rel=1e-9)


def test_kernel_distance_against_a_sum_by_hand():
    a, b = normal(4, 2, 0).tolist(), normal(3, 2, 1).tolist()

    def kernel(x: list[float], y: list[float]) -> float:
        return ((x[0] * y[0] + x[1] * y[1]) / 2 + 1) ** 3

    within_a = [kernel(x, y) for i, x in enumerate(a) for j, y in enumerate(a) if i != j]
    within_b = [kernel(x, y) for i, x in enumerate(b) for j, y in enumerate(b) if i != j]
    between = [kernel(x, y) for x in a for y in b]
    expected = sum(within_a) / 12 + sum(within_b) / 6 - 2 * sum(between) / 12
    assert kernel_distance(torch.tensor(a), torch.tensor(b)).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("shift", "truth"), [(0.0, 0.0), (1.0, 22.0)])
def test_kernel_distance_is_unbiased(shift: float, truth: float):
    """On the line the kernel compares moments: 3 (m1 - m1')² + 3 (m2 - m2')² + (m3 - m3')², 22 for N(0, 1), N(1, 1)."""
    found = [kernel_distance(normal(20, 1, s), normal(20, 1, 10_000 + s) + shift).item() for s in range(600)]
    mean, error = torch.tensor(found).mean().item(), torch.tensor(found).std().item() / 600**0.5
    assert abs(mean - truth) < 3 * error
    kept = [_with_itself(normal(20, 1, s), normal(20, 1, 10_000 + s) + shift) for s in range(600)]
    assert abs(sum(kept) / 600 - truth) > 3 * error, "a row's kernel with itself would have been noticed"


def _with_itself(a: torch.Tensor, b: torch.Tensor) -> float:
    kernel = [((x @ y.T + 1) ** 3).mean() for x, y in ((a, a), (b, b), (a, b))]
    return float(kernel[0] + kernel[1] - 2 * kernel[2])


@pytest.mark.parametrize("n", [10, 40, 250])
def test_the_mean_over_blocks_holds_the_truth(n: int):
    """Also where few blocks tell of their own spread; 0 for sets of one law."""
    found = [middle(kernel_distance, normal(n, 16, s), normal(n, 16, 1000 + s)) for s in range(120)]
    assert all(i.low < i.value < i.high for i in found)
    assert sum(i.low <= 0 <= i.high for i in found) >= 107  # 114, less luck
    spread = torch.tensor([i.value for i in found]).std().item()
    reach = torch.tensor([(i.high - i.low) / 2 for i in found]).median().item()
    assert 1.5 * spread < reach < 3.5 * spread, "no wider than it need be"


def test_the_steps_to_either_side_are_students():
    student = pytest.importorskip("scipy.stats").t
    assert len(FEW) == BLOCKS[1] - 1
    assert pytest.approx([student.ppf(0.975, freedom) for freedom in range(1, 25)], abs=1e-3) == FEW


def test_principal_keeps_what_varies():
    rows = normal(300, 2, 0) * torch.tensor([9.0, 3.0], dtype=torch.float64)
    hidden = torch.linalg.qr(normal(10, 10, 1)).Q[:2]
    seen = principal(rows @ hidden + 5, 2)(rows @ hidden + 5)
    assert torch.allclose(torch.cdist(seen, seen), torch.cdist(rows, rows), atol=1e-5)


@pytest.mark.parametrize("shape", [(30, 50), (300, 50)])
def test_principal_agrees_with_singular_values(shape: tuple[int, int]):
    """Whether there are more rows or more columns: the spread along each axis is the singular value."""
    rows = normal(*shape, 3) * torch.linspace(0.1, 3, 50, dtype=torch.float64)
    seen = principal(rows, 8)(rows)
    expected = torch.linalg.svdvals(rows - rows.mean(0))[:8]
    assert torch.allclose(seen.norm(dim=0), expected, rtol=1e-9)
    assert torch.allclose(seen.T @ seen, torch.diag(expected**2), atol=1e-6)


def test_standardized_apart_and_together():
    rows = normal(500, 3, 4) * torch.tensor([1.0, 5.0, 0.1], dtype=torch.float64) + 7
    apart, together = standardized(rows)(rows), standardized(rows, together=True)(rows)
    assert torch.allclose(apart.var(0), torch.ones(3, dtype=torch.float64))
    assert together.var(0).mean().item() == pytest.approx(1)
    assert torch.allclose(together.var(0) / together.var(0)[0], rows.var(0) / rows.var(0)[0])
    assert together.mean(0).abs().max() < 1e-12


def test_bootstrap_holds_the_value_and_the_truth():
    """The Fréchet distance of two Gaussians one apart, in one dimension, is 1."""
    inside = 0
    for seed in range(20):
        a, b = normal(400, 1, seed), normal(400, 1, 100 + seed) + 1
        low, high = bootstrap(frechet, a, b, rounds=40, seed=seed)
        assert low <= frechet(a, b).item() <= high
        inside += low <= 1 <= high
    assert inside >= 14  # nine in ten, less luck
