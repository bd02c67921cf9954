"""Adversarial losses and penalties against closed forms, slopes by finite differences, and the shared backward pass."""

from __future__ import annotations

import math

import pytest
import torch

from genmodels.adversarial import LOSSES, PENALTIES, Loss
from genmodels.models.gan import GAN, play


@pytest.mark.parametrize("name", LOSSES)
def test_no_opinion_costs_what_a_coin_costs(name: str):
    """At equal scores of 0 every term is softplus(0) = log 2."""
    zero = torch.zeros(5)
    terms = {"non-saturating": 2, "relativistic": 1}[name]
    assert LOSSES[name].discriminator(zero, zero).item() == pytest.approx(terms * math.log(2))
    assert LOSSES[name].generator(zero, zero).item() == pytest.approx(math.log(2))


def test_non_saturating_is_the_cross_entropy_of_the_scores():
    real, fake = torch.randn(50), torch.randn(50)
    entropy = torch.nn.functional.binary_cross_entropy
    judged = entropy(real.sigmoid(), torch.ones(50)) + entropy(fake.sigmoid(), torch.zeros(50))
    assert LOSSES["non-saturating"].discriminator(real, fake).item() == pytest.approx(judged.item(), rel=1e-5)
    fooled = entropy(fake.sigmoid(), torch.ones(50))
    assert LOSSES["non-saturating"].generator(real, fake).item() == pytest.approx(fooled.item(), rel=1e-5)


def test_relativistic_sees_differences_only_and_is_a_zero_sum_of_orders():
    real, fake = torch.randn(50, dtype=torch.float64), torch.randn(50, dtype=torch.float64)
    loss = LOSSES["relativistic"]
    assert loss.discriminator(real + 3, fake + 3).item() == pytest.approx(loss.discriminator(real, fake).item())
    assert loss.generator(real, fake).item() == pytest.approx(loss.discriminator(fake, real).item())
    # softplus(x) - softplus(-x) = x
    gap = loss.generator(real, fake) - loss.discriminator(real, fake)
    assert gap.item() == pytest.approx((real - fake).mean().item())


@pytest.mark.parametrize("name", PENALTIES)
def test_penalty_of_a_quadratic_score(name: str):
    """score = c |x|² / 2 has the slope c x, so half its mean square is c² mean |x|² / 2."""
    real, fake = torch.randn(7, 3, 4, 4), 2 * torch.randn(7, 3, 4, 4)
    where = {"r1": real, "r2": fake}[name]
    c = torch.tensor(1.5, requires_grad=True)
    penalty = PENALTIES[name](lambda x: c * x.square().flatten(1).sum(1) / 2, real, fake)
    length = where.square().flatten(1).sum(1).mean().item()
    assert penalty.item() == pytest.approx(1.5**2 * length / 2, rel=1e-5)
    penalty.backward()
    assert c.grad is not None and c.grad.item() == pytest.approx(1.5 * length, rel=1e-5)


@pytest.mark.parametrize("name", PENALTIES)
def test_penalty_of_a_network_by_finite_differences(name: str):
    torch.manual_seed(0)
    judge = GAN((1, 4, 4), 2, (8,), (8,)).discriminator.double()
    for parameter in judge.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    pictures = torch.randn(2, 1, 4, 4, dtype=torch.float64)
    total, h = 0.0, 1e-6
    for k in range(16):
        nudge = torch.zeros(16, dtype=torch.float64)
        nudge[k] = h
        nudge = nudge.reshape(1, 1, 4, 4)
        with torch.no_grad():
            total += ((judge(pictures + nudge) - judge(pictures - nudge)) / (2 * h)).square().mean().item()
    assert PENALTIES[name](judge, pictures, pictures).item() == pytest.approx(total / 2, rel=1e-5)


def hinge() -> Loss:
    return Loss(lambda real, fake: (1 - real).relu().mean() + (1 + fake).relu().mean(), lambda real, fake: -fake.mean())


@pytest.mark.parametrize("loss", [*LOSSES.values(), hinge()], ids=[*LOSSES, "hinge"])
def test_one_pass_back_gives_both_players_their_own_gradients(loss: Loss):
    torch.manual_seed(0)
    game = GAN((1, 8, 8), 16, (16, 8), (8, 16)).double()
    for parameter in game.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    z, real = torch.randn(8, 16, dtype=torch.float64), torch.randn(8, 1, 8, 8, dtype=torch.float64)
    fake = game.generator.decode(z)
    leaf = fake.detach().requires_grad_()
    play(loss, game.discriminator(torch.cat([real, leaf])), leaf, fake)

    judged = loss.discriminator(game.discriminator(real), game.discriminator(fake.detach()))
    fooled = loss.generator(game.discriminator(real), game.discriminator(game.generator.decode(z)))
    for player, own in ((game.discriminator, judged), (game.generator, fooled)):
        parameters = list(player.parameters())
        for parameter, expected in zip(parameters, torch.autograd.grad(own, parameters), strict=True):
            assert parameter.grad is not None
            assert torch.allclose(parameter.grad, expected, rtol=1e-9, atol=1e-12)
