"""The 1,797 handwritten 8 x 8 digits of the UCI repository: small enough for runs and tests of seconds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from genmodels.datasets.dataset import HELD_OUT, Dataset, numbered, one_hot

FILE = Path(__file__).with_name("digits.npz")
FIELDS = {"digit": tuple("0123456789")}
TRAIN = 1_437  # the rest, mostly by other writers, is held out
ATTRIBUTION = (
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, "
    "https://doi.org/10.24432/C50P49, CC BY 4.0; the gray levels 0-16 were scaled to 0-255."
)


@cache
def stored() -> tuple[np.ndarray, np.ndarray]:
    """All pictures (1797, 8, 8) and what they show."""
    with np.load(FILE) as file:
        return file["pictures"], file["digits"]


class Digits(Dataset):
    """In the order of the file; items of the held-out part start where every held-out part does."""

    name = "digits"
    data_version = "1"
    shape = (1, 8, 8)
    fields = FIELDS
    train = range(TRAIN)
    held_out = range(HELD_OUT, HELD_OUT + 1_797 - TRAIN)

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        return stored()[0][self.rows(items)][..., None]

    def labels(self, items: Sequence[int]) -> np.ndarray:
        return one_hot(stored()[1][self.rows(items)], 10)

    def rows(self, items: Sequence[int]) -> np.ndarray:
        numbers = numbered(self, items)
        return np.where(numbers < HELD_OUT, numbers, numbers - HELD_OUT + TRAIN)
