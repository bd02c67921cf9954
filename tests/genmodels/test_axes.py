"""Latents that call for labels: they say what they are asked to say, and are normal all the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical

from genmodels import checkpoints
from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Batch
from genmodels.latents import LatentModel
from genmodels.models.axes import LOUD, Axes, Borders, agreeing, brought, called_for, misnamed
from genmodels.models.gan import GAN, Discriminator
from genmodels.models.gan_trainer import GANTrainer
from genmodels.models.stylegan import StyleGAN
from genmodels.models.stylegan_trainer import StyleTrainer
from genmodels.zoo import ZOO
from genmodels.zoo.recipe import commonness
from tests.demo.shelf import put

AXES = [[0.5, 0.3, 0.2], [0.05, 0.95]]
SHAPE = (1, 8, 8)


def residual(axes: Axes = AXES, **knobs: Any) -> GANTrainer:
    torch.manual_seed(0)
    return GANTrainer(GAN(SHAPE, 6, (16, 8), (8, 8), axes), 0, torch.device("cpu"), **knobs)


def styled(axes: Axes = AXES, **knobs: Any) -> GANTrainer:
    torch.manual_seed(0)
    return StyleTrainer(StyleGAN(SHAPE, 6, 12, 2, (16, 8), (8, 8), axes), 0, torch.device("cpu"), **knobs)


TRAINERS: list[Callable[..., GANTrainer]] = [residual, styled]


def apart(*labels: Tensor) -> list[tuple[Tensor, ...]]:
    """The blocks of each, field by field."""
    return [label.split([len(odds) for odds in AXES], dim=1) for label in labels]


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_latent_calls_for_the_label_it_was_given_and_keeps_its_other_coordinates():
    z = torch.randn(500, 6, generator=dice())
    label = called_for(torch.randn(500, 6, generator=dice(1)), AXES)
    told = agreeing(z, label, AXES, dice(2))
    assert torch.equal(called_for(told, AXES), label)
    assert torch.equal(told[:, 2:], z[:, 2:]) and not torch.equal(told[:, :2], z[:, :2])


def test_normal_latents_call_for_each_value_as_often_as_it_is_common():
    share = called_for(torch.randn(40_000, 6, generator=dice()), AXES).mean(0)
    assert torch.allclose(share, torch.tensor([*AXES[0], *AXES[1]]), atol=0.01)


def test_latents_of_labels_that_are_as_common_as_was_said_are_normal():
    """By the largest gap between their distribution and the normal one (Kolmogorov-Smirnov, the 1 % level)."""
    count = 20_000
    drawn = [torch.multinomial(torch.tensor(odds), count, True, generator=dice(3 + k)) for k, odds in enumerate(AXES)]
    label = torch.cat([torch.eye(len(odds))[value] for odds, value in zip(AXES, drawn, strict=True)], dim=1)
    told = agreeing(torch.randn(count, 6, generator=dice()), label, AXES, dice(1))
    steps = (torch.arange(count) + 0.5) / count
    gap = (torch.special.ndtr(told.sort(dim=0).values) - steps[:, None]).abs().amax(0)
    assert gap.max() < 1.63 / count**0.5
    assert torch.corrcoef(told.T).fill_diagonal_(0).abs().max() < 0.03


def test_of_each_border_a_latent_is_on_the_side_of_what_it_calls_for():
    z = torch.randn(2_000, 6, generator=dice())
    first, second = called_for(z, AXES).split([3, 2], dim=1)
    side = Borders(AXES)(z)
    assert torch.equal((side[:, :2] > 0).sum(1), first.argmax(1)) and torch.equal(
        (side[:, 2] > 0).long(), second.argmax(1)
    )
    assert side.abs().max() <= LOUD and (side.abs() > 0.9 * LOUD).float().mean() > 0.8, "few are of both values"
    assert Borders([])(z).shape == (2_000, 0)


def test_a_latent_is_brought_well_into_the_stretch_of_what_is_said():
    z, said = torch.randn(500, 6, generator=dice()), torch.randn(500, 5, generator=dice(1))
    found = brought(z, said, AXES)
    label = called_for(found, AXES)
    for part, called in zip(said.split([3, 2], 1), label.split([3, 2], 1), strict=True):
        assert torch.equal(part.argmax(1), called.argmax(1))
    assert torch.equal(found[:, 2:], z[:, 2:])
    assert Borders(AXES)(found).abs().min() > 0.9 * LOUD  # no picture of two values
    assert torch.equal(brought(found, label, AXES), found), "it is there already"
    agreed = (called_for(z, AXES) == label).all(1)
    assert (found == z).all(1)[agreed].float().mean() > 0.6  # of what lies in the stretch, only its edges are moved


@pytest.mark.parametrize("trainer", TRAINERS)
def test_in_training_latents_call_for_the_labels_beside_them(
    trainer: Callable[..., GANTrainer], monkeypatch: pytest.MonkeyPatch
):
    own, painted = trainer(), []
    paint = own.paint
    monkeypatch.setattr(own, "paint", lambda z, dice, label: (painted.append((z, label)), paint(z, dice, label))[1])
    label = called_for(torch.randn(16, 6, generator=dice()), AXES)
    own.step(Batch(torch.rand(16, *SHAPE) * 2 - 1, label))
    ((z, heard),) = painted
    assert heard is None, "the generator hears its latent only"
    for part in z.split(16):  # where styles are mixed, both latents call for the same
        assert torch.equal(called_for(part, AXES), label)


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_doubting_judge_takes_off_what_it_is_surprised_by(trainer: Callable[..., GANTrainer]):
    """From the score of a picture that should show something: the surprise to see that there, field by field."""
    own = trainer(doubting=0.5)
    x, label = torch.rand(40, *SHAPE, generator=dice()), called_for(torch.randn(40, 6, generator=dice(1)), AXES)
    clear, names = own.model.discriminator.named(x)
    scores, said = own.named(x, label)
    odds = [
        Categorical(logits=part).log_prob(shown.argmax(1)) for part, shown in zip(*apart(names, label), strict=True)
    ]
    assert torch.equal(said, names) and torch.allclose(scores, clear + 0.5 * torch.stack(odds).sum(0), atol=1e-5)
    assert torch.equal(own.score(x, label), scores), "and penalties hold back the same score"
    assert torch.equal(trainer(doubting=0.0).score(x, label), clear)


@pytest.mark.parametrize(("naming", "doubting"), [(0.0, 0.0), (0.1, 0.0), (0.0, 1.0)])
@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_generator_learns_to_paint_what_its_latents_call_for(
    trainer: Callable[..., GANTrainer], naming: float, doubting: float
):
    """Pictures that are bright or dark on the left, and on the right: each by a field of its own.

    To be named is enough, and so is to be doubted; without either it paints such pictures too, but from other latents.
    """
    told = [[0.3, 0.7], [0.5, 0.5]]
    own = trainer(told, lr=2e-3, gamma=0.1, decay=0.95, naming=naming, doubting=doubting)
    for k in range(150):
        label = called_for(torch.randn(24, 6, generator=dice(k)), told)
        sides = (2 * label[:, [1, 3]] - 1).repeat_interleave(4, 1)[:, None, None]
        own.step(Batch((0.7 * sides + 0.1 * torch.randn(24, *SHAPE, generator=dice(k))).clamp(-1, 1), label))
    z = torch.randn(200, 6, generator=dice(9))
    with torch.no_grad():
        found = own.shipped().generator.decode(z).unflatten(3, (2, 4)).mean((1, 2, 4)) > 0
    obeyed = (found == called_for(z, told)[:, [1, 3]].bool()).float().mean()
    assert obeyed > 0.9 if naming or doubting else obeyed < 0.8


def test_the_length_of_a_style_models_latent_counts_only_where_it_calls_for_something():
    """So the page says; and that a straight line therefore leads through other pictures than the sphere."""
    z = 0.3 * torch.randn(20, 6, generator=dice())
    deaf, named = styled([]).model.generator, styled().model.generator
    assert torch.allclose(deaf.map(3 * z), deaf.map(z), atol=1e-5)
    assert not torch.allclose(named.map(3 * z), named.map(z), atol=1e-2)


def test_a_judge_names_every_field_of_pictures_that_it_scores():
    torch.manual_seed(0)
    judge = Discriminator(SHAPE, (8, 8), labels=[3, 2])
    x = torch.rand(4, *SHAPE)
    scores, names = judge.named(x)
    assert torch.equal(scores, judge(x)) and names.shape == (4, 5)
    assert Discriminator(SHAPE, (8, 8)).names is None


def test_to_be_misnamed_is_the_sum_of_the_fields_surprises():
    names = torch.tensor([[2.0, 0.0, 0.0, 0.0, 0.0]])
    right, wrong = torch.tensor([[1.0, 0, 0, 1, 0]]), torch.tensor([[0.0, 1, 0, 1, 0]])
    chance = math.exp(2) / (math.exp(2) + 2)
    assert misnamed(names, right, AXES).item() == pytest.approx(-math.log(chance) + math.log(2))
    assert misnamed(names, wrong, AXES).item() == pytest.approx(-math.log((1 - chance) / 2) + math.log(2))


def test_a_game_whose_latents_call_for_labels_comes_back_from_its_checkpoint(tmp_path: Path):
    """The borders are no weights: they are built again from the card, and so are where they were."""
    config = {"shape": SHAPE, "latent": 6, "generator": [16, 8], "discriminator": [8, 8], "axes": AXES}
    put(tmp_path, "own", "digits-gan", config)
    back, built = checkpoints.load("own", "generator", tmp_path), GAN(**config).generator
    built.load_state_dict(back.state_dict())
    z = torch.randn(50, 6, generator=dice())
    assert isinstance(back, LatentModel) and torch.equal(back.decode(z), built.decode(z))
    across = z[:1].repeat(2, 1)
    across[:, 1] = torch.tensor([-1.0, -2.5])  # to the other side of the second field's border
    assert not torch.allclose(*back.get_submodule("borders")(across)[:, 2])


@pytest.mark.parametrize("name", ["digits", "glyphs"])
def test_values_are_counted_where_they_lie(name: str):
    """The glyphs lie in the order of their characters, and every one of those is as common as the next."""
    [shares] = commonness(data := DATASETS[name]())
    every = torch.from_numpy(data.labels(data.train[:36_000])).mean(0)
    assert abs(sum(shares) - 1) < 5e-3
    assert torch.allclose(torch.tensor(shares), every, atol=0.012)


@pytest.mark.parametrize("name", [name for name, row in ZOO.items() if row.axes])
def test_a_row_whose_latents_call_for_labels_has_a_coordinate_for_each(name: str):
    row = ZOO[name]
    config = row.full_config(row.data())
    assert not row.conditional and len(config["axes"]) == len(row.data().fields) < config["latent"]
    assert [len(odds) for odds in config["axes"]] == [len(values) for values in row.data().fields.values()]
