"""The GANs of glyphs: sizes as introductions have them, norms as torch has them, labels, and no checkerboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from genmodels.adversarial import Game
from genmodels.errors import Refused
from genmodels.latents import Conditioned, draw
from genmodels.models.dcgan import BatchNorm, ConvGAN
from genmodels.models.dense_gan import DenseGAN
from genmodels.models.gan import GAN
from genmodels.models.stylegan import StyleGAN


def stirred(game: nn.Module) -> None:
    """Not as it starts, where much is zero."""
    torch.manual_seed(1)
    for parameter in game.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)


def conditional() -> ConvGAN:
    """One that has seen a few batches."""
    game = ConvGAN((1, 16, 16), 8, (16, 8, 8), (8, 8), labels=(3, 2))
    stirred(game)
    for _ in range(3):
        game.generator.decode(torch.randn(16, 8), torch.eye(5)[torch.arange(16) % 5])
    return game.eval().requires_grad_(False)


def test_the_smallest_gan_is_the_one_of_the_introductions():
    """z -> 128 -> 256 -> 784 and 784 -> 256 -> 128 -> 1, leaky ReLUs between."""
    game = DenseGAN((1, 28, 28))
    players = (game.generator.layers, game.discriminator.layers)
    sizes = [[layer.out_features for layer in layers if isinstance(layer, nn.Linear)] for layers in players]
    assert sizes == [[128, 256, 784], [256, 128, 1]]
    assert [type(layer) for layer in game.generator.layers] == [nn.Linear, nn.LeakyReLU] * 2 + [nn.Linear]
    pictures = game.generator.decode(draw((100,), range(4)))
    assert pictures.shape == (4, 1, 28, 28) and pictures.abs().max() <= 1
    assert game.discriminator(pictures).shape == (4,)


def test_batch_norm_is_torchs():
    """In training, afterwards, and in what it remembers; only the count of batches is not kept."""
    own, known = BatchNorm(4, momentum=0.3), nn.BatchNorm2d(4, momentum=0.3)
    for x in 5 + 2 * torch.randn(6, 8, 4, 3, 3):
        assert torch.allclose(own(x), known(x), atol=1e-6)
    assert torch.allclose(own.mean, known.running_mean) and torch.allclose(own.variance, known.running_var)  # type: ignore[arg-type]
    x = torch.randn(2, 4, 3, 3)
    assert torch.allclose(own.eval()(x), known.eval()(x), atol=1e-6)
    assert all(value.is_floating_point() for value in own.state_dict().values())


@pytest.mark.parametrize("labels", [(), (3, 2)])
def test_settled_statistics_are_those_of_the_weights(labels: tuple[int, ...]):
    """Measured in use, on other latents: what comes to each norm has the mean and the spread that it reckons with."""
    game = ConvGAN((1, 16, 16), 8, (16, 8, 8), (8, 8), labels)
    stirred(game)
    game.eval().requires_grad_(False)
    weights = {name: value.clone() for name, value in game.named_parameters()}
    z = torch.randn(3000, 8, generator=torch.Generator().manual_seed(99))
    label = None
    if labels:
        kinds = torch.arange(3000) % 15  # every pair of values equally often, in three of fifteen hidden
        label = torch.cat([torch.eye(3)[kinds % 3], torch.eye(2)[torch.arange(3000) // 15 % 2]], dim=1)
        label[kinds >= 12] = 0

    def mistaken() -> float:
        """The largest error of a mean, in spreads, or of a spread."""
        came: dict[BatchNorm, Tensor] = {}
        hooks = [
            norm.register_forward_pre_hook(lambda norm, given: came.update({norm: given[0].transpose(0, 1).flatten(1)}))
            for norm in game.generator.norms
        ]
        game.generator.decode(z, label)
        for hook in hooks:
            hook.remove()
        assert len(came) == 3
        worst = 0.0
        for norm, x in came.items():
            spread = x.std(1)
            errors = ((norm.mean - x.mean(1)) / spread, norm.variance.sqrt() / spread - 1)
            worst = max(worst, *(error.abs().max().item() for error in errors))
        return worst

    assert mistaken() > 0.3
    game.settle(seed=0)
    assert mistaken() < 0.06
    assert not game.training and all(torch.equal(value, weights[name]) for name, value in game.named_parameters())
    assert all(norm.momentum == BatchNorm(1).momentum for norm in game.generator.norms)
    settled = [value.clone() for value in game.buffers()]
    game.settle(seed=0)
    assert all(torch.equal(value, before) for value, before in zip(game.buffers(), settled, strict=True))


@pytest.mark.parametrize("game", [GAN, StyleGAN, DenseGAN])
def test_settling_leaves_alone_what_has_no_batch_norm(game: Callable[..., Game[Any]]):
    own = game((1, 16, 16), widths=[8]) if game is DenseGAN else game((1, 16, 16), generator=[8, 8], discriminator=[8])
    before = {key: value.clone() for key, value in own.state_dict().items()}
    own.settle(seed=0)
    assert own.training and all(torch.equal(value, before[key]) for key, value in own.state_dict().items())


def test_every_picture_alone():
    """In use neither player looks at the rest of the batch."""
    game = conditional()
    z, label = torch.randn(5, 8), torch.eye(5)
    together = game.generator.decode(z, label)
    for k in range(5):
        assert torch.allclose(game.generator.decode(z[k : k + 1], label[k : k + 1])[0], together[k], atol=1e-5)
        alone = game.discriminator(together[k : k + 1], label[k : k + 1])[0]
        assert torch.allclose(game.discriminator(together, label)[k], alone, atol=1e-5)


def test_zeros_mean_not_given_and_weights_mix():
    game = conditional()
    z, nothing, something = torch.randn(4, 8), torch.zeros(4, 5), torch.eye(5)[:4]
    decode, judge = game.generator.decode, game.discriminator
    assert torch.equal(decode(z), decode(z, nothing))
    assert not torch.allclose(decode(z), decode(z, something), atol=1e-3)
    x = decode(z)
    assert torch.equal(judge(x), judge(x, nothing))
    # a projection is linear in the label
    half = (something + something.roll(1, 0)) / 2
    assert torch.allclose(judge(x, half), (judge(x, something) + judge(x, something.roll(1, 0))) / 2, atol=1e-5)


def test_a_latent_model_that_was_told_what_to_draw():
    generator = conditional().generator
    z, label = torch.randn(3, 8), torch.eye(5)[:3]
    assert torch.equal(Conditioned(generator, label).decode(z), generator.decode(z, label))
    one = Conditioned(generator, label[1:2])
    assert torch.equal(one.decode(z), generator.decode(z, label[1:2].repeat(3, 1)))
    assert one.latent_shape == generator.latent_shape and one.labels == ()
    for strange in (torch.zeros(3, 4), torch.zeros(5)):
        with pytest.raises(Refused) as refusal:
            Conditioned(generator, strange)
        assert refusal.value.key == "label-shape"


@pytest.mark.parametrize("game", [GAN, ConvGAN, StyleGAN])
def test_a_side_that_cannot_be_reached_by_doubling_is_refused(game: type[nn.Module]):
    assert game((1, 24, 24), generator=[8, 8, 8], discriminator=[8]).generator.decode(draw((64,), [0])).shape[2] == 24
    with pytest.raises(Refused) as refusal:
        game((1, 26, 26), generator=[8, 8, 8], discriminator=[8])
    assert refusal.value.key == "uneven-side" and refusal.value.values["side"] == 26


def test_a_new_judge_does_not_mind_labels_and_neither_is_deaf():
    """The projection starts at nothing; both players hand the signal on from the first step."""
    torch.manual_seed(0)
    game = ConvGAN((1, 28, 28), labels=(36,)).requires_grad_(False)
    z, label, x = torch.randn(64, 64), torch.eye(36)[torch.arange(64) % 36], torch.randn(64, 1, 28, 28)
    assert torch.equal(game.discriminator(x, label), game.discriminator(x))
    assert game.discriminator(x).std() > 0.3
    pictures = game.generator.decode(z, label)
    assert pictures.std(0).mean() > 0.08
    by_label = game.generator.decode(z[:1].expand(36, -1), torch.eye(36))
    assert by_label.std(0).mean() > 0.05


def phases(pictures: Tensor) -> Tensor:
    """How much the pixels of each corner of a 2 × 2 cell vary, away from the border."""
    spread = pictures.var(0)[0, 6:-6, 6:-6]
    return torch.stack([spread[i::2, j::2].mean() for i in (0, 1) for j in (0, 1)])


def test_enlarging_leaves_no_checkerboard():
    torch.manual_seed(0)
    game = ConvGAN((1, 28, 28)).requires_grad_(False)
    found = phases(game.generator.decode(torch.randn(512, 64)))
    assert found.max() / found.min() < 1.15
    # a transposed convolution whose size its stride does not divide: the control that must fail
    rough = nn.ConvTranspose2d(8, 1, 3, stride=2, padding=1, output_padding=1, bias=False).requires_grad_(False)
    found = phases(rough(torch.randn(512, 8, 14, 14)))
    assert found.max() / found.min() > 1.5
