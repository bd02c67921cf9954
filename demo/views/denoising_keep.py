"""The run on the stage as a file: a film of its panes, a strip of its steps, its last picture, or only the recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from PIL import Image

from demo.checks import Length, OneOf, accept
from demo.export import KINDS, MOST_PICTURES
from demo.pictures import to_image
from demo.recipes import MOST_BROUGHT, brought, facts, fit, pressed, same_weights
from demo.views.denoising import frames_of
from demo.views.denoising_edit_subject import Subject
from demo.views.denoising_edit_ways import Edit
from demo.views.denoising_film import Film, finished, flat, written
from demo.views.denoising_plan import Plan
from demo.views.denoising_trunk import Trunk
from genmodels.datasets.dataset import to_tensor
from genmodels.errors import Refused
from genmodels.knobs import Knob

TAB = "denoising"
PANES = {"x": (0,), "x0": (1,), "eps": (2,), "all": (0, 1, 2)}  # places in a film
GAP = 4  # pixels between two panes, before they are enlarged
REST = 1.5  # seconds on the last picture of a film
SETTINGS = ("kind", "panes", "frames", "rate", "zoom")
Kind = Annotated[str, OneOf((*KINDS, "json"))]


def save(
    plan: Plan,
    kind: Kind,
    trunk: Trunk = (),
    panes: Annotated[str, OneOf(PANES)] = "x0",
    frames: Annotated[int, Knob(1, MOST_PICTURES, 1)] = 1,
    rate: Annotated[float, Knob(1, 30, 1)] = 12.0,
    zoom: Annotated[int, Knob(1, 4, 1)] = 1,
) -> dict[str, Any]:
    """So many steps of the run, evenly, beside each other or one after the other, with the recipe of this file."""
    settings = dict(zip(SETTINGS, (kind, panes, frames, rate, zoom), strict=True))
    recipe = facts(TAB, plan.model) | {"run": written(plan, trunk)} | settings
    what = f"{plan.model}-{'picture' if frames == 1 else 'run'}"
    if kind == "json":
        return {"name": f"{what}.json", "recipe": recipe}
    pictures = drawn(finished(plan, trunk), PANES[panes], frames, zoom, standing=kind == "png")
    return pressed(what, kind, pictures, recipe, rate, REST if frames > 1 else 0.0)


def drawn(film: Film, panes: Sequence[int], frames: int, zoom: int, standing: bool) -> list[Image.Image]:
    """One picture for each step: its panes side by side, or below each other where the steps stand in a row."""
    return [beside([tiled(shown[pane], zoom) for pane in panes], zoom, standing) for shown in film.some(frames)]


def tiled(pictures: np.ndarray, zoom: int) -> Image.Image:
    """The pictures of one run as a square, as on the stage."""
    return to_image(to_tensor(pictures), round(len(pictures) ** 0.5), zoom)


def beside(images: Sequence[Image.Image], zoom: int, standing: bool) -> Image.Image:
    (width, height), gap = images[0].size, GAP * zoom
    right, down = (0, height + gap) if standing else (width + gap, 0)
    size = (width + right * (len(images) - 1), height + down * (len(images) - 1))
    whole = Image.new(images[0].mode, size, "white")
    for k, image in enumerate(images):
        whole.paste(image, (k * right, k * down))
    return whole


def opened(file: Annotated[str, Length(MOST_BROUGHT)]) -> dict[str, Any]:
    """The knobs of the run or edit in a file that somebody brings, and whether the model is still the same."""
    recipe = brought(file, TAB)
    plan, trunk = run_of(recipe)
    return {"knobs": written(plan, trunk) | edit_of(recipe), "same": same_weights(recipe, plan.model)}


def run_of(recipe: Mapping[str, Any]) -> tuple[Plan, Trunk]:
    """The run of a recipe, checked as if the page had asked for it."""
    if not isinstance(recipe.get("run"), Mapping):
        raise Refused("no-recipe")
    taken = accept(runs, recipe["run"])
    return taken["plan"], taken.get("trunk", ())


def edit_of(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The knobs of an edit as they are called on the page; a run has none."""
    if not isinstance(recipe.get("edit"), Mapping):
        return {}
    taken = accept(edits, recipe["edit"])
    return {f"edit_{name}": value for part in taken.values() for name, value in flat(part).items()}


def runs(plan: Plan, trunk: Trunk = ()) -> None:
    """A view that only takes, for the checks that its signature stands for."""


def edits(subject: Subject, edit: Edit) -> None:
    """The same for an edit."""


def again(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The file of a recipe once more, its run included; refused where the weights are no longer those."""
    plan, trunk = run_of(fit(recipe, TAB))
    if not same_weights(recipe, plan.model):
        raise Refused("other-weights", model=plan.model)
    for _ in frames_of(plan, trunk):
        pass
    return save(**accept(save, {**recipe["run"], **{name: recipe.get(name) for name in SETTINGS}}))
