"""What D's scores mean: pairs counted one by one, slopes by finite differences, games by their written formulas."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from genmodels.adversarial import LOSSES
from genmodels.checkpoints import Card
from genmodels.judging import ODDS, RELATIVE, Standing, judge, lighter, played, slope, told
from genmodels.models.dcgan import ConvGAN
from genmodels.models.dense_gan import DenseGAN
from genmodels.models.gan import GAN
from genmodels.models.stylegan import StyleGAN
from genmodels.zoo import ZOO

SHAPE = (1, 8, 8)
GAMES = {
    "residual": lambda: GAN(SHAPE, 4, (8, 8), (8, 8)),
    "convolutional": lambda: ConvGAN(SHAPE, 4, (8, 8), (8, 8)),
    "conditional": lambda: ConvGAN(SHAPE, 4, (8, 8), (8, 8), labels=(3,)),
    "dense": lambda: DenseGAN(SHAPE, 4, (8, 8)),
    "style": lambda: StyleGAN(SHAPE, 4, 8, 2, (8, 8), (8, 8)),
}
ROWS = [name for name, row in ZOO.items() if row.kind == "gan"]


def critic(name: str):
    torch.manual_seed(1)
    net = GAMES[name]().double().eval().requires_grad_(False).get_submodule("discriminator")
    for parameter in net.parameters():
        parameter += 0.1 * torch.randn_like(parameter)
    return net


def scores(seed: int, shift: float = 0.0, ties: bool = False) -> Tensor:
    values = torch.randn(40, generator=torch.Generator().manual_seed(seed)).double() + shift
    return (2 * values).round() if ties else values


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("shift", [-1.0, 0.0, 2.5])
def test_the_pairs_it_tells_apart_are_those_counted_one_by_one(shift: float, ties: bool):
    real, fake = scores(0, shift, ties), scores(1, 0, ties)[:31]
    one_by_one = sum(1.0 if r > f else 0.5 if r == f else 0.0 for r in real.tolist() for f in fake.tolist())
    picks = Standing(real, fake).picks
    assert picks == pytest.approx(one_by_one / (40 * 31), abs=1e-12)
    assert picks == pytest.approx(roc_auc_score([1] * 40 + [0] * 31, torch.cat([real, fake]).numpy()), abs=1e-12)


@pytest.mark.parametrize("name", GAMES)
def test_the_slope_is_what_finite_differences_find(name: str):
    net, dice = critic(name), torch.Generator().manual_seed(2)
    label = torch.tensor([[0.0, 1.0, 0.0]]) if name == "conditional" else None
    score = told(net, label)
    x = torch.rand(3, *SHAPE, generator=dice, dtype=torch.float64) * 2 - 1
    values, gradient = slope(score, x)
    assert torch.allclose(values, score(x))
    for _ in range(4):
        way = torch.randn(x.shape, generator=dice, dtype=torch.float64)
        tiny = 1e-5
        rise = (score(x + tiny * way) - score(x - tiny * way)) / (2 * tiny)
        assert torch.allclose((gradient * way).flatten(1).sum(1), rise, rtol=1e-5, atol=1e-8)


def test_the_map_is_the_slope_of_making_one_place_lighter():
    torch.manual_seed(0)
    net = GAN((3, 8, 8), 4, (8, 8), (8, 8)).double().eval().requires_grad_(False).discriminator
    x = torch.rand(1, 3, 8, 8, dtype=torch.float64) - 0.5
    heat = lighter(slope(net, x)[1])
    for row, column in [(0, 0), (3, 5), (7, 7)]:
        brighter, darker = x.clone(), x.clone()
        brighter[0, :, row, column] += 1e-5
        darker[0, :, row, column] -= 1e-5
        assert float(heat[0, row, column]) == pytest.approx(
            float(net(brighter) - net(darker)) / 2e-5, rel=1e-5, abs=1e-8
        )


def test_a_judge_that_is_told_a_class_scores_as_the_network_itself_does():
    net = critic("conditional")
    net.project.weight += 0.3
    x, label = torch.rand(2, *SHAPE, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[[2]]
    assert torch.equal(told(net, label)(x), net(x, label.repeat(2, 1)))
    assert torch.equal(told(net, None)(x), net(x))
    assert not torch.allclose(told(net, label)(x), net(x))


@pytest.mark.parametrize("loss", LOSSES)
def test_only_where_a_shift_changes_nothing_are_scores_shown_as_differences(loss: str):
    """Whatever the critic adds to all its scores: where only differences count, nobody should move otherwise."""
    ways = []
    for shift in (0.0, 3.0):
        sets = [(part + shift).requires_grad_() for part in (scores(0), scores(1))]
        for player in (LOSSES[loss].discriminator, LOSSES[loss].generator):
            ways += torch.autograd.grad(player(*sets), sets, allow_unused=True, materialize_grads=True)
    assert torch.allclose(torch.cat(ways[:4]), torch.cat(ways[4:]), atol=1e-9) == (loss in RELATIVE)


PAID = {  # as books write them
    "minimax": lambda d, r: np.log(1 - 1 / (1 + np.exp(-d))),
    "non-saturating": lambda d, r: -np.log(1 / (1 + np.exp(-d))),
    "least-squares": lambda d, r: (d - 1) ** 2 / 2,
    "hinge": lambda d, r: -d,
    "wasserstein": lambda d, r: -d,
    "relativistic": lambda d, r: np.mean(-np.log(1 / (1 + np.exp(-(d - r))))),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_the_generator_pays_is_the_books_formula(loss: str):
    standing = Standing(scores(3, 0.7), scores(4))
    found = judge(loss, 0.4, standing)
    assert found.paid == pytest.approx(PAID[loss](0.4, standing.real.numpy()), rel=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_score_is_read_beside_those_of_real_pictures(loss: str):
    standing = Standing(torch.tensor([1.0, 2.0, 3.0, 6.0]), torch.zeros(4))
    found = judge(loss, 4.5, standing)
    assert found.above == 0.75  # above three of the four
    assert found.shown == (4.5 - 3.0 if loss in RELATIVE else 4.5)
    assert found.deviations == pytest.approx(1.5 / np.std([1, 2, 3, 6], ddof=1))
    assert (found.odds is not None) == (loss in ODDS)


def test_the_odds_of_a_perfect_judge_are_bayes_odds():
    """Between N(1, 1) and N(-1, 1) the best score is 2x; its sigmoid is the chance that x is real."""
    x = 0.3
    density = [np.exp(-((x - m) ** 2) / 2) for m in (1, -1)]
    assert judge("non-saturating", 2 * x, Standing(torch.zeros(3), torch.zeros(3))).odds == pytest.approx(
        density[0] / sum(density)
    )


def test_relative_odds_forget_what_is_added_to_all_scores():
    real, fake = scores(5, 1.0), scores(6)
    here, there = (judge("relativistic", 0.2 + add, Standing(real + add, fake + add)) for add in (0.0, 40.0))
    assert here.odds == pytest.approx(there.odds)
    assert here.shown == pytest.approx(there.shown)
    one_by_one = [1 / (1 + np.exp(-(0.2 - r))) for r in real.tolist()]
    assert here.odds == pytest.approx(np.mean(one_by_one))


@pytest.mark.parametrize("name", ROWS)
def test_the_game_a_model_has_played_is_that_of_its_row(name: str):
    card = Card(name, {}, ZOO[name].dataset, "1", {}, 1, 1, 0, 1.0, "CPU", "test")
    model = ZOO[name].build(**ZOO[name].full_config(ZOO[name].data()))
    trainer = ZOO[name].trainer(model, 0, torch.device("cpu"), **ZOO[name].optimizer)
    real, fake = scores(7), scores(8)
    loss = LOSSES[played(card)["loss"]]
    assert torch.equal(loss.discriminator(real, fake), trainer.rules.loss.discriminator(real, fake))
    assert torch.equal(loss.generator(real, fake), trainer.rules.loss.generator(real, fake))
