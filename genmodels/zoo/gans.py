"""The GANs, and what guesses their latents."""

from __future__ import annotations

from typing import Any

from genmodels.models.dcgan import ConvGAN
from genmodels.models.dense_gan import DenseGAN
from genmodels.models.encoder import Encoder, EncoderTrainer
from genmodels.models.gan import GAN
from genmodels.models.gan_trainer import GANTrainer
from genmodels.models.stylegan import StyleGAN
from genmodels.models.stylegan_trainer import StyleTrainer
from genmodels.zoo.recipe import Recipe

# of faces: the judge is held back ever less (`ease`), and then both players come to rest
RESTING: dict[str, Any] = {
    "loss": "relativistic",
    "gamma": 1.0,
    "every": 4,
    "lr": 4e-4,
    "falls": [20_000, 24_000],
    "decay": 0.999,
}

# glyphs that these networks draw too seldom, or so that they could be another
OFTEN = {"0": 1.6, "W": 1.5, "9": 1.3}

GANS: dict[str, Recipe] = {
    "faces-gan": Recipe(
        "gan",
        GAN,
        GANTrainer,
        "faces",
        steps=57_000,
        batch=24,
        axes=True,
        config={"latent": 64, "generator": [192, 128, 80, 40], "discriminator": [40, 80, 128, 192]},
        optimizer=RESTING
        | {"gamma": 0.2, "ease": [0.05, 25_000, 29_000], "falls": [53_500, 57_000]}
        | {"naming": 0.4, "doubting": 1.0, "leveling": 0.5},
    ),
    "faces-stylegan": Recipe(
        "gan",
        StyleGAN,
        StyleTrainer,
        "faces",
        steps=56_000,
        batch=16,
        axes=True,
        config={
            "latent": 64,
            "style": 128,
            "depth": 3,
            "generator": [192, 160, 96, 48, 24],
            "discriminator": [32, 64, 128, 192],
        },
        optimizer=RESTING
        | {"gamma": 0.25, "ease": [0.1, 26_000, 34_000], "falls": [51_000, 56_000], "mapping": 0.5}
        | {"naming": 0.4, "doubting": 1.0, "leveling": 0.5},
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
        steps=35_000,
        batch=64,
        often=OFTEN,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        # without its judge's steepness bounded it forgot 4, M and W (numbers in checkpoints/README.md)
        optimizer={
            "loss": "non-saturating",
            "penalties": ["spectral-norm"],
            "lr": 4e-4,
            "falls": [29_000, 35_000],
            "betas": [0.0, 0.9],
        },
    ),
    "glyphs-wgan-gp": Recipe(
        "gan",
        ConvGAN,
        GANTrainer,
        "glyphs",
        steps=68_000,
        batch=64,
        often=OFTEN,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        optimizer={
            "loss": "wasserstein",
            "penalties": ["gradient-penalty"],
            "gamma": 10.0,
            "every": 1,
            "lead": 2,
            "lr": 3e-4,
            "falls": [62_000, 68_000],
            "betas": [0.0, 0.9],
        },
    ),
    "glyphs-sngan": Recipe(
        "gan",
        ConvGAN,
        GANTrainer,
        "glyphs",
        steps=53_000,
        batch=64,
        often=OFTEN,
        config={"latent": 64, "generator": [128, 48, 24], "discriminator": [32, 64, 128]},
        optimizer={
            "loss": "hinge",
            "penalties": ["spectral-norm"],
            "lr": 4e-4,
            "falls": [47_000, 53_000],
            "betas": [0.0, 0.9],
        },
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
    "faces-gan-encoder": Recipe(
        "encoder",
        Encoder,
        EncoderTrainer,
        "faces",
        steps=21_500,
        batch=32,
        axes=True,
        config={"teacher": "faces-gan", "latent": 64, "channels": [24, 48, 96, 128]},
        optimizer={"until": 21_500},
        after="faces-gan",
    ),
}
