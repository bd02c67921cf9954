"""What is edited: a visitor's picture, one of the data or the one on the stage, and what was brushed over it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from demo import library
from demo.checks import By, OneOf
from demo.uploads import own_picture
from demo.views.asking import blocks_of
from demo.views.denoising_film import finished
from demo.views.denoising_plan import Plan, shape
from demo.views.denoising_trunk import Limb
from genmodels.asking import names
from genmodels.datasets.dataset import to_tensor
from genmodels.errors import Refused
from genmodels.knobs import Knob

SOURCES = ("held_out", "train", "stage", "own")
ITEM = Knob(0, 9999, 1, 3)
MOST = 20_000  # letters of what was brushed
RUNS = re.compile(r"(?:[1-9][0-9]{0,6}[a-p])*")
READY = {"left": (0.0, 0.0, 0.5, 1.0), "middle": (0.25, 0.25, 0.75, 0.75)}  # holes by left, top, right, bottom
# Gray ones first, which are all that a model of gray pictures is offered; then skins, hair, lips, eyes and shirts.
PALETTE = ("#ffffff", "#101010", "#8a8a8a", "#f2cfb0", "#8d5a3a", "#5a3218", "#e8c15a", "#c8402f", "#3f6fb5", "#4f9d69")
LUMA = (0.299, 0.587, 0.114)


def read_runs(value: Any) -> str:
    """What was brushed, as the page writes it: how many pixels, and a letter for what lies on them, row by row."""
    if not isinstance(value, str):
        raise Refused("text", name="brush")
    if len(value) > MOST:
        raise Refused("length", name="brush", value=len(value), least=0, most=MOST)
    if value not in READY and not RUNS.fullmatch(value):
        raise Refused("brush", value=value[:40])
    return value


Brushed = Annotated[str, By(read_runs)]


@dataclass(frozen=True)
class Subject:
    """Where the picture comes from."""

    source: Annotated[str, OneOf(SOURCES)] = "held_out"
    item: Annotated[int, ITEM] = 3


def picture_of(plan: Plan, trunk: Sequence[Limb], subject: Subject, upload: str = "") -> Tensor:
    """(1, C, H, W) in [-1, 1]."""
    if subject.source == "own":
        return own_picture(upload, shape(plan.model))
    if subject.source == "stage":
        final = finished(plan, trunk).final
        return to_tensor(final[subject.item % len(final)][None].copy())
    data, items = items_of(plan.model, subject.source)
    return data.batch([items[subject.item % len(items)]]).x0


def shares_of(plan: Plan, subject: Subject) -> dict[str, float]:
    """What is known to be on the picture, in the names by which this model is asked for it."""
    card = library.cards()[plan.model]
    if subject.source == "stage":
        return dict(plan.course.classes)
    if subject.source == "own" or not asks(plan.model):
        return {}
    data, items = items_of(plan.model, subject.source)
    row = data.labels([items[subject.item % len(items)]])[0]
    return {name: float(share) for name, share in zip(names(blocks_of(card)), row, strict=True) if share}


def asks(model: str) -> bool:
    """Whether a model can be asked for anything."""
    card = library.cards()[model]
    return bool(card.config.get("labels")) and bool(card.fields)


def changed(model: str, shares: dict[str, float], wishes: dict[str, float]) -> dict[str, float]:
    """The shares with every field that something is wished of given to the wish alone."""
    fields = blocks_of(library.cards()[model])
    blocks = [names({field: values} if len(fields) == 1 else fields) for field, values in fields.items()]
    if len(fields) > 1:
        blocks = [[f"{field}={value}" for value in values] for field, values in fields.items()]
    taken = {name for block in blocks if any(wish in block for wish in wishes) for name in block}
    return {name: share for name, share in shares.items() if name not in taken} | wishes


def items_of(model: str, source: str) -> tuple[Any, range]:
    data = library.dataset(library.cards()[model].dataset)
    return data, data.train if source == "train" else data.held_out


def hole_of(brushed: str, size: Sequence[int]) -> Tensor:
    """(H, W): true where the picture is to be made anew."""
    if brushed in READY:
        height, width = size[-2:]
        left, top, right, bottom = READY[brushed]
        hole = torch.zeros(height, width, dtype=torch.bool)
        hole[round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = True
        return hole
    return torch.from_numpy(cells(brushed, size)) > 0


def drawn_on(picture: Tensor, brushed: str) -> Tensor:
    """The picture with the colors that were brushed over it."""
    if brushed in READY:
        raise Refused("brush", value=brushed)
    found = cells(brushed, picture.shape[-2:])
    if found.max(initial=0) > len(PALETTE):
        raise Refused("brush", value=brushed[:40])
    colors = torch.tensor([[0, 0, 0], *(rgb(color) for color in PALETTE)]).float() / 127.5 - 1
    if picture.shape[1] == 1:
        colors = (colors * torch.tensor(LUMA)).sum(1, keepdim=True)
    inked = torch.from_numpy(found).long()
    return torch.where(inked > 0, colors[inked].movedim(-1, 0), picture)


def cells(brushed: str, size: Sequence[int]) -> np.ndarray:
    """(H, W) whole numbers, 0 for the letter a; nothing brushed at all is 0 everywhere."""
    height, width = size[-2:]
    runs = [(int(count), ord(letter) - ord("a")) for count, letter in re.findall(r"(\d+)([a-p])", brushed)]
    total = sum(count for count, _ in runs)
    if total not in (0, height * width):
        raise Refused("brush-size", value=total, height=height, width=width)
    if not total:
        return np.zeros((height, width), np.uint8)
    counts, letters = zip(*runs, strict=True)
    return np.repeat(np.array(letters, np.uint8), counts).reshape(height, width)


def rgb(color: str) -> list[int]:
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]
