"""Noise is normal, independent, and a function of the seed and the moment alone."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from scipy import stats

from genmodels.samplers import BrownianNoise, Noise
from genmodels.samplers.noise import DEPTH, cell

F64 = torch.float64


def test_is_standard_normal() -> None:
    drawn = Noise(range(50), (3, 20, 20))(4).flatten().numpy()
    assert stats.kstest(drawn, "norm").pvalue > 0.01
    assert abs(drawn.mean()) < 4 / math.sqrt(drawn.size)


def test_seeds_moments_and_places_are_independent() -> None:
    noise = Noise(range(4000), (3,), F64)
    columns = torch.cat([noise(0), noise(1), noise(2), noise.start()], 1)
    neighbors = torch.cat([columns[:-1], columns[1:]], 1)  # also from one seed to the next
    correlation = torch.corrcoef(neighbors.T) - torch.eye(24)
    assert float(correlation.abs().max()) < 5 / math.sqrt(4000)


@pytest.mark.parametrize("kind", [Noise, BrownianNoise])
def test_knows_only_its_seed(kind: type[Noise]) -> None:
    shape = (1, 5, 3)
    alone, among = kind([3], shape), kind([8, 3, -1, 2**63], shape)
    assert torch.equal(alone.start()[0], among.start()[1])
    assert torch.equal(alone(6)[0], among(6)[1])
    assert torch.equal(kind([3], shape, F64)(6).float(), alone(6))
    assert alone(6).shape == (1, *shape)


def test_brownian_steps_begin_where_others_do() -> None:
    assert torch.equal(Noise([1], (2,)).start(), BrownianNoise([1], (2,)).start())


LEVELS = [math.inf, 80.0, 10.0, 3.0, 1.0, 0.2, 0.05, 0.0]


def place(level: float) -> float:
    return cell(level) / 2**DEPTH


def test_brownian_pieces_add_up_however_they_are_cut() -> None:
    path, again = BrownianNoise(range(9), (2,), F64), BrownianNoise(range(9), (2,), F64)
    pieces = [path(a, b) * math.sqrt(place(a) - place(b)) for a, b in itertools.pairwise(LEVELS)]
    whole = again(LEVELS[0], LEVELS[-1]) * math.sqrt(place(LEVELS[0]) - place(LEVELS[-1]))
    assert torch.allclose(sum(pieces), whole, rtol=0, atol=1e-12)
    assert torch.equal(path(3.0, 1.0), again(3.0, 1.0)), "whatever was asked before"
    assert torch.equal(path(1.0, 1.0), torch.zeros(9, 2, dtype=F64))


def test_brownian_pieces_are_independent_and_normal() -> None:
    path = BrownianNoise(range(4000), (1,), F64)
    pieces = torch.cat([path(a, b) for a, b in itertools.pairwise(LEVELS)], 1)
    assert float((torch.corrcoef(pieces.T) - torch.eye(7)).abs().max()) < 5 / math.sqrt(4000)
    assert stats.kstest(pieces.flatten().numpy(), "norm").pvalue > 0.01


def test_brownian_memory_is_bounded() -> None:
    path = BrownianNoise([0], (2,))
    for k in range(60):
        path(80.0 * 0.8**k, 80.0 * 0.8 ** (k + 1))
    assert len(path.branch) <= DEPTH + 1
