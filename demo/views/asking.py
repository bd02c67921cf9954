"""What a conditional model is asked for: shares of its values, by name, as the page and its links send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import By
from genmodels.checkpoints import Card
from genmodels.errors import Refused
from genmodels.knobs import Knob

MOST = 64  # names in one message


def read_shares(value: Any) -> dict[str, float]:
    """Shares of classes, by name."""
    if not isinstance(value, Mapping) or len(value) > MOST:
        raise Refused("length", name="classes", value=str(value)[:40], least=0, most=MOST)
    return {str(name)[:60]: Knob(0, 1, 0.01).check("classes", share) for name, share in value.items()}


def names(fields: Mapping[str, list[str]]) -> list[str]:
    """What each number of a label is called: its value, and of several fields also the field, as in hat=cap."""
    return [value if len(fields) == 1 else f"{field}={value}" for field, values in fields.items() for value in values]


def label(model: str, shares: Mapping[str, float]) -> Tensor:
    """(1, K): the shares of the named values, each block's adding up to 1; nothing named, nothing asked."""
    fields = blocks_of(library.cards()[model])
    known = names(fields)
    for name in shares:
        if name not in known:
            raise Refused("choice", name="classes", value=name, allowed=", ".join(known))
    row = torch.tensor([[float(shares.get(name, 0.0)) for name in known]])
    blocks = row.split([len(values) for values in fields.values()], dim=1)
    return torch.cat([block / block.sum().clamp(min=1e-6) for block in blocks], dim=1)


def blocks_of(card: Card) -> dict[str, list[str]]:
    """The fields in the order of the label's blocks, which is the data set's: a card lists them by the alphabet."""
    ordered = library.dataset(card.dataset).fields if len(card.fields) > 1 else card.fields
    return {field: card.fields[field] for field in ordered}


Shares = Annotated[Mapping, By(read_shares)]
