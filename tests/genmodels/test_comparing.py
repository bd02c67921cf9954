"""Runs side by side: told one time, told apart where they differ, and seen from where they are spread most."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from genmodels.branches import Fate
from genmodels.comparing import abreast, difference, distance, map_of, shares, straight
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels import laws

F64 = torch.float64


def test_a_difference_lies_where_it_was_made() -> None:
    a = torch.rand(2, 3, 5, 6)
    b = a.clone()
    b[1, :, 2, 4] += torch.tensor([3.0, 0.0, 4.0])
    found = difference(a, b)
    assert found.shape == (2, 5, 6) and int((found > 1e-6).sum()) == 1
    assert float(found[1, 2, 4]) == pytest.approx(5 / 3**0.5, rel=1e-5)
    assert distance(a, b).tolist() == pytest.approx([0, 5 / 90**0.5], rel=1e-5)


def test_runs_stand_abreast_at_the_noise_they_hold() -> None:
    coarse, fine = [1.0, 0.5, 0.0], [1.0, 0.75, 0.5, 0.25, 0.0]
    assert abreast([coarse, fine]) == [(0, 0), (0, 1), (1, 2), (1, 3), (2, 4)]
    assert abreast([[0.9, 0.0], [1.0, 0.0]]) == [(0, 0), (0, 0), (1, 1)]


@pytest.mark.parametrize("world", SCHEDULES)
def test_every_schedule_tells_the_same_time(world: str) -> None:
    schedule = SCHEDULES[world]()
    times = SPACINGS["karras"](schedule, 6)
    timeline = abreast([shares(schedule, times), [1.0, 0.5, 0.0]])
    assert timeline[0] == (0, 0) and timeline[-1] == (6, 2)
    moved = [b - a for one, other in pairwise(timeline) for a, b in zip(one, other, strict=True)]
    assert set(moved) <= {0, 1}  # no step of a run is passed over


def test_a_map_keeps_what_lies_in_a_plane() -> None:
    dice = torch.Generator().manual_seed(0)
    flat = [torch.randn(n, 2, generator=dice, dtype=F64) * torch.tensor([3.0, 1.0]) for n in (5, 9)]
    axes = torch.linalg.qr(torch.randn(48, 2, generator=dice, dtype=F64)).Q
    found = map_of([(way @ axes.mT + 5).reshape(-1, 3, 4, 4) for way in flat])
    assert sum(found.spread) == pytest.approx(1) and found.spread[0] > found.spread[1]
    assert [way.shape for way in found.ways] == [(5, 2), (9, 2)]
    assert torch.allclose(torch.cdist(found.ways[0], found.ways[1]), torch.cdist(flat[0], flat[1]))
    assert (found.ways[0][-1] > found.ways[0][0]).all()


def test_a_map_says_how_much_it_does_not_show() -> None:
    round_ball = torch.randn(400, 8, generator=torch.Generator().manual_seed(1), dtype=F64)
    assert 0.25 < sum(map_of([round_ball]).spread) < 0.4
    still = map_of([torch.ones(3, 8)])
    assert still.spread == (0, 0) and torch.isfinite(still.ways[0]).all()


def test_on_a_straight_map_every_schedule_goes_one_way() -> None:
    ways = []
    for world in ("flow", "edm"):
        schedule = SCHEDULES[world]()
        levels = torch.logspace(math.log10(80), -2, 41, dtype=F64)
        times = torch.cat([torch.ones(1, dtype=F64), schedule.time_of(levels[1:])])
        z = torch.tensor([[1.3, -0.4]], dtype=F64)
        steps = Fate(laws.gaussian(schedule), "heun", times, (0,)).run(z * schedule.prior_std())
        ways.append(torch.cat([straight(schedule, step) for step in steps]))
    assert float((ways[0] - ways[1]).norm(dim=1).max()) < 0.1  # edm starts a little below pure noise
    assert float(ways[0].norm(dim=1).max()) < 2


@pytest.mark.parametrize("count", [1, 5000])
def test_a_map_has_places(count: int) -> None:
    with pytest.raises(Refused):
        map_of([torch.zeros(count, 2)])
