"""Checkpoints that visitors of a local server bring: looked at closely, shelved beside ours, gone with the server."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from pathlib import Path

import torch
from torch import nn

from demo import library
from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from genmodels.latents import LatentModel

LARGEST = 12_000_000  # bytes of a file
GUESTS = 4  # files at a time


def adopt(file: Path) -> str:
    """Take in a checkpoint that was brought to this server, until it stops; its name in the menus."""
    if not 0 < file.stat().st_size <= LARGEST:
        raise Refused("checkpoint-size", file=file.name[:60], megabytes=LARGEST // 1_000_000)
    card = checkpoints.read(file)
    if card.kind != "gan":
        raise Refused("not-latent", file=file.name[:60], kind=card.kind)
    fits(card, checkpoints.load(file, "generator"), file.name[:60])  # every weight, against the seal
    name = "own-" + (re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40] or "model")
    folder = Path(tempfile.mkdtemp(prefix="noisewalk-"))
    forget(name)
    library.OWN[name] = Path(shutil.copy(file, folder / f"{name}.safetensors"))
    while len(library.OWN) > GUESTS:
        forget(next(iter(library.OWN)))
    return name


def forget(name: str) -> None:
    """Let go of what a visitor brought, if it is there."""
    if name in library.OWN:
        shutil.rmtree(library.OWN.pop(name).parent, ignore_errors=True)


@atexit.register
def leave_nothing() -> None:
    for name in list(library.OWN):
        forget(name)


@torch.no_grad()
def fits(card: Card, model: nn.Module, file: str) -> None:
    """Refuse a model that is not of the pictures that its card tells of: whoever compared the two would stumble."""
    here = [name for name in DATASETS if name != "folder"]  # somebody's own pictures did not come along
    if card.dataset not in here:
        raise Refused("checkpoint-data", file=file, dataset=card.dataset[:40], allowed=", ".join(here))
    data, fields = (
        library.dataset(card.dataset),
        {name: list(values) for name, values in library.dataset(card.dataset).fields.items()},
    )
    assert isinstance(model, LatentModel)
    sizes = [len(values) for values in fields.values()]
    known = [len(odds) for odds in model.axes] == sizes and all(odds > 0 for field in model.axes for odds in field)
    if model.axes and not (known and len(sizes) <= model.latent_shape[0]):
        raise Refused("checkpoint-unlike", file=file, dataset=card.dataset)
    if not all(bool(weight.isfinite().all()) for weight in model.parameters()):
        raise Refused("checkpoint-numbers", file=file)
    shape = model.decode(torch.zeros(1, *model.latent_shape)).shape[1:]
    asked = tuple(getattr(model, "labels", ()))
    known = asked in ((), tuple(sizes))
    if tuple(shape) != tuple(data.shape) or card.fields != fields or not known:
        raise Refused("checkpoint-unlike", file=file, dataset=card.dataset)
