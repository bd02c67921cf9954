"""A conditioned model answers as the model does when it is told the label itself."""

from __future__ import annotations

import torch

from genmodels.datasets import DATASETS
from genmodels.denoising import Conditioned, Guided
from genmodels.models.diffusion import Diffusion
from genmodels.zoo import ZOO

RECIPE = ZOO["digits-diffusion"]
DIGITS = DATASETS["digits"]()


def model() -> Diffusion:
    torch.manual_seed(0)
    made = RECIPE.build(**RECIPE.full_config(DIGITS)).eval()
    assert isinstance(made, Diffusion)
    for parameter in made.parameters():  # its last layer starts at zero, and would hear no label
        torch.nn.init.normal_(parameter, std=0.2)
    return made


@torch.no_grad()
def test_one_label_for_all_or_one_for_each() -> None:
    net, t = model(), torch.tensor(0.5, dtype=torch.float64)
    x = torch.randn(4, *DIGITS.shape)
    labels = torch.from_numpy(DIGITS.labels(range(4)))
    each = Conditioned(net, labels)(x, t)
    for k in range(4):
        alone = Conditioned(net, labels[k : k + 1])(x, t)
        assert torch.allclose(alone.x0[k], each.x0[k], atol=1e-5)
    assert not torch.allclose(each.x0, net(x, t).x0, atol=1e-3)
    assert torch.allclose(Conditioned(net, torch.zeros(1, labels.shape[1]))(x, t).x0, net(x, t).x0, atol=1e-6)


@torch.no_grad()
def test_it_is_a_denoiser_like_any_other() -> None:
    net, t = model(), torch.tensor(0.3, dtype=torch.float64)
    x, label = torch.randn(2, *DIGITS.shape), torch.from_numpy(DIGITS.labels([7]))
    told = Conditioned(net, label)
    assert torch.allclose(Guided(told, net, 1.0)(x, t).x0, told(x, t).x0, atol=1e-5)
    alpha, sigma = told.schedule.alpha(t), told.schedule.sigma(t)
    estimate = told(x, t)
    assert torch.allclose(alpha.float() * estimate.x0 + sigma.float() * estimate.eps, x, atol=1e-5)
