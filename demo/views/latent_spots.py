"""A spot: a place in a latent space with all that was done to it there. What is kept, and what a way leads through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, make_dataclass, replace
from typing import Annotated, Any, get_args, get_type_hints

import torch
from torch import Tensor

from demo import library
from demo.checks import By, Length, OneOf, accept
from demo.views.asking import read_shares
from demo.views.latent_here import FARTHEST, Here, carried, moves_of, painted, point
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.latents import WAYS
from genmodels.lattice import place_of
from genmodels.offsets import blended
from genmodels.places import DEEPEST, PLACES, Between, Numbers, OnCircle, OnLattice, Place, Sum, to_spec

ROUTES = (*WAYS, "circle")
MOST_STOPS = 12
NOWHERE = ""  # a spot is a `Here` of no model: it can be looked up in every model of the same latents
HINTS = get_type_hints(Here, include_extras=True)
CHANGES = [entry for entry in fields(Here) if entry.name not in ("model", "start", "x", "y")]
PSI = next(extra for extra in get_args(HINTS["psi"]) if isinstance(extra, Knob))
Written = make_dataclass("Written", [(entry.name, HINTS[entry.name], entry) for entry in fields(Here)[1:]])


def spot_of(value: Any) -> Here:
    """The spot that JSON holds, or a refusal of what is none."""
    if not isinstance(value, Mapping):
        raise Refused("place", value=str(value)[:40], allowed=", ".join(PLACES))
    return Here(NOWHERE, **accept(Written, value))


OneSpot = Annotated[Here, By(spot_of)]
Stops = Annotated[list[Here], By(spot_of), Length(MOST_STOPS, 1)]
Route = Annotated[str, OneOf(ROUTES)]


def written(spot: Here, shape: Sequence[int]) -> dict[str, Any]:
    """The spot as JSON, without what is as usual; a place too deep to be built upon becomes its numbers."""
    place = where(spot)
    if depth(place) >= DEEPEST:
        place = Numbers(tuple(round(v, 4) for v in place.latent(shape).flatten().tolist()))
    usual, own = vars(Here(NOWHERE, place)), vars(spot)
    return {"start": to_spec(place)} | {e.name: own[e.name] for e in CHANGES if own[e.name] != usual[e.name]}


def where(spot: Here) -> Place:
    return OnLattice(spot.start, spot.x, spot.y) if spot.x or spot.y else spot.start


def depth(place: Place) -> int:
    """How many places lie within each other."""
    return 1 + max((depth(inner) for inner in vars(place).values() if isinstance(inner, Place)), default=0)


def looked_up(spot: Here, model: str) -> Here:
    """The spot in one model; what only another model's directions and classes could mean falls away."""
    known = library.directions(model, list(spot.moves)) if spot.moves else {}
    classes = [name for names in library.cards()[model].fields.values() for name in names]
    return replace(
        spot,
        model=model,
        moves={name: amount for name, amount in spot.moves.items() if name in known},
        classes={name: share for name, share in spot.classes.items() if name in classes},
    )


@torch.no_grad()
def seen(model: str, spot: Here) -> Tensor:
    """(1, C, H, W): one at a time, so that it never depends on its company."""
    here = looked_up(spot, model)
    return painted(here, point(here))


def latent_of(model: str, spot: Here) -> Tensor:
    """(1, *latent_shape): what its picture in this model is painted of."""
    return carried(looked_up(spot, model))


@torch.no_grad()
def seen_together(model: str, spots: Sequence[Here]) -> Tensor:
    """(N, C, H, W) at once, which is faster: where they differ in what is given to the painter itself, one by one."""
    first, *others = spots
    if any((other.grain, other.classes) != (first.grain, first.classes) for other in others):
        return torch.cat([seen(model, spot) for spot in spots])
    found = [looked_up(spot, model) for spot in spots]
    return painted(found[0], torch.cat([point(here) for here in found]))


def shape_of(model: str) -> tuple[int, ...]:
    return tuple(library.latent_model(model).latent_shape)


def between(a: Here, b: Here, amount: float, way: str, shape: Sequence[int]) -> Here:
    """The spot a share of the way from a to b; what was done to each fades into what was done to the other.

    On the circle the way goes on behind b, and comes back to a at 1.
    """
    if way != "circle":
        return Here(NOWHERE, Between(where(a), where(b), amount, way), **changes([a, b], [1 - amount, amount]))
    share = faded_in(where(a), where(b), amount, shape)
    return Here(NOWHERE, OnCircle(where(a), where(b), amount), **changes([a, b], [1 - share, share]))


def faded_in(a: Place, b: Place, amount: float, shape: Sequence[int]) -> float:
    """How much of what was done to b is done a share of the circle behind a: all at b, none when it comes back."""
    reach = float(place_of(a.latent(shape), b.latent(shape)))
    return amount / reach if amount <= reach else (1 - amount) / (1 - reach)


def cornered(spots: Sequence[Here], right: float, down: float, way: str) -> Here:
    """Between four: the first two above, the others below. A circle has no inside, so there the way is the sphere's."""
    way = "slerp" if way == "circle" else way
    a, b, c, d = spots
    above, below = (Between(where(left), where(other), right, way) for left, other in ((a, b), (c, d)))
    weights = [(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down]
    return Here(NOWHERE, Between(above, below, down, way), **changes(spots, weights))


def total(a: Here, b: Here, c: Here) -> Here:
    """a - b + c, of the places and of what was done to them."""
    return Here(NOWHERE, Sum(where(a), where(b), where(c)), **changes([a, b, c], [1, -1, 1]))


def changes(spots: Sequence[Here], weights: Sequence[float]) -> dict[str, Any]:
    """What was done to several spots, in these shares; what cannot be shared is that of the first with most."""
    nearest = spots[max(range(len(spots)), key=lambda k: weights[k])]

    def summed(of: str, low: float, high: float) -> dict[str, float]:
        named = dict.fromkeys(name for spot in spots for name in getattr(spot, of))
        sums = {n: sum(w * getattr(s, of).get(n, 0.0) for s, w in zip(spots, weights, strict=True)) for n in named}
        return {name: value for name, v in sums.items() if (value := round(min(max(v, low), high), 4))}

    whole = {entry.name: getattr(nearest, entry.name) for entry in CHANGES}
    psi = sum(w * spot.psi for spot, w in zip(spots, weights, strict=True))
    return whole | {
        "moves": moves_of(summed("moves", FARTHEST.low, FARTHEST.high)),
        "classes": read_shares(summed("classes", 0, 1)),
        "psi": round(min(max(psi, PSI.low), PSI.high), 4),
        "offset": blended([spot.offset for spot in spots], weights),
    }


@dataclass(frozen=True)
class Walk:
    """A way through several spots in so many pictures; a closed one goes back to the first, and ends just before it."""

    model: str
    stops: Sequence[Here]
    frames: int
    way: str = "slerp"
    closed: bool = False

    def spots(self) -> Iterator[Here]:
        shape = shape_of(self.model)
        stops, circling = list(self.stops), self.way == "circle" and len(self.stops) == 2
        pieces = 1 if circling else len(stops) - (not self.closed)
        for k in range(self.frames):
            along = k * pieces / (self.frames if self.closed else max(self.frames - 1, 1))
            piece = min(int(along), max(pieces - 1, 0))
            a, b = stops[piece], stops[(piece + 1) % len(stops)]
            share = along - piece
            way = self.way if circling or self.way != "circle" else "slerp"
            yield a if len(stops) == 1 or share == 0 else between(a, b, share, way, shape)

    def pictures(self) -> Iterator[Tensor]:
        for spot in self.spots():
            yield seen(self.model, spot)
