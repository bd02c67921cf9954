"""A checkpoint brought to a local server: it joins the menu, or is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from demo import library
from demo.checks import accept
from demo.views import latent_here, latent_own
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from genmodels.models.gan import GAN

CONFIG = {"shape": [1, 8, 8], "latent": 4, "generator": [16, 8], "discriminator": [8, 16]}

DATA = DATASETS["digits"]()
FIELDS = {name: list(values) for name, values in DATA.fields.items()}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path / "none")
    monkeypatch.setattr(library, "OWN", {})
    torch.manual_seed(0)
    save(
        tmp_path / "mine.safetensors",
        GAN(**CONFIG),
        Card("digits-gan", CONFIG, "digits", DATA.data_version, FIELDS, 7, 64, 0, 1.0, "CPU", "x"),
    )
    return tmp_path / "mine.safetensors"


def test_it_is_on_the_table_at_once(file: Path):
    told = latent_own.adopt(**accept(latent_own.adopt, {"file": str(file)}))
    assert told["name"] == "own-mine" and told["steps"] == 7 and told["has"]["layers"] == 0
    asked = {"model": told["name"], "start": {"of": "seed", "seed": 1}}
    assert latent_here.picture(**accept(latent_here.picture, asked))["image"]


def test_what_was_brought_is_there_for_a_page_that_opens_later(file: Path):
    """Of the menu that a page was built with; a fresh one asks."""
    assert latent_own.models() == {}
    told = latent_own.adopt(str(file))
    assert latent_own.models() == {"own-mine": told["has"]}
    library.OWN.clear()
    assert latent_own.models() == {}


def test_a_public_server_takes_none(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(latent_own, "HOSTED", True)
    with pytest.raises(Refused) as refusal:
        latent_own.adopt(str(file))
    assert refusal.value.key == "hosted" and library.latent_models() == []


def test_a_foreign_file_is_refused_in_one_line(file: Path):
    file.write_bytes(b"PK\x03\x04 not weights")
    with pytest.raises(Refused) as refusal:
        latent_own.adopt(str(file))
    assert refusal.value.key == "bad-checkpoint" and "\n" not in str(refusal.value)
