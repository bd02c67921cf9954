"""The trainer of every GAN: who moves when, what is averaged and kept, what both players are told."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from genmodels import checkpoints, runs
from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Batch
from genmodels.latents import draw
from genmodels.models import dcgan, gan_trainer
from genmodels.models.dcgan import ConvGAN
from genmodels.models.gan_trainer import GANTrainer
from genmodels.zoo import ZOO
from tests.genmodels.tiny import shrink

GLYPHS = [name for name, row in ZOO.items() if row.trainer is GANTrainer and row.dataset == "glyphs"]
AXES = [name for name, row in ZOO.items() if row.axes]


def trainer(labels: tuple[int, ...] = (), **knobs) -> GANTrainer:
    torch.manual_seed(0)
    game = ConvGAN((1, 8, 8), 4, (8, 8), (8, 8), labels)
    return GANTrainer(game, 0, torch.device("cpu"), **{"penalties": [], **knobs})


def batch(labels: int = 0) -> Batch:
    return Batch(torch.rand(6, 1, 8, 8) * 2 - 1, torch.eye(max(labels, 1))[torch.arange(6) % max(labels, 1), :labels])


def weights(own: GANTrainer, player: str) -> Tensor:
    return torch.cat([p.detach().flatten() for p in own.model.get_submodule(player).parameters()])


def test_the_generator_moves_in_every_third_step_only():
    own, moved = trainer(loss="wasserstein", lead=3), []
    for _ in range(7):
        before = {player: weights(own, player).clone() for player in ("generator", "discriminator")}
        own.step(batch())
        assert not torch.equal(weights(own, "discriminator"), before["discriminator"])
        moved.append(not torch.equal(weights(own, "generator"), before["generator"]))
    assert moved == [False, False, True, False, False, True, False]


def test_slopes_are_taken_when_they_are_due():
    own = trainer(penalties=["r1", "r2"], every=3)
    assert ["slope" in own.step(batch()) for _ in range(5)] == [True, False, False, True, False]


def test_the_slopes_weight_comes_down_evenly_and_stays_down():
    """From 16 to 1 in four steps it halves in each; and what comes down does so in what is trained."""
    own, held = trainer(penalties=["r1"], gamma=16.0, ease=[1.0, 2, 6], every=1), []
    for _ in range(9):
        own.step(batch())
        held.append(own.rules.weight)
    assert held == pytest.approx([16, 16, 16, 8, 4, 2, 1, 1, 1])


def test_rates_that_have_fallen_hardly_move_either_player():
    own, moved = trainer(lr=1e-2, falls=[3, 6]), []
    for _ in range(8):
        before = [weights(own, player).clone() for player in ("generator", "discriminator")]
        own.step(batch())
        after = [weights(own, player) for player in ("generator", "discriminator")]
        moved.append([(now - was).abs().mean().item() for now, was in zip(after, before, strict=True)])
    for early, late in zip(moved[1], moved[7], strict=True):
        assert early > 100 * late > 0


def test_what_is_kept_of_bound_layers_is_what_they_compute_with():
    """Plain weights, so that a checkpoint needs no power iteration; an average of norms of 1 is at most 1."""
    own = trainer(loss="hinge", penalties=["spectral-norm"], decay=0.5)
    for _ in range(40):
        own.step(batch())
    kept = own.shipped().get_submodule("discriminator")
    assert kept.state_dict().keys() == ConvGAN((1, 8, 8), 4, (8, 8), (8, 8)).discriminator.state_dict().keys()
    norms = [torch.linalg.svdvals(p.flatten(1))[0].item() for p in kept.parameters() if p.ndim > 1]
    assert len(norms) == 3 and all(0.5 < norm < 1.02 for norm in norms)


def test_statistics_of_batches_are_kept_too():
    own = trainer()
    own.step(batch())
    kept, live = own.shipped().get_buffer("generator.norms.0.mean"), own.model.get_buffer("generator.norms.0.mean")
    assert torch.equal(kept, live) and live.abs().max() > 0


def test_a_sheet_is_painted_with_settled_statistics_and_leaves_the_run_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dcgan, "SETTLING", (2, 8))
    own = trainer()
    for _ in range(3):
        own.step(batch())
    before = {key: value.clone() for key, value in own.shipped().state_dict().items()}
    sheet = own.sheet(4)
    assert all(torch.equal(value, before[key]) for key, value in own.shipped().state_dict().items())
    assert not torch.allclose(sheet, own.shipped().generator.decode(draw((4,), range(4))), atol=1e-3)
    own.shipped().settle(own.seed)
    assert torch.equal(sheet, own.shipped().generator.decode(draw((4,), range(4))))


def test_a_checkpoint_is_settled_before_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shrink(monkeypatch)
    data = DATASETS["glyphs"]()
    list(runs.run("glyphs-cgan", data, 3, "cpu", tmp_path))
    model, _ = runs.export("glyphs-cgan", data, tmp_path)
    kept = {key: value.clone() for key, value in model.state_dict().items()}
    model.settle(ZOO["glyphs-cgan"].seed)
    assert not model.training and all(torch.equal(value, kept[key]) for key, value in model.state_dict().items())
    raw = load_file(tmp_path / "glyphs-cgan" / "snapshot.safetensors")["module/ema/generator.norms.1.variance"]
    assert not torch.allclose(kept["generator.norms.1.variance"], raw, rtol=0.05)


def test_clipping_comes_after_each_step():
    own = trainer(loss="wasserstein", penalties=["weight-clipping"])
    own.step(batch())
    assert weights(own, "discriminator").abs().max().item() == pytest.approx(0.01)


def test_labels_are_hidden_now_and_then_for_both_players_alike(monkeypatch: pytest.MonkeyPatch):
    own, told = trainer((3,), unlabeled=0.3), {}

    def listen(name: str, part: torch.nn.Module, method: str) -> None:
        inner = getattr(part, method)

        def outer(x: Tensor, label: Tensor | None = None) -> Tensor:
            told.setdefault(name, []).append(label)
            return inner(x, label)

        monkeypatch.setattr(part, method, outer)

    listen("generator", own.model.generator, "decode")
    listen("discriminator", own.model.discriminator, "forward")
    for _ in range(100):
        own.step(batch(3))
    given = torch.cat(told["generator"])
    both = torch.cat(told["discriminator"]).reshape(100, 2, 6, 3)
    assert torch.equal(both[:, 0], both[:, 1]) and torch.equal(both[:, 0].flatten(0, 1), given)
    assert 0.2 < (given.sum(1) == 0).float().mean() < 0.4 and given.sum(1).max() == 1


def test_a_sheet_shows_each_class_in_turn(monkeypatch: pytest.MonkeyPatch):
    own, seen = trainer((3, 2)), []
    monkeypatch.setattr(gan_trainer, "painted", lambda generator, z, label: seen.append((z, label)) or z)
    sheet = own.sheet(4)
    ((z, label),) = seen
    assert sheet is z and torch.equal(z, draw((4,), range(4)))
    assert label.tolist() == [[1, 0, 0, 1, 0], [0, 1, 0, 0, 1], [0, 0, 1, 1, 0], [1, 0, 0, 0, 1]]


@pytest.mark.parametrize("name", [*GLYPHS, *AXES])
def test_a_stopped_run_goes_on_as_if_it_had_not(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With power iterations, batch statistics, labels, latents that call for them, and a generator that waits."""
    shrink(monkeypatch)
    data = ZOO[name].data()
    for folder, stops in (("whole", [7]), ("parts", [2, 5, 7])):
        for stop in stops:
            list(runs.run(name, data, stop, "cpu", tmp_path / folder))
    a, b = (load_file(tmp_path / folder / name / "snapshot.safetensors") for folder in ("whole", "parts"))
    assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


@pytest.mark.parametrize("name", GLYPHS)
def test_a_shipped_discriminator_is_ready(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shrink(monkeypatch)
    data = DATASETS["glyphs"]()
    list(runs.run(name, data, 3, "cpu", tmp_path))
    model, card = runs.export(name, data, tmp_path)
    checkpoints.save(tmp_path / f"{name}.safetensors", model, card)
    judge = checkpoints.load(name, "discriminator", tmp_path)
    assert not judge.training and not any("parametrizations" in key for key in judge.state_dict())
    x = torch.rand(4, 1, 28, 28) * 2 - 1
    expected = model.get_submodule("discriminator")(x)
    assert torch.allclose(judge(x), expected, atol=2e-2 * expected.abs().max().item())
    assert torch.allclose(judge(x[:1]), judge(x)[:1], atol=1e-4)
