"""Trained models on disk, found by what they can do; loaded when first asked for, shared, never changed."""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from torch import nn

from demo.searching import Search
from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Dataset
from genmodels.denoising.estimate import Denoiser
from genmodels.directions import Direction
from genmodels.errors import Refused
from genmodels.latents import LatentModel
from genmodels.models.reader import Reader
from genmodels.zoo import ZOO

KEPT = 256_000_000  # bytes of weights in memory at once
LOG = logging.getLogger(__name__)
PLAIN = re.compile(r"[a-z0-9-]+")  # the names of our own files: what a stranger writes must not lead elsewhere
Stamp = tuple[int, int]  # when a file was last written, and its size: another pair, another file


def cards() -> dict[str, Card]:
    """What is in the folder now and whole: a file that cannot be shown must not stand in a menu."""
    found = {name: (_path(name), stamp) for name in _names() if (stamp := _stamp(name))}
    with LISTING:
        for path in KNOWN.keys() - {path for path, _ in found.values()}:
            del KNOWN[path]
        known = {name: _card(path, stamp) for name, (path, stamp) in found.items()}
    return {name: card for name, card in known.items() if card}


def card_of(name: str) -> Card | None:
    """The card of one model, if it is there now, without a look at all the others."""
    path, stamp = _path(name), _stamp(name)
    with LISTING:
        return _card(path, stamp) if stamp else None


def weights(name: str) -> str:
    """The digest of a model's weights as they stand on disk now; empty where there are none."""
    card = card_of(name)
    return card.weights if card else ""


def early(name: str) -> bool:
    """Whether a model had clearly less training than its recipe asks for."""
    card = cards()[name]
    return card.steps < 0.9 * ZOO[card.recipe].steps


def of_kind(kind: str) -> list[str]:
    return [name for name, card in cards().items() if card.kind == kind]


def is_of_kind(kind: str, name: str) -> bool:
    """Whether a model is there, for a hand that drags asks with every move; of strange names only the list knows."""
    card = card_of(name) if PLAIN.fullmatch(name) else None
    return card is not None and card.kind == kind


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


def discriminator(name: str) -> nn.Module:
    """The judge that a latent model was trained against."""
    return part(name, "discriminator")


@lru_cache(maxsize=8)
def dataset(name: str) -> Dataset:
    """A data set by name, to be looked at."""
    return DATASETS[name]()


def reader(dataset: Dataset) -> Reader | None:
    """The reader of these very pictures and fields, if one is there."""
    fields = {name: list(values) for name, values in dataset.fields.items()}
    name = f"{dataset.name}-reader"
    card = cards().get(name)
    if card is None or (card.dataset, card.data_version, card.fields) != (dataset.name, dataset.data_version, fields):
        return None
    found = part(name)
    return found if isinstance(found, Reader) else None


def part(name: str, of: str | None = None) -> nn.Module:
    """A model, or one part of it, as it stands on disk now."""
    if stamp := _stamp(name):
        return LOADED.get(name, of, stamp)
    raise Refused("no-checkpoint", name=name, allowed=", ".join(cards()) or "-")


def search(name: str) -> Search:
    """Where the directions of a latent model come from: begun when first asked for, and anew for another reader."""
    known = cards()
    if name not in known:
        raise Refused("no-checkpoint", name=name, allowed=", ".join(known) or "-")
    data = dataset(known[name].dataset) if known[name].dataset in DATASETS else None
    with SEARCHING:
        return _search(name, _stamp(name), data, _stamp(f"{data.name}-reader") if data else None)


def directions(name: str, asked: Collection[str] | None = None) -> dict[str, Direction]:
    """The directions of a latent model by key; refuses while those asked for (all, unless said) are looked for."""
    return search(name).get(asked)


class Loaded:
    """The models last used, as many as fit; one that two visitors ask for is read once."""

    def __init__(self, most: int = KEPT) -> None:
        self._models: OrderedDict[tuple[str, str | None, Stamp], nn.Module] = OrderedDict()
        self._most = most
        self._door = threading.Lock()

    def get(self, name: str, of: str | None, stamp: Stamp) -> nn.Module:
        key = (name, of, stamp)
        with self._door:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
            model = self._models[key] = checkpoints.load(_path(name), of)
            while len(self._models) > 1 and sum(map(weight, self._models.values())) > self._most:
                self._models.popitem(last=False)
        return model


def weight(model: nn.Module) -> int:
    """Bytes that a model holds."""
    return sum(tensor.nbytes for tensor in (*model.parameters(), *model.buffers()))


def _names() -> list[str]:
    """Files that are there at this moment; a broken link is not."""
    shipped = sorted(path.stem for path in checkpoints.FOLDER.glob("*.safetensors") if path.is_file())
    return [*shipped, *OWN]


def _path(name: str) -> Path:
    return OWN.get(name) or checkpoints.FOLDER / f"{name}.safetensors"


def _stamp(name: str) -> Stamp | None:
    """By what a new file of the same name is known, so that it is read anew; None if it went in this very moment."""
    try:
        found = _path(name).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _card(path: Path, stamp: Stamp) -> Card | None:
    """Every byte is read once, before anything is painted with it; of what is damaged is told once."""
    if path not in KNOWN or KNOWN[path][0] != stamp:
        try:
            KNOWN[path] = stamp, checkpoints.sealed(path)
        except Refused as refusal:
            LOG.warning("%s", refusal)
            KNOWN[path] = stamp, None
    return KNOWN[path][1]


@lru_cache(maxsize=16)
def _search(name: str, _stamp: Stamp | None, data: Dataset | None, _reader: Stamp | None) -> Search:
    eyes = reader(data) if data else None
    read = None if eyes is None else lambda pictures: eyes.probabilities(eyes(pictures))
    return Search(latent_model(name), read, data.fields if data else {})


LOADED = Loaded()
SEARCHING, LISTING = threading.Lock(), threading.Lock()
KNOWN: dict[Path, tuple[Stamp, Card | None]] = {}  # every file that was read, as it was then; None: it is damaged
OWN: dict[str, Path] = {}  # what visitors of a local server brought, by name
