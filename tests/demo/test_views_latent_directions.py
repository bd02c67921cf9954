"""Directions in the Latent space tab, on a generator that paints its latent and a reader that sees its coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from demo import library, searching
from demo.pictures import to_image
from demo.searching import ALONE, Search
from demo.views import latent_directions as view
from demo.views.latent_here import MOST_MOVES, Here, latent, painted, point
from demo.words import LANGUAGES, table
from genmodels.attributes import attribute_directions, study
from genmodels.datasets.faces import Faces
from genmodels.errors import Refused
from genmodels.latents import LatentModel, draw
from genmodels.places import Seed

SIZE = 16
FIELDS = {"hat": ("none", "cap"), "tilt": ("left", "upright", "right"), "beard": ("none", "full")}
LETTERS = {"character": ("A", "B", "C")}


class Plain(LatentModel):
    """Bends each coordinate a little by itself, then paints it, the k-th over SPREAD[k] of black to white."""

    latent_shape = (SIZE,)
    SPREAD, LIGHT = 0.3 * 0.8 ** torch.arange(SIZE), 0.2

    def __init__(self) -> None:
        super().__init__()
        self.stretch = torch.nn.Linear(SIZE, SIZE)
        self.bend = torch.nn.Tanh()
        with torch.no_grad():
            self.stretch.weight.copy_(torch.diag(self.SPREAD))
            self.stretch.bias.fill_(self.LIGHT)

    def decode(self, z: Tensor) -> Tensor:
        return self.bend(self.stretch(z)).reshape(-1, 1, 4, 4)


def seen_in(pictures: Tensor) -> Tensor:
    """The latent again."""
    return (pictures.flatten(1).atanh() - Plain.LIGHT) / Plain.SPREAD


def read(pictures: Tensor) -> Tensor:
    """A hat follows coordinate 0, tilt coordinate 1, a beard both 0 and 2."""
    z = seen_in(pictures)
    hat, beard = (torch.stack([-seen, seen], 1).softmax(1) for seen in (2 * z[:, 0], z[:, 0] + z[:, 2]))
    tilt = torch.stack([-2 * z[:, 1], 0 * z[:, 1], 2 * z[:, 1]], 1).softmax(1)
    return torch.cat([hat, tilt, beard], 1)


def letters(pictures: Tensor) -> Tensor:
    """A and B follow coordinate 0, C coordinate 1."""
    z = seen_in(pictures)
    return torch.stack([z[:, 0], -z[:, 0], 2 * z[:, 1]], 1).softmax(1)


def axis(number: int) -> Tensor:
    return torch.eye(SIZE)[number]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[Search]:
    """The plain model stands in for a checkpoint, its search ended."""
    model, search = Plain(), Search(Plain(), read, FIELDS)
    search.thread.join()
    monkeypatch.setattr(library, "latent_model", lambda name: model)
    monkeypatch.setattr(library, "search", lambda name: search)
    view.portion.cache_clear()
    yield search


def here(**changes: object) -> Here:
    return Here(**{"model": "plain", "start": Seed(3), **changes})  # type: ignore[arg-type]


def test_each_way_of_looking_finds_the_axes_it_should(known: Search):
    """The first component is the coordinate that is painted strongest; the attributes are those the reader follows."""
    assert abs(float(known.found["principal-1"].vector @ axis(0))) > 0.99
    variance = Plain.SPREAD**2
    assert known.found["principal-1"].value == pytest.approx(float(variance[0] / variance.sum()), rel=0.1)
    for name, number in {"hat=cap": 0, "tilt": 1}.items():
        assert float(known.found[f"attribute-{name}"].vector @ axis(number)) > 0.98
    assert float(known.found["attribute-beard=full"].vector @ (axis(0) + axis(2)) / 2**0.5) > 0.98


def test_a_name_comes_with_the_sign_of_its_correlation_and_turns_nothing_round(known: Search):
    """A picture that was moved before the names were known must not jump when they are."""
    before = searching.unnamed(Plain())
    for key, direction in before.items():
        assert torch.equal(direction.vector, known.found[key].vector)
    first, second = known.found["principal-1"], known.found["principal-2"]
    assert first.name.startswith("hat=") and second.name == "tilt"
    rises = float(second.vector @ axis(1)) > 0
    assert (second.correlation > 0) == rises and abs(second.correlation) > 0.8


def test_reading_in_turns_is_reading_at_once(known: Search):
    whole = {d.name: d for d in attribute_directions(study(Plain(), read, FIELDS, searching.SAMPLES))}
    for name in ("hat=cap", "tilt"):
        assert torch.allclose(whole[name].vector, known.found[f"attribute-{name}"].vector, atol=1e-5)


def test_the_meter_of_a_pure_direction_is_pure_and_of_a_mixed_one_mixed(known: Search):
    """Tilt follows one coordinate and nothing else does; a beard drags the hat along until it is held still."""
    exact = replace(known.found["attribute-tilt"], vector=axis(1))
    known.found = known.found | {"attribute-tilt": exact}
    pure = view.meter(here(), "attribute-tilt", view.PORTIONS)
    moved = {row["name"]: row["moved"] for row in pure["rows"]}
    assert moved["tilt"] > 0.1 and moved["hat"] == pytest.approx(0, abs=1e-5) == moved["beard"]
    assert pure["share"] == pytest.approx(1, abs=1e-4) and pure["share_error"] == pytest.approx(0, abs=1e-4)
    assert (pure["meant"], pure["pictures"], pure["done"]) == ("tilt", 64, True)

    mixed, held = (view.meter(here(), f"attribute-beard=full{end}", view.PORTIONS) for end in ("", ALONE))
    before, after = ({row["name"]: row["moved"] for row in found["rows"]} for found in (mixed, held))
    assert before["hat"] > 0.1 and after["hat"] < 0.1 * before["hat"] and after["beard"] > 0.05
    assert mixed["share"] < 0.75 < 0.9 < held["share"]
    row = next(row for row in mixed["rows"] if row["name"] == "beard")
    assert (row["less"], row["more"]) == ("none", "full")


def test_the_meter_grows_and_its_error_is_that_of_a_mean(known: Search):
    """More portions, a smaller error: of 16 about a quarter of the spread between portions."""
    few, many = (view.meter(here(), "attribute-beard=full", portions) for portions in (1, view.PORTIONS))
    assert few["share_error"] is None and all(row["error"] is None for row in few["rows"])
    z, direction = draw((SIZE,), range(view.UNSEEN, view.UNSEEN + 64)), known.found["attribute-beard=full"]
    beard = [read(painted(here(), z + sign * direction.sigma * direction.vector))[:, -1] for sign in (-1, 0, 1)]
    moved = ((beard[2] - beard[1]).abs() + (beard[1] - beard[0]).abs()) / 2
    row = next(row for row in many["rows"] if row["name"] == "beard")
    assert row["moved"] == pytest.approx(float(moved.mean()), abs=1e-5)
    portions = moved.reshape(view.PORTIONS, view.PORTION).mean(1)
    assert row["error"] == pytest.approx(float(np.std(portions.numpy(), ddof=1)) / 4, rel=1e-3)


def test_the_picture_on_the_table_is_no_part_of_a_measurement(known: Search):
    one = view.meter(here(), "attribute-tilt", 2)
    other = view.meter(here(start=Seed(9), x=2.5, moves={"attribute-hat=cap": 3.0}), "attribute-tilt", 2)
    assert one == other


def test_where_one_field_is_all_its_values_take_its_place(known: Search):
    known.read, known.fields = letters, LETTERS
    known.found = {"attribute-character=A": replace(known.found["principal-1"], vector=axis(0), name="character=A")}
    found = view.meter(here(), "attribute-character=A", view.PORTIONS)
    shifts = {row["name"]: row["moved"] for row in found["rows"]}
    assert not found["several"] and found["meant"] == "A"
    assert shifts["A"] > 0.1 > -0.1 > shifts["B"] and sum(shifts.values()) == pytest.approx(0, abs=1e-5)
    gained = sum(shift for shift in shifts.values() if shift > 0)
    assert found["share"] == pytest.approx(shifts["A"] / gained)


def test_moves_add_up(known: Search):
    moves = {"principal-1": 1.5, "attribute-tilt": -0.5}
    parts = [point(here(moves={key: amount})) - point(here()) for key, amount in moves.items()]
    assert torch.allclose(point(here(moves=moves)) - point(here()), torch.stack(parts).sum(0), atol=1e-5)
    there = point(here(moves={"principal-1": 2.0})) - point(here())
    step = known.found["principal-1"]
    assert torch.allclose(there[0], 2 * step.sigma * step.vector, atol=1e-5)


def test_the_tick_is_where_the_picture_lies_and_moves_with_its_slider(known: Search):
    def places(at: Here) -> dict[str, float]:
        return {row["key"]: row["place"] for row in view.board(at)["rows"]}

    before, after = places(here()), places(here(moves={"principal-2": 1.25}))
    z = draw((SIZE,), [3])[0]
    assert before["principal-2"] == pytest.approx(float(z @ known.found["principal-2"].vector), abs=0.01)
    assert after["principal-2"] - before["principal-2"] == pytest.approx(1.25, abs=0.02)
    assert after["principal-1"] == pytest.approx(before["principal-1"], abs=0.2)


def test_the_board_tells_all_and_no_held_direction_twice(known: Search):
    told = view.board(here())
    assert told["searching"] is None and told["reads"]
    keys = [row["key"] for row in told["rows"]]
    assert len(set(keys)) == len(keys) and not any(key.endswith(ALONE) for key in keys)
    tilt = next(row for row in told["rows"] if row["key"] == "attribute-tilt")
    assert tilt["ends"] == ["left", "right"] and tilt["alone"]
    fits = [row["value"] for row in told["rows"] if row["family"] == "attribute"]
    assert fits == sorted(fits, reverse=True) and min(fits) >= searching.LEAST


def test_a_coordinate_that_calls_for_values_says_which_and_up_to_where(monkeypatch: pytest.MonkeyPatch):
    model = Plain()
    model.axes = [[0.5, 0.5], [0.2, 0.3, 0.5], [0.9, 0.1]]
    search = Search(model, read, FIELDS)
    search.thread.join()
    monkeypatch.setattr(library, "latent_model", lambda name: model)
    monkeypatch.setattr(library, "search", lambda name: search)
    rows = {row["key"]: row for row in view.board(here())["rows"] if row["family"] == "axis"}
    assert list(rows) == ["axis-hat", "axis-tilt", "axis-beard"]
    assert rows["axis-hat"]["value"] == 1
    assert rows["axis-beard"]["values"] == [("none", 1.282, -0.126), ("full", 4.0, 1.645)]  # quantiles of 0.9, .45, .95
    assert [name for name, *_ in rows["axis-tilt"]["values"]] == ["left", "upright", "right"]
    assert [end for _, end, _ in rows["axis-tilt"]["values"]] == pytest.approx([-0.842, 0, 4], abs=1e-3)
    assert not any("values" in row for row in view.board(here())["rows"] if row["family"] != "axis")
    moved = point(here(moves={"axis-tilt": 1.5})) - point(here())
    assert torch.allclose(moved[0], 1.5 * axis(1), atol=1e-6)
    after = {row["key"]: row for row in view.board(here(moves={"axis-tilt": 1.5}))["rows"]}["axis-tilt"]
    began = rows["axis-tilt"]["place"]
    assert rows["axis-tilt"]["start"] == began == after["start"] and after["place"] == pytest.approx(began + 1.5)
    strip = np.asarray(view.along(here(moves={"axis-tilt": 1.5}), "axis-tilt"))
    assert np.array_equal(strip, np.asarray(view.along(here(), "axis-tilt")))
    side, alone = strip.shape[1] // len(view.STOPS), latent(here()).clone()
    for stop, sigmas in enumerate(view.STOPS):  # told from 0, as the values are, wherever the picture lies
        alone[0, 1] = sigmas
        tile = np.asarray(to_image(model.decode(alone), zoom=view.TILE // 4), np.int16)
        assert np.abs(strip[:, stop * side : (stop + 1) * side].astype(np.int16) - tile)[8:-8, 48:-48].max() <= 2


def test_the_strip_holds_every_place_of_its_slider(known: Search):
    """Whatever the slider says, the strip is the same; its middle is the picture without this move."""
    moves = {"attribute-tilt": 1.0}
    strip = np.asarray(view.along(here(moves=moves | {"principal-1": 2.0}), "principal-1"))
    assert np.array_equal(strip, np.asarray(view.along(here(moves=moves), "principal-1")))
    side = strip.shape[1] // len(view.STOPS)
    for stop, amount in ((1, -2.0), (3, 0.0), (5, 2.0)):
        at = here(moves=moves | {"principal-1": amount})
        alone = np.asarray(to_image(painted(at, point(at)), zoom=view.TILE // 4), np.int16)
        tile = strip[:, stop * side : (stop + 1) * side].astype(np.int16)
        assert np.abs(tile - alone)[8:-8, 48:-48].max() <= 2  # but for the seams, where enlarging sees the neighbor


def test_what_is_not_found_yet_is_waited_for_and_what_never_comes_is_refused():
    slow = Search(Plain(), read, FIELDS)
    slow.thread.join()
    slow.found, alive = searching.unnamed(Plain()), slow.thread
    slow.thread = type("Busy", (), {"is_alive": lambda self: True})()  # type: ignore[assignment]
    assert "principal-1" in slow.get(["principal-1"])
    for asked in (["attribute-tilt"], None):
        with pytest.raises(Refused) as refusal:
            slow.get(asked)
        assert refusal.value.key == "searching"
    assert "nonsense" not in slow.get(["nonsense"])
    slow.thread = alive
    assert "attribute-tilt" not in slow.get(["attribute-tilt"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_numbers_that_hold(language: str):
    words = table(language)
    assert str(searching.SAMPLES) in words["latent.directions.attribute.why"]
    assert str(searching.SAMPLES) in words["latent.directions.axis.why"]
    assert str(searching.LEAST) in words["latent.directions.attribute.why"]
    assert str(view.PORTIONS * view.PORTION) in words["latent.directions.measuring"]
    assert str(MOST_MOVES) in words["latent.directions.most"]
    for name, values in Faces.fields.items():
        assert {f"attributes.{name}", *(f"attributes.{name}.{value}" for value in values)} <= words.keys()
