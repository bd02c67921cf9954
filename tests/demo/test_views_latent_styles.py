"""Styles and classes in the Latent space tab: the grid's edges are known pictures, the bars are the latent itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.checks import accept
from demo.pictures import to_image
from demo.views import latent_here, latent_styles
from demo.views.asking import label
from demo.views.latent_here import Here, painted, point
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.errors import Refused
from genmodels.latents import draw
from genmodels.offsets import to_text
from genmodels.places import Numbers, Seed
from genmodels.zoo import ZOO
from tests.demo.shelf import STYLE

SIDE = 2 * (64 + 4)  # from one tile of the grid to the next
LETTERS = {"glyph": ["A", "B", "C"]}
CLASSES = {"shape": [1, 28, 28], "labels": [3], "latent": 8, "generator": [8, 8, 8], "discriminator": [8, 8, 8]}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two untrained models with lively weights: an untrained StyleGAN paints one gray."""
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "LOADED", library.Loaded())
    for name, config, fields in (("faces-stylegan", STYLE, {}), ("glyphs-cgan", CLASSES, LETTERS)):
        torch.manual_seed(1)
        model = ZOO[name].build(**config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.2 * torch.randn_like(parameter))
        save(
            tmp_path / f"{name}.safetensors", model, Card(name, config, "faces", "1", fields, 1, 1, 0, 1.0, "CPU", "x")
        )


def here(model: str = "faces-stylegan", **changes: object) -> Here:
    return Here(**{"model": model, "start": Seed(3), **changes})  # type: ignore[arg-type]


def tile(grid: Image.Image, row: int, column: int) -> np.ndarray:
    return np.asarray(grid.crop((column * SIDE, row * SIDE, column * SIDE + 128, row * SIDE + 128)), np.int16)


def alone(at: torch.Tensor) -> np.ndarray:
    return np.asarray(to_image(painted(here(), at), zoom=2), np.int16)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """But for the seams, where enlarging sees the gap."""
    return np.abs(a - b)[4:-4, 4:-4].max() <= 2


def test_what_each_model_can_do():
    found = [latent_styles.abilities(name) for name in ("faces-stylegan", "glyphs-cgan")]
    weights = [each.pop("weights") for each in found]
    assert found == [
        {"layers": 5, "classes": [], "early": True},
        {"layers": 0, "classes": ["A", "B", "C"], "early": True},
    ]
    assert all(map(str.isalnum, weights)) and weights[0] != weights[1], "what a kept picture was painted with"


def test_with_no_layer_given_every_row_is_itself_and_with_all_every_column():
    w = point(here(), draw((8,), range(100, 106)))
    none, every = (latent_styles.mixing(here(), 100, 0, last) for last in (0, 5))
    for column in range(1, 5):
        assert same(tile(none, 1, column), alone(point(here())))
        assert same(tile(none, 3, column), alone(w[1:2]))
        assert same(tile(every, 2, column), alone(w[1 + column : 2 + column]))


def test_only_the_first_row_has_the_styles_that_were_found():
    found = here(offset=to_text(torch.randn(1, 1, 8, generator=torch.Generator().manual_seed(0))))
    grid, plain = (latent_styles.mixing(place, 100, 0, 0) for place in (found, here()))
    assert same(tile(grid, 1, 0), alone(point(found))) and not same(tile(grid, 1, 0), tile(plain, 1, 0))
    assert same(tile(grid, 2, 0), tile(plain, 2, 0)) and same(tile(grid, 0, 1), tile(plain, 0, 1))


def test_a_third_source_gives_the_later_layers():
    grid = latent_styles.mixing(here(), 100, 0, 2, third=True)
    w, table = point(here(), draw((8,), range(100, 106))), point(here())
    assert same(tile(grid, 2, 1), alone(torch.cat([w[2:3, :2], table[:, 2:]], 1)))


def test_truncation_to_nothing_is_the_mean_face_whoever_it_was():
    one, other, half = (
        painted(place, point(place))
        for place in (here(start=Seed(1), psi=0.0), here(start=Seed(2), psi=0.0), here(psi=0.5))
    )
    assert torch.allclose(one, other, atol=1e-5)
    assert not torch.allclose(half, one, atol=1e-3)


def test_noise_can_be_switched_off():
    on, off = (painted(place, point(place)) for place in (here(), here(grain=False)))
    assert not torch.equal(on, off)


def test_bars_are_the_latent_and_its_style():
    z, w = latent_styles.numbers(here())["data"]
    assert np.allclose(z["y"], draw((8,), [3])[0], atol=6e-4)
    assert np.allclose(w["y"], point(here())[0, 0], atol=6e-4)
    assert len(latent_styles.numbers(here("glyphs-cgan"))["data"]) == 1


@pytest.mark.parametrize("scale", [0.1, 1.0, 6.0, 300.0])
def test_no_bar_leaves_its_chart(scale: float):
    at = here(start=Numbers(tuple((scale * torch.linspace(-1, 1, 8)).tolist())))
    figure = latent_styles.numbers(at)
    for bars, axis in zip(figure["data"], ("yaxis", "yaxis2"), strict=True):
        low, high = figure["layout"][axis]["range"]
        assert low <= min(bars["y"]) and max(bars["y"]) <= high and high == -low
    assert latent_styles.reach(torch.tensor([0.2])) == latent_styles.USUAL


def test_a_class_is_what_the_generator_is_told():
    model = library.latent_model("glyphs-cgan")
    z = draw((8,), [3])
    told = here("glyphs-cgan", classes={"B": 0.4})
    assert torch.equal(painted(told, z), model.decode(z, torch.tensor([[0.0, 1.0, 0.0]])))  # type: ignore[call-arg]
    mixed = label("glyphs-cgan", {"A": 0.2, "C": 0.6})
    assert torch.allclose(mixed, torch.tensor([[0.25, 0.0, 0.75]]))
    assert torch.equal(label("glyphs-cgan", {}), torch.zeros(1, 3))


def test_the_sheet_shows_every_class_in_order():
    sheet = np.asarray(latent_styles.classes(here("glyphs-cgan")), np.int16)
    for k, name in enumerate("ABC"):
        told = here("glyphs-cgan", classes={name: 1.0})
        one = np.asarray(to_image(painted(told, point(told)), zoom=2), np.int16)
        assert same(sheet[:56, 64 * k : 64 * k + 56], one)


@pytest.mark.parametrize(
    ("view", "changes", "key"),
    [
        ("mixing", {"first": 4, "last": 2}, "order"),
        ("mixing", {"model": "glyphs-cgan"}, "no-styles"),
        ("classes", {}, "no-classes"),
        ("classes", {"model": "glyphs-cgan", "classes": {"Z": 1}}, "choice"),
        ("classes", {"model": "glyphs-cgan", "classes": {"A": float("nan")}}, "knob"),
        ("classes", {"model": "glyphs-cgan", "classes": [1]}, "length"),
        ("mixing", {"moves": {"nowhere": 1}}, "choice"),
        ("mixing", {"moves": {"principal 1": 1e9}}, "knob"),
        ("mixing", {"psi": 9}, "knob"),
        ("mixing", {"start": {"of": "seed", "seed": -1}}, "knob"),
        ("mixing", {"model": "no-such"}, "absent"),
    ],
)
def test_what_a_browser_may_not_ask(view: str, changes: dict, key: str):
    base = {"model": "faces-stylegan", "start": {"of": "seed", "seed": 1}, "x": 0, "y": 0}
    own = {"first": 0, "last": 2, "mix_seed": 5} if view == "mixing" else {}
    function = getattr(latent_styles, view)
    with pytest.raises(Refused) as refusal:
        function(**accept(function, base | own | changes))
    assert refusal.value.key == key


def test_the_picture_on_the_table_says_how_long_its_latent_is():
    told = latent_here.picture(here())
    assert told["norm"] == pytest.approx(float(draw((8,), [3]).norm()), abs=0.01)
    assert told["typical"] == pytest.approx(8**0.5, abs=0.01)
