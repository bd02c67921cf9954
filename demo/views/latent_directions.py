"""Directions: where the picture lies along each, what it becomes on the way, and what else moves that should not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import fmean, stdev
from typing import Annotated, Any

import torch
from PIL import Image
from torch import Tensor

from demo import library
from demo.checks import Length
from demo.fairness import PROCESSOR
from demo.pictures import to_image
from demo.searching import ALONE, AXIS, Search, field
from demo.views.latent_here import Here, asked, carried, painted, placed, point, way
from genmodels.attributes import Change, Fields, changes, purity
from genmodels.directions import Direction, paint, place_along
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.latents import LatentModel, draw
from genmodels.models.axes import middles, stretches
from genmodels.places import Seed

STOPS = (-3, -2, -1, 0, 1, 2, 3)  # sigmas
FARTHEST = 4.0  # sigmas, as far as a slider tells where a picture lies
TILE = 128  # pixels of one picture of the strip
AT_ONCE = 3  # pictures of the strip painted in one turn at the processor
PORTION = 4  # pictures measured in one turn: each is painted three times
PORTIONS = 16
UNSEEN = 5000  # seeds of the pictures that are measured: none that the directions were learned from
Key = Annotated[str, Length(60, 1)]
Portions = Annotated[int, Knob(1, PORTIONS, 1)]


def board(here: Here) -> dict[str, Any]:
    """All directions of the model that are known by now, and where the picture lies along them."""
    search = library.search(here.model)
    late, found = search.searching, search.found
    model = library.latent_model(here.model)
    z, at = placed(replace(here, moves={key: amount for key, amount in here.moves.items() if key in found}))
    rows = []
    for key, direction in found.items():
        if key.endswith(ALONE):
            continue
        place = float(place_of(model, z, at, direction))
        rows.append(row(key, direction, search.fields, key + ALONE in found, place))
        if direction.method == AXIS:
            start = round(place - here.moves.get(key, 0.0), 2)
            rows[-1] |= {"start": start, "values": values(model, direction, search.fields)}
    return {"searching": round(search.share, 3) if late else None, "reads": search.read is not None, "rows": rows}


def place_of(model: LatentModel, z: Tensor, at: Tensor, direction: Direction) -> Tensor:
    """Where a picture lies along a direction, be it one of latents or of points."""
    return z.flatten(1) @ direction.vector if direction.method == AXIS else place_along(model, at, direction)


def row(key: str, direction: Direction, fields: Fields, alone: bool, place: float) -> dict[str, Any]:
    ordered = fields.get(direction.name)  # such a field is named alone: it goes from its first value to its last
    return {
        "key": key,
        "family": direction.method,
        "number": direction.number + 1,
        "value": round(direction.value, 4),
        "name": direction.name,
        "ends": [ordered[0], ordered[-1]] if ordered else None,
        "correlation": round(direction.correlation, 2),
        "alone": alone,
        "place": round(place, 2),
    }


def values(model: LatentModel, direction: Direction, fields: Fields) -> list[tuple[str, float, float]]:
    """What a coordinate calls for on its way, up to where each, and the middle of each."""
    odds = model.axes[direction.number]
    places = ((round(place, 3) for place in found) for found in (stretches(odds, FARTHEST), middles(odds, FARTHEST)))
    return list(zip(fields[direction.name], *places, strict=True))


@torch.no_grad()
def along(here: Here, direction: Key) -> Image.Image:
    """The picture at -3 to 3 sigmas of one direction, whatever was done along it so far.

    Told from where the picture lies; along a coordinate that calls for values from 0, as those are.
    """
    meant = way(here, direction)
    others = {key: amount for key, amount in here.moves.items() if key != direction}
    start = float(carried(replace(here, moves=others)).flatten(1) @ meant.vector) if meant.method == AXIS else 0.0
    amounts = [stop - start for stop in STOPS]
    stops = [point(replace(here, moves=others | ({direction: step} if step else {}))) for step in amounts]
    pictures = []
    for part in torch.cat(stops).split(AT_ONCE):
        with PROCESSOR:
            pictures.append(painted(here, part))
    return to_image(torch.cat(pictures), zoom=max(1, TILE // pictures[0].shape[-1]))


@dataclass(frozen=True)
class Question:
    """What a measurement depends on; the same question is answered once."""

    search: Search  # of a model and a reader as they stand on disk
    here: str  # JSON
    direction: str


def meter(here: Here, direction: Key, portions: Portions) -> dict[str, Any]:
    """What moves along a direction, for each sigma, measured over so many portions of random pictures."""
    search = library.search(here.model)
    if search.read is None:
        raise Refused("no-reader")
    meant = way(here, direction)
    parts = [portion(question(search, here, direction), number) for number in range(portions)]
    whole = {name: together([part[name] for part in parts]) for name in parts[0]}
    several = len(whole) > 1
    name = field(meant) if several else meant.name.partition("=")[2]
    share = by_field if several else by_value
    return {
        "pictures": portions * PORTION,
        "done": portions == PORTIONS,
        "direction": direction,
        "meant": name,
        "several": several,
        "rows": rows_of_fields(whole, parts) if several else rows_of_values(whole, parts),
        "share": share(whole, name) if name else None,
        "share_error": left_out(parts, lambda kept: share(kept, name)) if name and portions > 1 else None,
    }


def question(search: Search, here: Here, direction: str) -> Question:
    """Everything that changes the answer, and nothing else: not the picture on the table."""
    kept = {key: getattr(here, key) for key in ("model", "psi", "cutoff", "grain", "layers_from", "layers_to")}
    return Question(search, json.dumps({**kept, "classes": dict(here.classes)}, sort_keys=True), direction)


@lru_cache(maxsize=1024)
def portion(asks: Question, number: int) -> dict[str, Change]:
    """What happens to a few pictures that nobody has seen before."""
    here = Here(start=Seed(0), **json.loads(asks.here))
    model, first = asked(here), UNSEEN + number * PORTION
    z = draw(model.latent_shape, range(first, first + PORTION))

    def picture(amount: float) -> Tensor:
        moves = {asks.direction: amount} if amount else {}
        return paint(model, point(replace(here, moves=moves), z), here.grain)

    assert asks.search.read
    with PROCESSOR:
        return changes(asks.search.read, asks.search.fields, picture)


def together(changes: Sequence[Change]) -> Change:
    """The mean of portions of equal size."""
    shifts = {value: fmean(change.shifts[value] for change in changes) for value in changes[0].shifts}
    return Change(fmean(change.moved for change in changes), shifts)


def rows_of_fields(whole: Mapping[str, Change], parts: Sequence[Mapping[str, Change]]) -> list[dict[str, Any]]:
    """Of each field how much of it changes, and from which value mainly to which."""
    return [
        {
            "name": name,
            "moved": change.moved,
            "error": error([part[name].moved for part in parts]),
            "less": min(change.shifts, key=change.shifts.__getitem__),
            "more": max(change.shifts, key=change.shifts.__getitem__),
        }
        for name, change in whole.items()
    ]


def rows_of_values(whole: Mapping[str, Change], parts: Sequence[Mapping[str, Change]]) -> list[dict[str, Any]]:
    """Where there is one field alone, how much more or less there is of each of its values."""
    ((name, change),) = whole.items()
    return [
        {"name": value, "moved": shift, "error": error([part[name].shifts[value] for part in parts])}
        for value, shift in change.shifts.items()
    ]


def by_field(changes: Mapping[str, Change], name: str) -> float:
    return purity(changes, name)


def by_value(changes: Mapping[str, Change], name: str) -> float:
    """Of all that there is more of, the share of what was meant."""
    ((_, change),) = changes.items()
    gained = sum(shift for shift in change.shifts.values() if shift > 0)
    return max(change.shifts[name], 0.0) / max(gained, 1e-12)


def error(values: Sequence[float]) -> float | None:
    """The standard error of the mean of portions."""
    return stdev(values) / len(values) ** 0.5 if len(values) > 1 else None


def left_out(parts: Sequence[Mapping[str, Change]], share: Callable[[Mapping[str, Change]], float]) -> float:
    """The standard error of a share, by leaving out each portion in turn (the jackknife)."""
    found = []
    for out in range(len(parts)):
        kept = [part for number, part in enumerate(parts) if number != out]
        found.append(share({name: together([part[name] for part in kept]) for name in kept[0]}))
    return (len(parts) - 1) / len(parts) ** 0.5 * stdev(found)
