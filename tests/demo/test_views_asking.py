"""What is asked for by name is the number that the network was trained to know by that name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from demo.views.asking import label
from genmodels import checkpoints
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from tests.genmodels.test_checkpoints import CARD


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model of faces, written and found again: a file lists its fields by the alphabet."""
    data = DATASETS["faces"]()
    fields = {field: list(values) for field, values in data.fields.items()}
    card = dataclasses.replace(CARD, dataset="faces", data_version=data.data_version, fields=fields)
    checkpoints.save(tmp_path / "asked.safetensors", torch.nn.Linear(1, 1), card)
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    return "asked"


def test_every_name_is_the_place_that_it_has_in_the_labels_of_the_data(asked: str):
    data = DATASETS["faces"]()
    items = range(40)
    for row, known in zip(spelled(data.labels(items), data.fields), data.labels(items), strict=True):
        assert torch.equal(label(asked, row)[0], torch.from_numpy(known))


def spelled(labels: np.ndarray, fields: Mapping[str, Sequence[str]]) -> list[dict[str, float]]:
    """Labels in words, read block by block."""
    rows = []
    for row in labels:
        words, first = {}, 0
        for field, values in fields.items():
            words[f"{field}={values[int(row[first : first + len(values)].argmax())]}"] = 1.0
            first += len(values)
        rows.append(words)
    return rows


def test_an_unknown_name_is_refused(asked: str):
    with pytest.raises(Refused) as refusal:
        label(asked, {"glasses=monocle": 1.0})
    assert refusal.value.key == "choice"
