"""What no edit can be made of is refused before anything is begun, in words."""

from __future__ import annotations

from typing import Any

import pytest

from demo.views import denoising_edit_ways as ways
from demo.views.denoising_edit_subject import SOURCES, cells
from demo.views.denoising_edit_ways import Edit
from genmodels.errors import Refused
from tests.demo.test_views_denoising_edit import SIZE, THREE, frames, models  # noqa: F401

BAD: list[tuple[str, dict[str, Any]]] = [
    ("mask-empty", {"hole": ""}),
    ("mask-empty", {"hole": "64a"}),
    ("mask-full", {"hole": "64b"}),
    ("brush-size", {"hole": "63a2b"}),
    ("brush-size", {"hole": "9999999b" * 9}),
    ("brush", {"hole": "left half"}),
    ("brush", {"way": "redraw", "drawing": "64p"}),
    ("brush", {"way": "redraw", "drawing": "middle"}),
    ("text", {"hole": 3}),
    ("length", {"hole": "1a" * 20_000}),
    ("choice", {"way": "paint"}),
    ("choice", {"way": "turn", "wishes": {"queen": 1}}),
    ("knob", {"way": "redraw", "strength": 1.5}),
    ("knob", {"way": "restore", "level": 9}),
    ("no-upload", {"source": "own"}),
    ("upload", {"source": "own", "upload": "AAAA"}),
    ("length", {"source": "own", "upload": "A" * 80_001}),
    ("no-run", {"source": "stage", "seed": 77}),
    ("too-much-work", {"way": "between", "steps": 1000, "sampler": "rk4", "guidance": 3, "classes": THREE}),
]


@pytest.mark.parametrize(("key", "bad"), BAD, ids=lambda value: str(value)[:30])
def test_what_cannot_be_is_refused(key: str, bad: dict[str, Any]):
    with pytest.raises(Refused) as refusal:
        frames(**bad)
    assert refusal.value.key == key


def test_a_side_that_cannot_be_quartered_is_refused():
    with pytest.raises(Refused):
        ways.factor_of(Edit("restore", damage="quarter"), (1, 28, 30))


def test_a_brush_is_read_row_by_row():
    assert cells("3a5b56a", SIZE)[0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert set(SOURCES) == {"train", "held_out", "stage", "own"}
