"""What can be taken home: a picture or a walk as a file, with the recipe that makes it again."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import torch
from PIL import Image

from demo import library
from demo.checks import OneOf, accept
from demo.export import KINDS, MOST_PICTURES, encode
from demo.fairness import PROCESSOR, FairLock
from demo.pictures import to_image
from demo.views.latent_here import Model
from demo.views.latent_spots import Route, Stops, Walk, shape_of, written
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.runs import code_version

FORMAT = 1
PRESS = FairLock()  # one file is pressed at a time: it takes a core for a second or two
Frames = Annotated[int, Knob(1, MOST_PICTURES, 1)]
Rate = Annotated[float, Knob(1, 30, 1)]
Zoom = Annotated[int, Knob(1, 4, 1)]
Kind = Annotated[str, OneOf((*KINDS, "json"))]


def save(
    model: Model,
    stops: Stops,
    kind: Kind,
    frames: Frames = 1,
    way: Route = "slerp",
    closed: bool = False,
    rate: Rate = 12.0,
    zoom: Zoom = 1,
) -> dict[str, Any]:
    """A walk, or a single spot, as a file in base64 with the recipe that makes exactly this file again."""
    walk = Walk(model, stops, frames, way, closed)
    recipe = recipe_of(walk, kind, rate, zoom)
    if kind == "json":
        return {"name": named(walk, kind), "recipe": recipe}
    pictures = images(walk, zoom)
    with PRESS:
        data = encode(kind, pictures, recipe, rate)
    return {"name": named(walk, kind), "file": base64.b64encode(data).decode(), "recipe": recipe}


def images(walk: Walk, zoom: int) -> list[Image.Image]:
    """Every picture of a walk, one turn at the processor each."""
    made, pictures = walk.pictures(), []
    while True:
        with PROCESSOR:
            picture = next(made, None)
            if picture is None:
                return pictures
            pictures.append(to_image(picture, zoom=zoom))


def named(walk: Walk, kind: str) -> str:
    return f"{walk.model}-{'walk' if walk.frames > 1 else 'picture'}.{kind}"


def recipe_of(walk: Walk, kind: str, rate: float, zoom: int) -> dict[str, Any]:
    """All that the file depends on."""
    shape = shape_of(walk.model)
    return {
        "noisewalk": FORMAT,
        "model": walk.model,
        "weights": library.cards()[walk.model].weights,
        "stops": [written(spot, shape) for spot in walk.stops],
        "way": walk.way,
        "closed": walk.closed,
        "frames": walk.frames,
        "kind": kind,
        "rate": rate,
        "zoom": zoom,
        "dtype": "float32",
        "code": code(),
        "torch": torch.__version__,
    }


def again(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The file of a recipe once more; refused where the weights are no longer those it was made with."""
    if recipe.get("noisewalk") != FORMAT:
        raise Refused("no-recipe")
    asked = ("model", "stops", "kind", "frames", "way", "closed", "rate", "zoom")
    values = accept(save, {name: recipe.get(name) for name in asked})
    if recipe.get("weights") != library.cards()[values["model"]].weights:
        raise Refused("other-weights", model=values["model"])
    return save(**values)


@cache
def code() -> str:
    return code_version()
