"""What a conditional model is asked for: a share of each named value, field by field, as the label that it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from genmodels.errors import Refused


def names(fields: Mapping[str, Sequence[str]]) -> list[str]:
    """What each number of a label is called: its value, and of several fields also the field, as in hat=cap."""
    return [value if len(fields) == 1 else f"{field}={value}" for field, values in fields.items() for value in values]


def label(fields: Mapping[str, Sequence[str]], shares: Mapping[str, float]) -> Tensor:
    """(1, K): the shares of the named values, each field's adding up to 1; nothing named, nothing asked."""
    known = names(fields)
    for name in shares:
        if name not in known:
            raise Refused("choice", name="classes", value=name, allowed=", ".join(known))
    row = torch.tensor([[float(shares.get(name, 0.0)) for name in known]])
    blocks = row.split([len(values) for values in fields.values()], dim=1)
    return torch.cat([block / (block.sum() or 1) for block in blocks], dim=1)
