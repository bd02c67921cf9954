"""Places: what is written down comes back, known points of each kind are where they must be, nonsense is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from genmodels.errors import Refused
from genmodels.latents import draw
from genmodels.places import PLACES, Between, Numbers, OnCircle, OnLattice, Place, Seed, Sum, from_spec, to_spec

SHAPE = (64,)
EXAMPLES: dict[str, Place] = {
    "seed": Seed(7),
    "lattice": OnLattice(Sum(Seed(5), Seed(6), Seed(8)), 0.25, -0.5),
    "between": Between(Seed(1), OnLattice(Seed(2), 0.5, 0.5), 0.3, "lerp"),
    "circle": OnCircle(Seed(1), Seed(2), 0.75),
    "sum": Sum(Seed(1), Seed(2), Between(Seed(3), Seed(4), 0.5)),
    "numbers": Numbers(tuple(k / 64 for k in range(64))),
}


def test_every_kind_has_an_example():
    assert {kind: type(place) for kind, place in EXAMPLES.items()} == PLACES


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_written_down_comes_back(kind: str):
    place = EXAMPLES[kind]
    again = from_spec(json.loads(json.dumps(to_spec(place))))
    assert torch.allclose(again.latent(SHAPE), place.latent(SHAPE), atol=1e-4)
    assert to_spec(again)["of"] == kind


@pytest.mark.parametrize("kind", PLACES)
def test_a_latent_has_the_shape_that_was_asked_for(kind: str):
    if kind != "numbers":
        assert EXAMPLES[kind].latent((2, 3)).shape == (1, 2, 3)
    assert EXAMPLES[kind].latent(SHAPE).shape == (1, *SHAPE)


@pytest.mark.parametrize(
    ("place", "seed"),
    [
        (OnLattice(Seed(7), 0, 0), 7),
        (OnLattice(Seed(7), 2, 1), 109),
        (OnLattice(Between(Seed(3), Seed(4), 0.0), 0, 0), 3),
        (OnLattice(Between(Seed(3), Seed(4), 0.5), 1, 0), 1),
        (Between(Seed(1), Seed(2), 0.0), 1),
        (Between(Seed(1), Seed(2), 1.0, "lerp"), 2),
        (OnCircle(Seed(1), Seed(2), 0.0), 1),
        (OnCircle(Seed(1), Seed(2), 1.0), 1),
        (Sum(Seed(1), Seed(2), Seed(2)), 1),
    ],
)
def test_known_points(place: Place, seed: int):
    assert torch.allclose(place.latent(SHAPE), draw(SHAPE, [seed]), atol=1e-5)


SEED = {"of": "seed", "seed": 1}
NONSENSE: dict[str, Any] = {
    "nothing": None,
    "a word": "seed",
    "a list": ["seed", 1],
    "unknown kind": {"of": "planet"},
    "a kind that is no word": {"of": ["seed"]},
    "seed too large": {"of": "seed", "seed": 10_000},
    "seed no whole number": {"of": "seed", "seed": 1.5},
    "seed a word": {"of": "seed", "seed": "1"},
    "unknown knob": {"of": "seed", "seed": 1, "color": 2},
    "not a number": {"of": "lattice", "start": SEED, "x": float("nan"), "y": 0},
    "far away": {"of": "lattice", "start": SEED, "x": 1e9, "y": 0},
    "half a way": {"of": "between", "a": SEED},
    "strange way": {"of": "between", "a": SEED, "b": SEED, "way": "hop"},
    "way no word": {"of": "between", "a": SEED, "b": SEED, "way": {}},
    "no numbers": {"of": "numbers"},
    "empty numbers": {"of": "numbers", "z": []},
    "too many numbers": {"of": "numbers", "z": [0.0] * 2000},
    "infinite numbers": {"of": "numbers", "z": [float("inf")]},
    "numbers that are words": {"of": "numbers", "z": ["1"]},
    "bottomless": (bottomless := {"of": "between", "a": SEED, "b": SEED}),
}
for _ in range(5):
    bottomless = NONSENSE["bottomless"] = {"of": "between", "a": bottomless, "b": SEED}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused(name: str):
    with pytest.raises(Refused) as refusal:
        from_spec(NONSENSE[name])
    assert str(refusal.value) != refusal.value.key  # there is a sentence for it


def test_numbers_of_another_model_are_refused():
    with pytest.raises(Refused) as refusal:
        EXAMPLES["numbers"].latent((100,))
    assert refusal.value.key == "place-numbers"
