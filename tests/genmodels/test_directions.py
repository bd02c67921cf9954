"""Directions of generators whose law is known: PCA against the covariance, closed form against the weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from genmodels.directions import (
    METHODS,
    closed_form,
    early,
    first_affine,
    flat,
    moved,
    paint,
    place_along,
    points,
    principal,
)
from genmodels.errors import Refused
from genmodels.evaluation import drawable
from genmodels.latents import Conditioned, LatentModel, StyleModel, draw
from genmodels.models.stylegan import StyleGenerator
from genmodels.zoo import ZOO

GENERATORS = [name for name, row in ZOO.items() if row.kind == "gan"]


def generator(name: str) -> LatentModel:
    torch.manual_seed(1)
    recipe = ZOO[name]
    return drawable(recipe.build(**recipe.full_config(recipe.data()))).eval().requires_grad_(False)


class Plain(LatentModel):
    """Pictures of 2 × 2 pixels: a known matrix, then something that bends."""

    latent_shape = (4,)

    def __init__(self, matrix: Tensor, bend: nn.Module) -> None:
        super().__init__()
        self.enter = nn.Linear(4, len(matrix))
        self.enter.weight.data, self.bend, self.leave = matrix, bend, nn.Linear(len(matrix), 4)

    def decode(self, z: Tensor) -> Tensor:
        return self.leave(self.bend(self.enter(z))).reshape(-1, 1, 2, 2).tanh()


@torch.no_grad()
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", GENERATORS)
def test_every_generator_has_directions(name: str, method: str):
    model = generator(name)
    found = METHODS[method](model, count=4)
    assert [direction.number for direction in found] == [0, 1, 2, 3]
    assert sorted((d.value for d in found), reverse=True) == [d.value for d in found]
    assert 0 < sum(d.value for d in found) <= 1 + 1e-6
    here = points(model, draw(model.latent_shape, range(5000, 5512)))
    for direction in found:
        assert direction.vector.norm().item() == pytest.approx(1, abs=1e-4)
        along = place_along(model, here, direction)
        assert along.std().item() == pytest.approx(1, abs=0.15)  # a sigma is a sigma
        there = moved(model, here[:2], direction, 1.5)
        assert torch.allclose(place_along(model, there, direction) - along[:2], torch.tensor(1.5), atol=1e-3)
        assert not torch.equal(paint(model, there), paint(model, here[:2]))
    if isinstance(model, StyleModel):
        model.w_mean.copy_(here.mean((0, 1)))
    middle = torch.stack([place_along(model, here, direction).mean() for direction in found])
    assert middle.abs().max() < 0.2, "the middle of the law is the middle of every slider"
    again = METHODS[method](model, count=4)
    assert all(torch.equal(a.vector, b.vector) for a, b in zip(found, again, strict=True))


@torch.no_grad()
def test_principal_directions_are_those_of_the_covariance():
    """Behind a layer with orthogonal rows of known lengths the components are those rows, by their squares."""
    lengths = torch.tensor([4.0, 2.0, 1.0, 0.5])
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(0)))
    model = Plain(torch.diag(lengths) @ turn.T, nn.Identity()).requires_grad_(False)
    found = principal(model, count=4, layer="bend")
    for k, direction in enumerate(found):
        assert abs(float(direction.vector @ turn[:, k])) > 0.99
        assert direction.value == pytest.approx(float(lengths[k] ** 2 / lengths.square().sum()), rel=0.15)


@torch.no_grad()
def test_the_early_activation_is_the_first_that_bends():
    model = Plain(torch.randn(6, 4), nn.Sequential(nn.Identity(), nn.ReLU()))
    assert early(model) is model.bend[1]  # type: ignore[index]
    with pytest.raises(Refused):
        early(NoLayer())


@torch.no_grad()
def test_closed_form_finds_the_rows_of_most_units():
    """Nine units look along one axis and three along another, whatever their lengths: shares 9/12 and 3/12."""
    rows = torch.zeros(12, 4)
    rows[:9, 2], rows[9:, 0] = torch.linspace(0.1, 5, 9), -7.0
    first, second, third = closed_form(Plain(rows, nn.ReLU()), count=3)
    assert abs(first.vector[2]) > 0.999 and first.value == pytest.approx(9 / 12)
    assert abs(second.vector[0]) > 0.999 and second.value == pytest.approx(3 / 12)
    assert third.value == pytest.approx(0, abs=1e-6)


class NoLayer(LatentModel):
    latent_shape = (4,)

    def decode(self, z: Tensor) -> Tensor:
        return z.reshape(-1, 1, 2, 2).clamp(-1, 1)


def test_a_model_without_layers_is_refused():
    with pytest.raises(Refused):
        closed_form(NoLayer())


@torch.no_grad()
def test_the_residual_generator_is_seen_through_its_mapping():
    """One matrix from the entrance, one for each block's modulation; a finite difference agrees with a slope."""
    model = generator("digits-gan")
    answers = list(first_affine(model))
    assert len(answers) == 1 + len(model.blocks)  # type: ignore[arg-type]
    assert all(matrix.shape[1] == 16 and layer is None for matrix, layer in answers)
    film, mapping = model.blocks[0].film, model.mapping  # type: ignore[index, union-attr]
    rows = film.weight / film.weight.norm(dim=1, keepdim=True)
    z, step = draw((16,), range(64)), 1e-3
    gram = torch.zeros(16, 16)
    for one in z:
        ahead, behind = (mapping(one + sign * step * torch.eye(16)) for sign in (1, -1))
        slope = rows @ (ahead - behind).T / (2 * step)
        gram += slope.T @ slope
    mine = answers[1][0].T @ answers[1][0]
    assert torch.allclose(mine / mine.trace(), gram / gram.trace(), atol=1e-3)


@torch.no_grad()
def test_a_told_model_has_the_directions_of_its_teller():
    name = next(name for name in GENERATORS if ZOO[name].conditional)
    model = generator(name)
    told = Conditioned(model, torch.eye(sum(model.labels))[:1])  # type: ignore[arg-type]
    assert torch.allclose(closed_form(model, 1)[0].vector[:8].abs(), closed_form(told, 1)[0].vector[:8].abs(), atol=0.2)
    assert early(told) is early(model)


@pytest.fixture(scope="module")
def style() -> StyleModel:
    torch.manual_seed(0)
    model = StyleGenerator((3, 16, 16), latent=8, style=12, depth=2, channels=(16, 8, 8))
    return model.eval().requires_grad_(False)


@torch.no_grad()
def test_each_layer_of_styles_answers_for_itself(style: StyleModel):
    by_layer = [layer for _, layer in first_affine(style)]
    assert set(by_layer) == set(range(style.layers))
    early_only = closed_form(style, 1, layers=(0, 1))[0]
    weights = [rows for rows, layer in first_affine(style) if layer == 0]
    answer = torch.cat(weights) @ early_only.vector
    others = torch.cat(weights) @ torch.linalg.qr(torch.randn(12, 12)).Q
    assert answer.norm() >= others.norm(dim=0).max() - 1e-4  # no other way is answered more


@torch.no_grad()
def test_a_direction_moves_its_layers_only(style: StyleModel):
    here = points(style, draw((8,), [1]))
    direction = closed_form(style, 1, layers=(2, 4))[0]
    there = moved(style, here, direction, 2.0)
    changed = (there - here).abs().sum(2)[0] > 0
    assert changed.tolist() == [2 <= layer < 4 for layer in range(style.layers)]
    assert torch.allclose((there - here)[0, 2], 2 * direction.sigma * direction.vector, atol=1e-5)


@torch.no_grad()
def test_style_components_have_the_variances_of_the_styles(style: StyleModel):
    rows = flat(style.map(draw((8,), range(1024))), style).double()
    _, sizes, _ = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)
    found = principal(style, count=5)
    expected = sizes[:5] / 1024**0.5
    assert torch.allclose(torch.tensor([d.sigma for d in found]).double(), expected, rtol=1e-3)
