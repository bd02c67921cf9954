"""Trained models on disk, found by what they can do; loaded when first asked for, shared, never changed."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from functools import lru_cache

from torch import nn

from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.denoising.estimate import Denoiser
from genmodels.directions import METHODS, Direction
from genmodels.errors import Refused
from genmodels.latents import LatentModel

KEPT = 256_000_000  # bytes of weights in memory at once
LOG = logging.getLogger(__name__)


def cards() -> dict[str, Card]:
    """What is in the folder now: files may come and go while the page is open."""
    return _cards(tuple((name, _stamp(name)) for name in _names()))


def of_kind(kind: str) -> list[str]:
    return [name for name, card in cards().items() if card.kind == kind]


def latent_models() -> list[str]:
    """The models that make a picture of a latent in one go."""
    return of_kind("gan")


def diffusion_models() -> list[str]:
    return of_kind("diffusion")


def latent_model(name: str) -> LatentModel:
    model = part(name, "generator")
    assert isinstance(model, LatentModel)
    return model


def diffusion_model(name: str) -> Denoiser:
    """A Denoiser with `latent_shape`, as trained: it speaks for all labels at once."""
    model = part(name)
    assert isinstance(model, LatentModel)
    return model  # type: ignore[return-value]


def part(name: str, of: str | None = None) -> nn.Module:
    """A model, or one part of it, as it stands on disk now."""
    if stamp := _stamp(name):
        return LOADED.get(name, of, stamp)
    raise Refused("no-checkpoint", name=name, allowed=", ".join(cards()) or "-")


def directions(name: str) -> dict[str, Direction]:
    """The directions of a latent model by key, found once."""
    return _directions(name, _stamp(name))


class Loaded:
    """The models last used, as many as fit; one that two visitors ask for is read once."""

    def __init__(self, most: int = KEPT) -> None:
        self._models: OrderedDict[tuple[str, str | None, int], nn.Module] = OrderedDict()
        self._most = most
        self._door = threading.Lock()

    def get(self, name: str, of: str | None, stamp: int) -> nn.Module:
        key = (name, of, stamp)
        with self._door:
            model = self._models.pop(key, None) or checkpoints.load(name, of)
            self._models[key] = model
            while len(self._models) > 1 and sum(map(weight, self._models.values())) > self._most:
                self._models.popitem(last=False)
        return model


def weight(model: nn.Module) -> int:
    """Bytes that a model holds."""
    return sum(tensor.nbytes for tensor in (*model.parameters(), *model.buffers()))


def _names() -> list[str]:
    """Files that are there at this moment; a broken link is not."""
    return sorted(path.stem for path in checkpoints.FOLDER.glob("*.safetensors") if path.is_file())


def _stamp(name: str) -> int:
    """When the file was last written, so that a new one is read anew; 0 if it went in this very moment."""
    try:
        return (checkpoints.FOLDER / f"{name}.safetensors").stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=2)
def _cards(_files: tuple[tuple[str, int], ...]) -> dict[str, Card]:
    """Only what is whole: a file that cannot be shown must not stand in a menu."""
    bad: list[Refused] = []
    known = checkpoints.available(bad=bad, look=checkpoints.sealed)
    for refusal in bad:
        LOG.warning("%s", refusal)
    return known


@lru_cache(maxsize=8)
def _directions(name: str, _stamp: int) -> dict[str, Direction]:
    model = latent_model(name)
    return {f"{key}-{d.number + 1}": d for key, method in METHODS.items() for d in method(model)}


LOADED = Loaded()
