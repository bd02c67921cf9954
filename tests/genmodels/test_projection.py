"""From a picture back to its latent: what a generator has painted is found again, streamed, and can be stopped."""

from __future__ import annotations

import math
from itertools import islice, pairwise

import pytest
import torch
from torch import Tensor

from genmodels.errors import Refused
from genmodels.latents import LatentModel, StyleModel, draw
from genmodels.models.axes import called_for
from genmodels.models.gan import Generator
from genmodels.models.stylegan import StyleGenerator
from genmodels.projection import PATIENCE, PORTION, RIVALS, STARTS, Ground, descent, differences, project, pyramid


@pytest.fixture(scope="module")
def model() -> LatentModel:
    torch.manual_seed(0)
    net = Generator((3, 16, 16), latent=12, channels=(32, 16))
    for block in net.blocks:  # as after training: the blocks, too, have something to say
        torch.nn.init.normal_(block.conv2.weight, std=0.05)  # type: ignore[union-attr]
    return net.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def style() -> StyleModel:
    torch.manual_seed(0)
    net = StyleGenerator((3, 16, 16), latent=8, style=12, depth=2, channels=(16, 8, 8))
    return net.eval().requires_grad_(False)


def painted(model: LatentModel, seed: int) -> Tensor:
    return model.decode(draw(model.latent_shape, [seed]))


@pytest.mark.parametrize("seed", [10_001, 10_002, 10_003])
def test_a_painted_picture_is_found_again(model: LatentModel, seed: int):
    picture = painted(model, seed)
    path = list(project(model, picture, steps=60))
    random = model.decode(draw(model.latent_shape, range(STARTS)))
    best = float((random - picture).square().flatten(1).mean(1).min())
    last = path[-1]
    assert last.loss < best / 100 and last.psnr > 35
    assert float((model.decode(last.z) - picture).square().mean()) == pytest.approx(last.loss, abs=1e-6)
    assert float((last.picture - picture).abs().max()) < 0.2


def test_it_streams_and_only_gets_better(model: LatentModel):
    path = list(project(model, painted(model, 5000), steps=20))
    assert [p.step for p in path] == [0] * (STARTS // PORTION) + list(range(1, 21))
    assert all(b.loss <= a.loss for a, b in pairwise(path))
    assert path[0].z.shape == (1, 12) and path[0].picture.shape == (1, 3, 16, 16)
    assert not path[-1].z.requires_grad


def test_it_stops_when_it_is_closed(model: LatentModel):
    count = 0
    counted = CountedModel(model)
    run = project(counted, painted(model, 5000), steps=1000)
    for _ in range(3):
        next(run)
    count = counted.calls
    run.close()
    assert counted.calls == count and next(run, None) is None
    assert torch.is_grad_enabled()


class CountedModel(LatentModel):
    def __init__(self, model: LatentModel) -> None:
        super().__init__()
        self.model, self.latent_shape, self.calls = model, model.latent_shape, 0

    def decode(self, z: Tensor) -> Tensor:
        self.calls += 1
        return self.model.decode(z)


def test_the_same_question_has_the_same_answer(model: LatentModel):
    first, again = (list(project(model, painted(model, 5000), steps=8, seed=3))[-1] for _ in range(2))
    assert torch.equal(first.z, again.z)


def test_an_encoder_that_knows_is_believed(model: LatentModel):
    z = draw(model.latent_shape, [777])
    start = next(project(model, model.decode(z), encoder=lambda picture: z))
    assert start.loss < 1e-10 and torch.equal(start.z, z)


def test_half_the_random_starts_call_for_what_was_seen(monkeypatch: pytest.MonkeyPatch):
    axes = [[0.5, 0.5], [0.1, 0.2, 0.7]]
    model = Generator((3, 16, 16), latent=12, channels=(8, 8), axes=axes).eval().requires_grad_(False)
    picture, tried = painted(model, 5000), []
    paint = model.decode
    monkeypatch.setattr(model, "decode", lambda z: tried.append(z) or paint(z))
    run = project(model, picture, seen=torch.tensor([[3.0, -1.0, 2.0, 0.0, 1.0]]))
    for _ in range(STARTS // PORTION):
        next(run)
    z = torch.cat([some for some in tried if len(some) == PORTION])
    label, chance = called_for(z, axes), draw((12,), range(STARTS))
    assert label[::2].tolist() == [[1.0, 0.0, 1.0, 0.0, 0.0]] * (STARTS // 2)
    assert torch.equal(z[1::2], chance[1::2]) and torch.equal(z[:, 2:], chance[:, 2:])


def test_a_good_start_is_not_thrown_off(model: LatentModel):
    """Adam leaps as far from a point that is nearly right as from any other: who goes on alone begins where it was."""
    z = draw((12,), [77])
    ground, targets = Ground.of(model, "z", 0), pyramid(model.decode(z))
    way = [at.clone() for at in islice(descent(ground, z + 1e-3, targets, 0.0, race=2), 3)]
    astray, back = ((at - z).abs().max() for at in way[1:])
    assert back < 2e-3 < 0.05 < astray


def test_who_is_stuck_goes_on_in_small_steps(model: LatentModel, monkeypatch: pytest.MonkeyPatch):
    """As at a cliff, where no way along the curvature is downhill."""
    monkeypatch.setattr(torch.optim.LBFGS, "step", lambda self, closure: closure())
    z = draw((12,), [77])
    ground, targets = Ground.of(model, "z", 0), pyramid(model.decode(z))
    way = list(islice(descent(ground, z + 0.2, targets, 0.0, race=0), 60))
    stuck = sum(torch.equal(at, way[0]) for at in way)
    assert PATIENCE <= stuck <= PATIENCE + 1
    first, last = (float(differences(ground.paint(at), targets)) for at in (way[0], way[-1]))
    assert last < 0.1 * first
    assert max(float((b - a).abs().max()) for a, b in pairwise(way)) < 0.05


def test_a_wrong_encoder_does_no_harm(model: LatentModel):
    picture = painted(model, 5000)
    *_, last = project(model, picture, steps=60, encoder=lambda _: torch.full((1, 12), 3.0))
    assert last.psnr > 30


@pytest.mark.parametrize("space", ["z", "w", "w+"])
def test_styles_can_be_looked_for(style: StyleModel, space: str):
    picture = style.decode(draw(style.latent_shape, [10_001]))
    path = list(project(style, picture, steps=40, space=space))
    assert path[-1].loss < path[0].loss / 5
    found = path[-1].z
    if space == "z":
        assert found.shape == (1, 8)
        return
    assert found.shape == (1, style.layers, 12)
    assert float((style.synthesize(found, style.grains([0])) - picture).square().mean()) == pytest.approx(
        path[-1].loss, abs=1e-6
    )
    assert (found[:, :1] == found).all() if space == "w" else not (found[:, :1] == found).all()


def test_a_picture_may_be_one_that_the_model_cannot_paint(model: LatentModel):
    noise = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    *_, last = project(model, noise, steps=20)
    assert math.isfinite(last.loss) and last.z.norm() < 3 * 12**0.5


def test_differences_are_seen_at_every_scale():
    """A shift of one pixel counts more in full size than a wrong mean does: coarse scales see the mean alone."""
    board = (torch.arange(16)[:, None] + torch.arange(16)) % 2 * 2.0 - 1
    picture, flipped = board[None, None], -board[None, None]
    targets = pyramid(picture)
    assert len(targets) == 4
    assert differences(flipped, targets).item() == pytest.approx(4 / 4)  # at full size only
    assert differences(picture + 0.5, targets).item() == pytest.approx(0.25)  # at all alike
    assert RIVALS <= STARTS


@pytest.mark.parametrize("picture", [torch.zeros(3, 16, 16), torch.zeros(2, 3, 16, 16), torch.zeros(1, 3, 8, 8)])
def test_a_picture_of_another_shape_is_refused(model: LatentModel, picture: Tensor):
    with pytest.raises(Refused):
        next(project(model, picture))


def test_only_a_style_model_has_styles(model: LatentModel):
    with pytest.raises(Refused):
        next(project(model, painted(model, 1), space="w"))
