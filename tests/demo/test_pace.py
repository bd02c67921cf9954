"""The choice of a way to paint: by time, unless one could see it; and once for each model and number of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from demo import library, pace
from demo.pace import Choice, Way, choose, paced
from genmodels import checkpoints
from genmodels.checkpoints import Card, save
from genmodels.models.gan import GAN

CONFIG = {"shape": [1, 8, 8], "latent": 8, "generator": [16, 8], "discriminator": [8, 16]}
CARD = Card("digits-gan", CONFIG, "digits", "1", {}, 3, 64, 0, 1.0, "CPU", "test")


class Machine:
    """Every painting takes as long, and comes out as wrong, as the way in force says."""

    def __init__(self, costs: dict[str, float], errors: dict[str, float]) -> None:
        self.costs, self.errors = costs, errors
        self.now, self.way, self.painted = 0.0, "", 0

    def enter(self, name: str) -> Machine:
        self.way = name
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def paint(self) -> Tensor:
        self.painted += 1
        self.now += self.costs[self.way]
        return torch.full((1, 3, 4, 4), self.errors[self.way] / 127.5)

    def clock(self) -> float:
        return self.now


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    made = Machine({"plain": 10.0, "quick": 5.0}, {"plain": 0.0, "quick": 1.0})
    ways = {name: Way(lambda: True, lambda name=name: made.enter(name)) for name in made.costs}
    monkeypatch.setattr(pace, "WAYS", ways)
    monkeypatch.setattr(pace, "CHOSEN", {})
    yield made


def chosen(machine: Machine) -> Choice:
    return choose(machine.paint, machine.clock)


def test_the_quicker_way_is_taken_and_its_difference_stated(machine: Machine):
    found = chosen(machine)
    assert found.way == "quick"
    assert found.milliseconds == pytest.approx({"plain": 10_000, "quick": 5_000})
    assert found.differences == pytest.approx({"plain": 0, "quick": 1})


def test_not_where_it_is_no_quicker_or_only_by_chance(machine: Machine):
    machine.costs["quick"] = 9.5
    assert chosen(machine).way == "plain"


def test_not_where_one_could_see_it(machine: Machine):
    machine.errors["quick"] = 6.0
    assert chosen(machine).way == "plain"


def test_not_where_the_hardware_lacks_it(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(pace.WAYS, "quick", pace.WAYS["quick"]._replace(usable=lambda: False))
    assert chosen(machine) == Choice("plain", {}, {}) and machine.painted == 0


def test_not_where_one_could_see_it_in_other_pictures_than_the_first(machine: Machine):
    def sample() -> Tensor:
        return torch.stack([torch.zeros(3, 4, 4), torch.full((3, 4, 4), 3 * machine.errors[machine.way] / 127.5)])

    found = choose(machine.paint, machine.clock, sample)
    assert found.way == "quick" and found.differences["quick"] == pytest.approx(3)
    machine.errors["quick"] = 2.0
    found = choose(machine.paint, machine.clock, sample)
    assert found.way == "plain" and found.differences["quick"] == pytest.approx(6)


def test_other_pictures_are_not_painted_for_a_way_that_is_not_taken_anyhow(machine: Machine):
    def sample() -> Tensor:
        raise AssertionError("nobody needs to see these")

    machine.costs["quick"] = 9.5
    assert choose(machine.paint, machine.clock, sample).way == "plain"
    machine.costs["quick"], machine.errors["quick"] = 5.0, 6.0
    assert choose(machine.paint, machine.clock, sample).way == "plain"


def test_each_model_and_number_of_pictures_is_tried_once(machine: Machine):
    for key in (("a", 1), ("a", 1), ("a", 16), ("b", 1), ("a", 16)):
        paced(key, machine.paint)
    assert set(pace.CHOSEN) == {("a", "", 1), ("a", "", 16), ("b", "", 1)}
    assert machine.painted == 3 * 2 * (1 + pace.TRIES) + 5


def test_other_weights_of_the_same_name_are_tried_anew(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    digests = []
    for seed in (0, 1, 1):
        save(tmp_path / "a.safetensors", gan(seed), CARD)
        paced(("a", 1), machine.paint)
        digests.append(library.weights("a"))
    assert digests[0] != digests[1] == digests[2]
    assert list(pace.CHOSEN) == [("a", digests[0], 1), ("a", digests[1], 1)]
    assert machine.painted == 2 * 2 * (1 + pace.TRIES) + 3


def gan(seed: int) -> GAN:
    torch.manual_seed(seed)
    return GAN(**CONFIG)


def test_pictures_come_out_in_float32_whatever_the_way():
    conv = torch.nn.Conv2d(3, 3, 3, padding=1).requires_grad_(False)
    x = torch.rand(2, 3, 8, 8)
    with pace.WAYS["bfloat16"].within():
        assert conv(x).dtype == torch.bfloat16
    assert paced(("conv", 2), lambda: conv(x)).dtype == torch.float32
