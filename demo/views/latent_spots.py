"""A spot: a place in a latent space with all that was done to it there. What is kept, and what a way leads through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import By, Length, OneOf, accept
from demo.views.latent_here import ALL_LAYERS, FARTHEST, Across, Here, mix_of, moves_of, painted, point
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.latents import WAYS
from genmodels.lattice import place_of
from genmodels.places import DEEPEST, PLACES, Between, Numbers, OnCircle, OnLattice, Place, Sum, from_spec, to_spec

ROUTES = (*WAYS, "circle")
MOST_STOPS = 12
PSI = Knob(-1, 1.5, 0.01)


@dataclass(frozen=True)
class Spot:
    """What `Here` says, without the model: the same spot can be looked up in every model of the same latents."""

    start: Annotated[Place, By(from_spec)]
    x: Across = 0.0
    y: Across = 0.0
    moves: Annotated[dict, By(moves_of)] = field(default_factory=dict)
    psi: Annotated[float, PSI] = 1.0
    cutoff: Annotated[int, Knob(0, ALL_LAYERS, 1)] = ALL_LAYERS
    grain: bool = True
    classes: Annotated[dict, By(mix_of)] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return OnLattice(self.start, self.x, self.y) if self.x or self.y else self.start

    def on(self, model: str) -> Here:
        """Here in one model; what only another model's directions and classes could mean falls away."""
        known = library.directions(model) if self.moves else {}
        classes = [name for names in library.cards()[model].fields.values() for name in names]
        own = {
            "moves": {name: amount for name, amount in self.moves.items() if name in known},
            "classes": {name: share for name, share in self.classes.items() if name in classes},
        }
        return Here(model, **{entry.name: getattr(self, entry.name) for entry in fields(self)} | own)


def spot_of(value: Any) -> Spot:
    """The spot that JSON holds, or a refusal of what is none."""
    if not isinstance(value, Mapping):
        raise Refused("place", value=str(value)[:40], allowed=", ".join(PLACES))
    return Spot(**accept(Spot, value))


OneSpot = Annotated[dict, By(spot_of)]  # a view is handed the Spot
Stops = Annotated[list[dict], By(spot_of), Length(MOST_STOPS, 1)]
Route = Annotated[str, OneOf(ROUTES)]


def written(spot: Spot, shape: Sequence[int]) -> dict[str, Any]:
    """The spot as JSON, without what is as usual; a place too deep to be built upon becomes its numbers."""
    place = spot.place
    if depth(place) >= DEEPEST:
        place = Numbers(tuple(round(v, 4) for v in place.latent(shape).flatten().tolist()))
    usual = Spot(place)
    own = {entry.name: getattr(spot, entry.name) for entry in fields(spot) if entry.name not in ("start", "x", "y")}
    return {"start": to_spec(place), **{name: v for name, v in own.items() if v != getattr(usual, name)}}


def depth(place: Place) -> int:
    """How many places lie within each other."""
    return 1 + max((depth(inner) for inner in vars(place).values() if isinstance(inner, Place)), default=0)


@torch.no_grad()
def seen(model: str, spot: Spot) -> Tensor:
    """(1, C, H, W): one at a time, so that it never depends on its company."""
    here = spot.on(model)
    return painted(here, point(here))


def shape_of(model: str) -> tuple[int, ...]:
    return tuple(library.latent_model(model).latent_shape)


def between(a: Spot, b: Spot, amount: float, way: str, shape: Sequence[int]) -> Spot:
    """The spot a share of the way from a to b; what was done to each fades into what was done to the other.

    On the circle the way goes on behind b, and comes back to a at 1.
    """
    if way != "circle":
        return Spot(Between(a.place, b.place, amount, way), **changes([a, b], [1 - amount, amount]))
    reach = float(place_of(a.place.latent(shape), b.place.latent(shape)))
    share = amount / reach if amount <= reach else (1 - amount) / (1 - reach)
    return Spot(OnCircle(a.place, b.place, amount), **changes([a, b], [1 - share, share]))


def cornered(spots: Sequence[Spot], right: float, down: float, way: str) -> Spot:
    """Between four: the first two above, the others below. A circle has no inside, so there the way is the sphere's."""
    way = "slerp" if way == "circle" else way
    a, b, c, d = spots
    above, below = (Between(left.place, other.place, right, way) for left, other in ((a, b), (c, d)))
    weights = [(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down]
    return Spot(Between(above, below, down, way), **changes(spots, weights))


def total(a: Spot, b: Spot, c: Spot) -> Spot:
    """a - b + c, of the places and of what was done to them."""
    return Spot(Sum(a.place, b.place, c.place), **changes([a, b, c], [1, -1, 1]))


def changes(spots: Sequence[Spot], weights: Sequence[float]) -> dict[str, Any]:
    """What was done to several spots, in these shares; what cannot be shared is that of the first with most."""
    nearest = spots[max(range(len(spots)), key=lambda k: weights[k])]

    def summed(of: str, low: float, high: float) -> dict[str, float]:
        named = dict.fromkeys(name for spot in spots for name in getattr(spot, of))
        sums = {n: sum(w * getattr(s, of).get(n, 0.0) for s, w in zip(spots, weights, strict=True)) for n in named}
        return {name: value for name, v in sums.items() if (value := round(min(max(v, low), high), 4))}

    psi = sum(w * spot.psi for spot, w in zip(spots, weights, strict=True))
    return {
        "moves": summed("moves", FARTHEST.low, FARTHEST.high),
        "classes": summed("classes", 0, 1),
        "psi": round(min(max(psi, PSI.low), PSI.high), 4),
        "cutoff": nearest.cutoff,
        "grain": nearest.grain,
    }


@dataclass(frozen=True)
class Walk:
    """A way through several spots in so many pictures; a closed one goes back to the first, and ends just before it."""

    model: str
    stops: Sequence[Spot]
    frames: int
    way: str = "slerp"
    closed: bool = False

    def spots(self) -> Iterator[Spot]:
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
