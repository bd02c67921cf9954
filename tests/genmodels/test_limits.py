"""Limits on what a denoiser may believe: they hold, and leave alone what is within them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from genmodels.denoising import Clipped, DynamicThreshold
from genmodels.denoising.limits import quantile
from genmodels.schedules import Flow
from tests.genmodels.laws import five_points, mixture

F64 = torch.float64


def at(t: float) -> Tensor:
    return torch.tensor(t, dtype=F64)


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=F64)


def test_clipping_holds_the_data_and_leaves_the_rest():
    law, x, t = mixture(Flow()), draw(50, 2), at(0.4)
    free, held = law(x, t).x0, Clipped(law, 0.7)(x, t).x0
    assert held.abs().max() == 0.7
    inside = free.abs() <= 0.7
    assert torch.equal(held[inside], free[inside]) and not inside.all()


def test_the_threshold_is_imagens():
    schedule = Flow()
    x, t = 3 * draw(4, 3, 8, 8), at(0.0001)
    points = five_points(schedule)
    points.data = x  # a set of pictures, each its own answer when there is next to no noise
    found = DynamicThreshold(points, 0.9)(schedule.alpha(t) * x, t).x0
    for picture, result in zip(x, found, strict=True):
        bound = max(1.0, float(torch.quantile(picture.abs().flatten(), 0.9)))
        torch.testing.assert_close(result, (picture / bound).clamp(-1, 1))
    quiet = 0.2 * x / x.abs().max()
    points.data = quiet
    torch.testing.assert_close(DynamicThreshold(points, 0.9)(schedule.alpha(t) * quiet, t).x0, quiet)


@pytest.mark.parametrize("share", [0, 0.3, 0.5, 0.995, 1])
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_quantiles_are_numpys(share: float, count: int):
    values = draw(3, count)
    np.testing.assert_allclose(quantile(values, share), np.quantile(values, share, axis=1), rtol=1e-12)


def test_a_large_picture_has_a_threshold_too():
    """More than 2^24 numbers, where torch.quantile gives up."""
    values = torch.zeros(1, 2**24 + 1)
    values[0, :4] = torch.arange(1, 5)
    assert float(quantile(values, 1 - 1.5 / 2**24)) == 2.5
