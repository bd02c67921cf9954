"""Styles that no latent leads to, as what they lack from one that a latent leads to: short enough for a link."""

from __future__ import annotations

import base64
from collections.abc import Iterable

import torch
from torch import Tensor

from genmodels.errors import Refused, demand

NONE = ""
STEPS = 127  # to either side: a number is told in so many parts of the largest
MOST_ROWS, MOST_NUMBERS = 64, 4096
LARGEST = 100.0


def to_text(offset: Tensor) -> str:
    """What is added to styles (1, L, D); where every layer gets the same, it is said once."""
    rows = offset[0] if bool((offset != offset[:, :1]).any()) else offset[0, :1]
    largest = float(f"{min(float(rows.abs().max()), LARGEST):.4g}")
    if not largest:
        return NONE
    steps = (rows / largest * STEPS).round().clamp(-STEPS, STEPS).to(torch.int8)
    letters = base64.urlsafe_b64encode(steps.numpy().tobytes()).decode()
    return f"{len(rows)}:{largest:g}:{letters}"


def from_text(text: str) -> Tensor:
    """(1, L, D), or (1, 1, D) of what every layer gets."""
    try:
        rows, largest, letters = text.split(":")
        demand(len(letters) <= 2 * MOST_NUMBERS)
        steps = torch.frombuffer(bytearray(base64.b64decode(letters, b"-_", validate=True)), dtype=torch.int8)
        demand(0 < int(rows) <= MOST_ROWS and 0 < float(largest) <= LARGEST and len(steps) <= MOST_NUMBERS)
        return steps.reshape(1, int(rows), -1) * (float(largest) / STEPS)
    except (ValueError, RuntimeError) as cause:  # whatever is no such text
        raise Refused("offset", value=text[:40]) from cause


def checked(text: object) -> str:
    """The text itself, or a refusal of what `to_text` cannot have written."""
    if not isinstance(text, str):
        raise Refused("offset", value=str(text)[:40])
    if text != NONE:
        from_text(text)
    return text


def added(styles: Tensor, text: str) -> Tensor:
    """Styles (1, L, D) with the offset; one of other styles means nothing here."""
    if text == NONE:
        return styles
    offset = from_text(text)
    fits = offset.shape[2] == styles.shape[2] and offset.shape[1] in (1, styles.shape[1])
    return styles + offset if fits else styles


def blended(texts: Iterable[str], weights: Iterable[float]) -> str:
    """The sum in these shares, of those that fit the first."""
    parts = [weight * from_text(text) for text, weight in zip(texts, weights, strict=True) if text != NONE]
    if not parts:
        return NONE
    rows, size = max(part.shape[1] for part in parts), parts[0].shape[2]
    fitting = [part for part in parts if part.shape[2] == size and part.shape[1] in (1, rows)]
    return to_text(sum(part.expand(-1, rows, -1) for part in fitting))  # type: ignore[arg-type]
