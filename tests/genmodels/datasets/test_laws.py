"""The densities of the plane's laws: they integrate to one, and samples follow them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image

from genmodels.datasets.laws import GaussianMixture, Squares, blurred
from genmodels.datasets.points import LAWS, Points
from genmodels.datasets.uploads import from_picture, hand_drawn
from genmodels.errors import Refused
from genmodels.knobs import knobs_of

FINE, COARSE, REACH = 200, 20, 1.5


def laws():
    for key, law in LAWS.items():
        yield pytest.param(law(), id=key)
        yield pytest.param(law(**{name: knob.high for name, knob in knobs_of(law).items()}), id=f"{key}-high")
    yield pytest.param(hand_drawn([[0, 0], [0.5, 0.5], [0.5, -0.2]], 0.1), id="hand-drawn")
    ramp = np.linspace(0, 255, 24 * 40).reshape(24, 40).astype(np.uint8)
    yield pytest.param(from_picture(Image.fromarray(ramp)), id="picture")
    turned = torch.tensor([[[0.04, 0.03], [0.03, 0.06]], [[0.02, -0.01], [-0.01, 0.01]]], dtype=torch.float64)
    means = torch.tensor([[0.3, 0.2], [-0.4, 0.1]], dtype=torch.float64)
    yield pytest.param(GaussianMixture(torch.tensor([0.3, 0.7]).double(), means, turned), id="anisotropic")


@pytest.mark.parametrize("law", list(laws()))
def test_density_integrates_to_one_and_samples_follow_it(law):
    """Against the midpoint rule on a fine grid: total, entropy, and the share of the samples in each coarse cell."""
    reach = 3.0 if isinstance(law, GaussianMixture) and law.covariances.amax() > 0.02 else REACH
    axis = ((torch.arange(FINE, dtype=torch.float64) + 0.5) / FINE * 2 - 1) * reach
    density = law.log_density(torch.cartesian_prod(axis, axis)).exp()
    area = (2 * reach / FINE) ** 2
    block = FINE // COARSE
    expected = density.reshape(COARSE, block, COARSE, block).sum((1, 3)).numpy() * area
    assert abs(expected.sum() - 1) < 0.01

    n = 20_000
    x = law.sample(n, torch.Generator().manual_seed(1))
    own = law.log_density(x)
    assert torch.isfinite(own).all()
    assert -own.mean().item() == pytest.approx((torch.special.entr(density).sum() * area).item(), abs=0.04)

    counts = np.histogram2d(*x.numpy().T, bins=COARSE, range=[[-reach, reach]] * 2)[0]
    assert counts.sum() > 0.999 * n
    if isinstance(law, Squares):  # cells cut by an edge are integrated roughly; empty ones must stay empty
        assert counts[expected == 0].sum() == 0
        assert np.abs(counts / n - expected).sum() < 0.06
        return
    hit = expected * n > 8
    chi = ((counts - expected * n)[hit] ** 2 / (expected * n)[hit]).sum()
    assert chi < hit.sum() + 5 * math.sqrt(2 * hit.sum())


def test_mixture_density_against_scipy():
    stats = pytest.importorskip("scipy.stats")
    law = next(laws_by("anisotropic"))
    x = law.sample(50, torch.Generator().manual_seed(3)).numpy()
    truth = sum(
        w * stats.multivariate_normal(m, c).pdf(x)
        for w, m, c in zip(law.weights.numpy(), law.means.numpy(), law.covariances.numpy(), strict=True)
    )
    np.testing.assert_allclose(law.log_density(torch.from_numpy(x)).exp().numpy(), truth, rtol=1e-10)


def laws_by(name: str):
    return (parameter.values[0] for parameter in laws() if parameter.id == name)


def test_known_densities():
    board = LAWS["checkerboard"](squares=2)
    x = torch.tensor([[-0.5, 0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, -0.5], [0.95, 0.0], [-0.5, 5.0]])
    two_squares = 2 * 0.9**2
    expected = [1 / two_squares, 1 / two_squares, 0, 0, 0, 0]
    np.testing.assert_allclose(board.log_density(x).exp().numpy(), expected, rtol=1e-12)


def test_a_picture_stands_upright():
    picture = np.full((40, 20), 255, np.uint8)
    picture[:10, :10] = 0  # dark in the upper left
    x = from_picture(Image.fromarray(picture)).sample(500, torch.Generator().manual_seed(0))
    assert (x[:, 0] < 0).all() and (x[:, 1] > 0.44).all()
    assert x[:, 0].min() > -0.46 and x[:, 1].max() < 0.91


@pytest.mark.parametrize("law", ["ring", "grid", "moons", "spiral"])
def test_a_part_is_where_its_points_are(law):
    """The nearest component belongs to the named part for nearly all points."""
    points = Points(law=law)
    x, label = points.batch(range(2_000))
    mixture = points.law
    assert isinstance(mixture, GaussianMixture) and mixture.owner is not None
    nearest = torch.cdist(x.double(), mixture.means).argmin(1)
    assert (mixture.owner[nearest] == label.argmax(1)).float().mean() > 0.99


def test_an_exact_denoiser_can_be_made_of_a_law():
    exact = pytest.importorskip("genmodels.denoising.exact")
    mixture = LAWS["moons"]()
    assert isinstance(mixture, GaussianMixture)
    assert exact.MixtureDenoiser(None, mixture.weights, mixture.means, mixture.covariances)


def test_chances_at_the_edge_stay_inside():
    edge = torch.tensor([[1 - 2**-40, 1 - 2**-40, 0.5], [0.0, 0.0, 0.0]], dtype=torch.float64)
    for law in LAWS.values():
        assert torch.isfinite(law().log_density(law().place(edge))).all()


def test_a_law_by_hand_is_a_data_set():
    points = Points(hand_drawn([[0.1, 0.2]]))
    assert points.fields == {} and points.labels([0, 1]).shape == (2, 0)
    assert points.law.part(torch.rand(3, 3)).tolist() == [0, 0, 0]
    assert LAWS["checkerboard"]().part(torch.rand(3, 3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("law", "knobs", "key"),
    [("rign", {}, "unknown-law"), ("ring", {"std": 9}, "knob"), ("ring", {"mode": 3}, "unknown-knob")],
)
def test_strange_requests_are_refused(law, knobs, key):
    with pytest.raises(Refused) as refusal:
        Points(law, knobs)
    assert refusal.value.key == key


def test_nothing_makes_no_law():
    with pytest.raises(Refused):
        blurred(torch.zeros(0, 2), 0.1)
