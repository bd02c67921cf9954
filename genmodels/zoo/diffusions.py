"""The diffusion models."""

from __future__ import annotations

from typing import Any

from genmodels.models.diffusion import Diffusion
from genmodels.models.diffusion_trainer import DiffusionTrainer
from genmodels.models.fewstep import ConsistencyTrainer
from genmodels.zoo.recipe import Recipe

FACES: dict[str, Any] = {  # the log-SNR of 32 pixels, for 64: a network of patches sees more noise through
    "schedule": "shifted-cosine",
    "knobs": {"size": 128},
    "predicts": "x0",
    "patch": 4,
    "multiples": [1, 2, 2],
    "blocks": 1,
}
# in equal time it learned more than a transformer on patches of 4 (held-out error of the flow 0.23 and 0.33)
GLYPHS: dict[str, Any] = {"patch": 2, "channels": 32, "multiples": [1, 3], "blocks": 1, "attention": 7}
ASKED: dict[str, Any] = {"lr": 1e-3, "unlabeled": 0.1, "partly": 0.0}  # of one field, nothing is told in parts
TOLD: dict[str, Any] = {"by": "muon", "unlabeled": 0.15, "partly": 0.5}  # of many fields
# an error counts more on the face, and most on its mouth, a hundredth of the pixels and seen first, and on its eyes
FACE, MOUTH, EYES = [0.5, 0.5, 0.2, 5.0], [0.65, 0.5, 0.07, 80.0], [[0.52, right, 0.05, 8.0] for right in (0.41, 0.59)]
FOCUS: dict[str, Any] = {"focus": [FACE, MOUTH, *EYES]}
TWENTY: dict[str, Any] = {"steps": 10, "guidance": 2.0}  # evaluations of a picture

DIFFUSIONS: dict[str, Recipe] = {
    "faces-diffusion": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "faces",
        steps=68_500,
        batch=32,
        conditional=True,
        config=FACES | {"channels": 64, "fine": 32},
        # a longer average would lag behind the fall
        optimizer=TOLD
        | FOCUS
        | {"partly": 0.2, "error": "fine-x0", "times": "half-nearly-clean", "falls": [60_000, 68_500], "decay": 0.999},
        usual={"guidance": 2.0},
    ),
    # the same with a quarter of the weights and a tenth of the training, to be steered away from (2406.02507)
    "faces-weak": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "faces",
        steps=5_000,
        batch=32,
        conditional=True,
        config=FACES | {"channels": 32, "fine": 16},
        usual={"guidance": 2.0},
    ),
    # of three ways, on digits, near the best in any number of steps: the table is in checkpoints/README.md
    "faces-fewstep": Recipe(
        "diffusion",
        Diffusion,
        ConsistencyTrainer,
        "faces",
        steps=10_400,
        batch=32,
        conditional=True,
        config=FACES | {"channels": 64, "fine": 32},
        optimizer=TOLD
        | FOCUS
        | {"unlabeled": 0.6, "lr": 3e-4, "decay": 0.998, "every": 270, "guidance": 2.0, "falls": [9_600, 10_400]},
        usual={"sampler": "consistency", "spacing": "beta", "steps": 4},
        after="faces-diffusion",
    ),
    # one network and three ways to train it; after 8,000 steps glyphs-flow is read as surely as real glyphs are
    "glyphs-ddpm": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "glyphs",
        steps=8_000,
        batch=64,
        conditional=True,
        config=GLYPHS | {"schedule": "linear", "knobs": {"T": 1000}, "predicts": "eps"},
        optimizer=ASKED | {"error": "output", "times": "thousandths"},
        usual=TWENTY,
    ),
    "glyphs-cosine-v": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "glyphs",
        steps=8_000,
        batch=64,
        conditional=True,
        config=GLYPHS | {"schedule": "cosine", "predicts": "v", "averages": [0.9995, 0.99]},
        optimizer=ASKED | {"error": "output"},
        usual=TWENTY,
    ),
    "glyphs-flow": Recipe(
        "diffusion",
        Diffusion,
        DiffusionTrainer,
        "glyphs",
        steps=8_000,
        batch=64,
        conditional=True,
        config=GLYPHS | {"schedule": "flow", "predicts": "flow"},
        optimizer=ASKED | {"error": "output", "times": "logit-normal"},
        usual=TWENTY,
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
}
