"""Readers learn to read, and what disturbs a picture leaves its meaning alone."""

from __future__ import annotations

import pytest
import torch

from genmodels import checkpoints
from genmodels.datasets.dataset import batches
from genmodels.datasets.digits import Digits
from genmodels.evaluation import evaluate
from genmodels.models.reader import Reader, ReaderTrainer, disturbed
from genmodels.sight import reader_of
from genmodels.training import chance
from genmodels.zoo import ZOO

READERS = [name for name, recipe in ZOO.items() if recipe.kind == "reader"]


def digits_trainer(until: int = 150) -> ReaderTrainer:
    torch.manual_seed(0)
    model = Reader((1, 8, 8), [10], channels=(24, 48), fold=1)
    return ReaderTrainer(model, 0, torch.device("cpu"), until=until, decay=0.95, shift=1)


@pytest.fixture(scope="module")
def trained() -> ReaderTrainer:
    trainer, data = digits_trainer(), Digits()
    for _, batch in zip(range(150), batches(data, data.train, 64, 0), strict=False):
        trainer.step(batch)
    return trainer


def test_learns_to_read_digits(trained: ReaderTrainer):
    found = evaluate(trained.shipped(), Digits(), 360, seed=0)["metrics"]
    whole = found["accuracy:digit"]
    assert whole["value"] > 0.9 and whole["low"] < whole["value"] < whole["high"]
    missed = sum(measure["value"] for key, measure in found.items() if key.startswith("misread:digit=8→"))
    assert missed == pytest.approx(1 - found["accuracy:digit=8"]["value"]), "every misreading is told"
    assert len([key for key in found if key.startswith("accuracy:digit=")]) == 10


def test_reads_every_picture_alone(trained: ReaderTrainer):
    reader, x = trained.ema.net, Digits().batch(range(8)).x0
    assert torch.allclose(reader(x)[3:4], reader(x[3:4]), atol=1e-4)


def test_the_sheet_begins_with_what_is_read_worst(trained: ReaderTrainer):
    x = torch.cat([batch.x0 for batch in trained.seen])
    label = torch.cat([batch.label for batch in trained.seen])
    odds = trained.ema.net(x).softmax(1)[label.bool()]
    sheet = trained.sheet(9)
    assert sheet.shape == (9, 1, 8, 8)
    assert (sheet[0] == x[odds.argmin()]).all()


def test_the_rate_falls_to_almost_nothing(trained: ReaderTrainer):
    first, batch = digits_trainer(), Digits().batch(range(4))
    first.step(batch)
    assert trained.optimizer.param_groups[0]["lr"] < 0.01 * first.optimizer.param_groups[0]["lr"]


def test_scores_lie_as_the_label_does():
    torch.manual_seed(0)
    reader = Reader((3, 16, 16), [4, 2, 3], channels=(8, 16)).eval()
    scores = reader(torch.randn(5, 3, 16, 16))
    odds = reader.probabilities(scores)
    assert scores.shape == odds.shape == (5, 9)
    assert [block.shape[1] for block in reader.fields(odds)] == [4, 2, 3]
    assert torch.allclose(odds.sum(1), torch.full((5,), 3.0)) and (odds > 0).all()
    assert (reader.answers(scores) == torch.stack([b.argmax(1) for b in reader.fields(odds)], 1)).all()
    assert torch.allclose(reader.heads(reader.features(torch.ones(1, 3, 16, 16))), reader(torch.ones(1, 3, 16, 16)))


def test_disturbing_moves_and_never_mirrors():
    x = torch.rand(40, 3, 12, 10, generator=torch.Generator().manual_seed(0)) * 2 - 1
    moved = disturbed(x, chance(0, 0), shift=2, noise=0, light=0)
    places = set()
    for before, after in zip(x, moved, strict=True):
        fits = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if torch.equal(torch.roll(before, (-down, -right), (1, 2))[:, 2:-2, 2:-2], after[:, 2:-2, 2:-2])
        ]
        assert len(fits) == 1
        places |= set(fits)
    assert len(places) > 12
    assert torch.equal(disturbed(x, chance(0, 0), 2, 0.1, 0.1), disturbed(x, chance(0, 0), 2, 0.1, 0.1))
    rough = disturbed(x, chance(0, 0), 2, 0.3, 0.1)
    assert rough.abs().max() <= 1 and 0.02 < (rough - moved).std() < 0.3


@pytest.mark.parametrize("name", READERS)
def test_a_shipped_reader_reads_as_its_card_says(name: str):
    data = ZOO[name].data()
    reader = reader_of(data)
    assert reader is not None and not reader.training
    path = checkpoints.where(name)
    card = checkpoints.read(path)
    assert path.stat().st_size < 1_000_000 and card.metrics["n"] >= 5000
    again = evaluate(reader, data, 300, seed=1)["metrics"]
    for field in data.fields:
        known, now = card.metrics["metrics"][f"accuracy:{field}"], again[f"accuracy:{field}"]
        assert now["low"] - 0.03 <= known["value"] <= now["high"] + 0.03, field


def test_no_reader_of_other_pictures():
    class Later(type(ZOO["glyphs-reader"].data())):
        data_version = "of tomorrow"

    assert reader_of(Later()) is None
    assert reader_of(Digits()) is None
