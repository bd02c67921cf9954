"""What every trainer shares: numbered steps with their own dice, averages that follow, rates that fall."""

from __future__ import annotations

import math

import pytest
import torch

from genmodels.datasets.dataset import Batch
from genmodels.training import EMA, ModelTrainer, anneal, chance

BATCH = Batch(torch.zeros(2, 1, 8, 8), torch.zeros(2, 0))


class Walker(ModelTrainer[torch.nn.Linear]):
    """Its one weight goes a random way, and it notes where it stands at each step."""

    def __init__(self, seed: int, decay: float = 0.9) -> None:
        super().__init__(torch.nn.Linear(1, 1), seed, torch.device("cpu"), decay)
        torch.nn.init.zeros_(self.model.weight)
        torch.nn.init.zeros_(self.ema.net.weight)

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        self.model.weight.data += torch.randn(1, 1, generator=dice)
        return {"weight": self.model.weight.item(), "average": self.ema.net.weight.item()}

    def sheet(self, count: int) -> torch.Tensor:
        return self.ema.net.weight.expand(count, 1, 1, 1)


def test_a_step_is_an_update_and_then_the_average_follows():
    trainer, average = Walker(3), 0.0
    for step in range(20):
        seen = trainer.step(BATCH)
        assert seen["average"] == pytest.approx(average), "the average moved before the model had"
        average += (1 - min(0.9, (1 + step) / (10 + step))) * (seen["weight"] - average)
        assert trainer.done == step + 1
    assert trainer.shipped().weight.item() == pytest.approx(average)
    assert trainer.modules == {"model": trainer.model, "ema": trainer.shipped()}


def test_the_dice_of_a_step_are_those_of_its_number():
    one, other, late = Walker(3), Walker(4), Walker(3)
    walked = [one.step(BATCH)["weight"] for _ in range(8)]
    assert walked != [other.step(BATCH)["weight"] for _ in range(8)]
    late.done = 7
    assert late.step(BATCH)["weight"] == pytest.approx(walked[7] - walked[6])


def test_rates_fall_along_half_a_wave_and_stay_down():
    optimizer = torch.optim.Adam([{"params": torch.zeros(1)}, {"params": torch.zeros(1), "lr": 0.05}], lr=0.5)

    def rate(done: int, since: int = 0) -> float:
        anneal(optimizer, done, until=100 + since, since=since)
        fast, slow = (group["lr"] for group in optimizer.param_groups)
        assert fast == pytest.approx(10 * slow)
        return fast

    rates = [rate(done) for done in range(101)]
    assert rates[0] == pytest.approx(0.5, rel=2e-3) and rates[50] == pytest.approx(0.25, rel=3e-3)
    assert rates == sorted(rates, reverse=True) and rates[100] == rate(9999) == pytest.approx(0.0005)
    # symmetric about its middle, and steepest there
    assert all(a + b == pytest.approx(rates[0] + rates[100]) for a, b in zip(rates, reversed(rates), strict=True))
    assert max(range(100), key=lambda k: rates[k] - rates[k + 1]) in (49, 50)
    assert [rate(done + 40, since=40) for done in range(101)] == rates and rate(3, since=40) == rates[0]


def test_chance_depends_on_seed_and_step_only():
    def drawn(seed: int, step: int) -> float:
        return torch.rand((), generator=chance(seed, step), dtype=torch.float64).item()

    assert drawn(3, 7) == drawn(3, 7)
    assert len({drawn(seed, step) for seed in range(20) for step in range(20)}) == 400


def test_average_of_a_constant_network_is_the_network():
    net, start = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    ema = EMA(start, 0.9)
    gap = (net.weight - start.weight).detach()
    for step in range(200):
        ema.update(net, step)
    left = math.prod(min(0.9, (1 + step) / (10 + step)) for step in range(200))
    assert torch.allclose(net.weight - ema.net.get_parameter("weight"), left * gap, atol=1e-6)
    assert not ema.net.get_parameter("weight").requires_grad
