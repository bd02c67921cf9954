"""What can be taken home: a picture or a walk as a file, with the recipe that makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from PIL import Image

from demo.checks import Length, OneOf, accept
from demo.export import KINDS, MOST_PICTURES
from demo.fairness import PROCESSOR
from demo.pictures import to_image
from demo.recipes import MOST_BROUGHT, brought, facts, fit, pressed, same_weights
from demo.views.latent_here import Model
from demo.views.latent_spots import Route, Stops, Walk, shape_of, spot_of, written
from genmodels.errors import Refused
from genmodels.knobs import Knob

TAB = "latent"
SETTINGS = ("model", "stops", "kind", "frames", "way", "closed", "rate", "zoom")
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
    shape = shape_of(model)
    kept = [spot_of(written(spot, shape)) for spot in stops]  # as the recipe will say it: deep places are rounded there
    walk = Walk(model, kept, frames, way, closed)
    recipe, what = recipe_of(walk, kind, rate, zoom), f"{model}-{'walk' if frames > 1 else 'picture'}"
    if kind == "json":
        return {"name": f"{what}.json", "recipe": recipe}
    return pressed(what, kind, images(walk, zoom), recipe, rate)


def images(walk: Walk, zoom: int) -> list[Image.Image]:
    """Every picture of a walk, one turn at the processor each."""
    made, pictures = walk.pictures(), []
    while True:
        with PROCESSOR:
            picture = next(made, None)
            if picture is None:
                return pictures
            pictures.append(to_image(picture, zoom=zoom))


def recipe_of(walk: Walk, kind: str, rate: float, zoom: int) -> dict[str, Any]:
    """All that the file depends on."""
    shape = shape_of(walk.model)
    return {
        **facts(TAB, walk.model),
        "stops": [written(spot, shape) for spot in walk.stops],
        "way": walk.way,
        "closed": walk.closed,
        "frames": walk.frames,
        "kind": kind,
        "rate": rate,
        "zoom": zoom,
    }


def opened(file: Annotated[str, Length(MOST_BROUGHT)]) -> dict[str, Any]:
    """The walk, or the single spot, in a file that somebody brings, and whether the model is still the same."""
    recipe = brought(file, TAB)
    values = taken(recipe)
    kept = {name: recipe[name] for name in ("stops", "way", "closed", "frames")}
    return {"model": values["model"], **kept, "same": same_weights(recipe, values["model"])}


def taken(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `save`, checked as if the page had asked for them."""
    return accept(save, {name: recipe.get(name) for name in SETTINGS})


def again(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The file of a recipe once more; refused where the weights are no longer those it was made with."""
    values = taken(fit(recipe, TAB))
    if not same_weights(recipe, values["model"]):
        raise Refused("other-weights", model=values["model"])
    return save(**values)
