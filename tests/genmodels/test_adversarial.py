"""Losses against the discriminators known to be best, penalties against finite differences, SVD and exact distances."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from genmodels.adversarial import CLIP, LOSSES, NEARBY, PENALTIES, SMOOTH, Loss, Rules
from genmodels.errors import Refused

P, Q = torch.tensor([1, 2, 3, 4]), torch.tensor([4, 3, 2, 1])  # how often each of four places is real, and generated
SLOPES = [name for name, penalty in PENALTIES.items() if penalty.slope]


def dice() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def everyone(p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """Places so that each real one stands beside each generated one once: means over these are expectations."""
    real, generated = (torch.arange(len(c)).repeat_interleave(c) for c in (p, q))
    return real.repeat_interleave(len(generated)), generated.repeat(len(real))


def best(loss: Loss, p: Tensor, q: Tensor) -> tuple[Tensor, float]:
    """The table of scores that makes the discriminator's loss smallest, and what it then is."""
    table = torch.zeros(len(p), dtype=torch.float64, requires_grad=True)
    real, generated = everyone(p, q)
    search = torch.optim.Rprop([table], lr=0.1, step_sizes=(1e-12, 1.0))
    for _ in range(120):
        search.zero_grad()
        loss.discriminator(table[real], table[generated]).backward()
        search.step()
    return table.detach(), loss.discriminator(table[real], table[generated]).item()


def odds(scores: Tensor) -> Tensor:
    """How each difference of scores is to be read as odds."""
    return (scores[:, None] - scores).sigmoid()


def rivals(p: Tensor, q: Tensor) -> Tensor:
    """Of two places of which one is real, the odds that it is the first."""
    first = p[:, None] * q
    return first / (first + first.T)


OPTIMA: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]]] = {
    "minimax": (torch.sigmoid, lambda p, q: p / (p + q)),
    "non-saturating": (torch.sigmoid, lambda p, q: p / (p + q)),
    "least-squares": (lambda scores: scores, lambda p, q: p / (p + q)),
    "hinge": (lambda scores: scores, lambda p, q: (p - q).sign()),
    "relativistic": (odds, rivals),
}


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"wasserstein"}))
def test_best_discriminator_of_two_discrete_laws(name: str):
    reading, truth = OPTIMA[name]
    scores, _ = best(LOSSES[name], P, Q)
    assert torch.allclose(reading(scores), truth(P.double(), Q.double()), atol=1e-6)


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"wasserstein"}))
def test_best_discriminator_with_smoothed_labels_thinks_some_real_samples_generated(name: str):
    """Two places, where also pairs can be read off a table."""
    reading, truth = OPTIMA[name]
    p, q = torch.tensor([1, 4]), torch.tensor([3, 2])
    scores, _ = best(Rules(name, ["label-smoothing"]).loss, p, q)
    p, q = p.double(), q.double()
    if name == "relativistic":  # there the pair's label is what is smoothed
        expected = (1 - SMOOTH) * rivals(p, q) + SMOOTH * rivals(p, q).T
    else:
        expected = truth((1 - SMOOTH) * p, q + SMOOTH * p)
    assert torch.allclose(reading(scores), expected, atol=1e-6)


def test_smoothing_bounds_confidence():
    """Where nothing is generated, the best answer is 1 - share instead of certainty."""
    scores, _ = best(Rules("non-saturating", ["label-smoothing"]).loss, torch.tensor([0, 5]), torch.tensor([5, 0]))
    assert scores.sigmoid()[1].item() == pytest.approx(1 - SMOOTH)


def test_value_of_the_game_is_a_distance():
    """Minimax: 2 JS - log 4. Hinge: 2 (total variation - 1)."""
    p, q = P / P.sum(), Q / Q.sum()
    middle = (p + q) / 2
    js = ((p * (p / middle).log()).sum() + (q * (q / middle).log()).sum()) / 2
    assert -best(LOSSES["minimax"], P, Q)[1] == pytest.approx((2 * js - math.log(4)).item(), rel=1e-6)
    assert -best(LOSSES["hinge"], P, Q)[1] == pytest.approx(((p - q).abs().sum() - 2).item(), rel=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_a_generator_wants_higher_scores(name: str):
    fake = torch.linspace(-3, 0.9, 9, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(LOSSES[name].generator(torch.zeros(9), fake), fake)
    assert (slope < 0).all()


@pytest.mark.parametrize("name", ["minimax", "wasserstein"])
def test_zero_sum(name: str):
    """What one player gains by the generated samples the other loses."""
    loss, real = LOSSES[name], torch.randn(9)
    sums = [loss.discriminator(real, fake) + loss.generator(real, fake) for fake in torch.randn(3, 9)]
    assert sums[0].item() == pytest.approx(sums[1].item(), rel=1e-5) == sums[2].item()


def test_minimax_saturates_where_non_saturating_pulls():
    fake = torch.tensor([-9.0], requires_grad=True)
    pull = {
        name: torch.autograd.grad(LOSSES[name].generator(fake, fake), fake)[0].item()
        for name in ("minimax", "non-saturating")
    }
    assert pull["minimax"] == pytest.approx(-math.exp(-9), rel=1e-3)
    assert pull["non-saturating"] == pytest.approx(-1, rel=1e-3)


def test_best_critic_tells_the_exact_distance_of_two_sets():
    """Over all functions on the line that never rise faster than 1 the loss finds what sorting gives."""
    a, b = torch.randn(2, 40, generator=dice(), dtype=torch.float64) * torch.tensor([[1.0], [2.0]]) + 0.5
    places, order = torch.cat([a, b]).sort()
    slopes = torch.zeros(79, dtype=torch.float64, requires_grad=True)

    def cost(slopes: Tensor) -> Tensor:
        scores = torch.cat([slopes.new_zeros(1), (slopes * places.diff()).cumsum(0)])[order.argsort()]
        return LOSSES["wasserstein"].discriminator(scores[:40], scores[40:])

    (gradient,) = torch.autograd.grad(cost(slopes), slopes)  # the same everywhere, so the best lies in a corner
    exact = (a.sort()[0] - b.sort()[0]).abs().mean().item()
    assert -cost(-gradient.sign()).item() == pytest.approx(exact, rel=1e-9)


class Noted:
    """A smooth score that remembers where it was asked."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        torch.manual_seed(3)
        self.first, self.second = torch.randn(math.prod(shape), 7).double(), torch.randn(7).double()

    def __call__(self, x: Tensor) -> Tensor:
        self.asked = x.detach()
        return (x.flatten(1) @ self.first).tanh() @ self.second

    def norms(self) -> Tensor:
        """Of the gradient where it was asked, by central differences."""
        x, h = self.asked, 1e-6
        squares = torch.zeros(len(x), dtype=torch.float64)
        for nudge in h * torch.eye(x[0].numel(), dtype=torch.float64):
            nudge = nudge.reshape(1, *x.shape[1:])
            squares += ((self(x + nudge) - self(x - nudge)) / (2 * h)).square()
        self.asked = x
        return squares.sqrt()


@pytest.mark.parametrize("shape", [(2,), (1, 3, 3)], ids=["points", "pictures"])
@pytest.mark.parametrize("name", SLOPES)
def test_slope_by_finite_differences(name: str, shape: tuple[int, ...]):
    real, fake = torch.randn(300, *shape).double(), 3 + 2 * torch.randn(300, *shape).double()
    score = Noted(shape)
    penalty = PENALTIES[name].slope
    assert penalty is not None
    value = penalty(score, real, fake, dice()).item()
    place, norms = score.asked, score.norms()
    expected = norms.square().mean() / 2 if name in ("r1", "r2") else (norms - 1).square().mean()
    assert value == pytest.approx(expected.item(), rel=1e-6)
    if name == "gradient-penalty":  # on the way from one to the other, each at its own place
        amount = ((place - real) / (fake - real)).flatten(1)
        assert torch.allclose(amount, amount[:, :1].expand_as(amount), atol=1e-9)
        assert 0 <= amount.min() < 0.05 and 0.95 < amount.max() <= 1
    elif name == "dragan":
        away = place - real
        assert away.std().item() == pytest.approx(NEARBY * real.std().item(), rel=0.1) and away.mean().abs() < 0.1
    else:
        assert torch.equal(place, {"r1": real, "r2": fake}[name])


@pytest.mark.parametrize("name", SLOPES)
def test_slope_can_be_learned_from(name: str):
    """The score c |x|² / 2 has the slope c |x|; the derivatives by c are known."""
    c, seen = torch.tensor(1.5, dtype=torch.float64, requires_grad=True), []

    def score(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return c * x.square().sum(1) / 2

    rules = Rules("hinge", [name])
    rules.slope(score, torch.randn(9, 2).double(), torch.randn(9, 2).double(), dice()).backward()
    length = seen[0].norm(dim=1)
    expected = 1.5 * length.square() if name in ("r1", "r2") else 2 * (1.5 * length - 1) * length
    assert c.grad is not None and c.grad.item() == pytest.approx(expected.mean().item(), rel=1e-9)


@pytest.mark.parametrize("gamma", [1.0, 10.0])
def test_a_penalized_critic_of_two_points_is_known(gamma: float):
    """Along a line of length d the best linear critic has the slope 1 + d / (2 gamma)."""
    d, w = 3.0, torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    rules = Rules("wasserstein", ["gradient-penalty"], gamma=gamma)
    real, fake = torch.full((4, 1), d, dtype=torch.float64), torch.zeros(4, 1, dtype=torch.float64)
    for _ in range(200):
        loss = rules.loss.discriminator((real @ w)[:, 0], (fake @ w)[:, 0])
        loss = loss + rules.weight * rules.slope(lambda x: (x @ w)[:, 0], real, fake, dice())
        (gradient,) = torch.autograd.grad(loss, w)
        w.data -= 0.3 / gamma * gradient
    assert w.item() == pytest.approx(1 + d / (2 * gamma), rel=1e-5)


def test_lazy_slopes_weigh_as_much_in_the_long_run():
    rules = Rules("hinge", ["r1"], gamma=0.3, every=4)
    assert [step for step in range(10) if rules.due(step)] == [0, 4, 8]
    assert sum(rules.weight for step in range(100) if rules.due(step)) == pytest.approx(100 * 0.3)
    assert not Rules("hinge", ["spectral-norm", "label-smoothing"]).due(0)


def network() -> nn.Sequential:
    torch.manual_seed(5)
    convs = (nn.Conv2d(1, 6, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(6, 8, 3, padding=1), nn.LeakyReLU(0.2))
    return nn.Sequential(*convs, nn.Flatten(), nn.Linear(8 * 16, 1))


def test_bound_layers_have_norm_one():
    judge = network()
    loud = [torch.linalg.svdvals(p.flatten(1))[0].item() for p in judge.parameters() if p.ndim > 1]
    assert all(abs(norm - 1) > 0.05 for norm in loud)
    Rules("hinge", ["spectral-norm"]).prepare(judge)
    for _ in range(100):
        judge(torch.randn(2, 1, 8, 8))
    for layer in (judge[0], judge[2], judge[5]):
        assert torch.linalg.svdvals(layer.get_parameter("parametrizations.weight.original").flatten(1))[0] > 0
        assert torch.linalg.svdvals(layer.weight.flatten(1))[0].item() == pytest.approx(1, rel=1e-3)  # type: ignore[union-attr]


def test_a_bound_convolution_may_still_stretch():
    """An all-ones kernel has the norm 3 as a matrix, and makes a flat picture 9 times as bright but for its rim."""
    judge = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, bias=False))
    nn.init.ones_(judge[0].weight)  # type: ignore[arg-type]
    Rules("hinge", ["spectral-norm"]).prepare(judge)
    flat = torch.ones(1, 1, 64, 64)
    stretch = (judge(flat).norm() / flat.norm()).item()
    assert 2.9 < stretch <= 3  # the root of the nine kernels that cover a pixel


@pytest.mark.parametrize("name", LOSSES)
def test_what_smoothing_makes_of_a_loss_is_bounded_below_or_refused(name: str):
    """However far a critic moves all its scores, or those of one side."""
    real, fake = torch.randn(2, 9, dtype=torch.float64)
    if name == "wasserstein":  # (1 - 2 share) real scores against whole generated ones
        with pytest.raises(Refused) as refusal:
            Rules(name, ["r1", "label-smoothing"])
        assert refusal.value.key == "unfit-penalty" and refusal.value.values["loss"] == name
        return
    loss = Rules(name, ["label-smoothing"]).loss.discriminator
    moved = [(a, b) for a in (-1e3, 0, 1e3) for b in (-1e3, 0, 1e3)]
    assert min(loss(real + a, fake + b).item() for a, b in moved) > -1e-9


def test_a_clipped_critic_has_small_weights_only():
    judge = network()
    small = judge[0].bias.data.clamp(-CLIP / 2, CLIP / 2).clone()  # type: ignore[union-attr]
    judge[0].bias.data.copy_(small)  # type: ignore[union-attr]
    Rules("wasserstein", ["weight-clipping"]).finish(judge)
    assert max(p.abs().max().item() for p in judge.parameters()) == pytest.approx(CLIP)
    assert torch.equal(judge[0].bias, small)  # type: ignore[arg-type]
