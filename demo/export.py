"""Pictures as files that people keep: PNG, GIF, WebP and, where ffmpeg is at hand, MP4, each with its recipe inside."""

from __future__ import annotations

import io
import json
import math
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from genmodels.errors import Refused, demand

OURS = ("PNG", "GIF", "WEBP")  # what we write; Pillow would hand others to programs of the server
NOTE = "noisewalk"  # the name of the recipe among a PNG's texts
MOST_PICTURES = 96
LARGEST = 8_000_000  # bytes of a file
ACROSS = 12  # pictures in a row of a sheet
COLORS = 256
PALETTE_SIDE = 96
BOX = b"noisewalk recipe"  # the sixteen letters by which our box of an MP4 is known
PATIENCE = 30  # seconds that an encoder may take
MOST_PIXELS = 25_000_000  # of a file that is searched for a recipe


def encode(
    kind: str, pictures: Sequence[Image.Image], recipe: Mapping[str, Any], rate: float, rest: float = 0.0
) -> bytes:
    """The file, or a refusal if it were too large; the same pictures and recipe always give the same bytes.

    A film shows `rate` pictures a second, and rests on the last for so many seconds more.
    """
    if not 1 <= len(pictures) <= MOST_PICTURES:
        raise Refused("frames", value=len(pictures), low=1, high=MOST_PICTURES)
    each = 10 * max(2, round(100 / rate))  # a GIF counts in hundredths of a second, so all do
    times = [each] * (len(pictures) - 1) + [each + 10 * round(100 * rest)]
    data = KINDS[kind](pictures, json.dumps(recipe, sort_keys=True), times)
    if len(data) > LARGEST:
        raise Refused("file-too-large", size=round(len(data) / 1e6, 1), most=LARGEST // 1_000_000)
    return data


def offered(*kinds: str) -> list[str]:
    """Those of the kinds that can be made here."""
    return [kind for kind in kinds if kind != "mp4" or encoder()]


def recipe_in(data: bytes) -> dict[str, Any]:
    """The recipe that a file of ours is or carries; where there is none, a refusal."""
    try:
        recipe = json.loads(note_in(data))
        demand(isinstance(recipe, dict))
    except Exception as cause:  # whatever a foreign file makes go wrong
        raise Refused("no-recipe") from cause
    return recipe


def note_in(data: bytes) -> str:
    if data.lstrip()[:1] == b"{":
        return data.decode()
    if data[4:8] == b"ftyp":
        return unboxed(data)
    with Image.open(io.BytesIO(data), formats=OURS) as image:
        demand(image.width * image.height <= MOST_PIXELS)
        image.load()
        note = image.info.get(NOTE) or image.info.get("comment") or image.getexif().get(ExifTags.Base.ImageDescription)
    return note or ""


def sheet(pictures: Sequence[Image.Image], note: str, times: Sequence[int]) -> bytes:
    """All pictures side by side as one PNG, exact to the last bit."""
    width, height = pictures[0].size
    columns = min(len(pictures), ACROSS)
    whole = Image.new(pictures[0].mode, (columns * width, math.ceil(len(pictures) / columns) * height), "white")
    for k, picture in enumerate(pictures):
        whole.paste(picture, (k % columns * width, k // columns * height))
    texts = PngInfo()
    texts.add_itxt(NOTE, note)
    return _saved(whole, "PNG", pnginfo=texts)


def gif(pictures: Sequence[Image.Image], note: str, times: Sequence[int]) -> bytes:
    """An endless GIF; each picture has a palette of its own."""
    few = [in_few_colors(picture) for picture in pictures]
    return _saved(few[0], "GIF", **_moving(few, times), comment=note.encode(), optimize=False, disposal=1)


def in_few_colors(picture: Image.Image) -> Image.Image:
    """As many colors as a GIF can hold; they are chosen on a smaller copy, which takes a tenth of the time."""
    if picture.mode == "L":
        return picture
    small = picture.copy()
    small.thumbnail((PALETTE_SIDE, PALETTE_SIDE))
    return picture.quantize(palette=small.quantize(COLORS), dither=Image.Dither.NONE)


def webp(pictures: Sequence[Image.Image], note: str, times: Sequence[int]) -> bytes:
    """An endless WebP in all colors, smaller than the GIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = note
    full = [picture.convert("RGB") for picture in pictures]
    return _saved(full[0], "WEBP", **_moving(full, times), exif=exif.tobytes(), quality=90, method=4)


def mp4(pictures: Sequence[Image.Image], note: str, times: Sequence[int]) -> bytes:
    """A film that every phone plays."""
    if not encoder():
        raise Refused("no-encoder")
    width, height = pictures[0].size
    shown = [picture for picture, time in zip(pictures, times, strict=True) for _ in range(round(time / times[0]))]
    raw = b"".join(picture.convert("RGB").tobytes() for picture in shown)
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{1000 / times[0]:g}", "-i", "-"]
    even = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:0:0:white"]  # H.264 halves the colors, so odd sides do not do
    look = [
        "-c:v",
        encoder(),
        "-pix_fmt",
        "yuv420p",
        "-threads",
        "1",
        "-movflags",
        "+faststart",
        "-fflags",
        "+bitexact",
    ]
    with tempfile.TemporaryDirectory(prefix="noisewalk-") as folder:
        film = Path(folder) / "film.mp4"
        command = [FFMPEG, "-v", "error", *source, *even, *look, str(film)]
        try:
            subprocess.run(command, input=raw, check=True, capture_output=True, timeout=PATIENCE)
        except (OSError, subprocess.SubprocessError) as cause:
            raise Refused("no-encoder") from cause
        return film.read_bytes() + boxed(note)


@cache
def encoder() -> str:
    """The way to H.264 that is at hand, or none."""
    if not shutil.which(FFMPEG):
        return ""
    try:
        asked = subprocess.run([FFMPEG, "-v", "quiet", "-encoders"], capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return ""
    return next((name for name in ENCODERS if f" {name} " in asked.stdout), "")


def boxed(note: str) -> bytes:
    """The recipe as a box of its own behind the film; players skip what they do not know."""
    data = note.encode()
    return struct.pack(">I4s", 24 + len(data), b"uuid") + BOX + data


def unboxed(data: bytes) -> str:
    """What our box holds, box after box from the first."""
    at = 0
    while True:
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"uuid" and data[at + 8 : at + 24] == BOX:
            return data[at + 24 : at + size].decode()
        demand(size >= 8)
        at += size


def _moving(pictures: Sequence[Image.Image], times: Sequence[int]) -> dict[str, Any]:
    return {"save_all": True, "append_images": pictures[1:], "duration": list(times), "loop": 0}


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


FFMPEG = "ffmpeg"
ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")
KINDS: dict[str, Callable[[Sequence[Image.Image], str, Sequence[int]], bytes]] = {
    "png": sheet,
    "gif": gif,
    "webp": webp,
    "mp4": mp4,
}
