"""The pictures of runs that came to their end lately: what is saved, and what is compared with the training set."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from demo import library
from demo.export import MOST_PICTURES
from demo.views.denoising_plan import Plan
from demo.views.denoising_trunk import Limb, Poke
from genmodels.errors import Refused

OF_ONE = 12_000_000  # bytes that the pictures of one run may take; a run with more steps keeps only some, evenly
OF_ALL = 64_000_000


@dataclass
class Film:
    """One run: x, the predicted picture and the predicted noise at some of its steps, the first and the last among
    them, in the shades of the screen. Of an edit, the noise is left out."""

    numbers: Sequence[int]
    pictures: list[np.ndarray] = field(default_factory=list)  # (3 or 2, B, H, W, C) uint8

    def add(self, number: int, panes: Sequence[np.ndarray]) -> None:
        if len(self.pictures) < len(self.numbers) and number == self.numbers[len(self.pictures)]:
            self.pictures.append(np.stack(panes))

    @property
    def whole(self) -> bool:
        return len(self.pictures) == len(self.numbers)

    @property
    def size(self) -> int:
        return sum(picture.nbytes for picture in self.pictures)

    @property
    def final(self) -> np.ndarray:
        """(B, H, W, C): where the run ended."""
        return self.pictures[-1][1]

    def some(self, count: int) -> list[np.ndarray]:
        """So many steps evenly from all that are there; of a single one, the last."""
        places = np.linspace(0, len(self.pictures) - 1, min(count, len(self.pictures))) if count > 1 else np.array([-1])
        return [self.pictures[round(place)] for place in places]


class Films:
    """The runs and edits last finished, as many as fit; the same plan is the same film, whoever asked for it."""

    def __init__(self, most: int = OF_ALL) -> None:
        self._films: OrderedDict[str, Film] = OrderedDict()
        self._most = most
        self._door = threading.Lock()

    def keep(self, key: str, film: Film) -> None:
        if not film.whole:
            return
        with self._door:
            self._films.pop(key, None)
            self._films[key] = film
            while len(self._films) > 1 and sum(kept.size for kept in self._films.values()) > self._most:
                self._films.popitem(last=False)

    def get(self, key: str) -> Film | None:
        with self._door:
            if key in self._films:
                self._films.move_to_end(key)
            return self._films.get(key)


def film_of(steps: int, pictures: int, shape: Sequence[int]) -> Film:
    """An empty film for so many steps of so many pictures, with as much room as one run may have."""
    room = OF_ONE // (3 * pictures * int(np.prod(shape)))
    kept = min(steps, MOST_PICTURES, max(2, room))
    return Film([round(place) for place in np.linspace(0, steps - 1, kept)])


def finished(plan: Plan, trunk: Sequence[Limb]) -> Film:
    """The film of a run, if it came to its end lately."""
    film = FILMS.get(key_of(plan, trunk))
    if film is None:
        raise Refused("no-run")
    return film


def key_of(plan: Plan, trunk: Sequence[Limb]) -> str:
    """All that a run depends on, the weights of its model included, as they are now: to be asked before it begins."""
    return json.dumps([written(plan, trunk), library.cards()[plan.model].weights], sort_keys=True)


def written(plan: Plan, trunk: Sequence[Limb] = ()) -> dict[str, Any]:
    """A run as the page sends it and as a recipe holds it: `run` takes just these."""
    own = {name: value for name, value in flat(plan).items() if name != "course"}
    return own | flat(plan.course) | {"trunk": [limb_written(limb) for limb in trunk]}


def limb_written(limb: Limb) -> dict[str, Any]:
    poked = {} if limb.poked is None else {"poke": poke_written(limb.poked)}
    return {"until": limb.until, "was": flat(limb.was), **poked}


def poke_written(poked: Poke) -> dict[str, Any]:
    return {**poked.where._asdict(), "seed": poked.seed, "amount": poked.amount}


def flat(knobs: Any) -> dict[str, Any]:
    """The fields of a dataclass as the page sends them, by name."""
    return {part.name: plain(getattr(knobs, part.name)) for part in fields(knobs)}


def plain(value: Any) -> Any:
    return {name: plain(inner) for name, inner in value.items()} if isinstance(value, Mapping) else value


FILMS = Films()
