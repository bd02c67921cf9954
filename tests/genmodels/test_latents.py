"""Ways between latents: ends, norms and the middle, against geometry."""

from __future__ import annotations

import pytest
import torch

from genmodels.latents import WAYS, corners, draw, lerp, slerp, walk

A, B = draw((64,), [1, 2, 3]), draw((64,), [4, 5, 6])


@pytest.mark.parametrize("way", WAYS)
def test_ends_are_exact(way: str):
    assert torch.equal(WAYS[way](A, B, 0.0), A)
    assert torch.equal(WAYS[way](A, B, 1.0), B)


@pytest.mark.parametrize("amount", [0.1, 0.5, 0.9])
def test_slerp_keeps_the_norm(amount: float):
    b = B * (A.norm(dim=1) / B.norm(dim=1))[:, None]
    assert torch.allclose(slerp(A, b, amount).norm(dim=1), A.norm(dim=1), rtol=1e-5)


def test_slerp_turns_evenly_in_the_plane():
    x, y = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    for k in range(7):
        angle = torch.tensor(k / 6 * torch.pi / 2)
        assert torch.allclose(slerp(x, y, k / 6), 2 * torch.stack([angle.cos(), angle.sin()])[None], atol=1e-6)


def test_slerp_between_equal_latents_stays():
    assert torch.allclose(slerp(A, A, 0.3), A, rtol=1e-6)
    assert torch.allclose(slerp(A, 3 * A, 0.5), 2 * A, rtol=1e-6)


@pytest.mark.parametrize("amount", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
@pytest.mark.parametrize(
    ("z", "nearly"),
    [
        (draw((64,), [1, 2]), 0.0),
        (draw((64,), [1, 2]).double(), 1e-10),  # so near that the plane of the two is lost in rounding
        (draw((64,), [1, 2]).double(), 1e-7),
        (draw((63,), [3, 4]), 0.0),
        (torch.eye(3), 0.0),
        (torch.eye(2), 0.0),
    ],
)
def test_slerp_to_the_opposite_goes_half_way_round(z: torch.Tensor, nearly: float, amount: float):
    there = -z + nearly * z.roll(1, dims=1)
    found, length = slerp(z, there, amount), z.norm(dim=1)
    assert found.isfinite().all() and torch.allclose(found.norm(dim=1), length, rtol=1e-6)
    turned = (found * z).sum(1) / length**2
    assert torch.allclose(turned, torch.full_like(turned, amount * torch.pi).cos(), atol=1e-6)
    assert torch.allclose(slerp(z, there, 1.0), there, atol=1e-6)
    assert torch.equal(slerp(z[1:], there[1:], amount), found[1:]), "whatever else is in the batch"


def test_slerp_through_nothing_is_nothing():
    """On a line there is no way around zero; and no length is no length everywhere."""
    assert slerp(torch.ones(1, 1), -torch.ones(1, 1), 0.5).abs().max() < 1e-6
    assert slerp(torch.zeros(1, 4), torch.zeros(1, 4), 0.5).equal(torch.zeros(1, 4))


def test_slerp_of_picture_shaped_latents_is_that_of_their_vectors():
    a, b = draw((3, 4, 4), [1]), draw((3, 4, 4), [2])
    assert torch.equal(slerp(a, b, 0.3).flatten(1), slerp(a.flatten(1), b.flatten(1), 0.3))


def test_lerp_shortens_the_middle():
    """Independent normal latents are nearly orthogonal: half-way the norm is about 1/sqrt 2 of theirs."""
    a, b = draw((4096,), [1]), draw((4096,), [2])
    assert (lerp(a, b, 0.5).norm() / a.norm()).item() == pytest.approx(0.5**0.5, abs=0.02)


@pytest.mark.parametrize("way", WAYS)
def test_a_walk_goes_from_end_to_end(way: str):
    frames = list(walk(A, B, 5, way))
    assert len(frames) == 5 and torch.equal(frames[0], A) and torch.equal(frames[-1], B)
    assert torch.equal(next(walk(A, B, 1, way)), A)


@pytest.mark.parametrize("way", WAYS)
def test_corners_of_the_pad(way: str):
    four = [draw((8,), [k]) for k in range(4)]
    for k, (right, down) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        assert torch.equal(corners(four, right, down, way), four[k])


def test_a_latent_depends_on_its_own_seed_only():
    assert torch.equal(draw((5,), [7, 8])[1:], draw((5,), [8, 9])[:1])
