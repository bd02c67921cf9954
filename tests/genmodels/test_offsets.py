"""Offsets of styles: what is written down comes back nearly, means nothing to other styles, nonsense is refused."""

from __future__ import annotations

import pytest
import torch

from genmodels.errors import Refused
from genmodels.offsets import NONE, STEPS, added, blended, checked, from_text, to_text

LAYERS, SIZE = 9, 128


def some(rows: int, seed: int = 0, size: int = SIZE) -> torch.Tensor:
    return torch.randn(1, rows, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("rows", [1, LAYERS])
def test_what_is_written_down_comes_back_within_half_a_step(rows: int) -> None:
    offset = some(rows)
    step = float(offset.abs().max()) / STEPS
    text = to_text(offset)
    assert float((from_text(text) - offset).abs().max()) <= 0.51 * step
    assert to_text(from_text(text)) == text == checked(text) and len(text) < 1600, "a link holds it"


def test_what_every_layer_gets_is_said_once() -> None:
    one = some(1)
    assert to_text(one.expand(-1, LAYERS, -1)) == to_text(one)
    styles = some(LAYERS, 1)
    assert torch.allclose(added(styles, to_text(one)) - styles, from_text(to_text(one)).expand_as(styles), atol=1e-6)


def test_nothing_is_no_letters_and_adds_nothing() -> None:
    styles = some(LAYERS)
    assert to_text(torch.zeros(1, LAYERS, SIZE)) == NONE == checked(NONE)
    assert added(styles, NONE) is styles


@pytest.mark.parametrize("rows, size", [(4, SIZE), (LAYERS, 64), (1, 64)])
def test_other_styles_stay_as_they_are(rows: int, size: int) -> None:
    styles = some(LAYERS)
    assert torch.equal(added(styles, to_text(some(rows, 2, size))), styles)


def test_between_two_lies_their_mean_and_one_fades_alone() -> None:
    a, b = some(1, 3), some(LAYERS, 4)
    texts = [to_text(a), to_text(b)]
    assert torch.allclose(from_text(blended(texts, [0.5, 0.5])), (a + b) / 2, atol=0.05)
    assert torch.allclose(from_text(blended([NONE, texts[1]], [0.75, 0.25])), b / 4, atol=0.02)
    assert blended([NONE, NONE], [0.5, 0.5]) == blended([texts[0], texts[0]], [1, -1]) == NONE


GOOD = to_text(some(LAYERS))
BAD = [
    "x",
    "9:1",
    "9:1:",
    GOOD[1:],
    "0" + GOOD[1:],
    "65" + GOOD[1:],
    "-9" + GOOD[1:],
    GOOD[:-4],
    GOOD + "A",
    5,
    None,
    [1],
]
BAD += [GOOD.replace(":", ":nan", 1), GOOD.replace(":", ":-", 1), GOOD.replace(":", ":1e9", 1), "1:1:" + "AAAA" * 3000]


@pytest.mark.parametrize("text", BAD, ids=lambda text: str(text)[:12])
def test_nonsense_is_refused(text: object) -> None:
    with pytest.raises(Refused) as refusal:
        checked(text)
    assert refusal.value.key == "offset" and len(str(refusal.value)) < 200
