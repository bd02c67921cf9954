"""Networks: smooth conditioning, independence of the batch, and what a sampler needs of a diffusion model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

import pytest
import torch
from torch import Tensor

from genmodels import checkpoints
from genmodels.denoising.parameterization import PARAMETERIZATIONS
from genmodels.evaluation import denoising
from genmodels.models.blocks import Attention, Smooth
from genmodels.models.diffusion import Diffusion
from genmodels.models.diffusion_trainer import error_of_x0, hidden
from genmodels.models.gan import GAN
from genmodels.models.unet import UNet

Net = TypeVar("Net", bound=torch.nn.Module)
SMALL = {"patch": 2, "channels": 16, "multiples": [1, 2], "blocks": 1, "attention": 4}


def stirred(net: Net) -> Net:
    """Not as it starts, where much is zero."""
    torch.manual_seed(1)
    for parameter in net.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return net.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def model() -> Diffusion:
    torch.manual_seed(0)
    return stirred(Diffusion((1, 8, 8), (2, 3), schedule="cosine", **SMALL))


def test_conditioning_is_one_to_one_smooth_and_finite_at_the_ends():
    smooth, log_snr = Smooth().double(), torch.linspace(-25, 25, 2001, dtype=torch.float64)
    features = smooth(log_snr)
    speed = (features[1:] - features[:-1]).norm(dim=1) / 0.025
    assert speed.min() > 1e-3, "two noise levels look alike"
    # the highest wave is 8 pi / 24 a unit: no derivative can be larger than its powers allow
    assert speed.max() <= (sum((k * math.pi / 24) ** 2 for k in range(1, 9))) ** 0.5
    gaps = torch.cdist(features[::50], features[::50]) + torch.eye(41, dtype=torch.float64) * 9
    assert gaps.min() > 1e-2
    assert smooth(torch.tensor([-torch.inf, torch.inf])).isfinite().all()


def measured_orders(model: Diffusion, z: Tensor, steps: int, high: float = 8.0, low: float = -8.0) -> Iterator[float]:
    """The orders that RK4 shows on a model's ODE, each from what halving the steps twice changes, ever shorter ones.

    The ODE is dy/du = eps - x0 for y = x / (alpha + sigma) against u = sigma / (alpha + sigma), which goes
    from 1 to 0: outside these log-SNRs lies less than a fiftieth of the way at either end.
    """

    def field(y: Tensor, t: Tensor) -> Tensor:
        x0, eps = model(y * (model.schedule.alpha(t) + model.schedule.sigma(t)), t)
        return eps - x0

    def end(count: int) -> Tensor:
        log_snr = torch.linspace(low, high, count + 1, dtype=torch.float64)
        u = torch.sigmoid(-log_snr / 2)
        u = torch.stack([u[:-1], (u[:-1] + u[1:]) / 2, u[1:]], dim=1)  # start, middle and end of each step
        times = model.schedule.time_of(u / (1 - u))
        y = z.double()
        for h, (start, middle, stop) in zip(u[:, 2] - u[:, 0], times, strict=True):
            k1 = field(y, start)
            k2 = field(y + h / 2 * k1, middle)
            k3 = field(y + h / 2 * k2, middle)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + field(y + h * k3, stop))
        return y

    coarse, middle = end(steps), end(2 * steps)
    while True:
        steps *= 2
        fine = end(2 * steps)
        yield math.log2((coarse - middle).norm() / (middle - fine).norm())
        coarse, middle = middle, fine


def test_rk4_shows_its_order_on_a_network(model: Diffusion):
    z = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    net = Diffusion((1, 8, 8), (2, 3), schedule="cosine", **SMALL)
    net.load_state_dict(model.state_dict())
    assert next(measured_orders(net.double().requires_grad_(False), z, 32)) >= 3.5


@pytest.mark.parametrize("name", [n for n, card in checkpoints.available().items() if card.kind == "diffusion"])
def test_rk4_shows_its_order_on_every_shipped_network(name: str):
    model = checkpoints.load(name)
    assert isinstance(model, Diffusion)
    z = torch.randn(1, *model.latent_shape, generator=torch.Generator().manual_seed(0))
    for which in range(len(model.averages) or 1):
        orders = measured_orders(model.double().averaged(which), z, 16)
        assert any(order >= 3 for order in islice(orders, 2)), "the steeper a network, the shorter its steps must be"


@pytest.mark.parametrize("predicts", PARAMETERIZATIONS)
def test_what_leaves_a_model_adds_up_to_x(predicts: str):
    model = stirred(Diffusion((1, 8, 8), schedule="cosine", predicts=predicts, **SMALL)).double()
    x = torch.randn(3, 1, 8, 8, dtype=torch.float64)
    for t in (torch.tensor(0.3, dtype=torch.float64), torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)):
        x0, eps = model(x, t)
        assert torch.allclose(model.schedule.add_noise(x0, eps, t), x, atol=1e-12)


def test_times_of_a_batch_are_each_their_own(model: Diffusion):
    x, times = torch.randn(3, 1, 8, 8), torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)
    together = model(x, times).x0
    for k in range(3):
        assert torch.allclose(model(x[k : k + 1], times[k]).x0[0], together[k], atol=1e-5)


def test_zeros_mean_not_given(model: Diffusion):
    x, t = torch.randn(2, 1, 8, 8), torch.tensor(0.5, dtype=torch.float64)
    nothing, something = torch.zeros(2, 5), torch.eye(5)[:2]
    assert torch.equal(model(x, t, nothing).x0, model(x, t).x0)
    assert not torch.allclose(model(x, t, something).x0, model(x, t).x0)


def test_loss_of_a_perfect_and_of_an_idle_network(model: Diffusion, monkeypatch: pytest.MonkeyPatch):
    x0, eps = torch.randn(4, 1, 8, 8), torch.randn(4, 1, 8, 8)
    t = torch.tensor([0.01, 0.4, 0.7, 1.0], dtype=torch.float64)
    monkeypatch.setattr(model, "output", lambda *_: x0)
    assert error_of_x0(model, x0, eps, t).abs().max() == 0
    monkeypatch.setattr(model, "output", lambda *_: torch.zeros_like(x0))
    weight = (1 / model.schedule.sigma(t) ** 2).clamp(max=20).float()
    assert weight[0] == 20 and weight[3] == pytest.approx(1, abs=1e-3)
    assert torch.allclose(error_of_x0(model, x0, eps, t), weight * x0.square().mean((1, 2, 3)), rtol=1e-5)


def test_hidden_labels_are_hidden_by_blocks():
    dice = torch.Generator().manual_seed(0)
    label = torch.ones(4000, 5)
    kept = hidden(label, (2, 3), 0.3, dice)
    assert torch.equal(kept[:, 0], kept[:, 1]) and torch.equal(kept[:, 2], kept[:, 4])
    none = (kept.sum(1) == 0).float().mean().item()
    # all hidden: 3 in 10 by design, and of the others E[u²] = 1/3, for odds u that are uniform
    assert none == pytest.approx(0.3 + 0.7 / 3, abs=0.03)
    assert kept[:, 0].mean().item() == pytest.approx(0.7 / 2, abs=0.03)
    assert hidden(torch.ones(3, 0), (), 0.3, dice).shape == (3, 0)


def test_decoding_ends_in_range_and_by_its_seed_alone(model: Diffusion):
    z = torch.randn(3, 1, 8, 8)
    together = model.used(steps=4).decode(z)
    assert together.abs().max() <= 1
    assert torch.allclose(model.used(steps=4).decode(z[1:2])[0], together[1], atol=1e-5)


def test_denoising_error_of_an_idle_network_is_the_power_of_the_pictures(model, monkeypatch: pytest.MonkeyPatch):
    real = torch.rand(40, 1, 8, 8) - 0.5
    monkeypatch.setattr(model, "output", lambda x, *_: torch.zeros_like(x))
    for measure in denoising(model, real, seed=0).values():
        assert measure["value"] == pytest.approx(real.square().mean().item(), rel=1e-4)


def test_attention_does_not_care_where_things_are():
    """Moving the places moves the answers with them."""
    layer = stirred(Attention(32)).double()
    x = torch.randn(1, 32, 4, 4, dtype=torch.float64)
    order = torch.randperm(16)

    def moved(y: Tensor) -> Tensor:
        return y.flatten(2)[:, :, order].reshape(y.shape)

    assert torch.allclose(layer(moved(x)), moved(layer(x)), atol=1e-12)


@pytest.mark.parametrize(("fine", "least", "most"), [(0, 16, 32), (16, 180, 192)])
def test_large_patches_lose_what_a_finish_still_sees(fine: int, least: int, most: int):
    """The directions in which a move of a picture of 192 numbers is answered: 4 patches of 8 channels carry 32."""
    net = stirred(UNet((3, 8, 8), patch=4, channels=8, multiples=(1,), blocks=1, attention=0, fine=fine)).double()
    x, t = torch.randn(1, 3, 8, 8, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    answers = torch.autograd.functional.jacobian(lambda x: net(x, t), x)
    assert isinstance(answers, Tensor) and least <= torch.linalg.matrix_rank(answers.reshape(192, 192)) <= most


@pytest.mark.parametrize(("patch", "fine"), [(1, 0), (2, 0), (4, 0), (4, 8)])
def test_a_new_unet_says_nothing_yet(patch: int, fine: int):
    net = UNet((3, 16, 16), patch=patch, channels=16, multiples=(1, 2), blocks=1, fine=fine)
    x = torch.randn(2, 3, 16, 16)
    said = net(x, torch.zeros(2))
    bias = net.leave[-1].get_parameter("bias")
    assert said.shape == x.shape and torch.allclose(said, bias[0].expand_as(said), atol=1)


def test_pictures_are_judged_alone():
    judge = stirred(GAN((1, 8, 8), 4, (16, 8), (8, 16))).get_submodule("discriminator")
    x = torch.randn(5, 1, 8, 8)
    assert torch.allclose(judge(x)[2:3], judge(x[2:3]), atol=1e-5)


def test_first_weights_hand_the_signal_on():
    """A generator that starts deaf to z, or a judge that starts blind, collapses."""
    torch.manual_seed(0)
    game = GAN((1, 8, 8), 16, (48, 32), (32, 48)).requires_grad_(False)
    assert game.generator.decode(torch.randn(256, 16)).std(0).mean() > 0.08
    assert game.discriminator(torch.randn(256, 1, 8, 8)).std() > 0.3
