"""A checkpoint that a visitor brings to their own machine's server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from demo import guests, library
from demo.checks import Length
from demo.hardware import HOSTED
from demo.views.latent_styles import abilities
from genmodels.errors import Refused


def models() -> dict[str, Any]:
    """What can be chosen at this moment, and what each can do: a page is older than what was brought since."""
    return {name: abilities(name) for name in library.latent_models()}


def adopt(file: Annotated[str, Length(4096, 1)]) -> dict[str, Any]:
    """Its name in the menu, what it can do, and what its card says."""
    if HOSTED:
        raise Refused("hosted")
    name = guests.adopt(Path(file))
    card = library.cards()[name]
    facts = {"name": name, "recipe": card.recipe, "data": card.dataset, "steps": card.steps, "batch": card.batch}
    return {**facts, "has": abilities(name)}
