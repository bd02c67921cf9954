"""Your picture: the latent whose picture comes nearest to a given one, looked for step by step while a page watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor

from demo import library
from demo.checks import Length, OneOf
from demo.pictures import png, to_image
from demo.pulling import Works
from demo.uploads import MOST_LETTERS, own_picture
from demo.views.latent_here import Here, asked, painted, point
from genmodels.knobs import Knob
from genmodels.latents import StyleModel, draw
from genmodels.models.encoder import Encoder
from genmodels.models.reader import Reader
from genmodels.offsets import NONE, to_text
from genmodels.places import Numbers, Seed, to_spec
from genmodels.places import numbers as told
from genmodels.projection import STARTS, Projection, project

GOALS = ("own", "held", "table")
SPACES = ("z", "w", "w+")
ENOUGH = 50.0  # decibels after which nothing is left to be seen
LONGEST = 15.0  # seconds of the processor: on a slow machine a search ends before its last step
NEAR = 256  # seeds on the plane, of which the nearest stands for styles that were found
FAR = 2.5  # from the usual length: its standard deviation is 1/√2, however many numbers a latent has
UNSEEN = 10_000  # no seed on the plane is as high, so no search begins where its goal lies
STEPS = Knob(20, 300, 10, 100)
FACE = Knob(0, 9999, 1, 3)
SEED = Knob(0, 99, 1, 0)
Goal = Annotated[str, OneOf(GOALS)]
Face = Annotated[int, FACE]
Name = Annotated[str, Length(64)]


class Look(NamedTuple):
    """What is looked for, and the best so far."""

    model: str
    goal: Tensor
    found: Projection
    steps: int


def aim(here: Here, goal: Goal, face: Face) -> dict[str, Any]:
    """What would be looked for, as far as it is not in the visitor's hands, and how large this model's pictures are."""
    channels, side, _ = library.cards()[here.model].config["shape"]
    facts = {"side": side, "gray": channels == 1, "guess": guess(here.model)}
    return facts if goal == "own" else {**facts, "image": shown(picture_of(here, goal, face))}


def begin(
    here: Here,
    goal: Goal,
    face: Face,
    space: Annotated[str, OneOf(SPACES)],
    seed: Annotated[int, SEED],
    steps: Annotated[int, STEPS],
    upload: Annotated[str, Length(MOST_LETTERS)] = "",
    instead: Name = "",
) -> dict[str, Any]:
    """Set up a search, which moves only when it is asked for more; the page's last one ends."""
    SEARCHES.drop(instead)
    picture = picture_of(here, goal, face, upload)
    said = seen(here.model, picture)
    work = project(asked(here), picture, steps, UNSEEN + seed * STARTS, encoder(here.model), space, seen=said)
    return {"search": SEARCHES.open(looks(here.model, picture, work, steps)), "image": shown(picture), "steps": steps}


def looks(model: str, picture: Tensor, work: Iterator[Projection], steps: int) -> Iterator[Look]:
    """The search until its last step, until it is near enough, or until its time is over."""
    spent = 0.0
    while spent < LONGEST:
        began = time.thread_time()
        found = next(work, None)
        spent += time.thread_time() - began
        if found is None:
            return
        yield Look(model, picture, found, steps)
        if found.psnr >= ENOUGH:
            return


def further(search: Name) -> dict[str, Any]:
    """A moment of the search: how near it came step by step, its best picture, and what still differs."""
    made, ended = SEARCHES.pull(search)
    way = {"curve": [[look.found.step, round(look.found.psnr, 2)] for look in made], "done": ended}
    if not made:
        return way
    model, goal, found, steps = made[-1]
    return {
        **way,
        "step": found.step,
        "steps": steps,
        "psnr": round(found.psnr, 2),
        "mse": float(f"{found.loss:.3g}"),
        "image": shown(found.picture),
        "difference": shown(found.picture - goal),
        **lying(model, found.z),
        **reach(model, found.z),
    }


def lying(model: str, found: Tensor) -> dict[str, Any]:
    """Where on the table the found point lies: styles as those of a near seed and what these lack."""
    painter = library.latent_model(model)
    if not isinstance(painter, StyleModel) or found.shape[1:] == torch.Size(painter.latent_shape):
        return {"place": to_spec(Numbers(told(found.flatten().tolist()))), "offset": NONE}
    mapped = painter.map(draw(painter.latent_shape, range(NEAR)))
    nearest = int((mapped[:, 0] - found.mean(1)).square().sum(1).argmin())
    return {"place": to_spec(Seed(nearest)), "offset": to_text(found - mapped[nearest, None])}


def reach(model: str, found: Tensor) -> dict[str, Any]:
    """Whether another space would let the model paint more, and how long a latent is that is no usual one."""
    painter = library.latent_model(model)
    if found.shape[1:] != torch.Size(painter.latent_shape):
        return {}
    length, usual = float(found.norm()), found.numel() ** 0.5
    far = {"length": round(length, 1), "usual": round(usual, 1)} if abs(length - usual) > FAR else None
    return {"freer": isinstance(painter, StyleModel), "far": far}


def picture_of(here: Here, goal: str, face: int, upload: str = "") -> Tensor:
    """(1, C, H, W): a visitor's picture, one that no model has learned from, or the one on the table."""
    card = library.cards()[here.model]
    if goal == "own":
        return own_picture(upload, card.config["shape"])
    if goal == "table":
        return painted(here, point(here))
    data = library.dataset(card.dataset)
    return data.batch([data.held_out[face % len(data.held_out)]]).x0


def encoder(model: str) -> Encoder | None:
    """The network that guesses this model's latents, if one is there, and not for another make of the model."""
    own = library.cards()[model].config
    for name in library.of_kind("encoder"):
        found, config = library.part(name), library.cards()[name].config
        same = all(config.get(key) == own.get(key) for key in ("shape", "latent", "axes"))
        if isinstance(found, Encoder) and found.teacher == model and same:
            return found
    return None


@torch.no_grad()
def seen(model: str, picture: Tensor) -> Tensor | None:
    """(1, K): how surely the picture shows each value, where this model's latents call for such."""
    eyes = reader(model)
    return None if eyes is None else eyes(picture)


def reader(model: str) -> Reader | None:
    """Who reads what this model's latents call for, if they do."""
    axes, data = library.latent_model(model).axes, library.cards()[model].dataset
    eyes = library.reader(library.dataset(data)) if axes else None
    return eyes if eyes and eyes.labels == tuple(map(len, axes)) else None


def guess(model: str) -> str:
    """Whose word a search begins with, beside chance."""
    return "encoder" if encoder(model) else "reader" if reader(model) else "chance"


def shown(picture: Tensor) -> str:
    """As large as the model paints, and exact, so that what differs is the pictures and not their files."""
    return png(to_image(picture))


SEARCHES: Works[Look] = Works()
