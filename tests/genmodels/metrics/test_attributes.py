"""What sets show, and shares of cases, against counts by hand."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import one_hot

from genmodels.metrics import pairs_variation, share, total_variation


def label(*fields: list[int]) -> torch.Tensor:
    return torch.cat([one_hot(torch.tensor(values), 2) for values in fields], dim=1).double()


def test_total_variation_by_hand():
    """A quarter of the first field would have to change, half of the second."""
    a, b = label([0, 0, 0, 1], [0, 0, 1, 1]), label([0, 0, 1, 1], [1, 1, 1, 1])
    assert total_variation(a, b, [2, 2]).tolist() == [0.25, 0.5]
    assert total_variation(a, a, [2, 2]).tolist() == [0, 0]


def test_what_goes_together_is_seen_in_pairs_alone():
    """Two fields always alike, or never tied to each other: the same field by field, half apart together."""
    tied, free = label([0, 0, 1, 1], [0, 0, 1, 1]), label([0, 0, 1, 1], [0, 1, 0, 1])
    assert total_variation(tied, free, [2, 2]).tolist() == [0, 0]
    assert pairs_variation(tied, free, [2, 2]).item() == pytest.approx(0.5)
    third = [0, 1, 0, 1]  # with it there are three pairs: the tied one, one that becomes tied, one that stays free
    more = pairs_variation(label([0, 0, 1, 1], [0, 0, 1, 1], third), label([0, 0, 1, 1], third, third), [2, 2, 2])
    assert more.item() == pytest.approx((0.5 + 0 + 0.5) / 3)


@pytest.mark.parametrize(("count", "of", "low", "high"), [(0, 10, 0, 0.2775), (50, 100, 0.4038, 0.5962)])
def test_a_share_has_the_published_interval(count: int, of: int, low: float, high: float):
    found = share(count, of)
    assert found.value == count / of
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert share(of - count, of).low == pytest.approx(1 - high, abs=1e-4)
