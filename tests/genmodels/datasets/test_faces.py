"""The faces stay what they are: the same picture for the same number, and labels that tell the truth about it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields, replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from genmodels.datasets.faces import FIELDS, Faces, Traits, described, draw, traits

GOLDEN = json.loads(Path(__file__).with_name("faces_golden.json").read_text())
TOLERANCE = 3  # of 255, on an 8 × 8 thumbnail: Pillow may round an edge otherwise, but not move an earring
LAWS = {f.name: f.metadata for f in fields(Traits)}
CHOICES = [name for name, law in LAWS.items() if "weights" in law]
CONTINUOUS = [name for name in LAWS if name not in CHOICES]

PLAIN = replace(
    traits(0),
    **{name: next(iter(LAWS[name]["weights"])) for name in CHOICES},
    **dict.fromkeys(CONTINUOUS, 0.0),
)
PLAIN = replace(PLAIN, hair_style="side-part", eye_size=0.5, brow_weight=0.5)
BINNED = {"mouth": "smile"} | {name.replace("_", "-"): name for name in CONTINUOUS if name.replace("_", "-") in FIELDS}


def thumbnail(picture: np.ndarray) -> np.ndarray:
    return picture.astype(float).reshape(8, 8, 8, 8, 3).mean(axis=(1, 3))


def visibly_different(a: np.ndarray, b: np.ndarray) -> bool:
    """At least six pixels differ by more than a glance would forgive."""
    return int((np.abs(a.astype(int) - b).max(axis=-1) > 12).sum()) >= 6


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces()


@pytest.fixture(scope="module")
def crowd() -> list[Traits]:
    return [traits(item) for item in range(3000)]


@pytest.mark.parametrize("item", GOLDEN)
def test_the_picture_of_an_item_never_changes(item):
    golden = GOLDEN[item]
    face = traits(int(item))
    assert described(face) == golden["words"]
    assert np.abs(thumbnail(draw(face)) - golden["thumbnail"]).max() <= TOLERANCE


def test_golden_pictures_would_notice_an_earring():
    face = replace(traits(0), earrings="none")
    assert traits(0).earrings != "none"
    assert np.abs(thumbnail(draw(face)) - GOLDEN["0"]["thumbnail"]).max() > TOLERANCE


def test_an_item_is_the_same_in_any_batch(faces):
    forward = faces.pictures([5, 9, 1_000_003])
    backward = faces.pictures([1_000_003, 9, 5])
    assert np.array_equal(forward, backward[::-1])
    assert np.array_equal(forward[1], faces.pictures([9])[0])
    assert np.array_equal(faces.labels([5, 9, 1_000_003]), faces.labels([1_000_003, 9, 5])[::-1])


def test_batches_have_the_declared_shape(faces):
    batch = faces.batch(range(4))
    assert batch.x0.shape == (4, *faces.shape)
    assert -1 <= batch.x0.min() < -0.3 and 0.3 < batch.x0.max() <= 1
    assert batch.label.shape == (4, sum(map(len, faces.fields.values())))


def test_labels_name_what_was_drawn(faces, crowd):
    label = faces.labels(range(300))
    assert label.dtype == np.float32
    start = 0
    for field, values in faces.fields.items():
        block = label[:, start : start + len(values)]
        start += len(values)
        assert set(np.unique(block)) == {0.0, 1.0} and (block.sum(axis=1) == 1).all()
        trait = field.replace("-", "_")
        if trait in CHOICES:
            assert [values[k] for k in block.argmax(axis=1)] == [getattr(face, trait) for face in crowd[:300]]
    assert start == label.shape[1]


@pytest.mark.parametrize("field", BINNED)
def test_bins_follow_each_other(field, crowd):
    trait = BINNED[field]
    ordered = [value for value in FIELDS[field] if value != "grin"]
    seen = {value: [getattr(face, trait) for face in crowd if described(face)[field] == value] for value in ordered}
    for low, high in pairwise(ordered):
        assert max(seen[low]) < min(seen[high])


def test_an_open_mouth_is_a_grin(crowd):
    assert all((described(face)["mouth"] == "grin") == (face.grin == "open") for face in crowd)


def test_every_value_occurs(crowd):
    counts = Counter(pair for face in crowd for pair in described(face).items())
    rare = {(f, v): counts[f, v] for f, values in FIELDS.items() for v in values if counts[f, v] < 60}
    assert not rare


@pytest.mark.parametrize("name", CHOICES)
def test_values_come_as_often_as_their_weights_say(name, crowd):
    weights = LAWS[name]["weights"]
    counts = Counter(getattr(face, name) for face in crowd)
    expected = np.array(list(weights.values())) / sum(weights.values()) * len(crowd)
    assert chisquare([counts[value] for value in weights], expected).pvalue > 1e-4


def test_traits_are_independent_of_each_other(crowd):
    words = [described(face) for face in crowd]
    for a, b in combinations(FIELDS, 2):
        table = np.zeros((len(FIELDS[a]), len(FIELDS[b])))
        for word in words:
            table[FIELDS[a].index(word[a]), FIELDS[b].index(word[b])] += 1
        assert chi2_contingency(table).pvalue > 1e-6, (a, b)  # type: ignore[attr-defined]


@pytest.mark.parametrize("skin", ["porcelain", "deep"])
@pytest.mark.parametrize("name", LAWS)
def test_changing_one_trait_shows(name, skin):
    base = replace(PLAIN, skin=skin, hat="cap" if name == "hat_color" else "none")
    law = LAWS[name]
    values = list(law["weights"]) if name in CHOICES else [law["low"], (law["low"] + law["high"]) / 2, law["high"]]
    pictures = [draw(replace(base, **{name: value})) for value in values]
    for (v, a), (w, b) in combinations(zip(values, pictures, strict=True), 2):
        assert visibly_different(a, b), (v, w)


@pytest.mark.parametrize("hat", list(LAWS["hat"]["weights"]))
def test_hair_styles_can_be_told_apart_under_a_hat(hat):
    pictures = {style: draw(replace(PLAIN, hat=hat, hair_style=style)) for style in LAWS["hair_style"]["weights"]}
    for a, b in combinations(pictures, 2):
        assert visibly_different(pictures[a], pictures[b]), (a, b)


@pytest.mark.parametrize("glasses", ["round", "square"])
def test_glasses_sit_straight(glasses):
    worn = np.abs(draw(replace(PLAIN, glasses=glasses)).astype(int) - draw(PLAIN)).max(axis=-1) > 40
    assert worn.sum() > 60
    assert (worn & worn[:, ::-1]).sum() > 0.85 * worn.sum()


def test_a_larger_picture_shows_the_same_face():
    for item in range(3):
        large = draw(traits(item), size=256).astype(float)
        assert np.abs(large.reshape(64, 4, 64, 4, 3).mean(axis=(1, 3)) - draw(traits(item))).mean() < 2


def test_held_out_people_are_strangers(faces, crowd):
    assert set(faces.train).isdisjoint(faces.held_out)
    assert (faces.train, faces.held_out) == (range(50_000), range(1_000_000, 1_010_000))
    assert len({*crowd, *(traits(item) for item in faces.held_out[:500])}) == 3500
