"""What several tests of the app begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import library
from genmodels import checkpoints


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty shelf; nobody has brought anything either."""
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "LOADED", library.Loaded())
    monkeypatch.setattr(library, "OWN", {})
    return tmp_path
