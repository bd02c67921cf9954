"""The game itself: both players' gradients from one pass, and how the smallest of all GANs moves."""

from __future__ import annotations

import cmath

import pytest
import torch
from torch import Tensor, nn

from genmodels.adversarial import LOSSES, PENALTIES, Aside, Rules, play


def dice() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def points() -> tuple[nn.Module, nn.Module, Tensor, Tensor]:
    paint = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    judge = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Flatten(0))
    return paint, judge, torch.randn(6, 3), torch.randn(6, 2)


def pictures() -> tuple[nn.Module, nn.Module, Tensor, Tensor]:
    paint = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)), nn.Conv2d(1, 1, 3, padding=1))
    judge = nn.Sequential(nn.Conv2d(1, 5, 3, 2, 1), nn.Tanh(), nn.Flatten(), nn.Linear(20, 1), nn.Flatten(0))
    return paint, judge, torch.randn(6, 3), torch.randn(6, 1, 4, 4)


def gradients(net: nn.Module) -> list[Tensor]:
    return [torch.zeros_like(p) if p.grad is None else p.grad for p in net.parameters()]


@pytest.mark.parametrize("kind", [points, pictures])
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("loss", LOSSES)
def test_one_pass_back_gives_both_players_their_own_gradients(loss: str, penalty: str, kind):
    torch.manual_seed(0)
    paint, judge, z, real = kind()
    if (loss, penalty) == ("wasserstein", "label-smoothing"):  # refused, and tested as such
        return
    rules = Rules(loss, [penalty], gamma=0.7, every=2)
    rules.prepare(judge)
    paint, judge, z, real = paint.double(), judge.double().eval(), z.double(), real.double()

    fake = paint(z)
    leaf = fake.detach().requires_grad_()
    play(rules.loss, judge(torch.cat([real, 9 * leaf])), leaf, fake)
    if rules.due(0):
        (rules.weight * rules.slope(judge, real, 9 * leaf, dice())).backward()

    judged = rules.loss.discriminator(judge(real), judge(9 * paint(z).detach()))
    if rules.due(0):
        judged = judged + 0.7 * 2 * rules.slope(judge, real, 9 * fake.detach(), dice())
    fooled = rules.loss.generator(judge(real), judge(9 * paint(z)))
    for player, own in ((judge, judged), (paint, fooled)):
        expected = torch.autograd.grad(own, list(player.parameters()), allow_unused=True)
        for found, wanted in zip(gradients(player), expected, strict=True):
            wanted = torch.zeros_like(found) if wanted is None else wanted
            assert torch.allclose(found, wanted, rtol=1e-9, atol=1e-12)
    assert any(g.abs().max() > 1e-4 for g in gradients(paint))


@pytest.mark.parametrize("loss", LOSSES)
def test_what_players_want_aside_is_added_to_what_they_play_for(loss: str):
    """The discriminator's own term never sees the painter, and the painter's never teaches the discriminator."""
    torch.manual_seed(0)
    paint, judge, z, real = points()
    paint, judge, z, real = paint.double(), judge.double(), z.double(), real.double()
    fake, first = paint(z), next(judge.children())
    leaf = fake.detach().requires_grad_()

    def shape(x: Tensor) -> Tensor:
        return first(x).square().mean()

    of_real, of_fake = first(torch.cat([real, leaf])).square().chunk(2)  # both from one look, as a trainer has it
    play(LOSSES[loss], judge(torch.cat([real, leaf])), leaf, fake, Aside(0.3 * of_real.mean(), 0.7 * of_fake.mean()))
    judged = LOSSES[loss].discriminator(judge(real), judge(paint(z).detach())) + 0.3 * shape(real)
    fooled = LOSSES[loss].generator(judge(real), judge(paint(z))) + 0.7 * shape(paint(z))
    for player, own in ((judge, judged), (paint, fooled)):
        expected = torch.autograd.grad(own, list(player.parameters()), allow_unused=True)
        for found, wanted in zip(gradients(player), expected, strict=True):
            assert torch.allclose(found, torch.zeros_like(found) if wanted is None else wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_discriminator_can_move_alone(loss: str):
    torch.manual_seed(0)
    paint, judge, z, real = points()
    leaf = paint(z).detach().requires_grad_()
    play(LOSSES[loss], judge(torch.cat([real, leaf])), leaf, None)
    expected = torch.autograd.grad(LOSSES[loss].discriminator(judge(real), judge(leaf)), list(judge.parameters())[:1])
    assert torch.allclose(gradients(judge)[0], expected[0], rtol=1e-5, atol=1e-7)
    assert all(p.grad is None for p in paint.parameters())


def test_a_content_hinge_still_teaches_the_generator():
    """Where the discriminator's own slope is 0, one gradient cannot be had from the other."""
    w = torch.tensor([[1.0]], requires_grad=True)
    fake = torch.full((3, 1), -5.0, requires_grad=True)
    leaf = fake.detach().requires_grad_()
    play(LOSSES["hinge"], (torch.cat([torch.full((3, 1), 5.0), leaf]) @ w)[:, 0], leaf, fake)
    assert w.grad is not None and w.grad.item() == 0
    assert fake.grad is not None and torch.allclose(fake.grad, torch.full((3, 1), -1 / 3))


def moved(state: Tensor, rules: Rules, h: float) -> Tensor:
    """One simultaneous step of the Dirac GAN: real data at 0, generated at theta, the score is psi x."""
    theta, psi = (value.clone().reshape(1, 1).requires_grad_() for value in state)

    def score(x: Tensor) -> Tensor:
        return (x @ psi)[:, 0]

    real, fake = torch.zeros(1, 1, dtype=torch.float64), 1.0 * theta
    leaf = fake.detach().requires_grad_()
    play(rules.loss, score(torch.cat([real, leaf])), leaf, fake)
    if rules.due(0):
        (rules.weight * rules.slope(score, real, leaf, dice())).backward()
    assert theta.grad is not None and psi.grad is not None
    return torch.cat([theta - h * theta.grad, psi - h * psi.grad]).detach()[:, 0]


def eigenvalues(rules: Rules, h: float) -> list[complex]:
    """Of the step's Jacobian at the equilibrium (0, 0), by central differences."""
    e = 1e-5 * torch.eye(2, dtype=torch.float64)
    jacobian = torch.stack([(moved(d, rules, h) - moved(-d, rules, h)) / 2e-5 for d in e], dim=1)
    return sorted(torch.linalg.eigvals(jacobian).tolist(), key=lambda value: (value.real, value.imag))


PULL = {"minimax": 0.5, "non-saturating": 0.5, "relativistic": 0.5, "hinge": 1.0, "wasserstein": 1.0}
DAMPING = {(): 0.0, ("r1",): 1.0, ("r2",): 1.0, ("r1", "r2"): 2.0}


@pytest.mark.parametrize("gamma", [0.3, 3.0])
@pytest.mark.parametrize("penalties", DAMPING, ids="+".join)
@pytest.mark.parametrize("loss", PULL)
def test_the_dirac_gan_turns_for_ever_unless_it_is_damped(loss: str, penalties: tuple[str, ...], gamma: float):
    """Its rates are -g/2 ± sqrt(g²/4 - f'(0)²), g the weight of the penalties (Mescheder et al. 2018)."""
    h, damping, pull = 0.1, gamma * DAMPING[penalties], PULL[loss]
    root = cmath.sqrt(damping**2 / 4 - pull**2)
    expected = sorted((1 + h * (-damping / 2 + sign * root) for sign in (-1, 1)), key=lambda v: (v.real, v.imag))
    found = eigenvalues(Rules(loss, penalties, gamma=gamma), h)
    assert found == pytest.approx(expected, abs=1e-6)
    rests = all(abs(value) < 1 for value in found)
    assert rests == bool(penalties)


def test_the_dirac_gan_comes_to_rest_only_with_a_penalty():
    """The same, walked from afar."""
    ends = {}
    for penalties in ((), ("r1",)):
        state = torch.tensor([1.0, 0.0], dtype=torch.float64)
        for _ in range(250):
            state = moved(state, Rules("minimax", penalties), 0.1)
        ends[penalties] = state.norm().item()
    assert ends[()] > 1 and ends[("r1",)] < 1e-2
