"""Glyphs: whole, legible, of many faces, the same everywhere; and the script that drew them, on fonts made here."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont, features

from genmodels.datasets import build_glyphs, font_packages
from genmodels.datasets.dataset import HELD_OUT
from genmodels.datasets.glyphs import CHARACTERS, FILE, LEVELS, SIZE, Glyphs, drawn, pack, stored, unpack

GOLDEN = Path(__file__).with_name("glyphs_golden.json")
CHANCE = np.random.default_rng(0)


def ink(items) -> np.ndarray:
    return Glyphs().pictures(items)[..., 0].astype(int)


def known_faces() -> int:
    return len(stored().names) - stored().held_out


def test_there_are_enough_faces_in_a_small_file():
    assert len(stored().names) >= 300 and stored().held_out >= 30
    assert FILE.stat().st_size <= 5_000_000


def test_the_split_is_by_package():
    packages = stored().packages
    assert not set(packages[: known_faces()]) & set(packages[known_faces() :])
    assert all(build_glyphs.is_held_out(package) == (i >= known_faces()) for i, package in enumerate(packages))


def test_every_face_is_listed_with_its_license():
    text = FILE.with_name("FONTS.md").read_text("utf-8")
    for name, package in zip(stored().names, stored().packages, strict=True):
        row = next(line for line in text.splitlines() if line.startswith(f"| {package} |"))
        assert name in row and font_packages.LICENSES[package] in row
    for license in font_packages.PACKAGES:
        assert not license.startswith(("GPL", "AGPL", "LGPL"))


def test_upright_glyphs_are_centered_and_of_one_size():
    pictures = ink(range(36 * known_faces()))
    rows, columns = (pictures.max(2) > 100), (pictures.max(1) > 100)
    for side in (rows, columns):
        first, last = side.argmax(1), SIZE - 1 - side[:, ::-1].argmax(1)
        assert abs((first + last) / 2 - (SIZE - 1) / 2).max() <= 1.5
    tall, wide = rows.sum(1), columns.sum(1)
    assert ((tall >= 17) | (wide >= 20)).mean() > 0.99
    assert tall.max() <= 22 and wide.max() <= 24


def test_no_glyph_is_cut_off():
    some = ink(CHANCE.integers(0, 120_000, 5_000))
    border = np.concatenate([some[:, [0, -1]].reshape(len(some), -1), some[:, :, [0, -1]].reshape(len(some), -1)], 1)
    assert (border.max(1) > 40).mean() < 0.002


def test_no_glyph_is_blank_or_a_blot():
    for pictures in (ink(CHANCE.integers(0, 120_000, 4_000)), ink(range(HELD_OUT, HELD_OUT + 3_000))):
        assert (pictures.max((1, 2)) > 128).all()
        share = pictures.mean((1, 2)) / 255
        assert share.min() > 0.015 and share.max() < 0.6


def test_no_face_has_the_same_form_twice():
    pictures = Glyphs().pictures(range(36 * known_faces()))
    for face, name in enumerate(stored().names[: known_faces()]):
        assert len({picture.tobytes() for picture in pictures[36 * face : 36 * face + 36]}) == 36, name


def test_a_reader_of_training_fonts_reads_held_out_fonts():
    """Nearest neighbor on upright training glyphs: letters are where their labels say, also in unseen packages."""
    glyphs = Glyphs()
    items = range(HELD_OUT, HELD_OUT + 36 * stored().held_out, 5)
    reference = ink(range(36 * known_faces())).reshape(-1, SIZE**2).astype(np.float32)
    asked = ink(items).reshape(-1, SIZE**2).astype(np.float32)
    nearest = ((reference**2).sum(1) - 2 * asked @ reference.T).argmin(1) % 36
    assert (nearest == glyphs.labels(items).argmax(1)).mean() > 0.93


def test_variations_differ_but_say_the_same():
    glyphs, turn = Glyphs(), 36 * known_faces()
    items = [100 + turn * k for k in range(6)]
    pictures = ink(items)
    assert len(np.unique(pictures, axis=0)) == 6
    assert len(np.unique(glyphs.labels(items), axis=0)) == 1
    assert len({glyphs.typeface(item) for item in items}) == 1
    assert glyphs.typeface(HELD_OUT) in stored().names[known_faces() :]


def test_a_bolder_stroke_covers_more():
    codes, still = stored().codes[:50, 20], np.tile([1.0, 0.0, 0.0, 1.0], (50, 1))
    thin, plain, bold = (drawn(codes, still, np.zeros((50, 2)), np.full(50, w)).astype(int) for w in (-0.1, 0.0, 0.4))
    assert (thin <= plain).all() and (plain <= bold).all()
    assert (bold.sum((1, 2)) > plain.sum((1, 2)) * 1.05).all()


def test_a_shift_by_whole_pixels_moves_the_picture():
    codes, still = stored().codes[:50, 20], np.tile([1.0, 0.0, 0.0, 1.0], (50, 1))
    plain, moved = (drawn(codes, still, np.full((50, 2), shift), np.zeros(50)).astype(int) for shift in (0.0, 1.0))
    assert np.abs(moved[:, 1:, 1:] - plain[:, :-1, :-1]).max() <= 1


def test_pictures_are_those_of_the_first_day():
    """Within one level of gray: a golden thumbnail of items in both splits, for every machine."""
    golden = json.loads(GOLDEN.read_text())
    assert golden["data_version"] == Glyphs.data_version
    then = np.frombuffer(base64.b64decode(golden["pictures"]), np.uint8).reshape(-1, SIZE, SIZE).astype(int)
    assert np.abs(ink(golden["items"]) - then).max() <= 1


def test_packing_loses_nothing():
    codes = CHANCE.integers(0, LEVELS, (3, 36, 8, 8)).astype(np.uint8)
    np.testing.assert_array_equal(unpack(pack(codes)), codes)


def test_distance_to_a_square_is_exact():
    """A square of side 20 in the middle: the distance along an axis through it is known."""
    signed = build_glyphs.signed_distance(np.ones((100, 100), bool))
    axis = ((np.arange(build_glyphs.GRID) + 0.5) / build_glyphs.GRID - 0.5) * build_glyphs.BOX
    middle = build_glyphs.GRID // 2
    np.testing.assert_allclose(signed[middle], 10 - np.abs(axis), atol=0.11)
    corner = -np.hypot(13 - 13 / 32 - 10, 13 - 13 / 32 - 10)
    assert signed[0, 0] == pytest.approx(corner, abs=0.11)


def test_a_wide_form_is_narrowed_before_it_shrinks():
    signed = build_glyphs.signed_distance(np.ones((100, 130), bool))
    inside = signed > 0
    assert inside.any(1).sum() >= 23 and inside.any(0).sum() <= 28  # of 32 samples for 26 pixels


def fake(shapes, monkeypatch, missing=None):
    """A font of arrays: what the script sees of a face, without a file."""

    class Fake:
        def getname(self):
            return "Fake", None

    monkeypatch.setattr(ImageFont, "truetype", lambda *_, **__: Fake())
    monkeypatch.setattr(build_glyphs, "mask", lambda font, text, lining=True: shapes.get(text, missing))
    return build_glyphs.read_face(Path("x.ttf"), "fonts-fake", set())


def blocks() -> dict[str, np.ndarray]:
    return {c: np.pad(np.ones((40, 10 + i), bool), ((0, 0), (0, i % 3))) for i, c in enumerate(CHARACTERS)}


def test_a_sound_face_is_taken(monkeypatch):
    face = fake(blocks(), monkeypatch, np.zeros((0, 0), bool))
    assert isinstance(face, build_glyphs.Face) and face.name == "Fake"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda shapes: shapes.update(Q=np.zeros((0, 0), bool)), "draws nothing"),
        (lambda shapes: shapes.update(Q=np.ones((9, 9), bool)), "missing character"),
        (lambda shapes: shapes.update(O=shapes["0"]), "look the same"),
        (lambda shapes: shapes.update({c: np.ones((200, 4 + i), bool)[:, :4] for i, c in enumerate("A")}), None),
    ],
)
def test_spoilt_faces_are_left_out(monkeypatch, spoil, reason):
    shapes = blocks()
    spoil(shapes)
    face = fake(shapes, monkeypatch, np.ones((9, 9), bool))
    assert isinstance(face, build_glyphs.Face) if reason is None else reason in str(face)


def test_thin_faces_and_files_that_are_no_fonts_are_left_out(monkeypatch, tmp_path):
    (tmp_path / "x.ttf").write_bytes(b"junk")
    assert "unreadable" in str(build_glyphs.read_face(tmp_path / "x.ttf", "fonts-x", set()))
    bars = {c: np.ones((300 + i, 4), bool) for i, c in enumerate(CHARACTERS)}
    assert fake(bars, monkeypatch, np.zeros((0, 0), bool)) == "too thin"


def face_of(package: str, name: str, seed: int) -> build_glyphs.Face:
    """36 forms that all packages share, each face with its own small tremble."""
    forms = np.random.default_rng(99).normal(0, 1, (36, 32, 32))
    return build_glyphs.Face(package, name, forms + np.random.default_rng(seed).normal(0, 0.2, forms.shape))


def test_repeated_and_unreadable_faces_are_found():
    faces = [face_of(f"fonts-{i}", str(i), i) for i in range(4)]
    assert [face.name for face in build_glyphs.fresh([*faces, face_of("fonts-z", "again", 2)])] == list("0123")
    crowd = [face_of("fonts-a", str(i), i) for i in range(30)]
    assert len(build_glyphs.fresh(crowd)) == build_glyphs.PER_PACKAGE
    wrong = build_glyphs.Face("fonts-w", "w", np.roll(faces[0].signed, 1, 0))
    *good, bad = build_glyphs.legible([*faces, wrong])
    assert min(good) == 1 and bad == 0


@pytest.mark.skipif(not features.check("raqm"), reason="Pillow without raqm cannot ask for lining figures")
def test_the_script_builds_a_file_from_unpacked_packages(monkeypatch, tmp_path, capsys):
    fonts = tmp_path / "fonts-lato"
    fonts.mkdir()
    (fonts / "x.ttf").write_bytes(b"junk")
    found = [
        (Path("a.ttf"), face_of(p, p, i)) for i, p in enumerate(["fonts-lato", "fonts-cmu", "fonts-go", "fonts-cabin"])
    ]
    real = build_glyphs.read_faces
    monkeypatch.setattr(build_glyphs, "read_faces", lambda root: [*found, *real(root)])
    build_glyphs.main([str(tmp_path), "--out", str(tmp_path / "glyphs.npz")])
    assert "x.ttf: unreadable" in capsys.readouterr().out
    with np.load(tmp_path / "glyphs.npz") as file:
        assert file["packed"].shape == (4, 36, 32, 32) and int(file["held_out"]) == 1
        assert file["packages"].tolist()[-1] == "fonts-cmu"
    assert "| fonts-go | BSD-3-clause | train | fonts-go |" in (tmp_path / "FONTS.md").read_text("utf-8")


def test_a_character_is_cropped_to_its_ink():
    font = ImageFont.load_default(build_glyphs.DRAWN)
    if not isinstance(font, ImageFont.FreeTypeFont):
        pytest.skip("Pillow without FreeType")
    shape = build_glyphs.mask(font, "I", lining=False)
    assert shape.any(0)[[0, -1]].all() and shape.any(1)[[0, -1]].all()
    assert build_glyphs.mask(font, " ", lining=False).size == 0
