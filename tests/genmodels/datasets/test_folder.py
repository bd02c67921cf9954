"""Directories as people have them: odd formats, broken files, hidden files, no files."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from genmodels.datasets import pixels
from genmodels.datasets.folder import Folder
from genmodels.errors import Refused

RED, BLUE = (255, 0, 0), (0, 0, 255)


def only(folder: Folder, name: str) -> np.ndarray:
    return folder.read(name)


@pytest.fixture
def root(tmp_path):
    for i in range(40):
        Image.new("RGB", (24, 16), (6 * i, 0, 0)).save(tmp_path / f"{i:02}.png")
    return tmp_path


def test_split_is_by_name_and_stays(root):
    before = Folder(root, 8)
    assert 1 <= len(before.held_out) <= 10 and len(before.train) + len(before.held_out) == 40
    assert not set(before.files) & set(before.tested)
    for i in range(40, 60):
        Image.new("RGB", (8, 8)).save(root / f"{i}.png")
    after = Folder(root, 8)
    assert set(before.files) <= set(after.files) and set(before.tested) <= set(after.tested)
    assert before.data_version != after.data_version
    assert Folder(root, 8).data_version == after.data_version


def test_two_pictures_are_enough(tmp_path):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    folder = Folder(tmp_path)
    assert (len(folder.train), len(folder.held_out)) == (1, 1)
    assert folder.fields == {} and folder.labels([0]).shape == (1, 0)


def test_subfolders_are_labels(root):
    for kind in ("cats", "dogs/small"):
        (root / kind).mkdir(parents=True)
        shutil.copy(root / "00.png", root / kind / "x.png")
    folder = Folder(root, 8)
    assert folder.fields == {"folder": ("", "cats", "dogs/small")}
    everything = [*folder.train, *folder.held_out]
    found = {folder.file(i): int(folder.labels([i]).argmax()) for i in everything}
    assert found["cats/x.png"] == 1 and found["dogs/small/x.png"] == 2 and found["05.png"] == 0


def test_crops_the_middle(root):
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, :10], wide[:, 20:] = RED, BLUE
    Image.fromarray(wide).save(root / "wide.png")
    assert (only(Folder(root, 8), "wide.png")[:, 1:-1] == 0).all()


def saved(kind: str, root):
    half = np.zeros((16, 16), np.uint8)
    half[:, 8:] = 255
    if kind == "gray-16":
        Image.fromarray(half.astype(np.uint16) * 257).save(root / "x.png")
    elif kind == "gray":
        Image.fromarray(half).save(root / "x.png")
    elif kind == "one-bit":
        Image.fromarray(half).convert("1").save(root / "x.bmp")
    elif kind == "palette":
        Image.fromarray(half).convert("P").save(root / "x.gif", save_all=True, append_images=[Image.new("P", (16, 16))])
    elif kind == "cmyk":
        Image.fromarray(half).convert("RGB").convert("CMYK").save(root / "x.jpg", quality=95)
    elif kind == "alpha":  # black ink, transparent paper
        Image.merge("LA", [Image.new("L", (16, 16)), Image.fromarray(255 - half)]).save(root / "x.png")
    elif kind == "webp":
        Image.fromarray(half).convert("RGB").save(root / "x.webp", lossless=True)
    elif kind == "rotated":  # stored lying on its side, with the note how to turn it
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(half).rotate(90).save(root / "x.jpg", exif=exif, quality=95)
    return next(root.glob("x.*")).name


@pytest.mark.parametrize("kind", ["gray-16", "gray", "one-bit", "palette", "cmyk", "alpha", "webp", "rotated"])
def test_every_kind_of_file_reads_dark_on_the_left_and_light_on_the_right(root, kind):
    name = saved(kind, root)
    picture = only(Folder(root, 16), name).astype(int)
    assert picture.shape == (16, 16, 3)
    assert picture[:, :6].max() < 40 and picture[:, 10:].min() > 215


def test_float_and_dim_sixteen_bit_values_are_kept():
    dim = Image.fromarray(np.full((4, 4), 200, np.int32))
    assert (np.asarray(pixels.upright(dim, "dim")) == 200).all()


def test_hidden_and_foreign_files_are_left_alone(root):
    (root / "notes.txt").write_text("hello")
    (root / "._01.png").write_bytes(b"junk")
    (root / ".trash").mkdir()
    (root / ".trash" / "x.png").write_bytes(b"junk")
    (root / "dir.png").mkdir()
    assert len(Folder(root).train) + len(Folder(root).held_out) == 40


def test_a_broken_file_is_named(root):
    (root / "broken.jpg").write_bytes(b"\xff\xd8 nothing")
    with pytest.raises(Refused) as refusal:
        Folder(root)
    assert (refusal.value.key, refusal.value.values) == ("unreadable-picture", {"name": "broken.jpg"})


def test_a_file_cut_short_is_named_when_it_is_read(root):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(root / "cut.png")
    whole = (root / "cut.png").read_bytes()
    (root / "cut.png").write_bytes(whole[: len(whole) // 2])
    folder = Folder(root)
    with pytest.raises(Refused) as refusal:
        only(folder, "cut.png")
    assert refusal.value.values == {"name": "cut.png"}


def test_huge_pictures_are_refused_before_they_are_unpacked(root, monkeypatch):
    Image.new("1", (9_000, 9_000)).save(root / "bomb.png")
    with pytest.raises(Refused) as refusal:
        Folder(root)
    assert refusal.value.key == "picture-too-large" and refusal.value.values["name"] == "bomb.png"


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_pictures(tmp_path, count):
    for i in range(count):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{i}.png")
    with pytest.raises(Refused) as refusal:
        Folder(tmp_path)
    assert refusal.value.key == "too-few-pictures" and refusal.value.values["count"] == count


def test_a_missing_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "nowhere", tmp_path / "file", "\0"):
        with pytest.raises(Refused) as refusal:
            Folder(path)
        assert refusal.value.key == "no-folder"


@pytest.mark.parametrize("size", [0, 7, 10_000, float("nan"), "64"])
def test_strange_sizes_are_refused(root, size):
    with pytest.raises(Refused) as refusal:
        Folder(root, size)
    assert refusal.value.key == "knob"
