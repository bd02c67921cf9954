"""Places in a latent space, in as few numbers as they need: what a link, a recipe and a list of favorites hold."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import checked, knob
from genmodels.latents import WAYS, draw
from genmodels.lattice import Lattice, arithmetic, circle

DEEPEST = 4  # places within places
MOST_NUMBERS = 1024
LONGEST_NUMBER = 100.0


class Place(ABC):
    """A frozen recipe; the same recipe gives the same latent in every model of the same shape."""

    @abstractmethod
    def latent(self, shape: Sequence[int]) -> Tensor:
        """(1, *shape)."""


@dataclass(frozen=True)
class Seed(Place):
    seed: int = knob(0, 0, 9999, 1)

    def latent(self, shape: Sequence[int]) -> Tensor:
        return draw(shape, [self.seed])


@dataclass(frozen=True)
class OnLattice(Place):
    """A place in a plane of seeds around another place, which lies at (0, 0)."""

    start: Place
    x: float = knob(0.0, -1000, 1000, 0.001)
    y: float = knob(0.0, -1000, 1000, 0.001)

    def latent(self, shape: Sequence[int]) -> Tensor:
        if isinstance(self.start, Seed):
            return Lattice(shape, self.start.seed).at(self.x, self.y)
        return Lattice(shape).at(self.x, self.y, self.start.latent(shape))


@dataclass(frozen=True)
class Between(Place):
    """A share of the way from one place to another."""

    a: Place
    b: Place
    amount: float = knob(0.5, 0, 1, 0.001)
    way: str = "slerp"

    def latent(self, shape: Sequence[int]) -> Tensor:
        return WAYS[self.way](self.a.latent(shape), self.b.latent(shape), self.amount)


@dataclass(frozen=True)
class OnCircle(Place):
    """A place on the great circle through two others; it comes back to the first at 1."""

    a: Place
    b: Place
    turn: float = knob(0.0, 0, 1, 0.001)

    def latent(self, shape: Sequence[int]) -> Tensor:
        return circle(self.a.latent(shape), self.b.latent(shape), self.turn)


@dataclass(frozen=True)
class Sum(Place):
    """a - b + c."""

    a: Place
    b: Place
    c: Place

    def latent(self, shape: Sequence[int]) -> Tensor:
        return arithmetic(self.a.latent(shape), self.b.latent(shape), self.c.latent(shape))


@dataclass(frozen=True)
class Numbers(Place):
    """The latent itself, where nothing shorter leads to it: a picture that was looked for."""

    z: tuple[float, ...]

    def latent(self, shape: Sequence[int]) -> Tensor:
        if len(self.z) != torch.Size(shape).numel():
            raise Refused("place-numbers", count=len(self.z), needed=torch.Size(shape).numel())
        return torch.tensor(self.z, dtype=torch.float32).reshape(1, *shape)


PLACES: dict[str, type[Place]] = {
    "seed": Seed,
    "lattice": OnLattice,
    "between": Between,
    "circle": OnCircle,
    "sum": Sum,
    "numbers": Numbers,
}


def to_spec(place: Place) -> dict[str, Any]:
    """The place as what JSON can hold."""
    spec: dict[str, Any] = {"of": next(key for key, kind in PLACES.items() if type(place) is kind)}
    for field in dataclasses.fields(place):  # type: ignore[arg-type]
        value = getattr(place, field.name)
        spec[field.name] = to_spec(value) if isinstance(value, Place) else list(value) if field.name == "z" else value
    return spec


def from_spec(spec: Any, depth: int = DEEPEST) -> Place:
    """The place that `to_spec` has written down, or a refusal of what it cannot have written."""
    kind = PLACES.get(str(spec.get("of"))) if isinstance(spec, Mapping) else None
    if kind is None or not depth:
        value = spec.get("of") if isinstance(spec, Mapping) and depth else spec
        raise Refused("place", value=str(value)[:40], allowed=", ".join(PLACES))
    values = {name: value for name, value in spec.items() if name != "of"}
    hints = get_type_hints(kind)
    made: dict[str, Any] = {}
    for name, hint in hints.items():
        if hint is Place:
            made[name] = from_spec(values.pop(name, None), depth - 1)
    if "way" in values:
        made["way"] = way(values.pop("way"))
    if kind is Numbers:
        made["z"] = numbers(values.pop("z", None))
    made |= checked(kind, values)
    return kind(**made)


def way(value: Any) -> str:
    if not isinstance(value, str) or value not in WAYS:
        raise Refused("choice", name="way", value=str(value)[:40], allowed=", ".join(WAYS))
    return value


def numbers(values: Any) -> tuple[float, ...]:
    """Finite numbers that a latent may have, rounded to what a float16 could tell apart near 1."""
    if not isinstance(values, list | tuple) or not values:
        raise Refused("not-numbers")
    if len(values) > MOST_NUMBERS:
        raise Refused("list-too-long", high=MOST_NUMBERS)
    if not all(type(value) in (int, float) and abs(value) <= LONGEST_NUMBER for value in values):
        raise Refused("not-numbers")
    return tuple(round(float(value), 4) for value in values)
