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
    return _cards(tuple((name, _stamp(name)) for name in _names()))


def latent_models() -> list[str]:
    """The models that make a picture of a latent in one go."""
    return [name for name, card in cards().items() if card.kind == "gan"]


def diffusion_models() -> list[str]:
    return [name for name, card in cards().items() if card.kind == "diffusion"]


def latent_model(name: str) -> LatentModel:
    model = _loaded(name, "generator", _present(name))
    assert isinstance(model, LatentModel)
    return model


def diffusion_model(name: str) -> Denoiser:
    """A Denoiser with `latent_shape`, as trained: it speaks for all labels at once."""
    model = _loaded(name, None, _present(name))
    assert isinstance(model, LatentModel)
    return model  # type: ignore[return-value]


def _names() -> list[str]:
    """Files that are there at this moment; a broken link is not."""
    return sorted(path.stem for path in checkpoints.FOLDER.glob("*.safetensors") if path.is_file())


def _stamp(name: str) -> int:
    """When the file was last written, so that a new one is read anew; 0 if it went in this very moment."""
    try:
        return (checkpoints.FOLDER / f"{name}.safetensors").stat().st_mtime_ns
    except OSError:
        return 0


def _present(name: str) -> int:
    if stamp := _stamp(name):
        return stamp
    raise Refused("no-checkpoint", name=name, allowed=", ".join(cards()) or "-")


@lru_cache(maxsize=2)
def _cards(_files: tuple[tuple[str, int], ...]) -> dict[str, Card]:
    """Only what is sound: a file that cannot be shown must not stand in a menu."""
    known = checkpoints.available()
    return {name: card for name, card in known.items() if checkpoints.sound(checkpoints.where(name), card)}


@lru_cache(maxsize=KEPT)
def _loaded(name: str, part: str | None, _stamp: int) -> torch.nn.Module:
    return checkpoints.load(name, part)
