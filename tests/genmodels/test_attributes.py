"""Attributes of a generator whose pictures say exactly what they show: directions, names, entanglement are known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from genmodels.attributes import (
    Study,
    attribute_directions,
    axis_directions,
    entanglement,
    named,
    purity,
    spread,
    study,
    without,
)
from genmodels.directions import Direction, principal
from genmodels.errors import Refused
from genmodels.latents import LatentModel, StyleModel, draw

FIELDS = {"glasses": ("none", "round"), "tilt": ("left", "upright", "right"), "beard": ("none", "full")}
SIZE = 16


class Mirror(LatentModel):
    """Paints its latent, so that every pixel is a coordinate."""

    latent_shape = (SIZE,)

    def decode(self, z: Tensor) -> Tensor:
        return z.reshape(-1, 1, 4, 4)


def read(pictures: Tensor) -> Tensor:
    """Glasses follow coordinate 0, tilt coordinate 1, a beard both 0 and 2."""
    z = pictures.flatten(1)
    glasses, beard = (torch.stack([-way, way], 1).softmax(1) for way in (2 * z[:, 0], z[:, 0] + z[:, 2]))
    tilt = torch.stack([-2 * z[:, 1], 0 * z[:, 1], 2 * z[:, 1]], 1).softmax(1)
    return torch.cat([glasses, tilt, beard], 1)


@pytest.fixture(scope="module")
def studied() -> Study:
    return study(Mirror(), read, FIELDS, samples=600)


def axis(*weights: float) -> Tensor:
    vector = torch.zeros(SIZE)
    vector[: len(weights)] = torch.tensor(weights)
    return vector / vector.norm()


def along(vector: Tensor) -> Direction:
    return Direction("attribute", 0, vector, 1.0, 1.0)


def test_directions_are_those_that_were_put_in(studied: Study):
    found = {direction.name: direction for direction in attribute_directions(studied)}
    assert found.keys() == {"glasses=none", "glasses=round", "tilt", "beard=none", "beard=full"}
    for name, vector in {"glasses=round": axis(1), "tilt": axis(0, 1), "beard=full": axis(1, 0, 1)}.items():
        direction = found[name]
        assert float(direction.vector @ vector) > 0.98
        assert direction.value > 0.8 and direction.correlation > 0.9
        assert direction.sigma == pytest.approx(1, abs=0.1)
    assert float(found["glasses=none"].vector @ found["glasses=round"].vector) < -0.999


def test_chance_is_not_taken_for_a_direction():
    """What does not follow from the latent has an R² of nothing on points that were not fitted."""
    dice = torch.Generator().manual_seed(0)
    odds = torch.rand(600, generator=dice)
    blind = study(Mirror(), lambda x: read(x), FIELDS, samples=600)
    chance = Study(blind.points, torch.stack([odds, 1 - odds], 1), {"luck": ("bad", "good")})
    assert all(direction.value < 0.05 for direction in attribute_directions(chance))


def test_what_is_rare_is_left_out():
    probabilities = torch.full((200, 2), 0.001)
    probabilities[:, 0] = 0.999
    probabilities[0] = torch.tensor([0.4, 0.6])
    rare = Study(draw((SIZE,), range(200)), probabilities, {"hat": ("none", "cap")})
    assert rare.scores() == {} and attribute_directions(rare) == []


def test_without_leaves_the_others_alone(studied: Study):
    beard, glasses = along(axis(1, 0, 1)), along(axis(1))
    clean = without(beard, [glasses], studied)
    assert torch.allclose(clean.vector, axis(0, 0, 1), atol=1e-6) and without(beard, [], studied) is beard
    assert clean.sigma == pytest.approx(spread(studied, axis(0, 0, 1)))
    here = draw((SIZE,), range(200))
    before, after = (entanglement(Mirror(), read, FIELDS, here, way) for way in (beard, clean))
    assert before["glasses"].moved > 0.1 and after["glasses"].moved == pytest.approx(0, abs=1e-6)
    assert purity(after, "beard") == pytest.approx(1) and 0.3 < purity(before, "beard") < 0.8
    with pytest.raises(Refused):
        without(glasses, [glasses, beard], studied)


def test_entanglement_is_what_the_reader_says():
    """One picture on the fence, moved by one sigma: sigmoid(4) - 1/2 changes sides, and the signs say which way."""
    fence = torch.zeros(1, SIZE)
    changes = entanglement(Mirror(), read, FIELDS, fence, along(axis(1)), amounts=(1.0,))
    expected = float(torch.tensor(4.0).sigmoid() - 0.5)
    assert changes["glasses"].moved == pytest.approx(expected, abs=1e-5)
    assert changes["glasses"].shifts == pytest.approx({"none": -expected, "round": expected}, abs=1e-5)
    assert changes["tilt"].moved == 0
    twice = entanglement(Mirror(), read, FIELDS, fence, along(axis(1)), amounts=(-1.0, 1.0))
    assert twice["glasses"].moved == pytest.approx(expected, abs=1e-5)
    assert twice["glasses"].shifts["round"] == pytest.approx(expected, abs=1e-5)


def test_names_go_to_what_correlates(studied: Study):
    given = [along(-axis(0, 1)), along(axis(0, 0, 0, 0, 1))]
    tilted, free = named(given, studied)
    assert tilted.name == "tilt" and tilted.correlation > 0.8
    assert torch.equal(tilted.vector, axis(0, 1))  # turned so that it raises what it is named after
    assert free.name == "" and abs(free.correlation) < 0.2 and free.label == "attribute 1"
    assert named(given, studied, threshold=0.999)[0].name == ""
    assert [d.name for d in named(given, Study(studied.points, studied.probabilities[:, :0], {}))] == ["", ""]


def test_a_coordinate_that_calls_for_a_field_is_a_direction_with_its_obedience(studied: Study):
    """The reader sees glasses where coordinate 0 calls for them, but never an upright head: half of its stretch."""
    assert axis_directions(Mirror(), FIELDS, studied) == []
    model = Mirror()
    model.axes = [[0.5, 0.5], [0.25, 0.5, 0.25], [0.9, 0.1]]
    glasses, tilt, beard = axis_directions(model, FIELDS, studied)
    assert [way.name for way in (glasses, tilt, beard)] == list(FIELDS)
    assert torch.equal(glasses.vector, axis(1)) and torch.equal(beard.vector, axis(0, 0, 1)) and tilt.sigma == 1
    assert glasses.value == 1  # both change sides at 0
    assert tilt.value == pytest.approx(0.5, abs=0.06)
    assert [way.value for way in axis_directions(model, FIELDS)] == [0, 0, 0], "nobody has looked yet"
    styled = Styled()
    styled.axes = model.axes
    mapped = Study(4 * studied.points, studied.probabilities, FIELDS, studied.points)
    assert [way.value for way in axis_directions(styled, FIELDS, mapped)] == [glasses.value, tilt.value, beard.value]


class Styled(StyleModel):
    """Styles stretched to four times their width along the coordinate of the tilt."""

    latent_shape, layers, grain_sides, w_mean = (SIZE,), 2, (4, 4), torch.zeros(SIZE)

    def __init__(self) -> None:
        nn.Module.__init__(self)

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        return (z * torch.where(torch.arange(SIZE) == 1, 4.0, 1.0))[:, None].expand(-1, 2, -1)

    def synthesize(self, w: Tensor, noise: Sequence[Tensor] | None = None) -> Tensor:
        return w.mean(1).reshape(-1, 1, 4, 4) + (0 if noise is None else 5)


def test_a_style_models_main_component_is_found_and_named():
    model = Styled()
    first = named(principal(model, 3), study(model, read, FIELDS, samples=400))[0]
    assert first.name == "tilt" and first.sigma == pytest.approx(4, rel=0.1)
    assert abs(float(first.vector @ axis(0, 1))) > 0.99


def test_entanglement_is_measured_with_noise_in_the_layers_or_without():
    """The noise of this model makes every attribute certain, so that a sigma changes hardly anything."""
    model, fence = Styled(), torch.zeros(1, 2, SIZE)
    noisy, plain = (
        entanglement(model, read, FIELDS, fence, along(axis(1)), amounts=(1.0,), grain=grain) for grain in (True, False)
    )
    assert noisy["glasses"].moved < 0.01 < 0.4 < plain["glasses"].moved


def test_a_reader_of_other_fields_is_refused():
    with pytest.raises(Refused):
        study(Mirror(), read, {"glasses": ("none", "round")}, samples=2)
