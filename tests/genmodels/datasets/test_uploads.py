"""Tables and pictures from strangers: what is good is read, what is not is refused by name."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from genmodels.datasets import pixels
from genmodels.datasets.uploads import DOTS, from_csv, from_picture, hand_drawn
from genmodels.errors import Refused


@pytest.mark.parametrize(
    "text",
    ["0,0\n4,2", "x,y\n0,0\n4,2\n", "\ufeffx;y\r\n0;0\r\n\r\n# a remark\r\n4;2", "0\t0\n4\t2", " 0 0 \n 4e0 2.0 "],
)
def test_tables_of_all_dialects_are_fitted_into_the_window(text):
    means = from_csv(text).means
    torch.testing.assert_close(means, torch.tensor([[-0.9, -0.45], [0.9, 0.45]], dtype=torch.float64))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "too-few-points"),
        ("1,2", "too-few-points"),
        ("x,y", "too-few-points"),
        ("1,2\nx,y", "table-line"),
        ("1,2\n3", "table-line"),
        ("1,2\n3,4,5", "table-line"),
        ("1,nan\n3,4", "table-line"),
        ("1,2\ninf,4", "table-line"),
        ("1,2\n1e300,4", "table-line"),
        ("x,y\na,b\n1,2", "table-line"),
        ("1,2\n" * (DOTS + 1), "too-many-points"),
        ("1," + "0" * 1_000_001, "table-too-long"),
    ],
)
def test_bad_tables_are_refused(text, key):
    with pytest.raises(Refused) as refusal:
        from_csv(text)
    assert refusal.value.key == key


def test_a_bad_line_is_named():
    with pytest.raises(Refused) as refusal:
        from_csv("x,y\n1,2\n\n3,four\n")
    assert refusal.value.values == {"line": 4, "text": "3,four"}


def test_points_that_all_coincide_are_still_a_law():
    assert torch.equal(from_csv("5,5\n5,5").means, torch.zeros(2, 2, dtype=torch.float64))


@pytest.mark.parametrize(
    ("dots", "key"),
    [
        ([], "no-points"),
        ([[1]], "dots"),
        ([[1, 2, 3]], "dots"),
        ([["a", 1]], "dots"),
        ([[float("nan"), 1]], "dots"),
        ([[1e9, 1]], "dots"),
        (None, "dots"),
        ([[0, 0]] * (DOTS + 1), "too-many-points"),
    ],
)
def test_bad_dots_are_refused(dots, key):
    with pytest.raises(Refused) as refusal:
        hand_drawn(dots)
    assert refusal.value.key == key


@pytest.mark.parametrize("std", [0, -1, float("nan"), 3, "wide", None])
def test_bad_widths_are_refused(std):
    with pytest.raises(Refused) as refusal:
        hand_drawn([[0, 0]], std)
    assert refusal.value.key == "knob"


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def test_bad_pictures_are_refused(monkeypatch):
    good = encoded(Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64)))
    with pytest.raises(Refused) as refusal:
        from_picture(Image.new("RGB", (9, 9), "white"))
    assert refusal.value.key == "blank-picture"
    for junk in (b"", b"not a picture", good[:60], good[: len(good) // 2]):
        with pytest.raises(Refused) as refusal:
            from_picture(junk)
        assert refusal.value.key == "unreadable-picture"
    monkeypatch.setattr(pixels, "PIXELS", 4_000)
    with pytest.raises(Refused) as refusal:
        from_picture(good)
    assert refusal.value.key == "picture-too-large"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(Refused) as refusal:
        from_picture(good)
    assert refusal.value.key == "picture-too-large"


def test_a_picture_may_be_a_file(tmp_path):
    Image.new("L", (9, 9), 0).save(tmp_path / "dark.png")
    assert from_picture(tmp_path / "dark.png").weights.shape == (9, 9)
    assert from_picture(encoded(Image.new("L", (900, 9), 0))).weights.shape == (1, 96)
