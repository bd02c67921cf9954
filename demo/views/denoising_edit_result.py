"""What came of an edit: its film, asked for by the random name of its run, to be saved and to be held against the
training pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from demo import library
from demo.checks import Length, OneOf
from demo.export import KINDS
from demo.pictures import sheet
from demo.recipes import facts, pressed
from demo.views.denoising_edit_costs import Cost
from demo.views.denoising_edit_subject import Subject
from demo.views.denoising_edit_ways import FRAMES, Edit
from demo.views.denoising_film import FILMS, Film, film_of, flat, written
from demo.views.denoising_keep import REST, TAB
from demo.views.denoising_nearest import beside
from demo.views.denoising_plan import Plan, shape
from demo.views.denoising_trunk import Trunk
from genmodels.errors import Refused
from genmodels.knobs import Knob

MOVING, RATE = 32, 12.0  # pictures of a film, and how many of them in a second
LARGE, SMALL = 4, 2  # times as large as the model made it: one picture, and each of several

Run = Annotated[str, Length(64)]


@dataclass
class Edited(Film):
    """An edit: x and the predicted picture, whose pictures they are like, and what it was made by."""

    dataset: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)


def begun(plan: Plan, trunk: Trunk, subject: Subject, edit: Edit, cost: Cost) -> Edited:
    """The empty film of an edit; all that is asked of the model's file is asked now, for it may go on the way."""
    empty = film_of(cost.frames, cost.pictures, shape(plan.model))
    recipe = facts(TAB, plan.model) | {"run": written(plan, trunk), "edit": flat(subject) | flat(edit)}
    return Edited(empty.numbers, [], library.cards()[plan.model].dataset, recipe)


def edited(run: str) -> Edited:
    film = FILMS.get(run)
    if not isinstance(film, Edited):
        raise Refused("no-edit")
    return film


def near_edit(run: Run, picture: Annotated[int, Knob(0, FRAMES - 1, 1)] = 0) -> dict[str, Any]:
    """One picture that an edit ended with, and its nearest training pictures."""
    film = edited(run)
    return beside(film.final, film.dataset, picture)


def save_edit(run: Run, kind: Annotated[str, OneOf(KINDS)]) -> dict[str, Any]:
    """The picture that an edit ended with, exact to the last bit, or a film of how it was predicted on the way."""
    film = edited(run)
    zoom = LARGE if len(film.final) == 1 else SMALL
    name = f"{film.recipe['model']}-{film.recipe['edit']['way']}"
    pictures = [sheet(predicted, zoom=zoom) for _, predicted in film.some(1 if kind == "png" else MOVING)]
    return pressed(name, kind, pictures, {**film.recipe, "kind": kind}, RATE, REST if len(pictures) > 1 else 0.0)
