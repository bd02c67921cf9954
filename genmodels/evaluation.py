"""How good a model is, in numbers that stand beside what real pictures would get."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.latents import LatentModel, draw
from genmodels.metrics import bootstrap, frechet, principal, sliced_wasserstein
from genmodels.models.diffusion import Diffusion

Measure = dict[str, float | None]
PORTION = 32  # pictures decoded at a time
LOG_SNRS = (6.0, 4.0, 2.0, 0.0, -2.0, -4.0, -6.0)


def drawable(model: nn.Module) -> LatentModel:
    """The part of a model that makes pictures."""
    part = model if isinstance(model, LatentModel) else getattr(model, "generator", None)
    if not isinstance(part, LatentModel):
        raise Refused("no-part", file=type(model).__name__, part="generator", allowed="-")
    return part


@torch.no_grad()
def generated(model: LatentModel, seeds: Sequence[int]) -> Iterator[Tensor]:
    """Pictures of these seeds, a portion at a time; each depends on its own seed only."""
    for first in range(0, len(seeds), PORTION):
        yield model.decode(draw(model.latent_shape, seeds[first : first + PORTION]))


def evaluate(model: nn.Module, dataset: Dataset, n: int, seed: int) -> dict[str, Any]:
    """{n, seed, metrics: {key: {value, low, high, floor}}}; the floor is what as many training pictures get."""
    if not 2 <= n <= min(len(dataset.held_out) // 2, len(dataset.train)):
        raise Refused("knob", name="n", value=n, low=2, high=min(len(dataset.held_out) // 2, len(dataset.train)))
    order = torch.Generator().manual_seed(seed)
    picked = [dataset.held_out[int(k)] for k in torch.randperm(len(dataset.held_out), generator=order)[:n]]
    others = [dataset.train[int(k)] for k in torch.randperm(len(dataset.train), generator=order)[:n]]
    real, train = dataset.batch(picked).x0, dataset.batch(others).x0
    made = torch.cat(list(generated(drawable(model), range(seed * n, (seed + 1) * n))))
    metrics = compare(made, real, train)
    if isinstance(model, Diffusion):
        metrics |= denoising(model, real, seed)
    return {"n": n, "seed": seed, "metrics": metrics}


def compare(made: Tensor, real: Tensor, train: Tensor) -> dict[str, Measure]:
    """Distances in the coordinates along which the real pictures vary most."""
    made, real, train = (pictures.flatten(1).double() for pictures in (made, real, train))
    view = principal(torch.cat([real, train]), min(64, len(real) // 4 + 1))
    distances: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "frechet-pca": frechet,
        "sliced-wasserstein-pca": sliced_wasserstein,
    }
    found = {}
    for key, distance in distances.items():
        low, high = bootstrap(distance, view(made), view(real))
        floor = float(distance(view(train), view(real)))
        found[key] = {"value": float(distance(view(made), view(real))), "low": low, "high": high, "floor": floor}
    return found


@torch.no_grad()
def denoising(model: Diffusion, real: Tensor, seed: int) -> dict[str, Measure]:
    """Mean squared error of the predicted x0 on held-out pictures without labels, with two standard errors."""
    chance = torch.Generator().manual_seed(seed)
    found = {}
    for log_snr in LOG_SNRS:
        t = model.schedule.time_of(torch.tensor(-log_snr / 2, dtype=torch.float64).exp())
        errors = []
        for x0 in real.split(PORTION):
            eps = torch.randn(x0.shape, generator=chance)
            said = model(model.schedule.add_noise(x0, eps, t), t).x0
            errors.append((said - x0).square().flatten(1).mean(1))
        error = torch.cat(errors).double()
        value, doubt = float(error.mean()), float(2 * error.std() / len(error) ** 0.5)
        found[f"denoising-mse@{log_snr:+.0f}"] = {
            "value": value,
            "low": value - doubt,
            "high": value + doubt,
            "floor": None,
        }
    return found
