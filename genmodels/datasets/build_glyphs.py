"""Renders the open font faces of Debian into glyphs.npz and FONTS.md; nobody needs to run it to use them.

`python -m genmodels.datasets.build_glyphs ROOT` reads the packages that were unpacked under ROOT, each in a folder of
its name; FONTS.md has the whole command.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from genmodels.datasets.font_packages import LICENSES, REFUSED_FACES, write_list
from genmodels.datasets.glyphs import BOX, CHARACTERS, FILE, GRID, LEVELS, STEP, pack

DRAWN = 100  # pixels of the larger side while the outline is measured
HEIGHT, WIDTH = 20.0, 21.5  # the box of 28 x 28 in which every character must fit
SQUEEZE = 0.75  # how far a wide W may be narrowed before it gets lower than its neighbors
PER_PACKAGE = 12  # so that one big family does not speak for all
HELD_OUT = 0.12  # the share of packages whose faces are never trained on
THINNEST = 1.4  # pixels of a stroke; less is a gray ghost at 28 x 28
SAME = 0.035  # mean difference of two faces below which the second brings nothing new
LEGIBLE = 0.6  # share of characters that faces of other packages must recognize


class Face(NamedTuple):
    package: str
    name: str
    signed: np.ndarray  # (36, GRID, GRID) distances to the outline in pixels of the final picture, inside positive


def mask(font: ImageFont.FreeTypeFont, text: str, lining: bool = True) -> np.ndarray:
    """One character as a tight boolean picture; empty where the font draws nothing."""
    picture = Image.new("L", (DRAWN * 4, DRAWN * 4))
    options = ["lnum"] if lining else None
    ImageDraw.Draw(picture).text((DRAWN, DRAWN), text, 255, font=font, features=options)
    box = picture.getbbox()
    return np.asarray(picture.crop(box)) > 127 if box else np.zeros((0, 0), bool)


def signed_distance(inside: np.ndarray) -> np.ndarray:
    """Distance to the outline on the grid of the file, for a character fitted and centred in its box."""
    height, width = inside.shape
    narrow = WIDTH / width
    tall = min(HEIGHT / height, narrow / SQUEEZE)
    scale = np.array([tall, min(narrow, tall)])
    inside = np.pad(inside, 1)
    down, right = np.nonzero(inside[1:] ^ inside[:-1]), np.nonzero(inside[:, 1:] ^ inside[:, :-1])
    edges = np.concatenate([np.stack([down[0] + 0.5, down[1]], 1), np.stack([right[0], right[1] + 0.5], 1)])
    edges = (edges - [(height + 1) / 2, (width + 1) / 2]) * scale
    axis = ((np.arange(GRID) + 0.5) / GRID - 0.5) * BOX
    places = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    square = (places**2).sum(1) + ((edges**2).sum(1) - 2 * places @ edges.T).min(1)
    distance = np.sqrt(square.clip(0))
    limits = [height + 1, width + 1]
    row, column = np.rint(places / scale + np.array(limits) / 2).astype(int).clip(0, limits).T
    return np.where(inside[row, column], distance, -distance).reshape(GRID, GRID)


def read_face(path: Path, package: str, known: set[bytes]) -> Face | str:
    """The 36 characters of a face, or why it is left out."""
    try:
        font = ImageFont.truetype(path, DRAWN, layout_engine=ImageFont.Layout.RAQM)
        masks = [mask(font, character) for character in CHARACTERS]
        missing = mask(font, "\uffff", lining=False)
    except OSError as trouble:
        return f"unreadable ({trouble})"
    name = " ".join(part for part in font.getname() if part)
    if any(name.startswith(refused) for refused in REFUSED_FACES):
        return REFUSED_FACES[next(refused for refused in REFUSED_FACES if name.startswith(refused))]
    if any(not shape.size or min(shape.shape) < 3 for shape in masks):
        return "draws nothing for some character"
    if any(np.array_equal(shape, missing) for shape in masks):
        return "a box for a missing character"
    if len({(shape.shape, shape.tobytes()) for shape in masks}) < len(CHARACTERS):
        return "two characters look the same"
    digest = hashlib.sha256(b"".join(repr(shape.shape).encode() + shape.tobytes() for shape in masks)).digest()
    if digest in known:
        return "the same as an earlier face"
    known.add(digest)
    signed = np.stack([signed_distance(shape) for shape in masks])
    if np.median(signed.max((1, 2))) * 2 < THINNEST:
        return "too thin"
    return Face(package, name, signed)


def read_faces(root: Path) -> Iterator[tuple[Path, Face | str]]:
    known: set[bytes] = set()
    for package in sorted(LICENSES):
        for path in sorted((root / package).rglob("*")):
            if path.suffix.lower() in (".ttf", ".otf") and path.is_file() and not path.is_symlink():
                yield path, read_face(path, package, known)


def coverage(signed: np.ndarray) -> np.ndarray:
    return np.clip(signed + 0.5, 0, 1)


def fresh(faces: list[Face]) -> list[Face]:
    """Without faces that look like an earlier one, and at most a dozen of a package, spread over its list."""
    kept: list[Face] = []
    seen = np.zeros((0, len(CHARACTERS) * GRID * GRID), np.float32)
    for package in sorted({face.package for face in faces}):
        new = []
        for face in (face for face in faces if face.package == package):
            picture = coverage(face.signed).reshape(1, -1).astype(np.float32)
            if not len(seen) or np.abs(seen - picture).mean(1).min() >= SAME:
                seen = np.concatenate([seen, picture])
                new.append(face)
        spread = np.unique(np.linspace(0, len(new) - 1, min(len(new), PER_PACKAGE)).round().astype(int))
        kept += [new[i] for i in spread]
    return kept


def legible(faces: list[Face]) -> list[float]:
    """The share of each face's characters whose three nearest in other packages say the same by majority."""
    pictures = np.stack([coverage(face.signed) for face in faces]).astype(np.float32)
    smooth = pictures.reshape(len(faces), len(CHARACTERS), GRID // 2, 2, GRID // 2, 2).mean((3, 5))
    flat = smooth.reshape(len(faces) * len(CHARACTERS), -1)
    owner = np.repeat(np.array([face.package for face in faces]), len(CHARACTERS))
    label = np.tile(np.arange(len(CHARACTERS)), len(faces))
    norm = (flat**2).sum(1)
    shares = []
    for i, face in enumerate(faces):
        own = slice(i * len(CHARACTERS), (i + 1) * len(CHARACTERS))
        distance = norm - 2 * flat[own] @ flat.T
        distance[:, owner == face.package] = np.inf
        votes = label[np.argsort(distance, 1)[:, :3]]
        shares.append(float(np.mean((votes == label[own, None]).sum(1) >= 2)))
    return shares


def is_held_out(package: str) -> bool:
    digest = hashlib.sha256(package.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < HELD_OUT


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--out", type=Path, default=FILE)
    chosen = parser.parse_args(arguments)
    assert features.check("raqm"), "lining figures need Pillow with raqm"
    faces = []
    for path, face in read_faces(chosen.root):
        if isinstance(face, Face):
            faces.append(face)
        else:
            print(f"{path.name}: {face}")
    print(f"{len(faces)} faces have all characters")
    faces = fresh(faces)
    print(f"{len(faces)} of them are different")
    shares = legible(faces)
    for face, share in zip(faces, shares, strict=True):
        if share < LEGIBLE:
            print(f"{face.name}: only {share:.0%} legible")
    faces = [face for face, share in zip(faces, shares, strict=True) if share >= LEGIBLE]
    faces.sort(key=lambda face: (is_held_out(face.package), face.package, face.name))  # held out come last
    held_out = sum(is_held_out(face.package) for face in faces)
    codes = np.stack([np.rint(face.signed / STEP) + LEVELS // 2 for face in faces]).clip(0, LEVELS - 1)
    np.savez_compressed(
        chosen.out,
        packed=pack(codes.astype(np.uint8)),
        names=np.array([face.name for face in faces]),
        packages=np.array([face.package for face in faces]),
        held_out=held_out,
    )
    write_list(chosen.out.with_name("FONTS.md"), [(f.package, f.name, is_held_out(f.package)) for f in faces])
    print(f"{len(faces)} faces, {held_out} held out, {chosen.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
