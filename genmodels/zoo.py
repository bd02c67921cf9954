"""Every model we train, one row each: what to build, from which data, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion, DiffusionTrainer
from genmodels.models.gan import GAN, GANTrainer
from genmodels.models.reader import Reader, ReaderTrainer


@dataclass(frozen=True)
class Recipe:
    """`build` gets the data set's shape (and labels) and `config`; `trainer` the model and `optimizer`."""

    kind: str
    build: Callable[..., nn.Module]
    trainer: Callable[..., Any]
    dataset: str
    steps: int
    batch: int
    config: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    conditional: bool = False
    seed: int = 0
    snapshots: float = 180  # seconds from one to the next
    sheets: float = 300
    after: str | None = None  # a teacher: a row that must have been trained before

    def data(self) -> Dataset:
        return DATASETS[self.dataset]()

    def full_config(self, dataset: Dataset) -> dict[str, Any]:
        """All that `build` needs, so that a card alone can rebuild the model."""
        known: dict[str, Any] = {"shape": list(dataset.shape)}
        if self.conditional:
            known["labels"] = [len(values) for values in dataset.fields.values()]
        return known | self.config


def recipe_of(name: str) -> Recipe:
    if name not in ZOO:
        raise Refused("unknown-model", name=name[:80], allowed=", ".join(ZOO))
    return ZOO[name]


ZOO: dict[str, Recipe] = {
    "faces-gan": Recipe(
        "gan",
        GAN,
        GANTrainer,
        "faces",
        steps=20_000,
        batch=24,
        config={"latent": 64, "generator": [192, 128, 80, 40], "discriminator": [40, 80, 128, 192]},
        optimizer={"loss": "relativistic", "gamma": 1.0, "every": 4, "lr": 4e-4, "decay": 0.998},
    ),
    "faces-diffusion": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "faces",
        steps=40_000,
        batch=32,
        conditional=True,
        # the log-SNR of 32 pixels, for 64: a network of patches sees more noise through
        config={
            "schedule": "shifted-cosine",
            "knobs": {"size": 128},
            "predicts": "x0",
            "patch": 4,
            "channels": 64,
            "multiples": [1, 2, 2],
            "blocks": 1,
        },
    ),
    "digits-gan": Recipe(
        "gan",
        GAN,
        GANTrainer,
        "digits",
        steps=600,
        batch=64,
        config={"latent": 16, "generator": [48, 32], "discriminator": [32, 48]},
        optimizer={"gamma": 0.1, "decay": 0.98, "lr": 1e-3},
    ),
    "digits-diffusion": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "digits",
        steps=600,
        batch=64,
        conditional=True,
        config={"schedule": "cosine", "patch": 2, "channels": 32, "multiples": [1, 2], "blocks": 1, "attention": 2},
        optimizer={"lr": 2e-3, "decay": 0.99},
    ),
    "faces-reader": Recipe(
        "reader",
        Reader,
        ReaderTrainer,
        "faces",
        steps=5_000,
        batch=64,
        conditional=True,
        config={"channels": [24, 48, 96, 128]},
        optimizer={"until": 5_000, "light": 0.05},
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
