"""What a conditional model is asked for: shares of its values, by name, as the page and its links send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from torch import Tensor

from demo import library
from demo.checks import By
from genmodels import asking
from genmodels.checkpoints import Card
from genmodels.errors import Refused
from genmodels.knobs import Knob

MOST = 64  # names in one message


def read_shares(value: Any) -> dict[str, float]:
    """Shares of classes, by name."""
    if not isinstance(value, Mapping) or len(value) > MOST:
        raise Refused("length", name="classes", value=str(value)[:40], least=0, most=MOST)
    return {str(name)[:60]: Knob(0, 1, 0.01).check("classes", share) for name, share in value.items()}


def label(model: str, shares: Mapping[str, float]) -> Tensor:
    """(1, K): what a model of the shelf is asked for."""
    return asking.label(blocks_of(library.cards()[model]), shares)


def blocks_of(card: Card) -> dict[str, list[str]]:
    """The fields in the order of the label's blocks, which is the data set's: a card lists them by the alphabet."""
    ordered = library.dataset(card.dataset).fields if len(card.fields) > 1 else card.fields
    return {field: card.fields[field] for field in ordered}


Shares = Annotated[Mapping, By(read_shares)]
