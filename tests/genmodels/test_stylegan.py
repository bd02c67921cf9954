"""StyleGAN: its convolution against explicit weights, its statistics, and what styles and noise may change."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from genmodels import checkpoints
from genmodels.checkpoints import Card
from genmodels.latents import StyleModel, draw, mix, truncate
from genmodels.models.stylegan import Color, Modulated, StyleGAN, StyleGenerator
from genmodels.zoo import ZOO

SMALL = {"latent": 8, "style": 12, "depth": 2, "generator": [16, 12, 8], "discriminator": [8, 12]}


@pytest.fixture(scope="module")
def model() -> StyleGenerator:
    """16 × 16 pictures from 5 layers, with everything stirred that starts at zero."""
    torch.manual_seed(0)
    net = StyleGAN((3, 16, 16), **SMALL).generator.eval().requires_grad_(False)
    for name, parameter in net.named_parameters():
        if "bias" in name or "strength" in name:
            parameter += 0.3 * torch.randn_like(parameter)
    net.w_mean.copy_(net.style(draw((8,), range(500))).mean(0))
    return net


@pytest.fixture(scope="module")
def w(model: StyleGenerator) -> Tensor:
    return model.map(draw((8,), [1, 2, 3]))


def test_one_convolution_for_all_equals_a_kernel_for_each():
    torch.manual_seed(0)
    layer = Modulated(6, 5, 4).double()
    x, style = torch.randn(3, 6, 7, 7, dtype=torch.float64), torch.randn(3, 4, dtype=torch.float64)
    together = layer(x, style)
    for k in range(3):
        kernel = layer.weight * layer.affine(style[k])[:, None, None]
        flat = kernel.flatten(1)
        unit = (flat / flat.norm(dim=1, keepdim=True)).reshape_as(kernel)
        alone = F.conv2d(x[k : k + 1], unit, padding=1)[0]
        assert torch.allclose(together[k] / 2**0.5, alone / 1.04**0.5, atol=1e-7)


def test_enlarging_after_the_scaling_equals_enlarging_first():
    torch.manual_seed(0)
    layer, x, style = Modulated(6, 5, 4, enlarge=True).double(), torch.randn(2, 6, 4, 4).double(), torch.randn(2, 4)
    plain = Modulated(6, 5, 4).double()
    plain.load_state_dict(layer.state_dict())
    big = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    assert torch.allclose(layer(x, style.double()), plain(big, style.double()), atol=1e-12)


def test_color_equals_a_kernel_for_each():
    torch.manual_seed(0)
    layer, x, style = Color(6, 3, 4).double(), torch.randn(3, 6, 5, 7).double(), torch.randn(3, 4).double()
    for k in range(3):
        kernel = (layer.weight * layer.affine(style[k]))[:, :, None, None]
        assert torch.allclose(layer(x, style)[k], F.conv2d(x[k : k + 1], kernel)[0], atol=1e-12)


def test_a_layer_hands_power_on_whatever_the_style():
    """Unit noise comes out of the convolution with the power that a leaky ReLU then takes back to 1."""
    torch.manual_seed(0)
    layer = Modulated(32, 24, 16).requires_grad_(False)
    for strong in (0.1, 1.0, 30.0):
        y = layer(torch.randn(64, 32, 18, 18), strong * torch.randn(64, 16))[:, :, 1:-1, 1:-1]
        after = F.leaky_relu(y, 0.2).square().mean((0, 2, 3))
        assert torch.allclose(after, torch.ones(24), atol=0.05)


def test_first_weights_hear_z_and_paint_in_range():
    torch.manual_seed(0)
    net = StyleGAN((3, 64, 64)).generator.requires_grad_(False)
    styles = net.style(draw((64,), range(400)))
    assert styles.std(0).mean() == pytest.approx(0.85, abs=0.2)
    pictures = net.decode(draw((64,), range(32)))
    assert pictures.std(0).mean() > 0.15 and (pictures.abs() > 0.98).float().mean() < 0.02


def test_only_the_direction_of_a_latent_counts(model: StyleGenerator):
    z = draw((8,), [1, 2])
    assert torch.allclose(model.map(z), model.map(7 * z), atol=1e-5)


def test_psi_one_leaves_styles_and_zero_paints_the_mean_picture(model: StyleGenerator, w: Tensor):
    assert torch.equal(truncate(w, model.w_mean, 1.0), w)
    flat = model.synthesize(truncate(w, model.w_mean, 0.0))
    assert torch.allclose(flat, flat[:1].expand_as(flat), atol=1e-6)
    mean = model.synthesize(model.w_mean.expand(1, model.layers, -1))
    assert torch.allclose(flat[:1], mean, atol=1e-6)
    assert not torch.allclose(model.synthesize(w), flat, atol=0.01)


def test_psi_is_the_share_of_the_way_from_the_mean(model: StyleGenerator, w: Tensor):
    for psi in (0.3, 0.7, 1.5):
        reach = (truncate(w, model.w_mean, psi) - model.w_mean).norm(dim=2)
        assert torch.allclose(reach, psi * (w - model.w_mean).norm(dim=2), rtol=1e-4)


@pytest.mark.parametrize("cutoff", range(6))
def test_cutoff_spares_the_finer_layers(cutoff: int, model: StyleGenerator, w: Tensor):
    near = truncate(w, model.w_mean, 0.5, cutoff)
    changed = (near != w).any(2).any(0)
    assert changed.tolist() == [layer < cutoff for layer in range(5)]


@pytest.mark.parametrize("layer", range(6))
def test_mixing_takes_each_layer_from_its_source(layer: int, model: StyleGenerator, w: Tensor):
    """A change of style from some layer on leaves the features before it as they are."""
    one, two = w[:1], w[1:2]
    mixed = mix([one, two], [0] * layer + [1] * (5 - layer))
    assert torch.equal(mixed[:, :layer], one[:, :layer]) and torch.equal(mixed[:, layer:], two[:, layer:])
    seen: list[Tensor] = []
    hooks = [m.register_forward_hook(lambda *given: seen.append(given[-1])) for m in order(model)]
    for styles in (one, mixed):
        model.synthesize(styles)
    for hook in hooks:
        hook.remove()
    same = [torch.equal(before, after) for before, after in zip(seen[:5], seen[5:], strict=True)]
    assert same == [k < layer for k in range(5)]


def order(model: StyleGenerator) -> list[torch.nn.Module]:
    """The layers as the picture passes them."""
    stay, grow = list(model.stay), list(model.grow)
    return [stay[k // 2] if k % 2 == 0 else grow[k // 2] for k in range(model.layers)]


def test_noise_off_on_and_again(model: StyleGenerator, w: Tensor):
    assert torch.equal(model.synthesize(w), model.synthesize(w))
    grains = model.grains([4, 5, 6])
    assert [grain.shape for grain in grains] == [(3, 1, side, side) for side in (4, 4, 8, 8, 16)]
    noisy = model.synthesize(w, grains)
    assert torch.equal(noisy, model.synthesize(w, model.grains([4, 5, 6])))
    for other in (model.synthesize(w), model.synthesize(w, model.grains([7, 8, 9]))):
        assert not torch.allclose(noisy, other, atol=1e-3)
    silent = model.synthesize(w, [torch.zeros_like(grain) for grain in grains])
    assert torch.equal(silent, model.synthesize(w))


def test_noise_of_a_seed_and_layer_is_its_own(model: StyleGenerator):
    together, alone = model.grains([4, 5, 6]), model.grains([5])
    assert all(torch.equal(a[1:2], b) for a, b in zip(together, alone, strict=True))
    assert not torch.equal(alone[0], alone[1])


def test_pictures_do_not_depend_on_their_neighbors(model: StyleGenerator, w: Tensor):
    together = model.synthesize(w, model.grains([4, 5, 6]))
    assert torch.allclose(model.synthesize(w[1:2], model.grains([5])), together[1:2], atol=1e-5)
    z = draw((8,), [1, 2, 3])
    assert torch.allclose(model.decode(z[2:]), model.decode(z)[2:], atol=1e-5)


def test_half_the_bits_paint_nearly_the_same(model: StyleGenerator, w: Tensor):
    with torch.autocast("cpu", torch.bfloat16):
        rough = model.synthesize(w, model.grains([4, 5, 6])).float()
    gap = (rough - model.synthesize(w, model.grains([4, 5, 6]))).abs()
    assert 0 < gap.max() < 0.1 and gap.mean() < 0.01


def test_enlarging_does_not_checker():
    """The mean picture of many styles is smooth from pixel to pixel: no place of a 2 × 2 block is special."""
    torch.manual_seed(0)
    net = StyleGAN((3, 64, 64), generator=[32, 24, 16, 16, 16]).generator.requires_grad_(False)
    pictures = net.decode(draw((64,), range(200)))[:, :, 8:-8, 8:-8]
    phases = F.pixel_unshuffle(pictures, 2).unflatten(1, (3, 4)).mean((0, 3, 4))
    assert (phases - phases.mean(1, keepdim=True)).abs().max() < 0.01


def test_a_checkpoint_keeps_both_players_and_the_mean_style(tmp_path: Path):
    recipe = ZOO["faces-stylegan"]
    torch.manual_seed(0)
    made = recipe.build(**recipe.full_config(recipe.data()))
    made.get_submodule("generator").get_buffer("w_mean").normal_()
    card = Card("faces-stylegan", recipe.full_config(recipe.data()), "faces", "1", {}, 1, 2, 0, 1.0, "CPU", "1")
    path = tmp_path / "faces-stylegan.safetensors"
    checkpoints.save(path, made, card)
    assert path.stat().st_size < 9_000_000
    assert checkpoints.read(path).config == card.config and checkpoints.available(tmp_path).keys() == {path.stem}
    generator = checkpoints.load("faces-stylegan", "generator", tmp_path)
    assert isinstance(generator, StyleModel)
    assert torch.allclose(generator.w_mean, made.get_submodule("generator").get_buffer("w_mean"), atol=2e-3)
    z = draw(generator.latent_shape, [1, 2])
    assert torch.allclose(generator.decode(z), made.get_submodule("generator").decode(z), atol=0.02)  # type: ignore[operator]
    judge = checkpoints.load("faces-stylegan", "discriminator", tmp_path)
    assert judge(generator.decode(z)).shape == (2,)
