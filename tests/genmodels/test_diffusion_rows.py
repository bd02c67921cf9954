"""The diffusion rows fit together: one network for three glyph rows, students for teachers, weak for strong."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import torch

from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.denoising.conditioned import Conditioned
from genmodels.denoising.guidance import Guided
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion
from genmodels.samplers import SAMPLERS
from genmodels.zoo import ZOO

ROWS = [name for name, row in ZOO.items() if row.kind == "diffusion"]


@cache
def sketch(name: str) -> Diffusion:
    with torch.device("meta"):
        model = ZOO[name].build(**ZOO[name].full_config(ZOO[name].data()))
    assert isinstance(model, Diffusion)
    return model


def weights(model: torch.nn.Module) -> dict[str, list[int]]:
    return {key: list(value.shape) for key, value in model.state_dict().items()}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_can_be_run_as_usual(name: str):
    model = sketch(name)
    if model.usual.sampler in SAMPLERS:
        assert SAMPLERS[model.usual.sampler].refuses(model.schedule) is None
    assert (model.labels != ()) == ZOO[name].conditional
    assert 2 * sum(p.numel() for p in model.parameters()) < 9_500_000  # bytes of a file


def test_schedules_are_compared_on_one_network():
    names = ("glyphs-ddpm", "glyphs-cosine-v", "glyphs-flow")
    assert len({str(weights(sketch(name).net)) for name in names}) == 1
    assert len({sketch(name).schedule for name in names}) == 3
    assert len(sketch("glyphs-cosine-v").averages) == 2


@pytest.mark.parametrize("name", [name for name in ROWS if ZOO[name].after])
def test_a_student_can_take_its_teachers_weights(name: str):
    teacher = sketch(ZOO[name].after or "")
    assert weights(sketch(name)) == weights(teacher) and sketch(name).schedule == teacher.schedule


def test_the_weak_model_of_faces_can_steer_the_strong_one():
    strong, weak = sketch("faces-diffusion"), sketch("faces-weak")
    assert Guided(strong, weak, 2.0).schedule == weak.schedule and weak.labels == strong.labels
    assert sum(p.numel() for p in weak.parameters()) <= 1_500_000


def small(**config: object) -> Diffusion:
    torch.manual_seed(0)
    model = Diffusion((1, 4, 4), (3,), "cosine", patch=1, channels=8, multiples=[1], blocks=1, attention=0, **config)  # type: ignore[arg-type]
    for p in model.parameters():
        p.data += 0.1 * torch.randn_like(p)
    return model.eval().requires_grad_(False)


def test_guidance_is_for_those_who_ask():
    model = small(usual={"steps": 3, "guidance": 2.0})
    z, label = torch.randn(2, 1, 4, 4), torch.eye(3)[:2]
    x, t = torch.randn(2, 1, 4, 4), torch.tensor(0.5, dtype=torch.float64)
    guided, plain = model.asked(label)(x, t).x0, model.used(guidance=1.0).asked(label)(x, t).x0
    told, untold = Conditioned(model, label)(x, t).x0, model(x, t).x0
    assert torch.equal(plain, told) and torch.allclose(guided, 2 * told - untold, atol=1e-5)
    assert torch.equal(model.decode(z), model.used(guidance=1.0).decode(z))
    assert not torch.equal(model.decode(z, label), model.used(guidance=1.0).decode(z, label))
    assert model.usual.guidance == 2.0


@pytest.mark.parametrize("sampler", ["dpmpp-2m", "ddim", "ddpm", "consistency"])
def test_a_run_depends_on_its_noise_alone(sampler: str):
    model = small(usual={"sampler": sampler, "spacing": "by-hand", "steps": 3})
    z = torch.randn(3, 1, 4, 4)
    steps, together = list(model.walk(z)), model.decode(z)
    assert len(steps) == 4 and torch.equal(steps[-1].x.clamp(-1, 1), together)
    assert torch.allclose(model.decode(z[1:2])[0], together[1], atol=1e-5)


@pytest.mark.parametrize("usual", [{"sampler": "dpmpp-sde"}, {"sampler": "no-such"}, {"spacing": "no-such"}, {"x": 1}])
def test_a_card_that_cannot_be_run_is_refused(usual: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    row = ZOO["digits-diffusion"]
    config = row.full_config(row.data()) | {"channels": 8, "multiples": [1]}
    card = Card("digits-diffusion", config | {"usual": usual}, "digits", "1", {}, 1, 2, 0, 1.0, "CPU", "1")
    path = tmp_path / "digits-diffusion.safetensors"
    checkpoints.save(path, row.build(**config), card)
    with pytest.raises(Refused) as refusal:
        checkpoints.read(path)
    assert refusal.value.key == "bad-checkpoint"
