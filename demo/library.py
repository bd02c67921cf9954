"""Trained models on disk, found by what they can do; loaded when first asked for, shared, never changed."""

from __future__ import annotations

from functools import lru_cache

import torch

from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.denoising.estimate import Denoiser
from genmodels.errors import Refused
from genmodels.latents import LatentModel

KEPT = 6  # models in memory at once


def cards() -> dict[str, Card]:
    """What is in the folder now: files may come and go while the page is open."""
    files = sorted(checkpoints.FOLDER.glob("*.safetensors"))
    return _cards(tuple((path.name, path.stat().st_mtime_ns) for path in files))


def latent_models() -> list[str]:
    """The models that make a picture of a latent in one go."""
    return [name for name, card in cards().items() if card.kind == "gan"]


def diffusion_models() -> list[str]:
    return [name for name, card in cards().items() if card.kind == "diffusion"]


def latent_model(name: str) -> LatentModel:
    model = _loaded(name, "generator", _stamp(name))
    assert isinstance(model, LatentModel)
    return model


def diffusion_model(name: str) -> Denoiser:
    """A Denoiser with `latent_shape`, as trained: it speaks for all labels at once."""
    model = _loaded(name, None, _stamp(name))
    assert isinstance(model, LatentModel)
    return model  # type: ignore[return-value]


def _stamp(name: str) -> int:
    path = checkpoints.FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise Refused("no-checkpoint", name=name, allowed=", ".join(cards()) or "-")
    return path.stat().st_mtime_ns


@lru_cache(maxsize=2)
def _cards(_files: tuple[tuple[str, int], ...]) -> dict[str, Card]:
    return checkpoints.available()


@lru_cache(maxsize=KEPT)
def _loaded(name: str, part: str | None, _stamp: int) -> torch.nn.Module:
    return checkpoints.load(name, part)
