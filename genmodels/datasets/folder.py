"""Somebody's own pictures: any directory, cropped to squares; the names of subfolders become labels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np

from genmodels.datasets.dataset import HELD_OUT, Dataset, numbered, one_hot
from genmodels.datasets.pixels import opened, square, upright
from genmodels.errors import Refused
from genmodels.knobs import Knob, checked

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
FEWEST = 2
SHARE = 0.1  # of the pictures is held out
KINDS = 100  # subfolders that still make sense as a label


class Folder(Dataset):
    """Sorted by name; a file is held out by the hash of its name, so adding others moves none across."""

    name = "folder"

    def __init__(self, path: str | Path, size: Annotated[int, Knob(8, 256, 8)] = 64) -> None:
        self.root = Path(path)
        self.size = int(checked(Folder.__init__, {"size": size})["size"])
        self.shape = (3, self.size, self.size)
        self.files, self.tested = split(listed(self.root))
        self.train = range(len(self.files))
        self.held_out = range(HELD_OUT, HELD_OUT + len(self.tested))
        kinds = sorted({kind_of(name) for name in self.files + self.tested})
        self.fields = {"folder": tuple(kinds)} if 1 < len(kinds) <= KINDS else {}
        self.data_version = fingerprint(self.root, self.files + self.tested, self.size)

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        return np.stack([self.read(self.file(item)) for item in numbered(self, items)])

    def labels(self, items: Sequence[int]) -> np.ndarray:
        if not self.fields:
            return np.zeros((len(items), 0), np.float32)
        kinds = self.fields["folder"]
        return one_hot(np.array([kinds.index(kind_of(self.file(item))) for item in numbered(self, items)]), len(kinds))

    def file(self, item: int) -> str:
        return self.tested[item - HELD_OUT] if item >= HELD_OUT else self.files[item]

    def read(self, name: str) -> np.ndarray:
        with opened(self.root / name, name) as picture:
            return np.asarray(square(upright(picture, name), self.size))


def listed(root: Path) -> list[str]:
    """All pictures below a directory, each known to open; what hides behind a dot is left alone."""
    if not root.is_dir():
        raise Refused("no-folder", path=str(root)[:200])
    names = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    names = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
    for name in names:
        opened(root / name, name).close()
    if len(names) < FEWEST:
        raise Refused("too-few-pictures", count=len(names), low=FEWEST, kinds=" ".join(SUFFIXES))
    return names


def split(names: list[str]) -> tuple[list[str], list[str]]:
    """Train and held out; neither is ever empty."""
    order = sorted(names, key=hashed)
    tested = sum(hashed(name) < SHARE for name in names)
    chosen = set(order[: min(max(tested, 1), len(names) - 1)])
    return [name for name in names if name not in chosen], [name for name in names if name in chosen]


def hashed(name: str) -> float:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64


def kind_of(name: str) -> str:
    return name.rpartition("/")[0]


def fingerprint(root: Path, names: list[str], size: int) -> str:
    """Changes when a file comes, goes or changes its length."""
    lines = [f"{name} {(root / name).stat().st_size}" for name in sorted(names)]
    return hashlib.sha256("\n".join([str(size), *lines]).encode()).hexdigest()[:12]
