"""Every way of knowing part of a picture keeps what its formulas lean on, and refuses what is no such part."""

from __future__ import annotations

import pytest
import torch

from genmodels.editing import Kept, Noisy, Pooled
from genmodels.errors import Refused
from genmodels.schedules import SCHEDULES
from tests.genmodels.editing.truth import HOLE, KNOWN, SHAPE, law, matrix, noise, picture

PICTURE = picture(law(SCHEDULES["flow"]()))


@pytest.mark.parametrize("name", KNOWN)
def test_back_is_the_transpose_and_rows_are_at_right_angles(name: str) -> None:
    known, x = KNOWN[name](PICTURE), noise(3)
    y = known.see(noise(3, 1))
    assert torch.allclose((known.see(x) * y).sum(), (x * known.back(y)).sum())
    rows = matrix(known)
    assert torch.allclose(rows @ rows.mT, known.gain * torch.eye(len(rows)).double())


@pytest.mark.parametrize("name", KNOWN)
def test_filled_pictures_agree_and_are_the_nearest_that_do(name: str) -> None:
    known, x = KNOWN[name](PICTURE), noise(3)
    filled = known.fill(x)
    assert torch.allclose(known.see(filled), known.y.expand_as(known.see(x)))
    assert torch.allclose(known.fill(filled), filled)
    rows = matrix(known)  # the change has no part that is not seen
    change = (filled - x).flatten(1)
    assert torch.allclose(change @ rows.mT @ rows / known.gain, change)


def test_kept_pixels_are_equal_and_the_hole_is_never_read() -> None:
    blotted = PICTURE.masked_fill(HOLE, 7.0)
    filled = Kept(blotted, HOLE).fill(noise(2))
    assert torch.equal(filled[..., ~HOLE], PICTURE[..., ~HOLE].expand(2, 1, -1))
    assert not bool((filled == 7).any())


@pytest.mark.parametrize("hole", [HOLE, HOLE[None, None], HOLE.float(), HOLE.expand(2, 1, 4, 4)])
def test_masks_may_come_as_they_are_drawn(hole: torch.Tensor) -> None:
    assert torch.equal(Kept(PICTURE.expand(2, *SHAPE), hole).kept.expand(2, 1, 4, 4)[1, 0], ~HOLE)


@pytest.mark.parametrize(
    ("hole", "key"),
    [
        (torch.zeros(4, 4), "mask-empty"),
        (torch.ones(4, 4), "mask-full"),
        (torch.ones(4, 5), "mask-shape"),
        (torch.ones(4), "mask-shape"),
        (torch.ones(3, 1, 4, 4), "mask-shape"),
        (torch.ones(1, 1, 1, 4, 4), "mask-shape"),
    ],
)
def test_what_is_no_mask_is_refused(hole: torch.Tensor, key: str) -> None:
    with pytest.raises(Refused) as refusal:
        Kept(PICTURE.expand(2, *SHAPE), hole)
    assert refusal.value.key == key


def test_other_nonsense_is_refused() -> None:
    for make in (
        lambda: Kept(PICTURE / 0, HOLE),
        lambda: Noisy(PICTURE, -0.1),
        lambda: Noisy(PICTURE, float("nan")),
        lambda: Pooled(PICTURE, 1),
        lambda: Pooled(PICTURE, 3).see(noise(1)),
        lambda: Pooled(PICTURE, 2).missing(noise(1)),
    ):
        with pytest.raises(Refused):
            make()
