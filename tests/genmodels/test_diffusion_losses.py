"""Every loss leads to the exact denoiser: on Gaussian data it is affine in x, and a fitted affine network finds it."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Batch
from genmodels.denoising.parameterization import PARAMETERIZATIONS
from genmodels.models.diffusion import Diffusion
from genmodels.models.diffusion_trainer import ERRORS, TIMES, Averages, DiffusionTrainer, squared
from tests.genmodels.laws import F64, GAUSSIANS, gaussian

PLANE = (1, 1, 2)
SMALL = {"patch": 1, "channels": 8, "multiples": [1], "blocks": 1, "attention": 0}


class Affine(nn.Module):
    """All that a network must be for one time and a Gaussian law."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(2, 2, dtype=F64)

    def forward(self, x: Tensor, log_snr: Tensor, label: Tensor | None = None) -> Tensor:
        return self.map(x)


class Lone(nn.Module):
    """Errs in the corner only, whatever it sees."""

    def forward(self, x: Tensor, log_snr: Tensor, label: Tensor | None = None) -> Tensor:
        return nn.functional.pad(torch.ones(len(x), 1, 1, 1), (0, 3, 0, 3))


def sigma_points() -> tuple[Tensor, Tensor]:
    """Few pairs (x0, eps) with exactly the means and covariances of the tilted law and of noise.

    A squared error of what is linear in both depends on nothing else: no sampling error is left.
    """
    mean, covariance = GAUSSIANS["tilted"]
    z = torch.cat([torch.eye(4, dtype=F64), -torch.eye(4, dtype=F64)]) * 2  # of mean 0 and covariance 1
    x0 = mean + z[:, :2] @ torch.linalg.cholesky(covariance).mT
    return x0.reshape(-1, *PLANE), z[:, 2:].reshape(-1, *PLANE)


def fit(model: Diffusion, error: str, t: Tensor) -> None:
    """The minimum of a loss that is quadratic in the weights, by one step of Newton's method."""
    x0, eps = sigma_points()
    weights = list(model.net.parameters())

    def slope(at: Tensor) -> Tensor:
        nn.utils.vector_to_parameters(at, weights)
        loss = ERRORS[error](model, x0, eps, t.expand(len(x0)), None).mean()
        return torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights)])

    start = torch.zeros(6, dtype=F64)
    bend = torch.stack([slope(e) - slope(start) for e in torch.eye(6, dtype=F64)])
    nn.utils.vector_to_parameters(-torch.linalg.solve(bend, slope(start)), weights)


def test_an_error_on_a_hill_counts_more_and_one_everywhere_as_much():
    truth = torch.zeros(4, 3, 65, 65)
    said = truth.clone()
    said[0] = 1  # everywhere
    said[1, :, 32, 16] = 1  # on one hill
    said[2, :, 48, 48] = 1  # on another
    said[3, :, 0, 64] = 1  # on the plain
    everywhere, low, high, plain = squared(said, truth, focus=[(0.5, 0.25, 0.1, 5), (0.75, 0.75, 0.1, 20)])
    assert everywhere == pytest.approx(1)
    assert (low / plain, high / plain) == (pytest.approx(6, rel=0.02), pytest.approx(21, rel=0.02))
    assert torch.allclose(squared(said, truth), said.square().mean((1, 2, 3)))


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    ("schedule", "predicts"),
    [pair for pair in product(["cosine", "linear", "flow", "edm"], PARAMETERIZATIONS) if pair != ("flow", "eps")],
)
def test_every_loss_has_the_exact_denoiser_as_its_minimum(schedule: str, predicts: str, error: str):
    """But for eps on the flow's schedule: no data is left where it begins, and eps says nothing there."""
    model = Diffusion(PLANE, schedule=schedule, predicts=predicts, **SMALL)
    model.hold([Affine()])
    truth = gaussian(model.schedule)
    x = torch.randn(20, *PLANE, dtype=F64, generator=torch.Generator().manual_seed(0))
    for moment in (0.15, 0.5, 0.85):
        t = torch.tensor(moment, dtype=F64)
        fit(model, error, t)
        with torch.no_grad():
            found = model(x, t)
        known = truth(x.reshape(-1, 2), t)
        assert torch.allclose(found.x0.reshape(-1, 2), known.x0, atol=1e-7)
        assert torch.allclose(found.eps.reshape(-1, 2), known.eps, atol=1e-7)


def test_times_follow_their_laws():
    u = (torch.arange(100_000, dtype=F64) + 0.5) / 100_000
    assert torch.equal(TIMES["even"](u), u)
    counts = torch.bincount((TIMES["thousandths"](u) * 1000).round().long())
    assert counts[0] == 0 and (counts[1:] == 100).all() and len(counts) == 1001
    logits = TIMES["logit-normal"](u).logit()
    assert logits.mean().item() == pytest.approx(0, abs=1e-6) and logits.std().item() == pytest.approx(1, abs=1e-3)
    assert (TIMES["logit-normal"](u) < 0.25).double().mean().item() == pytest.approx(0.1360, abs=1e-3)  # Phi(-ln 3)
    nearly = TIMES["half-nearly-clean"](u)
    for low, high in ((0.1, 1.0), (0.5, 0.75)):  # beyond the nearly clean, half as many as evenly
        assert ((low <= nearly) & (nearly < high)).double().mean().item() == pytest.approx((high - low) / 2, abs=1e-4)
    tenth = (
        ((nearly >= 0.002) & (nearly < 0.02)).double().mean().item()
    )  # a factor of 10 of log(0.08 / 0.0015), and even
    assert tenth == pytest.approx(0.5 * math.log(10) / math.log(0.08 / 0.0015) + 0.009, abs=1e-4)


def test_in_a_nearly_clean_picture_every_pixel_counts_alike():
    """With more noise the hills count; the same errors are told apart by the time alone."""
    model = small([])
    model.hold([Lone()])
    t, focus = torch.tensor([0.9, 0.02], dtype=F64), [(0.0, 0.0, 0.1, 50.0)]
    x0 = torch.zeros(2, 1, 4, 4)
    hilly, even = (ERRORS["x0"](model, x0, torch.zeros_like(x0), t, None, hills) for hills in (focus, ()))
    assert hilly[1] == even[1] and hilly[0] > 5 * even[0]


def small(averages: list[float]) -> Diffusion:
    torch.manual_seed(0)
    return Diffusion((1, 4, 4), (3,), schedule="cosine", averages=averages, **SMALL)


def test_each_average_forgets_at_its_own_pace():
    """A network that jumps once and then stays: what is left of the jump is the product of the decays."""
    model = small([0.9, 0.5])
    averages, steps = Averages(model), range(100, 107)  # so late that no average is young
    before = [p.clone() for p in model.net.parameters()]
    for p in model.net.parameters():
        p.data += 1
    for step in steps:
        averages.update(model, step)
    for which, decay in enumerate(model.averages):
        kept = averages.net.averaged(which).net.parameters()
        for old, now in zip(before, kept, strict=True):
            assert torch.allclose(now, old + 1 - decay ** len(steps), atol=1e-6)


def test_a_model_keeps_its_averages_and_looks_with_the_one_chosen():
    trainer = DiffusionTrainer(small([0.9, 0.2]), 0, torch.device("cpu"), lr=1e-2, error="output")
    batch = Batch(torch.rand(6, 1, 4, 4) * 2 - 1, torch.eye(3).repeat(2, 1))
    for _ in range(30):
        trainer.step(batch)
    kept = small([0.9, 0.2])
    kept.load_state_dict(trainer.shipped().state_dict())
    x, t = torch.randn(4, 1, 4, 4), torch.tensor(0.4, dtype=F64)
    for which in (0, 1):
        assert torch.equal(kept.averaged(which)(x, t).x0, trainer.shipped().averaged(which)(x, t).x0)
    assert not torch.equal(kept.averaged(0)(x, t).x0, kept.averaged(1)(x, t).x0)
    assert torch.equal(kept.averaged(0)(x, t).x0, kept(x, t).x0), "choosing must not change the model itself"
    learning = sum(p.numel() for p in trainer.model.parameters())
    assert learning * 2 == sum(p.numel() for p in kept.parameters()), "only one network is trained"


def test_a_rate_that_has_fallen_hardly_moves_the_weights():
    trainer = DiffusionTrainer(small([]), 0, torch.device("cpu"), lr=1e-2, error="output", falls=[3, 6])
    weights, moved = trainer.model.net.leave[-1].weight, []
    for _ in range(8):
        before = weights.detach().clone()
        trainer.step(Batch(torch.rand(6, 1, 4, 4) * 2 - 1, torch.eye(3).repeat(2, 1)))
        moved.append((weights - before).abs().mean().item())
    assert min(moved[1:4]) > 100 * max(moved[6:]) > 0  # the very first step has no weights behind it to learn from


def test_labels_of_one_field_are_hidden_as_often_as_said(monkeypatch: pytest.MonkeyPatch):
    """What reaches the network, counted."""
    seen = []
    trainer = DiffusionTrainer(small([]), 0, torch.device("cpu"), unlabeled=0.1, partly=0.0, error="output")
    plain = trainer.model.output
    monkeypatch.setattr(trainer.model, "output", lambda x, t, label: seen.append(label) or plain(x, t, label))
    for _ in range(20):
        trainer.step(Batch(torch.zeros(100, 1, 4, 4), torch.eye(3)[torch.arange(100) % 3]))
    told = torch.cat(seen).sum(1)
    assert set(told.tolist()) == {0.0, 1.0}
    assert told.mean().item() == pytest.approx(0.9, abs=0.025)  # four standard errors
