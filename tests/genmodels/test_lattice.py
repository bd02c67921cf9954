"""The plane of seeds, the circle and A - B + C: exact at what they go through, and as normal as latents in between."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from genmodels.latents import draw
from genmodels.lattice import ROW, Lattice, arithmetic, circle, place_of

PLACES = np.random.default_rng(0).uniform(-60, 60, (400, 2)).tolist()
A, B = draw((64,), [1, 2, 3]), draw((64,), [4, 5, 6])


@pytest.mark.parametrize(("x", "y"), [(0, 0), (3, 0), (0, 2), (-1, -2), (250, 17)])
def test_a_node_is_its_seeds_own_latent(x: int, y: int):
    lattice = Lattice((16,), seed=7)
    assert torch.equal(lattice.at(x, y), draw((16,), [(7 + x + ROW * y) % ROW**2]))
    (corner,) = lattice.corners(x, y)
    assert (corner.column, corner.row, corner.seed, corner.weight) == (x, y, lattice.seed_of(x, y), 1)


def test_latents_of_the_plane_are_normal():
    """Their squared norms follow the chi-square law of their size, their coordinates the normal law."""
    z = torch.cat([Lattice((48,)).at(x, y) for x, y in PLACES]).double()
    assert stats.kstest(z.square().sum(1).numpy(), stats.chi2(48).cdf).pvalue > 0.01
    assert stats.kstest(z[::7].flatten().numpy(), stats.norm.cdf).pvalue > 0.01


def test_the_middle_of_a_cell_is_no_shorter_than_a_node():
    middles = torch.cat([Lattice((4096,)).at(k + 0.5, 0.5) for k in range(8)])
    assert torch.allclose(middles.norm(dim=1) / 64, torch.ones(8), atol=0.04)


def test_equal_drags_are_equal_changes():
    """Anywhere in a cell the latent turns at a quarter turn per cell, also next to a node and across an edge."""
    lattice, step = Lattice((4096,)), 1e-3
    for x, y in [(0.1, 0.3), (0.5, 0.5), (3.999, 0.2), (7.25, 9.75)]:
        for dx, dy in [(step, 0), (0, step)]:
            speed = float((lattice.at(x + dx, y + dy) - lattice.at(x, y)).norm()) / step / 64
            assert speed == pytest.approx(math.pi / 2, rel=0.1)


def test_the_plane_has_no_cliffs():
    lattice = Lattice((64,))
    for edge in (0.0, 1.0, -3.0, 99.0, 100.0):
        for x, y in [(edge, 0.4), (0.4, edge), (edge, edge)]:
            here = lattice.at(x, y)
            for side in (-1e-6, 1e-6):
                assert torch.allclose(lattice.at(x + side, y + side), here, atol=1e-4)


def test_each_seed_lies_on_the_torus_once():
    lattice = Lattice((4,), seed=123)
    assert {lattice.seed_of(i, j) for i in range(ROW) for j in range(ROW)} == set(range(ROW**2))
    assert torch.equal(lattice.at(0.5, 0.25), lattice.at(0.5, 0.25 + ROW))


def test_one_can_set_out_from_anywhere():
    z = draw((16,), [9999])
    lattice = Lattice((16,))
    assert torch.equal(lattice.at(0, 0, z), z)
    assert torch.equal(lattice.at(1.5, 2.5, z), lattice.at(1.5, 2.5))


def test_the_circle_goes_through_both_and_comes_back():
    turns = place_of(A, B)
    assert torch.allclose(circle(A, B, 0.0), A, atol=1e-5) and torch.equal(circle(A, B, 1.0), circle(A, B, 0.0))
    for k, turn in enumerate(turns.tolist()):
        assert torch.allclose(circle(A, B, turn)[k], B[k], atol=1e-5)
        assert 0 < turn < 0.5
    assert torch.allclose(circle(A, B, 0.3), circle(A, B, 2.3), atol=1e-5)


def test_the_circle_is_round_and_even():
    b = B * (A.norm(dim=1) / B.norm(dim=1))[:, None]
    frames = torch.stack([circle(A, b, k / 60) for k in range(61)])
    assert torch.allclose(frames.norm(dim=2), A.norm(dim=1).expand(61, -1), rtol=1e-5)
    steps = (frames[1:] - frames[:-1]).norm(dim=2)
    assert torch.allclose(steps, steps[:1].expand_as(steps), rtol=1e-3)
    assert torch.allclose(frames[30], -A, atol=1e-5)


def test_the_norm_of_the_circle_stays_between_that_of_its_points():
    long = 3 * B
    norms = torch.stack([circle(A, long, k / 60) for k in range(60)]).norm(dim=2)
    assert (norms >= A.norm(dim=1) - 1e-3).all() and (norms <= long.norm(dim=1) + 1e-3).all()


@pytest.mark.parametrize("b", [A, -A, 2 * A])
def test_a_circle_through_one_line_is_still_a_circle(b: torch.Tensor):
    frames = torch.stack([circle(A, b, k / 12) for k in range(13)])
    assert frames.isfinite().all() and torch.allclose(frames[0], A, atol=1e-5) and torch.equal(frames[0], frames[-1])
    assert ((frames[3] - frames[0]).norm(dim=1) > 0.5 * A.norm(dim=1)).all()


def test_arithmetic_takes_away_and_puts_in():
    assert torch.allclose(arithmetic(A, B, B), A, atol=1e-5)
    assert torch.allclose(arithmetic(A, A, B), B, atol=1e-5)
    sums = arithmetic(draw((512,), range(40)), draw((512,), range(40, 80)), draw((512,), range(80, 120)))
    assert torch.allclose(sums.norm(dim=1), torch.full((40,), 512**0.5), rtol=0.15)


def test_arithmetic_carries_a_known_difference_over():
    """Two latents that differ in one coordinate only hand that difference to a third."""
    plain, marked, other = torch.ones(1, 256), torch.ones(1, 256), torch.full((1, 256), -1.0)
    marked[0, 3] = 5
    carried = arithmetic(marked, plain, other)
    assert int((carried - carried.median()).abs().argmax()) == 3 and carried[0, 3] > 0
