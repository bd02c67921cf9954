"""Every model we train, one row each: what to build, from which data, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.models.dcgan import ConvGAN
from genmodels.models.dense_gan import DenseGAN
from genmodels.models.diffusion import Diffusion, DiffusionTrainer
from genmodels.models.encoder import Encoder, EncoderTrainer
from genmodels.models.gan import GAN
from genmodels.models.gan_trainer import GANTrainer
from genmodels.models.reader import Reader, ReaderTrainer
from genmodels.models.stylegan import StyleGAN
from genmodels.models.stylegan_trainer import StyleTrainer


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
    "faces-stylegan": Recipe(
        "gan",
        StyleGAN,
        StyleTrainer,
        "faces",
        steps=30_000,
        batch=24,
        config={
            "latent": 64,
            "style": 128,
            "depth": 3,
            "generator": [192, 128, 96, 64, 32],
            "discriminator": [40, 80, 128, 192],
        },
        optimizer={"loss": "relativistic", "gamma": 1.0, "every": 4, "lr": 4e-4, "decay": 0.999},
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
    "glyphs-gan": Recipe(
        "gan",
        DenseGAN,
        GANTrainer,
        "glyphs",
        steps=80_000,
        batch=64,
        config={"latent": 100, "widths": [128, 256]},
        optimizer={"loss": "non-saturating", "penalties": [], "lr": 2e-4, "betas": [0.5, 0.999]},
    ),
    # three rules for the same two networks
    "glyphs-dcgan": Recipe(
        "gan",
        ConvGAN,
        GANTrainer,
        "glyphs",
        steps=16_000,
        batch=64,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        optimizer={"loss": "non-saturating", "penalties": [], "lr": 2e-4, "betas": [0.5, 0.999]},
    ),
    "glyphs-wgan-gp": Recipe(
        "gan",
        ConvGAN,
        GANTrainer,
        "glyphs",
        steps=10_000,
        batch=64,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        optimizer={
            "loss": "wasserstein",
            "penalties": ["gradient-penalty"],
            "gamma": 10.0,
            "every": 1,
            "lead": 2,
            "lr": 3e-4,
            "betas": [0.0, 0.9],
        },
    ),
    "glyphs-sngan": Recipe(
        "gan",
        ConvGAN,
        GANTrainer,
        "glyphs",
        steps=20_000,
        batch=64,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        optimizer={"loss": "hinge", "penalties": ["spectral-norm"], "lr": 4e-4, "betas": [0.0, 0.9]},
    ),
    "glyphs-cgan": Recipe(
        "gan",
        ConvGAN,
        GANTrainer,
        "glyphs",
        steps=8_000,
        batch=64,
        conditional=True,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        optimizer={"gamma": 0.2, "every": 4, "lr": 5e-4},
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
    "faces-gan-encoder": Recipe(
        "encoder",
        Encoder,
        EncoderTrainer,
        "faces",
        steps=4_000,
        batch=32,
        config={"teacher": "faces-gan", "latent": 64, "channels": [32, 64, 128, 160]},
        optimizer={"until": 4_000},
        after="faces-gan",
    ),
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
