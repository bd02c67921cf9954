"""Training a StyleGAN: all of it learns, its mapping slowly; styles are mixed as asked; the mean style follows."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from genmodels.datasets import DATASETS
from genmodels.datasets.dataset import Batch
from genmodels.latents import StyleModel, draw
from genmodels.models.stylegan import StyleGAN
from genmodels.models.stylegan_trainer import StyleTrainer
from genmodels.runs import run
from genmodels.training import chance
from tests.genmodels.tiny import shrink

SMALL = {"latent": 8, "style": 12, "depth": 2, "generator": [16, 12, 8], "discriminator": [8, 12]}


def test_every_parameter_learns():
    torch.manual_seed(0)
    trainer = trained(StyleGAN((3, 16, 16), **SMALL), loss="non-saturating")  # relativistic: no bias of the score
    for name, parameter in trainer.model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def trained(net: StyleGAN, steps: int = 2, **knobs: object) -> StyleTrainer:
    trainer = StyleTrainer(net, 3, torch.device("cpu"), **knobs)  # type: ignore[arg-type]
    for k in range(steps):
        x0 = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(k)).tanh()
        assert all(isinstance(value, float) for value in trainer.step(Batch(x0, torch.zeros(8, 0))).values())
    return trainer


def test_the_mapping_moves_slower_than_all_else():
    torch.manual_seed(0)
    net = StyleGAN((3, 16, 16), **SMALL)
    before = {name: value.clone() for name, value in net.generator.named_parameters()}
    trained(net, steps=1, lr=1e-3, mapping=0.01, betas=(0.0, 0.99))
    for name, parameter in net.generator.named_parameters():
        # Adam's first step is as long as its rate, wherever there is a gradient
        far = (parameter - before[name]).abs().max().item()
        assert far == pytest.approx(1e-5 if name.startswith("mapping.") else 1e-3, rel=0.05), name


def test_running_mean_is_that_of_the_averaged_mapping():
    torch.manual_seed(0)
    trainer = trained(StyleGAN((3, 16, 16), **SMALL), steps=60, lr=1e-4)
    kept = trainer.ema.net.get_submodule("generator")
    assert isinstance(kept, StyleModel)
    styles = kept.map(draw((8,), range(5000)))[:, 0]
    off = (kept.w_mean - styles.mean(0)).abs()
    assert (off < 5 * styles.std(0) / (8 * 2 * 60) ** 0.5 + 0.02).all()


@pytest.mark.parametrize("mixing", [0.0, 0.5, 1.0])
def test_the_asked_share_of_pictures_is_mixed(mixing: float, monkeypatch: pytest.MonkeyPatch):
    trainer = trained(StyleGAN((3, 16, 16), **SMALL), steps=0, mixing=mixing)
    painted: list[Tensor] = []
    generator = trainer.model.get_submodule("generator")
    monkeypatch.setattr(generator, "synthesize", lambda w, noise: painted.append(w))
    trainer.paint(torch.randn(4000, 8), chance(0, 0))
    changes = (painted[0][:, 1:] != painted[0][:, :-1]).any(2)
    assert changes.sum(1).max() <= 1, "more than two sources"
    assert changes.any(1).float().mean().item() == pytest.approx(mixing, abs=0.04)
    if mixing:
        assert torch.allclose(changes.float().mean(0), torch.full((4,), mixing / 4), atol=0.03)


def test_resumed_equals_uninterrupted_to_the_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shrink(monkeypatch)
    data = DATASETS["faces"]()
    whole = [p.metrics for p in run("faces-stylegan", data, 3, "cpu", tmp_path / "whole")]
    parts = [p.metrics for n in (2, 3) for p in run("faces-stylegan", data, n, "cpu", tmp_path / "parts")]
    assert parts == whole
    a, b = (load_file(tmp_path / way / "faces-stylegan" / "snapshot.safetensors") for way in ("whole", "parts"))
    assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)
