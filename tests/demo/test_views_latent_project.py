"""Your picture: what is shown is what was found, and what was found can lie on the table."""

from __future__ import annotations

import base64
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from demo import library, pulling
from demo.checks import accept
from demo.pace import VISIBLE
from demo.pictures import to_image
from demo.views import latent_here
from demo.views import latent_project as view
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.errors import Refused
from genmodels.latents import draw
from genmodels.places import Seed, from_spec
from genmodels.zoo import ZOO

STYLE = {"shape": [3, 64, 64], "latent": 8, "style": 8, "depth": 2, "generator": [8, 8, 8], "discriminator": [8] * 4}
CLASSES = {"shape": [1, 28, 28], "labels": [3], "latent": 8, "generator": [8, 8, 8], "discriminator": [8, 8, 8]}
START = {"of": "seed", "seed": 5}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two untrained models with lively weights, and a search that takes one step at a time."""
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "LOADED", library.Loaded())
    monkeypatch.setattr(view, "SEARCHES", pulling.Works())
    monkeypatch.setattr(pulling, "ONCE", 0.0)
    put(tmp_path, "faces-stylegan", STYLE, "faces", {})
    put(tmp_path, "glyphs-cgan", CLASSES, "glyphs", {"glyph": ["A", "B", "C"]})
    return tmp_path


def put(folder: Path, name: str, config: dict[str, Any], data: str, fields: dict[str, list[str]]) -> None:
    torch.manual_seed(1)
    model = ZOO[name].build(**config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    save(folder / f"{name}.safetensors", model, Card(name, config, data, "1", fields, 1, 1, 0, 0, "", ""))


def begun(**told: Any) -> dict[str, Any]:
    usual = {
        "model": "faces-stylegan",
        "start": START,
        "goal": "table",
        "face": 0,
        "space": "z",
        "seed": 0,
        "steps": 20,
    }
    return view.begin(**accept(view.begin, usual | told))


def searched(**told: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    first, news = begun(**told), []
    while not news or not news[-1]["done"]:
        news.append(view.further(**accept(view.further, {"search": first["search"]})))
    return first, news


def pixels(letters: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(letters)))).astype(np.float64)


def letters(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_the_search_gets_nearer_and_its_numbers_are_those_of_its_pictures() -> None:
    first, news = searched(goal="held", face=3)  # which is never found exactly: rounding to eight bits plays no part
    curve = [point for part in news for point in part["curve"]]
    heights = [psnr for _, psnr in curve]
    assert [step for step, _ in curve][-20:] == list(range(1, 21))
    assert heights == sorted(heights) and heights[-1] > heights[0] + 1
    last = [part for part in news if "image" in part][-1]
    goal, found, rest = (pixels(x) for x in (first["image"], last["image"], last["difference"]))
    mse = ((found - goal) ** 2).mean()
    assert last["psnr"] == pytest.approx(10 * np.log10(255**2 / mse), abs=0.02)  # the usual one, of eight bits
    assert last["mse"] == pytest.approx(mse * (2 / 255) ** 2, rel=0.01)
    np.testing.assert_allclose(rest, np.clip(127.5 + found - goal, 0, 255), atol=1.01)


@pytest.mark.parametrize("model", ["faces-stylegan", "glyphs-cgan"])
def test_what_was_found_lies_on_the_table_as_it_was_shown(model: str) -> None:
    told = {"model": model, "classes": {"B": 1.0}} if model == "glyphs-cgan" else {"model": model}
    last = [part for part in searched(**told)[1] if "image" in part][-1]
    here = latent_here.Here(model, from_spec(last["place"]), classes=told.get("classes", {}))  # type: ignore[arg-type]
    laid = np.asarray(to_image(latent_here.painted(here, latent_here.point(here)))).astype(np.float64)
    assert np.abs(laid - pixels(last["image"])).max() <= VISIBLE  # whichever way of painting was the fastest


@pytest.mark.parametrize(("model", "freer"), [("glyphs-cgan", False), ("faces-stylegan", True)])
def test_a_latent_of_another_length_is_told(model: str, freer: bool) -> None:
    ones = torch.ones(1, *library.latent_model(model).latent_shape)  # as long as the square root of their number
    usual = ones.numel() ** 0.5
    assert view.reach(model, ones) == {"freer": freer, "far": None}
    assert view.reach(model, 9 * ones)["far"] == {"length": round(9 * usual, 1), "usual": round(usual, 1)}
    assert view.reach(model, torch.ones(1, 2, ones.numel())) == {}, "styles have no usual length"


def test_no_search_begins_at_a_seed_of_the_plane() -> None:
    """Or a picture with a small seed would be found at once, whatever the search is worth."""
    for seed in (0, 40, 90):
        news = view.further(begun(start={"of": "seed", "seed": seed})["search"])
        assert news["curve"][0][1] < view.ENOUGH


@pytest.mark.parametrize("space, rows", [("w", "1"), ("w+", "5")])
def test_styles_that_were_found_lie_on_the_table_and_can_be_gone_on_with(space: str, rows: str) -> None:
    last = [part for part in searched(goal="held", face=3, space=space)[1] if "image" in part][-1]
    found, near = pixels(last["image"]), from_spec(last["place"])
    told = {"model": "faces-stylegan", "offset": last["offset"], "start": last["place"]}
    here = accept(latent_here.picture, told)["here"]
    assert last["offset"].partition(":")[0] == rows

    def laid(**changed: Any) -> np.ndarray:
        place = dataclasses.replace(here, **changed)
        return np.asarray(to_image(latent_here.painted(place, latent_here.point(place)))).astype(np.float64)

    assert 10 * np.log10(255**2 / ((laid() - found) ** 2).mean()) > 40, "127 steps to either side are not to be seen"
    assert np.abs(laid(start=near, offset="") - found).mean() > 1, "without it, it is another picture"
    for change in ({"x": 0.2}, {"psi": 0.5}, {"grain": False}):
        moved = np.abs(laid(**change) - found).mean()
        assert 0.2 < moved < np.abs(laid(start=Seed(77), offset="") - found).mean()


@pytest.mark.parametrize("space", ["w", "w+"])
def test_a_model_without_styles_is_not_searched_for_them(space: str) -> None:
    name = begun(model="glyphs-cgan", space=space)["search"]
    with pytest.raises(Refused) as refusal:
        view.further(name)
    assert refusal.value.key == "choice" and not len(view.SEARCHES)


def test_same_question_same_answer() -> None:
    first, again = (searched(goal="held", face=3)[1] for _ in range(2))
    assert first[-2] == again[-2]
    assert searched(goal="held", face=3, seed=1)[1][-2]["image"] != first[-2]["image"]


def test_a_held_out_picture_is_one() -> None:
    data = library.dataset("faces")
    held = pixels(begun(goal="held", face=7)["image"])
    assert np.array_equal(held, data.pictures([data.held_out[7]])[0])


def test_an_own_picture_is_looked_for_and_forgotten() -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    first = begun(goal="own", upload=letters(picture))
    assert np.array_equal(pixels(first["image"]), np.asarray(picture))
    view.SEARCHES.drop(first["search"])
    with pytest.raises(Refused) as refusal:
        view.further(first["search"])
    assert refusal.value.key == "forgotten"


def test_a_page_has_one_search() -> None:
    first = begun()
    begun(instead=first["search"])
    assert len(view.SEARCHES) == 1


def test_a_search_whose_time_is_over_ends_with_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "LONGEST", 1e-9)
    search = begun()["search"]
    news = view.further(search)
    assert len(news["curve"]) == 1 and news["step"] == 0 < news["steps"]
    assert news["done"] or view.further(search)["done"]


def test_the_goal_is_shown_before_it_is_looked_for() -> None:
    asked = {"model": "glyphs-cgan", "start": START, "goal": "table", "face": 0}
    shown = view.aim(**accept(view.aim, asked))
    assert (shown["side"], shown["gray"], shown["guess"]) == (28, True, "chance")
    assert shown["image"] == begun(model="glyphs-cgan")["image"]
    assert "image" not in view.aim(**accept(view.aim, asked | {"goal": "own"}))


def test_an_encoder_of_this_model_is_asked(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = {"shape": [3, 64, 64], "teacher": "faces-stylegan", "latent": 8, "channels": [8, 8, 8, 8]}
    put(models, "faces-gan-encoder", config, "faces", {})
    found = view.encoder("faces-stylegan")
    assert found is not None and view.encoder("glyphs-cgan") is None
    z = draw((8,), [5])  # what the picture on the table was painted from
    monkeypatch.setattr(type(found), "forward", lambda self, x: z)
    assert view.further(begun()["search"])["curve"][0][1] >= view.ENOUGH


@pytest.mark.parametrize("other", [{"latent": 9}, {"shape": [3, 32, 32]}, {"axes": [[1, 3]]}])
def test_an_encoder_of_another_make_of_this_model_is_not_asked(models: Path, other: dict[str, Any]) -> None:
    """Who trains faces-gan anew has the encoder of the old one beside it."""
    config = {"shape": [3, 64, 64], "teacher": "faces-stylegan", "latent": 8, "channels": [8, 8, 8, 8]}
    put(models, "faces-gan-encoder", config | other, "faces", {})
    assert view.encoder("faces-stylegan") is None


def test_a_search_is_told_what_the_picture_shows_where_latents_call_for_it(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Tensor | None] = []
    monkeypatch.setattr(view, "project", lambda *_, seen: told.append(seen) or iter(()))
    fields = {name: list(values) for name, values in library.dataset("faces").fields.items()}
    sizes = [len(values) for values in fields.values()]
    put(models, "faces-reader", {"shape": [3, 64, 64], "labels": sizes, "channels": [8, 8, 8, 8]}, "faces", fields)
    begun(goal="held", face=3)
    assert view.guess("faces-stylegan") == "chance"
    put(models, "faces-stylegan", STYLE | {"latent": 24, "axes": [[1.0] * size for size in sizes]}, "faces", fields)
    begun(goal="held", face=3)
    assert view.guess("faces-stylegan") == "reader"
    unread, read = told
    assert unread is None and read is not None and read.shape == (1, sum(sizes))


BAD = [
    {"goal": "own"},
    {"goal": "own", "upload": "x" * 80_001},
    {"goal": "own", "upload": 3},
    {"goal": "theirs"},
    {"face": -1},
    {"space": "v"},
    {"steps": 0},
    {"steps": 10_000},
    {"seed": 100},
    {"model": "faces-none"},
    {"start": {"of": "numbers", "z": [1, 2]}},
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:40])
def test_what_cannot_be_asked_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        begun(**bad)
    assert not len(view.SEARCHES)
