"""Directions in the Latent space tab where there are styles and nobody who reads: on an untrained StyleGAN."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from demo import library
from demo.checks import accept
from demo.views import latent_directions as view
from demo.views.latent_here import Here, point, way
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.errors import Refused
from genmodels.places import Seed
from genmodels.zoo import ZOO
from tests.demo.shelf import STYLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An untrained StyleGAN with lively weights, and nobody to read what it paints."""
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "LOADED", library.Loaded())
    torch.manual_seed(1)
    model = ZOO["faces-stylegan"].build(**STYLE)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
        model.get_submodule("generator").get_buffer("w_mean").normal_()
    card = Card("faces-stylegan", STYLE, "faces", "1", {}, 1, 1, 0, 1.0, "CPU", "x")
    save(tmp_path / "faces-stylegan.safetensors", model, card)
    library.search("faces-stylegan").thread.join()
    return tmp_path


def styled(**changes: object) -> Here:
    return Here(model="faces-stylegan", start=Seed(1), **changes)  # type: ignore[arg-type]


def test_without_a_reader_there_are_directions_but_nothing_is_measured(folder: Path):
    told = view.board(styled())
    assert not told["reads"] and {row["family"] for row in told["rows"]} == {"principal", "closed-form"}
    with pytest.raises(Refused) as refusal:
        view.meter(styled(), "principal-1", 1)
    assert refusal.value.key == "no-reader"


def test_a_search_is_made_once_for_a_file_and_anew_for_another(folder: Path):
    first = library.search("faces-stylegan")
    assert library.search("faces-stylegan") is first
    (folder / "faces-stylegan.safetensors").touch()
    assert library.search("faces-stylegan") is not first


def test_moves_touch_the_chosen_layers_alone(folder: Path):
    moves = {"principal-1": 2.0, "closed-form-2": -1.0}
    still, all_layers = point(styled()), point(styled(moves=moves))
    some = point(styled(moves=moves, layers_from=1, layers_to=3))
    assert torch.equal(some[:, 1:3], all_layers[:, 1:3]) and not torch.allclose(some[:, 1:3], still[:, 1:3])
    assert torch.equal(some[:, :1], still[:, :1]) and torch.equal(some[:, 3:], still[:, 3:])
    assert way(styled(layers_from=1, layers_to=3), "principal-1").layers == (1, 3)
    assert torch.equal(point(styled(moves=moves, layers_from=2, layers_to=2)), still)


def test_places_of_styles_are_told_from_their_mean(folder: Path):
    """At no truncation left, every style is the mean one, and the mean lies in the middle of each slider."""
    assert all(row["place"] == 0 for row in view.board(styled(psi=0.0))["rows"])


@pytest.mark.parametrize(
    ("name", "changes", "key"),
    [
        ("along", {"direction": "principal-99"}, "choice"),
        ("along", {"direction": "attribute-hat=cap"}, "choice"),
        ("along", {"direction": "x" * 61}, "length"),
        ("along", {"direction": 3}, "text"),
        ("along", {"layers_from": -1}, "knob"),
        ("along", {"layers_to": 1.5}, "whole"),
        ("meter", {"portions": 17}, "knob"),
        ("meter", {"direction": "principal-1-alone"}, "no-reader"),
        ("board", {"moves": {"principal-1": 9}}, "knob"),
    ],
)
def test_what_a_browser_may_not_ask(folder: Path, name: str, changes: dict, key: str):
    base = {"model": "faces-stylegan", "start": {"of": "seed", "seed": 1}}
    own = {"along": {"direction": "principal-1"}, "meter": {"direction": "principal-1", "portions": 1}}.get(name, {})
    function = getattr(view, name)
    with pytest.raises(Refused) as refusal:
        function(**accept(function, base | own | changes))
    assert refusal.value.key == key
