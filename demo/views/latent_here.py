"""The picture on the table: a place in the latent space and all that was done to it; every part starts here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import By, OneOf
from demo.pace import paced
from demo.pictures import jpeg, to_image
from demo.searching import AXIS
from demo.views.asking import Shares, label
from genmodels.directions import Direction, moved, points
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.latents import Conditioned, LatentModel, StyleModel, truncate
from genmodels.offsets import NONE, added, checked
from genmodels.places import OnLattice, Place, from_spec

SIDE = 384  # pixels of the picture on the page
FARTHEST = Knob(-8, 8, 0.05)  # sigmas along one direction
MOST_MOVES = 24
ALL_LAYERS = 32  # more than any model has
Model = Annotated[str, OneOf(library.latent_models, partial(library.is_of_kind, "gan"))]
EDGE = Knob(-1000, 1000, 0.001)  # seeds from where a plane was set out
Across = Annotated[float, EDGE]


def moves_of(value: Any) -> dict[str, float]:
    """Sigmas along named directions."""
    if not isinstance(value, Mapping) or len(value) > MOST_MOVES:
        raise Refused("length", name="moves", value=str(value)[:40], least=0, most=MOST_MOVES)
    return {str(name)[:60]: FARTHEST.check("moves", amount) for name, amount in value.items()}


@dataclass(frozen=True)
class Here:
    """Where we are (x, y on the plane of seeds around `start`), and what was changed since."""

    model: Model
    start: Annotated[Place, By(from_spec)]
    x: Across = 0.0
    y: Across = 0.0
    moves: Annotated[Mapping, By(moves_of)] = field(default_factory=dict)
    psi: Annotated[float, Knob(-1, 1.5, 0.01)] = 1.0
    cutoff: Annotated[int, Knob(0, ALL_LAYERS, 1)] = ALL_LAYERS
    grain: bool = True
    classes: Shares = field(default_factory=dict)
    layers_from: Annotated[int, Knob(0, ALL_LAYERS, 1)] = 0  # of styles only these layers are moved
    layers_to: Annotated[int, Knob(0, ALL_LAYERS, 1)] = ALL_LAYERS
    offset: Annotated[str, By(checked)] = NONE  # what styles that a search has found have beyond


def latent(here: Here) -> Tensor:
    """(1, *latent_shape), before anything was done to it."""
    return OnLattice(here.start, here.x, here.y).latent(library.latent_model(here.model).latent_shape)


@torch.no_grad()
def point(here: Here, z: Tensor | None = None) -> Tensor:
    """Styles or latents with every change made; of other latents (B, *latent_shape) if given."""
    model, moves = asked(here), ways(here)
    at = points(model, called(model, moves, latent(here) if z is None else z))
    if isinstance(model, StyleModel):
        at = truncate(added(at, here.offset), model.w_mean, here.psi, here.cutoff)
    for direction, amount in moves:
        if direction.method != AXIS:
            at = moved(model, at, direction, amount)
    return at


def called(model: LatentModel, moves: Sequence[tuple[Direction, float]], z: Tensor) -> Tensor:
    """The latents moved along their own coordinates: before styles are made of them, if any are."""
    for direction, amount in moves:
        if direction.method == AXIS:
            z = z + amount * direction.sigma * direction.vector.reshape(model.latent_shape)
    return z


def carried(here: Here) -> Tensor:
    """(1, *latent_shape), the latent that the picture is painted of: moved too, but for what moves its styles."""
    return placed(here)[0]


def placed(here: Here) -> tuple[Tensor, Tensor]:
    """The latent that the picture is painted of, and its point, each made once."""
    z, model = latent(here), library.latent_model(here.model)
    at = point(here, z)
    return (called(model, ways(here), z) if isinstance(model, StyleModel) else at), at


def ways(here: Here) -> list[tuple[Direction, float]]:
    """Every direction that is moved along, and how far."""
    return [(way(here, name), amount) for name, amount in here.moves.items()]


def way(here: Here, name: str) -> Direction:
    """A direction by its key, in the layers that are to be moved."""
    known = library.directions(here.model, [name])
    if name not in known:
        some = ", ".join([*known][:3]) or "principal-1"  # those that are found by now
        raise Refused("choice", name="moves", value=name, allowed=some + ", …")
    if here.layers_from > here.layers_to:
        raise Refused("order", low=here.layers_from, high=here.layers_to)
    return replace(known[name], layers=(here.layers_from, here.layers_to))


@torch.no_grad()
def painted(here: Here, at: Tensor) -> Tensor:
    """The pictures of points, as this place would paint them."""
    model = asked(here)

    def paint() -> Tensor:
        if isinstance(model, StyleModel):
            return model.synthesize(at, model.grains([0]) if here.grain else None)
        return model.decode(at)

    return paced((here.model, len(at)), paint)


def picture(here: Here) -> dict[str, Any]:
    """The picture itself, with the length of its latent."""
    z, at = placed(here)
    return {"image": jpeg(to_image(painted(here, at)), 95), "norm": length(z), "typical": typical(z)}


def asked(here: Here) -> LatentModel:
    """The model, told what to draw where it can be told."""
    model = library.latent_model(here.model)
    if not getattr(model, "labels", ()):
        return model
    return Conditioned(model, label(here.model, here.classes))  # type: ignore[arg-type]


def enlarged(image: Any, zoom: int) -> Any:
    return image.resize((image.width * zoom, image.height * zoom), 3) if zoom > 1 else image


def length(z: Tensor) -> float:
    return round(float(z.norm()), 2)


def typical(z: Tensor) -> float:
    """The length that almost every normal latent of this size has."""
    return round(z[0].numel() ** 0.5, 2)
