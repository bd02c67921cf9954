"""The readers, through whose eyes the others are measured."""

from __future__ import annotations

from genmodels.models.reader import Reader, ReaderTrainer
from genmodels.zoo.recipe import Recipe

READERS: dict[str, Recipe] = {
    "faces-reader": Recipe(
        "reader",
        Reader,
        ReaderTrainer,
        "faces",
        steps=12_000,
        batch=64,
        conditional=True,
        config={"channels": [24, 48, 96, 128], "fold": 2},
        optimizer={"until": 12_000, "light": 0.05},
    ),
    "glyphs-reader": Recipe(
        "reader",
        Reader,
        ReaderTrainer,
        "glyphs",
        steps=10_000,
        batch=64,
        conditional=True,
        config={"channels": [32, 64, 128]},
        optimizer={"until": 10_000, "light": 0.2},
    ),
}
