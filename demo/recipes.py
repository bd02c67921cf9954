"""Recipes: all that a picture or a film depends on, so that it can be made again, and opened by whoever keeps it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import torch
from PIL import Image

from demo import library
from demo.export import encode, recipe_in
from demo.fairness import FairLock
from genmodels.errors import Refused
from genmodels.runs import code_version

FORMAT = 1
MOST_BROUGHT = 6_000_000  # letters of a file that is opened again
PRESS = FairLock()  # one file is pressed at a time: it takes a core for a second or two


def facts(tab: str, model: str) -> dict[str, Any]:
    """What every recipe says: whose it is, and of which weights and code."""
    return {
        "noisewalk": FORMAT,
        "tab": tab,
        "model": model,
        "weights": library.cards()[model].weights,
        "dtype": "float32",
        "code": code(),
        "torch": torch.__version__,
    }


def pressed(
    name: str, kind: str, pictures: Sequence[Image.Image], recipe: dict[str, Any], rate: float, rest: float = 0.0
) -> dict[str, Any]:
    """The file as the page takes it, with the recipe that makes exactly this file again."""
    with PRESS:
        data = encode(kind, pictures, recipe, rate, rest)
    return {"name": f"{name}.{kind}", "file": base64.b64encode(data).decode(), "recipe": recipe}


def brought(letters: str, tab: str) -> dict[str, Any]:
    """The recipe in a file that somebody opens, base64; one of another tab is refused by its name."""
    try:
        data = base64.b64decode(letters, validate=True)
    except ValueError as cause:  # binascii's own is one; letters beyond ASCII make another
        raise Refused("no-recipe") from cause
    return fit(recipe_in(data), tab)


def fit(recipe: Mapping[str, Any], tab: str) -> dict[str, Any]:
    """The recipe, if it is one that this tab can follow."""
    if recipe.get("noisewalk") != FORMAT:
        raise Refused("no-recipe")
    if recipe.get("tab", "latent") != tab:  # the first recipes were all of the latent tab and did not say so
        raise Refused("other-recipe")
    return dict(recipe)


def same_weights(recipe: Mapping[str, Any], model: str) -> bool:
    """Whether the model is still the one that the recipe was written for."""
    return recipe.get("weights") == library.cards()[model].weights


@cache
def code() -> str:
    return code_version()
