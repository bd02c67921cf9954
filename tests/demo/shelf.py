"""Tiny untrained models of every kind, all of the digits: what a view shows must not need training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from demo import library, pace
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.datasets import DATASETS
from genmodels.zoo import ZOO

SHAPE, LABELS = [1, 8, 8], [10]
PLAIN = {"shape": SHAPE, "latent": 8, "generator": [16, 8], "discriminator": [8, 16]}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {  # name: recipe (which says what was played) and config
    "relativistic": ("digits-gan", PLAIN),
    "non-saturating": ("glyphs-gan", {"shape": SHAPE, "latent": 8, "widths": [16]}),
    "hinge": ("glyphs-sngan", PLAIN),
    "wasserstein": ("glyphs-wgan-gp", PLAIN),
    "conditional": ("glyphs-cgan", {**PLAIN, "labels": LABELS}),
    "style": ("faces-stylegan", {**PLAIN, "style": 12, "depth": 2}),
}
STYLE = {  # a StyleGAN of faces: of few channels, but as large as the pictures
    "shape": [3, 64, 64],
    "latent": 8,
    "style": 8,
    "depth": 2,
    "generator": [8, 8, 8],
    "discriminator": [8, 8, 8, 8],
}
READER = ("glyphs-reader", {"shape": SHAPE, "labels": LABELS, "channels": [8, 12]})


def put(folder: Path, name: str, recipe: str, config: dict[str, Any], metrics: Mapping[str, Any] | None = None) -> None:
    """A model with every weight stirred, so that nothing is zero by its start."""
    torch.manual_seed(0)
    model = ZOO[recipe].build(**config)
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    data = DATASETS["digits"]()
    fields = {field: list(values) for field, values in data.fields.items()}
    card = Card(recipe, config, "digits", data.data_version, fields, 3, 64, 0, 1.0, "CPU", "test", dict(metrics or {}))
    save(folder / f"{name}.safetensors", model, card)


@contextmanager
def away(name: str) -> Iterator[None]:
    """While a model's file is not in its folder."""
    file = checkpoints.FOLDER / f"{name}.safetensors"
    moved = file.rename(file.with_suffix(".away"))
    try:
        yield
    finally:
        moved.rename(file)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder with all of MODELS and a reader, in the place of the shipped one while a module's tests run."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name, (recipe, config) in MODELS.items():
        put(folder, name, recipe, config)
    put(folder, "digits-reader", *READER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FOLDER", folder)
        patch.setattr(library, "LOADED", library.Loaded())
        patch.setattr(pace, "WAYS", {"float32": pace.WAYS["float32"]})  # exact, whichever way happens to be quicker
        patch.setattr(pace, "CHOSEN", {})
        yield folder
