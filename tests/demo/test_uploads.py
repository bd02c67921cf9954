"""A visitor's picture: every kind of file is read as its owner sees it, or refused in one line."""

from __future__ import annotations

import base64
import io
import random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from demo.uploads import MOST_PIXELS, own_picture
from demo.words import LANGUAGES
from genmodels.errors import Refused

SHAPE = (3, 64, 64)
RED, BLUE = (255, 0, 0), (0, 0, 255)
SMOOTH = np.add.outer(np.arange(96), np.arange(96)).astype(np.float64) / 190  # 0 to 1


def two(above: Any = RED, below: Any = BLUE, mode: str = "RGB", size: tuple[int, int] = (90, 90)) -> Image.Image:
    """One color over another."""
    picture = Image.new(mode, size, above)
    picture.paste(below, (0, size[1] // 2, *size))
    return picture


def letters(picture: Image.Image, kind: str = "PNG", **options: Any) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()


def color(x: Tensor, row: int, column: int = 32) -> tuple[int, ...]:
    return tuple(((x[0, :, row, column] + 1) * 127.5).round().int().tolist())


def turned() -> str:
    """Stored on its side, with the note by which a camera says so."""
    note = Image.Exif()
    note[0x0112] = 6
    return letters(two().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=note, quality=95)


def animated() -> str:
    return letters(two(), "GIF", save_all=True, append_images=[two("green", "green"), two("white", "white")])


def palette_with_a_hole() -> str:
    """Blue below; above, the color of the palette that is not there."""
    picture = Image.new("P", (90, 90), 0)
    picture.putpalette([0, 0, 0, *BLUE])
    picture.paste(1, (0, 45, 90, 90))
    return letters(picture, transparency=0)


WHITE = (255, 255, 255)
KINDS = {
    "png": (letters(two()), RED, BLUE),
    "jpeg": (letters(two(), "JPEG", quality=95), RED, BLUE),
    "webp": (letters(two(), "WEBP", lossless=True), RED, BLUE),
    "bmp": (letters(two(), "BMP"), RED, BLUE),
    "the first frame of a gif": (animated(), RED, BLUE),
    "cmyk jpeg": (letters(two().convert("CMYK"), "JPEG", quality=95), RED, BLUE),
    "stored on its side": (turned(), RED, BLUE),
    "palette with a hole": (palette_with_a_hole(), WHITE, BLUE),
    "clear as glass": (letters(two((9, 9, 9, 0), (*BLUE, 255), "RGBA")), WHITE, BLUE),
    "two bits": (letters(two(1, 0, "1")), WHITE, (0, 0, 0)),
    "wide": (letters(two(size=(300, 90))), RED, BLUE),
    "one pixel wide": (letters(Image.new("RGB", (1, 500), RED)), RED, RED),
    "one pixel": (letters(Image.new("RGB", (1, 1), BLUE)), BLUE, BLUE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_as_it_looks(kind: str) -> None:
    sent, above, below = KINDS[kind]
    x = own_picture(sent, SHAPE)
    assert x.shape == (1, *SHAPE) and x.dtype == torch.float32
    np.testing.assert_allclose(color(x, 8), above, atol=6)
    np.testing.assert_allclose(color(x, 56), below, atol=6)


def test_sixteen_bits_of_gray_keep_their_shades() -> None:
    deep = letters(Image.fromarray((SMOOTH * 65_535).astype(np.uint16)))
    plain = letters(Image.fromarray((SMOOTH * 255).astype(np.uint8)))
    assert (own_picture(deep, SHAPE) - own_picture(plain, SHAPE)).abs().max() < 2.5 / 127.5
    assert own_picture(deep, SHAPE).min() < -0.9 and own_picture(deep, SHAPE).max() > 0.9


def test_a_gray_model_is_given_gray() -> None:
    x = own_picture(letters(two()), (1, 28, 28))
    assert x.shape == (1, 1, 28, 28)
    luma = [0.299 * 255, 0.114 * 255]  # of pure red and pure blue, by the norm for television
    assert [color(x, row, 14)[0] for row in (3, 25)] == pytest.approx(luma, abs=1.5)


def test_a_picture_of_the_right_size_comes_through_exactly() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    x = own_picture(letters(Image.fromarray(pixels)), SHAPE)
    assert np.array_equal(((x[0] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy(), pixels)


def sent(data: bytes) -> str:
    return base64.b64encode(data).decode()


BOMB = letters(Image.new("1", (9000, 9000)))  # 81 million pixels in a few thousand letters
REFUSED = {
    "nothing": ("", "no-upload"),
    "no base64": ("?!", "upload"),
    "Chinese letters": ("圖片", "upload"),
    "text": (sent(b"hello, I am a picture"), "upload"),
    "a script in a drawing": (sent(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"), "upload"),
    "a document": (sent(b"%PDF-1.4 ..."), "upload"),
    "a picture of another kind": (letters(two(), "TIFF"), "upload"),
    "half a file": (letters(two(), "JPEG")[:400], "upload"),
    "a bomb": (BOMB, "upload-large"),
    "a large one": (letters(Image.new("L", (2001, 2000))), "upload-large"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_or_it_is_refused_in_one_line(kind: str) -> None:
    given, key = REFUSED[kind]
    with pytest.raises(Refused) as refusal:
        own_picture(given, SHAPE)
    assert refusal.value.key == key
    for language in LANGUAGES:
        said = refusal.value.say(language)
        assert said != key and "\n" not in said and "{" not in said


def test_the_largest_that_is_read() -> None:
    side = int(MOST_PIXELS**0.5)
    assert own_picture(letters(Image.new("L", (side, side), 255)), SHAPE).min() == 1


def test_whatever_is_broken_is_read_or_refused_and_never_fails() -> None:
    lots = random.Random(0)
    files = [base64.b64decode(given) for given, _, _ in KINDS.values()]
    read = refused = 0
    for _ in range(600):
        data = bytearray(lots.choice(files))
        for _ in range(lots.randint(1, 5)):
            data[lots.randrange(len(data))] = lots.randrange(256)
        try:
            read += own_picture(sent(bytes(data)), SHAPE).isfinite().all()
        except Refused:
            refused += 1
    assert read > 30 and refused > 30
