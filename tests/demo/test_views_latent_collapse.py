"""Mode collapse on the page: known collapse is found, health is not called ill, every number can be counted again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
import pytest
import torch

from demo import library
from demo.checks import accept
from demo.views import latent_collapse as view
from demo.views.latent_collapse import Ground, summary
from demo.words import LANGUAGES, table
from genmodels.datasets import DATASETS
from genmodels.errors import Refused
from genmodels.latents import Conditioned, draw
from genmodels.metrics import duplicates, reach
from genmodels.sight import Seen, Sight
from tests.demo.shelf import MODELS, put, shelf  # noqa: F401

pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets of seconds, and nothing remembered from another test."""
    for name, value in {"MADE": 60, "REAL": 120, "FITTED": 80, "ROUNDS": 10}.items():
        monkeypatch.setattr(view, name, value)
    monkeypatch.setattr(view, "FOUND", type(view.FOUND)())
    monkeypatch.setattr(view, "GROUNDS", {})


def law(n: int, seed: int, left_out: tuple[int, ...] = (), repeated: int = 0) -> Seen:
    """Points in a plane of ten clusters, read without doubt as what they are; some the same as others."""
    dice = np.random.default_rng(seed)
    values = dice.choice([k for k in range(10) if k not in left_out], size=n)
    values[:repeated] = values[0]
    corners = np.stack([10 * np.cos(values), 10 * np.sin(values)], 1)
    rows = torch.from_numpy(corners + dice.standard_normal((n, 2)))
    rows[:repeated] = rows[0]
    return Seen(rows, rows, torch.from_numpy(0.01 + 0.9 * np.eye(10)[values]).float())


@pytest.fixture
def ground() -> Ground:
    real = law(1000, 1)
    within = reach(real.pixels)
    sight = Sight(lambda rows: rows, None, lambda rows: rows)
    alike = duplicates(real.pixels, within)
    return Ground(DATASETS["digits"](), sight, real, within, alike, level=0.9)


def kinds(result: dict[str, Any]) -> list[str]:
    return [finding["key"] for finding in result["findings"]]


def test_a_healthy_set_is_called_healthy(ground: Ground):
    for seed in range(2, 12):
        found = summary(law(500, seed), ground)
        assert kinds(found) == ["healthy"]
        own = found["coverage"]["pca"]
        assert own["low"] - 0.03 < own["expected"] < own["high"] + 0.03


def test_what_was_left_out_is_named_with_what_chance_would_leave_out(ground: Ground):
    found = summary(law(500, 2, left_out=(3, 8)), ground)
    first = found["findings"][0]
    assert (first["key"], first["field"], first["names"]) == ("missing", "digit", ["3", "8"])
    assert first["values"]["missing"] == 2 and first["values"]["of"] == 10 and first["values"]["expected"] < 1e-6
    assert "narrow" in kinds(found)
    counts = found["fields"]["digit"]
    assert [counts["made"][k] for k in (3, 8)] == [0, 0] and sum(counts["made"]) == 500


def test_a_set_that_repeats_itself_is_known_by_its_birthdays(ground: Ground):
    found = summary(law(500, 2, repeated=40), ground)
    assert kinds(found)[0] == "repeats"
    assert found["pairs"]["made"] >= 40 * 39 // 2
    few = summary(law(500, 3), ground)["support"]["value"]
    assert found["support"]["value"] < few


def test_a_set_without_repeats_may_be_endless(ground: Ground):
    apart = law(500, 2)
    rows = torch.arange(500.0, dtype=torch.float64)[:, None] * torch.ones(2, dtype=torch.float64)
    found = summary(apart._replace(pixels=rows), ground)["support"]
    assert found["high"] is None and found["value"] == found["low"] == pytest.approx(500 * 499 / 2 / 3.69, rel=0.01)


def test_one_picture_only(ground: Ground):
    found = summary(law(500, 2, repeated=500), ground)
    assert kinds(found)[:2] == ["missing", "repeats"] and found["support"]["value"] == pytest.approx(1)
    json.dumps(found, allow_nan=False)


def test_a_class_drawn_too_seldom_is_uneven(ground: Ground):
    made = law(500, 2)
    kept = torch.cat([(made.shown.argmax(1) != 6).nonzero()[:, 0], (made.shown.argmax(1) == 6).nonzero()[:4, 0]])
    found = summary(Seen(*(rows[kept] for rows in made)), ground)
    rare = next(finding for finding in found["findings"] if finding["key"] == "rare")
    assert rare["values"] == {"rare": 1}
    due = sum(found["fields"]["digit"]["made"]) * found["fields"]["digit"]["real"][6] / 1000
    assert rare["rare"] == [{"field": "digit", "name": "6", "made": 4, "due": pytest.approx(due)}]


def test_pictures_that_the_reader_doubts_are_said_to_be_doubtful(ground: Ground):
    made = law(500, 2)
    vague = made._replace(shown=0.5 * made.shown + 0.05)
    found = summary(vague, ground)
    assert kinds(found) == ["healthy", "unreadable"]
    assert found["sure"] == [0, 1]


def test_without_a_reader_pixels_alone_are_judged(ground: Ground):
    blind = dataclasses.replace(ground, seen=ground.seen._replace(features=None, shown=None))
    found = summary(law(500, 2)._replace(features=None, shown=None), blind)
    assert kinds(found) == ["unread"] and found["fields"] == {} and list(found["coverage"]) == ["pca"]


def test_measuring_streams_and_ends_with_every_model():
    messages = list(view.measure("hinge"))
    done = [message["done"] for message in messages]
    assert done == sorted(done) and done[-1] == messages[-1]["of"] == 120 + 60 * len(MODELS)
    assert all(later - before <= view.TURN for before, later in pairwise(done))
    assert messages[-1]["busy"] == ""
    assert {row["model"] for row in messages[-1]["rows"] if row["measured"]} == set(MODELS)
    json.dumps(messages[-1], allow_nan=False)


@pytest.mark.parametrize("model", ["hinge", "conditional", "style"])
def test_what_is_counted_is_what_the_reader_reads(model: str):
    *_, last = view.measure(model)
    found = next(row["measured"] for row in last["rows"] if row["model"] == model)
    data, reader = DATASETS["digits"](), library.reader(DATASETS["digits"]())
    lots = np.random.default_rng(0).permutation(len(data.held_out))[:120]
    real = data.batch([data.held_out[int(k)] for k in lots])
    told = library.latent_model(model)
    asked = np.random.default_rng(1).integers(len(data.train), size=60)
    asked = torch.from_numpy(data.labels([data.train[int(k)] for k in asked]))
    told = Conditioned(told, asked) if told.labels else told
    assert reader is not None
    with torch.no_grad():
        read = [
            reader.answers(reader(pictures))[:, 0].tolist()
            for pictures in (told.decode(draw((8,), range(60))), real.x0)
        ]
    assert [found["fields"]["digit"][kind] for kind in ("made", "real")] == [
        [r.count(k) for k in range(10)] for r in read
    ]


def test_two_visitors_who_measure_at_once_share_what_they_find():
    one, other = view.measure("hinge"), view.measure("hinge")
    for _ in zip_longest(one, other):
        pass
    assert {row["model"] for row in view.known("hinge")["rows"] if row["measured"]} == set(MODELS)


def test_what_is_known_is_not_measured_again_and_shown_to_all(monkeypatch: pytest.MonkeyPatch):
    *_, first = view.measure("hinge")
    monkeypatch.setattr(view, "draw", None)
    *_, second = view.measure("style")
    assert second == first | {"busy": ""}
    assert [row["measured"] for row in view.known("hinge")["rows"]] == [row["measured"] for row in first["rows"]]


def test_one_bad_row_does_not_end_the_table(shelf: Any):  # noqa: F811
    """A card that says other pictures than its model draws, in the middle of the table."""
    put(shelf, "lie", "digits-gan", {**MODELS["hinge"][1], "shape": [1, 16, 16]})
    try:
        *_, last = view.measure("hinge")
        rows = {row["model"]: row for row in last["rows"]}
        assert last["failed"] == ["lie"] and rows["lie"]["measured"] is None and last["busy"] == ""
        assert all(rows[name]["measured"] for name in MODELS)
        assert all(row["measured"] for row in view.known("style")["rows"] if row["model"] != "lie")
        (shelf / "lie.safetensors").write_bytes(b"no longer a model")
        assert {row["model"] for row in view.known("style")["rows"]} == set(MODELS)
    finally:
        (shelf / "lie.safetensors").unlink()


@pytest.mark.parametrize("metrics", [{"metrics": [1]}, {"metrics": 3, "n": "<b>"}, {"metrics": {"coverage-pca": 0.5}}])
def test_a_card_of_nonsense_says_nothing(shelf: Any, metrics: dict[str, Any]):  # noqa: F811
    put(shelf, "odd", *MODELS["hinge"], metrics=metrics)
    try:
        row = next(row for row in view.known("style")["rows"] if row["model"] == "odd")
        assert row["card"] == {} and row["n"] == 0
    finally:
        (shelf / "odd.safetensors").unlink()


def test_stopping_leaves_no_half_result_and_the_processor_free():
    run = view.measure("hinge")
    for message in run:
        if message["busy"] not in ("real", ""):
            break
    run.close()
    assert not any(row["measured"] for row in view.known("hinge")["rows"])
    with view.PROCESSOR:  # nobody holds it
        pass


@pytest.fixture
def carded(shelf: Any) -> Iterator[dict[str, Any]]:  # noqa: F811
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "floor": 0.9}
    kept = {"coverage-pca": score, "rarest:digit": score, "support-pca": score | {"high": None}}
    put(shelf, "carded", *MODELS["hinge"], metrics={"n": 700, "seed": 0, "metrics": kept | {"fd-pca": score}})
    yield kept
    (shelf / "carded.safetensors").unlink()


def test_a_card_says_at_once_what_was_measured_before(carded: dict[str, Any]):
    rows = {row["model"]: row for row in view.known("style")["rows"]}
    assert (rows["carded"]["card"], rows["carded"]["n"], rows["carded"]["measured"]) == (carded, 700, None)
    assert rows["style"]["card"] == {}


def test_another_reader_makes_a_measurement_old(shelf: Any):  # noqa: F811
    *_, last = view.measure("hinge")
    assert last["rows"][0]["measured"]
    reader = shelf / "digits-reader.safetensors"
    away = reader.rename(shelf / "digits-reader.away")
    try:
        found = view.known("hinge")
        assert found["values"] == {} and not any(row["measured"] for row in found["rows"])
    finally:
        away.rename(reader)


def test_only_models_of_the_shelf_are_measured():
    for ask in (view.known, view.measure):
        with pytest.raises(Refused) as refusal:
            accept(ask, {"model": "nobody"})
        assert refusal.value.key == "absent"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_sentence(language: str):
    words = table(language)
    for key in ("missing", "missing-more", "repeats", "rare", "healthy", "unread", "narrow", "unreadable"):
        assert words[f"latent.collapse.finding.{key}"]
    for data in ("faces", "glyphs", "digits"):
        assert all(words[f"attributes.{field}"] for field in DATASETS[data]().fields)
