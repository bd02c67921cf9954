"""Directions in the Latent space tab where there are styles: on an untrained StyleGAN."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from demo import library, pace
from demo.checks import accept
from demo.pictures import to_image
from demo.searching import SAMPLES, Search
from demo.views import latent_directions as view
from demo.views.latent_here import Here, carried, latent, point, way
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.errors import Refused
from genmodels.latents import draw, truncate
from genmodels.models.stylegan import StyleGenerator
from genmodels.places import Seed
from genmodels.zoo import ZOO
from tests.demo.shelf import STYLE

FIELDS = {"hat": ("none", "cap"), "tilt": ("left", "upright", "right"), "beard": ("none", "full")}
AXES = [[0.5, 0.5], [0.2, 0.3, 0.5], [0.9, 0.1]]


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
    with pytest.raises(Refused) as refusal:
        point(styled(moves=moves, layers_from=3, layers_to=1))
    assert refusal.value.key == "order"


def test_places_of_styles_are_told_from_their_mean(folder: Path):
    """At no truncation left, every style is the mean one, and the mean lies in the middle of each slider."""
    assert all(row["place"] == 0 for row in view.board(styled(psi=0.0))["rows"])


def bright(pictures: Tensor) -> Tensor:
    """Reads a hat, a tilt and a beard off the three colors."""
    red, green, blue = 10 * pictures.mean((2, 3)).T
    said = [torch.stack([0 * red, red]), torch.stack([-green, 0 * green, green]), torch.stack([0 * blue, blue])]
    return torch.cat([field.softmax(0) for field in said]).T


def test_a_coordinate_that_calls_for_values_is_moved_before_the_mapping(monkeypatch: pytest.MonkeyPatch):
    torch.manual_seed(1)
    model = StyleGenerator((3, 16, 16), latent=8, style=6, depth=2, channels=(8, 8, 8), axes=AXES).eval()
    search = Search(model, bright, FIELDS)
    search.thread.join()
    monkeypatch.setattr(library, "latent_model", lambda name: model)
    monkeypatch.setattr(library, "search", lambda name: search)
    monkeypatch.setattr(pace, "WAYS", {"float32": pace.WAYS["float32"]})  # exact, whichever way happens to be quicker
    z, further = latent(styled()), latent(styled()).clone()
    further[0, 1] += 1.5
    far = styled(moves={"axis-tilt": 1.5}, layers_from=0, layers_to=0, psi=0.5)
    assert torch.equal(carried(far), further)
    with torch.no_grad():
        assert torch.equal(point(far), truncate(model.map(further), model.w_mean, 0.5, 32))
    row = next(row for row in view.board(far)["rows"] if row["key"] == "axis-tilt")
    assert row["start"] == pytest.approx(float(z[0, 1]), abs=0.01) and row["place"] == pytest.approx(row["start"] + 1.5)
    step = point(styled(moves={"axis-tilt": 1.5, "principal-1": 1.0})) - point(styled(moves={"axis-tilt": 1.5}))
    assert torch.allclose(
        step[0, 0], way(styled(), "principal-1").vector * way(styled(), "principal-1").sigma, atol=1e-5
    )

    strip = np.asarray(view.along(far, "axis-tilt"), np.int16)
    side = strip.shape[1] // len(view.STOPS)
    for stop, sigmas in enumerate(view.STOPS):
        further[0, 1] = sigmas
        with torch.no_grad():
            styles = truncate(model.map(further), model.w_mean, 0.5, 32)
            tile = np.asarray(to_image(model.synthesize(styles, model.grains([0])), zoom=view.TILE // 16), np.int16)
        assert np.abs(strip[:, stop * side : (stop + 1) * side] - tile)[8:-8, 16:-16].max() <= 2

    told = view.meter(styled(), "axis-tilt", 1)
    random = draw((8,), range(view.UNSEEN, view.UNSEEN + view.PORTION))
    with torch.no_grad():
        ways = [
            model.synthesize(model.map(random + amount * torch.eye(8)[1]), model.grains([0])) for amount in (0, -1, 1)
        ]
    here, *there = (bright(pictures)[:, 2:5] for pictures in ways)
    moved = next(row["moved"] for row in told["rows"] if row["name"] == "tilt")
    assert (
        moved == pytest.approx(sum(float((to - here).abs().sum(1).mean() / 4) for to in there), abs=1e-4) and moved > 0
    )
    red = [model.decode(draw((8,), [seed])).mean((2, 3))[0, 0] > 0 for seed in range(SAMPLES)]
    wears = [float(draw((8,), [seed])[0, 0]) > 0 for seed in range(SAMPLES)]  # as many as not: its stretch begins at 0
    obeyed = sum(int(a) == int(b) for a, b in zip(red, wears, strict=True)) / SAMPLES
    assert search.found["axis-hat"].value == pytest.approx(obeyed, abs=0.02)


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
