"""Files that people keep: the pictures are in them as they were, and so is the recipe."""

from __future__ import annotations

import io
import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demo import export
from demo.export import ACROSS, KINDS, encode, offered, recipe_in
from genmodels.errors import Refused

RECIPE = {"model": "faces-gan", "words": "種子 “ß” " + "x" * 900, "stops": [{"seed": 28}]}


def pictures(count: int, mode: str = "RGB", side: int = 24) -> list[Image.Image]:
    """Smooth ones, as those of a generator are: each a ramp turned a little further."""
    across, down = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    made = []
    for k in range(count):
        share = k / max(count, 2)
        bands = [share * across + (1 - share) * down, across, down][: len(mode)]
        made.append(Image.fromarray(np.uint8(255 * np.stack(bands, 2)).squeeze(), mode))
    return made


def frames(data: bytes) -> list[np.ndarray]:
    image = Image.open(io.BytesIO(data))
    found = []
    for k in range(getattr(image, "n_frames", 1)):
        image.seek(k)
        found.append(np.asarray(image.convert("RGB"), np.int16))
    return found


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("kind", offered(*KINDS))
def test_the_recipe_is_in_the_file(kind: str, count: int, mode: str):
    data = encode(kind, pictures(count, mode), RECIPE, 12)
    assert recipe_in(data) == RECIPE
    assert data == encode(kind, pictures(count, mode), RECIPE, 12), "the same pictures, the same bytes"


def test_a_sheet_is_exact():
    given = pictures(ACROSS + 2)
    (sheet,) = frames(encode("png", given, RECIPE, 12))
    assert sheet.shape == (48, 24 * ACROSS, 3)
    for k, picture in enumerate(given):
        top, left = 24 * (k // ACROSS), 24 * (k % ACROSS)
        assert np.array_equal(sheet[top : top + 24, left : left + 24], np.asarray(picture))
    assert (sheet[24:, 48:] == 255).all(), "what is left of the last row stays empty"


@pytest.mark.parametrize(("kind", "mode", "off"), [("gif", "L", 0), ("gif", "RGB", 5), ("webp", "RGB", 4)])
def test_a_film_shows_every_picture_in_turn(kind: str, mode: str, off: float):
    given = pictures(6, mode)
    film = frames(encode(kind, given, RECIPE, 12))
    assert len(film) == 6
    for shown, picture in zip(film, given, strict=True):
        assert np.abs(shown - np.asarray(picture.convert("RGB"), np.int16)).mean() <= off


@pytest.mark.parametrize("kind", ["gif", "webp"])
@pytest.mark.parametrize(("rate", "milliseconds"), [(10, 100), (30, 30), (1, 1000)])
def test_a_film_runs_at_its_rate_without_end(kind: str, rate: float, milliseconds: int):
    image = Image.open(io.BytesIO(encode(kind, pictures(3), RECIPE, rate)))
    image.seek(1)
    image.load()
    assert (image.info["duration"], image.info["loop"]) == (milliseconds, 0)


@pytest.mark.parametrize("count", [0, export.MOST_PICTURES + 1])
def test_too_many_pictures_are_refused(count: int):
    with pytest.raises(Refused) as refusal:
        encode("gif", pictures(1) * count, RECIPE, 12)
    assert refusal.value.key == "frames"


def test_too_large_a_file_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export, "LARGEST", 100)
    with pytest.raises(Refused) as refusal:
        encode("png", pictures(1), RECIPE, 12)
    assert refusal.value.key == "file-too-large"


def foreign(kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    pictures(1)[0].save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"no picture", foreign("PNG"), foreign("GIF", comment=b"hello"), foreign("GIF", comment=b"[1]")),
        foreign("EPS"),  # a program, which Pillow would have run where it can
    ],
)
def test_a_file_without_a_recipe_is_refused(data: bytes):
    with pytest.raises(Refused) as refusal:
        recipe_in(data)
    assert refusal.value.key == "no-recipe"


def test_a_film_rests_on_its_last_picture():
    image = Image.open(io.BytesIO(encode("gif", pictures(3), RECIPE, 10, rest=1.5)))
    shown = []
    for k in range(3):
        image.seek(k)
        image.load()
        shown.append(image.info["duration"])
    assert shown == [100, 100, 1600]


def test_a_recipe_alone_is_found_too():
    assert recipe_in(json.dumps(RECIPE, indent=2).encode()) == RECIPE


def test_a_recipe_in_a_box_behind_a_film_is_found_and_a_cut_one_is_not():
    film = struct.pack(">I4s4s", 12, b"ftyp", b"isom") + struct.pack(">I4s", 8, b"free")
    whole = film + export.boxed(json.dumps(RECIPE))
    assert recipe_in(whole) == RECIPE
    for cut in (whole[:-5], film, film + struct.pack(">I4s", 0, b"mdat")):
        with pytest.raises(Refused):
            recipe_in(cut)


def test_no_film_is_offered_where_no_encoder_is_at_hand(monkeypatch: pytest.MonkeyPatch):
    export.encoder.cache_clear()
    monkeypatch.setattr(export, "FFMPEG", "no-such-program")
    try:
        assert offered(*KINDS) == [kind for kind in KINDS if kind != "mp4"]
        with pytest.raises(Refused) as refusal:
            encode("mp4", pictures(2), RECIPE, 12)
        assert refusal.value.key == "no-encoder"
    finally:
        export.encoder.cache_clear()


@pytest.mark.skipif("mp4" not in offered("mp4"), reason="no encoder at hand")
@pytest.mark.parametrize("side", [24, 27])
def test_a_film_for_phones_has_every_picture_and_rests(side: int, tmp_path: Path):
    data = encode("mp4", pictures(5, side=side), RECIPE, 10, rest=0.5)
    (tmp_path / "film.mp4").write_bytes(data)
    command = [
        export.FFMPEG,
        "-v",
        "error",
        "-i",
        str(tmp_path / "film.mp4"),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    even = side + side % 2
    film = np.frombuffer(raw, np.uint8).reshape(-1, even, even, 3).astype(int)
    assert len(film) == 5 + 5
    for shown, picture in zip(film, pictures(5, side=side), strict=False):
        assert np.abs(shown[:side, :side] - np.asarray(picture, np.int16)).mean() < 12
