"""An encoder of a small generator: it learns latents that it has never seen, and goes on where it stopped."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest
import torch

from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Batch
from genmodels.errors import Refused
from genmodels.latents import LatentModel, draw
from genmodels.models.axes import called_for
from genmodels.models.encoder import Encoder, EncoderTrainer, recovered, teacher_of
from genmodels.models.gan import Generator
from genmodels.projection import project
from genmodels.runs import run, trainer_of
from genmodels.zoo import ZOO
from tests.genmodels.tiny import shrink

SHAPE = (3, 16, 16)


@cache
def teacher() -> LatentModel:
    torch.manual_seed(0)
    return Generator(SHAPE, latent=6, channels=(16, 16)).eval().requires_grad_(False)


def trainer() -> EncoderTrainer:
    torch.manual_seed(1)
    return EncoderTrainer(
        Encoder(SHAPE, latent=6, channels=(16, 24)), 0, torch.device("cpu"), 5e-3, 150, 0.9, teacher=teacher()
    )


def real() -> Batch:
    return Batch(teacher().decode(draw((6,), range(9000, 9032))), torch.zeros(32, 0))


@pytest.fixture(scope="module")
def trained() -> EncoderTrainer:
    made = trainer()
    for _ in range(150):
        made.step(real())
    return made


def test_it_guesses_latents_it_has_not_seen(trained: EncoderTrainer):
    z = draw((6,), range(5000, 5064))
    guess = trained.shipped()(teacher().decode(z))
    assert float((guess - z).square().mean()) < 0.2  # 1 is the error of a guess of nothing


def test_its_guess_is_a_better_start_than_any_random_one(trained: EncoderTrainer):
    encoder = trained.shipped()
    assert isinstance(encoder, Encoder)
    z = draw((6,), range(5000, 5008))
    pictures = teacher().decode(z)
    helped = [next(project(teacher(), picture[None], encoder=encoder)).loss for picture in pictures]
    alone = [next(project(teacher(), picture[None])).loss for picture in pictures]
    assert sum(helped) < 0.5 * sum(alone)
    said = recovered(encoder, teacher(), pictures)
    assert all(a <= float(b) + 1e-6 for a, b in zip(helped, said, strict=True))


def test_where_latents_call_for_labels_its_guess_calls_for_what_it_sees():
    """Real pictures say so by their labels; of those that nobody named, it learns from the painted ones."""
    axes = [[0.3, 0.4, 0.3], [0.5, 0.5]]
    torch.manual_seed(0)
    painter = Generator(SHAPE, latent=6, channels=(16, 16), axes=axes).eval().requires_grad_(False)
    torch.manual_seed(1)
    encoder = Encoder(SHAPE, latent=6, channels=(16, 24), axes=axes)
    own = EncoderTrainer(encoder, 0, torch.device("cpu"), 5e-3, 150, 0.9, teacher=painter)
    z = draw((6,), range(9000, 9032))
    for _ in range(150):
        said = own.step(Batch(painter.decode(z), called_for(z, axes)))
    assert said["misnamed"] < 1.0 < math.log(3) + math.log(2)  # of chance
    z = draw((6,), range(5000, 5064))
    guess = own.shipped()(painter.decode(z))
    fields = zip(called_for(guess, axes).split([3, 2], 1), called_for(z, axes).split([3, 2], 1), strict=True)
    assert all((said.argmax(1) == true.argmax(1)).float().mean() > 0.8 for said, true in fields)


def test_a_step_depends_on_its_number_alone():
    first, again = trainer(), trainer()
    for made in (first, again):
        made.step(real())
    again.done = first.done = 7
    assert first.step(real()) == again.step(real())
    assert all(torch.equal(a, b) for a, b in zip(first.model.parameters(), again.model.parameters(), strict=True))


def test_the_teacher_is_left_as_it_was(trained: EncoderTrainer):
    assert not any(p.requires_grad or p.grad is not None for p in trained.teacher.parameters())
    torch.manual_seed(0)
    fresh = Generator(SHAPE, latent=6, channels=(16, 16))
    assert all(torch.equal(a, b) for a, b in zip(fresh.parameters(), teacher().parameters(), strict=True))


def test_a_sheet_shows_pairs(trained: EncoderTrainer):
    sheet = trained.sheet(8)
    assert sheet.shape == (8, *SHAPE)
    assert torch.equal(sheet[0], teacher().decode(draw((6,), range(4)))[0])
    near = (sheet[0::2] - sheet[1::2]).square().mean()
    far = (sheet[0::2] - sheet[1::2].roll(1, 0)).square().mean()
    assert near < 0.5 * far


def test_its_teacher_is_the_one_on_the_shelf(tmp_path: Path):
    """Not the shipped one of the same name."""
    row, data = ZOO["faces-gan"], DATASETS["faces"]()
    torch.manual_seed(5)
    config = row.full_config(data) | {"generator": [16, 8], "discriminator": [8, 8]}
    own = row.build(**config)
    card = Card("faces-gan", config, "faces", data.data_version, {}, 1, 2, 0, 1.0, "CPU", "1")
    checkpoints.save(tmp_path / "faces-gan.safetensors", own, card)
    expected = own.half().float().get_submodule("generator").state_dict()
    made = trainer_of(ZOO["faces-gan-encoder"], data, torch.device("cpu"), tmp_path)
    assert isinstance(made, EncoderTrainer)
    made.model.shelf = tmp_path
    for found in (made.teacher, teacher_of(made.model)):
        assert found.state_dict().keys() == expected.keys()
        assert all(torch.equal(value, expected[key]) for key, value in found.state_dict().items())


def test_without_a_teacher_nothing_is_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shrink(monkeypatch)
    with pytest.raises(Refused) as refusal:
        next(run("faces-gan-encoder", DATASETS["faces"](), 1, "cpu", tmp_path / "runs", tmp_path))
    assert refusal.value.key == "no-checkpoint" and refusal.value.values["name"] == "faces-gan"
    assert not (tmp_path / "runs").exists()
