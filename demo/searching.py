"""The directions of a model, looked for once in the background while the page goes on."""

from __future__ import annotations

import atexit
import copy
import dataclasses
import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

import torch

from demo.fairness import PROCESSOR
from genmodels.attributes import Fields, Read, Study, attribute_directions, axis_directions, named, study, without
from genmodels.directions import METHODS, Direction
from genmodels.errors import Refused
from genmodels.latents import LatentModel

ATTRIBUTE, AXIS = "attribute", "axis"
FAMILIES = (*METHODS, ATTRIBUTE, AXIS)
ALONE = "-alone"  # ends the key of a direction that holds other attributes still
SAMPLES = 768  # pictures to read: half of them leave twice as many attributes without a direction
THREAD = "directions"
TURN = 4  # pictures painted and read in one turn at the processor
LEAST = 0.05  # R² on unseen pictures from which on an attribute is said to have a direction
OTHERS = 8  # attributes held still: more of them leave little of the direction itself
ONE_AT_A_TIME, LEAVING = threading.Lock(), threading.Event()
LOG = logging.getLogger(__name__)


class Search:
    """One model's directions by key: those of its weights and activations first, named ones once pictures are read."""

    def __init__(self, model: LatentModel, read: Read | None, fields: Fields) -> None:
        self.found: dict[str, Direction] = {}
        self.share = 0.0  # of the pictures that are to be read
        self.read, self.fields = read, fields
        self.thread = threading.Thread(target=self._run, args=[model], daemon=True, name=THREAD)
        self.thread.start()

    @property
    def searching(self) -> bool:
        return self.thread.is_alive()

    def get(self, asked: Collection[str] | None = None) -> dict[str, Direction]:
        """What was found; refuses for a moment while something of what is asked (all, unless said) may still come."""
        late = self.searching  # looked at before what it has found: it may end in between
        found = self.found
        if late and (asked is None or any(key not in found and self._may_come(key) for key in asked)):
            raise Refused("searching", percent=round(100 * self.share))
        return found

    def _may_come(self, key: str) -> bool:
        return key.startswith(FAMILIES if self.read else (*METHODS, AXIS))

    def _run(self, shared: LatentModel) -> None:
        # A search puts hooks into the network, which must not be met by whoever paints with it meanwhile.
        model = copy.deepcopy(shared)
        with ONE_AT_A_TIME:
            try:
                if LEAVING.is_set():
                    return
                plain = unnamed(model)
                self.found = plain | called(model, self.fields)
                if self.read and (studied := self._studied(model, self.read)):
                    self.found = with_names(plain, studied) | called(model, self.fields, studied)
            except Exception:
                LOG.exception("no directions were found")

    def _studied(self, model: LatentModel, read: Read) -> Study | None:
        """As in one go, but a few pictures at a time, so that nobody waits for the rest of them."""
        parts = []
        for first in range(0, SAMPLES, TURN):
            if LEAVING.is_set():
                return None
            with PROCESSOR:
                parts.append(study(model, read, self.fields, TURN, seed=first))
            self.share = (first + TURN) / SAMPLES
        points, probabilities, latents = (
            torch.cat([getattr(part, of) for part in parts]) for of in ("points", "probabilities", "latents")
        )
        return Study(points, probabilities, self.fields, latents)


@atexit.register
def leave() -> None:
    """A thread that is still inside torch when Python ends would bring the process down."""
    LEAVING.set()
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(10)


def unnamed(model: LatentModel) -> dict[str, Direction]:
    """Directions for which no picture is needed; it takes no turn: to share two seconds is kinder than to stop all."""
    found = {}
    for key, method in METHODS.items():
        with suppress(Refused):  # a network whose layers cannot be asked has none of this kind
            found |= {f"{key}-{direction.number + 1}": direction for direction in method(model)}
    return found


def with_names(found: Mapping[str, Direction], studied: Study) -> dict[str, Direction]:
    """These directions by the attributes they go with, those of attributes, and all that can hold others still."""
    attributes = [direction for direction in attribute_directions(studied) if direction.value >= LEAST]
    attributes.sort(key=lambda direction: -direction.value)
    turned = named(list(found.values()), studied)
    every = {key: unturned(d, other) for (key, d), other in zip(found.items(), turned, strict=True)}
    every |= {f"{ATTRIBUTE}-{direction.name}": direction for direction in attributes}
    return every | {key + ALONE: way for key, one in every.items() if (way := alone(one, attributes, studied))}


def called(model: LatentModel, fields: Fields, studied: Study | None = None) -> dict[str, Direction]:
    """Coordinates that call for one attribute each, and for no other that would have to be held still."""
    return {f"{AXIS}-{direction.name}": direction for direction in axis_directions(model, fields, studied)}


def unturned(direction: Direction, titled: Direction) -> Direction:
    """With the name, but the way it was: a picture already moved along it must not jump. The sign says the rest."""
    sign = 1 if float(direction.vector @ titled.vector) > 0 else -1
    return dataclasses.replace(direction, name=titled.name, correlation=sign * titled.correlation)


def alone(direction: Direction, attributes: Sequence[Direction], studied: Study) -> Direction | None:
    """The direction without its share in those of other fields that it goes with most; nothing if that is all of it."""
    others = [other for other in attributes if direction.name and field(other) != field(direction)]
    others.sort(key=lambda other: -abs(float(other.vector @ direction.vector)))
    if not others:
        return None
    try:
        return without(direction, others[:OTHERS], studied)
    except Refused:
        return None


def field(direction: Direction) -> str:
    """What an attribute belongs to: of "field=value" or "field" the field."""
    return direction.name.split("=")[0]
