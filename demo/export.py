"""Pictures as files that people keep: PNG, animated GIF and WebP, each with the recipe that makes it again inside."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from genmodels.errors import Refused

NOTE = "noisewalk"  # the name of the recipe among a PNG's texts
MOST_PICTURES = 96
LARGEST = 8_000_000  # bytes of a file
ACROSS = 12  # pictures in a row of a sheet
COLORS = 256
PALETTE_SIDE = 96


def encode(kind: str, pictures: Sequence[Image.Image], recipe: Mapping[str, Any], rate: float) -> bytes:
    """The file, or a refusal if it were too large; the same pictures and recipe always give the same bytes."""
    if not 1 <= len(pictures) <= MOST_PICTURES:
        raise Refused("frames", value=len(pictures), low=1, high=MOST_PICTURES)
    data = KINDS[kind](pictures, json.dumps(recipe, sort_keys=True), rate)
    if len(data) > LARGEST:
        raise Refused("file-too-large", size=round(len(data) / 1e6, 1), most=LARGEST // 1_000_000)
    return data


def recipe_in(data: bytes) -> dict[str, Any]:
    """The recipe that a file of ours carries; where there is none, a refusal."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            found = (
                image.info.get(NOTE) or image.info.get("comment") or image.getexif().get(ExifTags.Base.ImageDescription)
            )
        recipe = json.loads(found or "")
        assert isinstance(recipe, dict)
    except Exception as cause:  # whatever a foreign file makes go wrong
        raise Refused("no-recipe") from cause
    return recipe


def sheet(pictures: Sequence[Image.Image], note: str, rate: float) -> bytes:
    """All pictures side by side as one PNG, exact to the last bit."""
    width, height = pictures[0].size
    columns = min(len(pictures), ACROSS)
    whole = Image.new(pictures[0].mode, (columns * width, math.ceil(len(pictures) / columns) * height), "white")
    for k, picture in enumerate(pictures):
        whole.paste(picture, (k % columns * width, k // columns * height))
    texts = PngInfo()
    texts.add_itxt(NOTE, note)
    return _saved(whole, "PNG", pnginfo=texts)


def gif(pictures: Sequence[Image.Image], note: str, rate: float) -> bytes:
    """An endless GIF; each picture has a palette of its own."""
    few = [in_few_colors(picture) for picture in pictures]
    return _saved(few[0], "GIF", **_moving(few, rate), comment=note.encode(), optimize=False, disposal=1)


def in_few_colors(picture: Image.Image) -> Image.Image:
    """As many colors as a GIF can hold; they are chosen on a smaller copy, which takes a tenth of the time."""
    if picture.mode == "L":
        return picture
    small = picture.copy()
    small.thumbnail((PALETTE_SIDE, PALETTE_SIDE))
    return picture.quantize(palette=small.quantize(COLORS), dither=Image.Dither.NONE)


def webp(pictures: Sequence[Image.Image], note: str, rate: float) -> bytes:
    """An endless WebP in all colors, smaller than the GIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = note
    full = [picture.convert("RGB") for picture in pictures]
    return _saved(full[0], "WEBP", **_moving(full, rate), exif=exif.tobytes(), quality=90, method=4)


def _moving(pictures: Sequence[Image.Image], rate: float) -> dict[str, Any]:
    """A GIF counts in hundredths of a second, so both do."""
    return {"save_all": True, "append_images": pictures[1:], "duration": 10 * max(2, round(100 / rate)), "loop": 0}


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


KINDS: dict[str, Callable[[Sequence[Image.Image], str, float], bytes]] = {"png": sheet, "gif": gif, "webp": webp}
