"""Every model we train, one row each."""

from __future__ import annotations

from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from genmodels.zoo.diffusions import DIFFUSIONS
from genmodels.zoo.gans import GANS
from genmodels.zoo.readers import READERS
from genmodels.zoo.recipe import Recipe

__all__ = ["DATASETS", "ZOO", "Recipe", "recipe_of"]


def recipe_of(name: str) -> Recipe:
    if name not in ZOO:
        raise Refused("unknown-model", name=name[:80], allowed=", ".join(ZOO))
    return ZOO[name]


ZOO: dict[str, Recipe] = GANS | DIFFUSIONS | READERS
