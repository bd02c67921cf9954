"""Who lies next to whom: by brute force, by closed forms of exchangeable points, and at both extremes."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
import torch

from genmodels.metrics import duplicates, manifolds, nearest, neighbor_ratio, reach, support_size, told_apart
from genmodels.metrics.neighbors import apart


def normal(n: int, d: int, seed: int) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def gap(x: torch.Tensor, y: torch.Tensor) -> float:
    return float(np.sqrt(((x.numpy() - y.numpy()) ** 2).sum()))


def test_nearest_against_brute_force():
    a, b = normal(70, 3, 0), normal(90, 3, 1)
    expected = np.array([sorted(gap(x, y) for y in b)[:4] for x in a])
    assert np.allclose(nearest(a, b, 4).numpy(), expected, atol=1e-12)
    assert np.allclose(nearest(a, b).numpy(), expected[:, :1], atol=1e-12)
    alone = np.array([sorted(gap(x, y) for j, y in enumerate(a) if j != i)[:2] for i, x in enumerate(a)])
    assert np.allclose(nearest(a, a, 2, same=True).numpy(), alone, atol=1e-12)


def test_a_copy_is_at_distance_zero():
    """Exactly, also far from the origin, where differences of squares would leave something."""
    a = normal(50, 64, 0) + 1000
    assert (nearest(a[:20], a) == 0).all()


def test_portions_do_not_change_distances(monkeypatch: pytest.MonkeyPatch):
    a, b = normal(7, 2, 0), normal(5, 2, 1)
    monkeypatch.setattr("genmodels.metrics.neighbors.AT_ONCE", 10)
    parts = list(apart(a, b))
    assert len(parts) == 4 and torch.allclose(torch.cat([gaps for _, gaps in parts]), torch.cdist(a, b))


def test_manifolds_against_brute_force():
    made, real, k = normal(12, 2, 0) + 1.5, normal(15, 2, 1), 2
    ball_made = [sorted(gap(x, y) for j, y in enumerate(made) if j != i)[k - 1] for i, x in enumerate(made)]
    ball_real = [sorted(gap(x, y) for j, y in enumerate(real) if j != i)[k - 1] for i, x in enumerate(real)]
    within = [[gap(x, y) <= ball_real[i] for i, y in enumerate(real)] for x in made]  # made by real
    around = [[gap(x, y) <= ball_made[i] for i, y in enumerate(made)] for x in real]  # real by made
    found = manifolds(made, real, k)
    assert found.precision.value == pytest.approx(np.mean([any(row) for row in within]))
    assert found.recall.value == pytest.approx(np.mean([any(row) for row in around]))
    assert found.density.value == pytest.approx(np.sum(within) / (k * len(made)))
    assert found.coverage.value == pytest.approx(np.mean(np.any(within, axis=0)))
    assert 0 < found.recall.value < 1 and 0 < found.precision.value < 1, "a case in which they can be told apart"


def test_same_law_has_known_density_and_coverage():
    """Points of one law are exchangeable, so only ranks count, whatever the law and the dimension.

    A made point lies in a real one's ball with odds k / N: density 1. A ball is empty if the k nearest of all are real.
    """
    n, m, k = 40, 60, 5
    rounds = [manifolds(normal(m, 6, s), normal(n, 6, 500 + s), k, rounds=1) for s in range(300)]
    empty = prod((n - 1 - j) / (n - 1 + m - j) for j in range(k))
    for name, truth in (("density", 1.0), ("coverage", 1 - empty)):
        values = np.array([getattr(found, name).value for found in rounds])
        assert abs(values.mean() - truth) < 3 * values.std() / 300**0.5, name


def test_manifolds_at_the_extremes():
    real = normal(60, 4, 0)
    same, far = manifolds(real, real), manifolds(real + 100, real)
    assert [i.value for i in same][:2] == [1, 1] and same.coverage.value == 1 and same.density.value >= 1
    assert [i.value for i in far] == [0, 0, 0, 0]
    one = manifolds(real[:1].expand(60, 4) + 1e-6 * normal(60, 4, 1), real)
    assert one.precision.value == 1 and one.coverage.value < 0.5 and one.recall.value < 0.1, "collapse to one point"


def test_intervals_of_manifolds_hold_another_draw():
    """Bounds from one pair of sets hold the mean over many pairs; a tenth of their reach would not."""
    rounds = [manifolds(normal(100, 3, s) * 0.8, normal(100, 3, 900 + s), rounds=100) for s in range(40)]
    for name in rounds[0]._fields:
        found = [getattr(r, name) for r in rounds]
        mean = np.mean([i.value for i in found])
        assert np.mean([i.low <= mean <= i.high for i in found]) >= 0.9, name
        narrow = [(i.value + (i.low - i.value) / 10, i.value + (i.high - i.value) / 10) for i in found]
        assert np.mean([low <= mean <= high for low, high in narrow]) <= 0.5, name
        assert all(i.low <= i.value <= i.high for i in found)


def test_two_sets_are_told_apart():
    same = [told_apart(normal(200, 5, s), normal(200, 5, 700 + s)).value for s in range(30)]
    assert np.mean(same) == pytest.approx(0.5, abs=3 * np.std(same) / 30**0.5)
    assert told_apart(normal(200, 5, 0), normal(200, 5, 1) + 50).value == 1
    rows = normal(200, 5, 2)
    assert told_apart(rows + 1e-9, rows).value == 0, "copies lie nearer than their own kind"


@pytest.mark.parametrize(("size", "shift"), [(2, 0.0), (16, 0.0), (2, 2.0)])
def test_the_share_told_apart_holds_another_draw(size: int, shift: float):
    """Neighbors of each other are right together, six of ten rows in the plane: taken as two cases, 85 in 100 hold."""
    found = [told_apart(normal(60, size, s) + shift / size**0.5, normal(60, size, 5000 + s)) for s in range(300)]
    mean = np.mean([i.value for i in found])
    assert 0.91 <= np.mean([i.low <= mean <= i.high for i in found]) <= 0.985


def test_neighbor_ratio():
    train, fresh = normal(2000, 8, 0), normal(500, 8, 1)
    usual = nearest(fresh, train)[:, 0]
    new = neighbor_ratio(nearest(normal(500, 8, 2), train)[:, 0], usual)
    assert new.low < 1 < new.high and new.high - new.low < 0.2
    assert neighbor_ratio(nearest(train[:500], train)[:, 0], usual).high == 0
    near = nearest(train[:500] + 0.05 * normal(500, 8, 3), train)[:, 0]
    assert neighbor_ratio(near, usual).high < 0.2


def test_support_size_on_a_known_support():
    """Draws from 300 things: pairs alike come as often as the support says, and the interval holds it."""
    dice, inside, rates = np.random.default_rng(0), 0, []
    for _ in range(200):
        rows = torch.from_numpy(dice.integers(300, size=(120, 1))).double()
        alike = duplicates(rows, 0.1)
        assert alike == sum(count * (count - 1) // 2 for count in np.unique(rows, return_counts=True)[1])
        found = support_size(alike, len(rows))
        rates.append(1 / found.value)
        inside += found.low <= 300 <= found.high
    assert 1 / np.mean(rates) == pytest.approx(300, rel=0.06)
    assert inside >= 180


def test_bounds_of_a_count_agree_with_scipy():
    chi2 = pytest.importorskip("scipy.stats").chi2
    for count in (0, 3, 20, 500):
        found = support_size(count, 1001)
        pairs = 1001 * 500
        assert found.low == pytest.approx(pairs / (chi2.ppf(0.975, 2 * count + 2) / 2), rel=0.01)
        assert found.low <= found.value <= found.high
        if not count:
            assert found.high == np.inf and found.value == found.low, "nothing says how many there are at most"
        else:
            assert found.high == pytest.approx(pairs / (chi2.ppf(0.025, 2 * count) / 2), rel=0.03)


def test_reach_calls_a_known_share_of_pairs_alike():
    rows = normal(300, 3, 0)
    within = reach(rows, odds=0.01)
    assert duplicates(rows, within) == round(0.01 * 300 * 299 / 2)
    assert duplicates(rows, 0.999 * within) < duplicates(rows, within)
