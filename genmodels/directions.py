"""Directions in which one kind of thing changes: from the activations (GANSpace) or the weights (SeFa) of a generator.

They live in the space of *points*: the latents themselves, or, where a mapping network makes styles of them, the
styles, whose law is no longer round and which each layer may get differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genmodels.errors import Refused
from genmodels.latents import Conditioned, LatentModel, StyleModel, draw

SAMPLES = 1024  # latents to learn the directions from: only the first layers see them


@dataclass(frozen=True)
class Direction:
    """A unit step in the space of points (or of latents, if it is an axis), and how far random ones spread along it."""

    method: str  # a key of METHODS, "attribute" or "axis"
    number: int  # its place among those of its method, from 0
    vector: Tensor  # (D,), of length 1
    sigma: float
    value: float  # the share of the whole that is its own (of the variance, of the weights' power); an attribute's R²
    layers: tuple[int, int] | None = None  # first and one past the last layer that it moves; None: all
    name: str = ""  # the attribute that goes with it, "field" or "field=value", where one does
    correlation: float = 0.0  # with that attribute

    @property
    def label(self) -> str:
        return self.name or f"{self.method} {self.number + 1}"


def points(model: LatentModel, z: Tensor) -> Tensor:
    """(B, L, D) styles of a StyleModel, (B, *latent_shape) of any other: what directions are added to."""
    return model.map(z) if isinstance(model, StyleModel) else z


def paint(model: LatentModel, point: Tensor, grain: bool = True) -> Tensor:
    """The pictures of points; of styles with noise in every layer, always the same, or without any."""
    if isinstance(model, StyleModel):
        return model.synthesize(point, model.grains([0]) if grain else None)
    return model.decode(point)


def flat(point: Tensor, model: LatentModel) -> Tensor:
    """(B, D): what directions are measured in; of styles their mean over the layers."""
    return point.mean(1) if isinstance(model, StyleModel) else point.flatten(1)


def moved(model: LatentModel, point: Tensor, direction: Direction, amount: float | Tensor) -> Tensor:
    """Points shifted by so many sigmas, one amount for all or (B,); of a style only in the direction's layers."""
    step = direction.vector * direction.sigma * torch.as_tensor(amount, dtype=point.dtype).reshape(-1, 1)
    if not isinstance(model, StyleModel):
        return point + step.reshape(-1, *model.latent_shape)
    first, last = direction.layers or (0, model.layers)
    here = torch.zeros(model.layers, 1)
    here[first:last] = 1
    return point + here * step[:, None]


def place_along(model: LatentModel, point: Tensor, direction: Direction) -> Tensor:
    """(B,): where points lie along a direction, in sigmas; what a slider shows before it is touched.

    Latents are told from 0, styles from their mean: either is the middle of its law.
    """
    middle = point - model.w_mean if isinstance(model, StyleModel) else point
    return flat(middle, model) @ direction.vector / direction.sigma


@torch.no_grad()
def principal(model: LatentModel, count: int = 10, seed: int = 0, layer: str | None = None) -> list[Direction]:
    """Along which the styles, or an early activation, vary most (Härkönen et al. 2020).

    An activation's main components are carried back to the latents by linear regression: the way in z of a component
    is its correlation with each coordinate of z.
    """
    z = draw(model.latent_shape, range(seed, seed + SAMPLES))
    if isinstance(model, StyleModel):
        power, ways = _components(flat(model.map(z), model), count)
        return [
            Direction("principal", k, ways[:, k], float(power[k].sqrt()), float(power[k] / power.sum()))
            for k in range(ways.shape[1])
        ]
    module = model.get_submodule(layer) if layer else early(model)
    rows = torch.cat([passing(model, module, part)[1].flatten(1) for part in z.split(64)])
    power, ways = _components(rows, count)
    along = (rows - rows.mean(0)) @ ways
    back = z.flatten(1).T @ (along / along.norm(dim=0).clamp(min=1e-12))
    return [
        Direction("principal", k, back[:, k] / back[:, k].norm(), 1.0, float(power[k] / power.sum()))
        for k in range(back.shape[1])
    ]


def _components(rows: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """All variances, largest first, and the first few ways; through whichever of both products is smaller."""
    rows = rows - rows.mean(0)
    wide = rows.shape[1] > rows.shape[0]
    values, vectors = torch.linalg.eigh((rows @ rows.T if wide else rows.T @ rows) / len(rows))
    values, vectors = values.flip(0).clamp(min=0), vectors.flip(1)[:, :count]
    ways = rows.T @ vectors if wide else vectors
    return values, ways / ways.norm(dim=0).clamp(min=1e-12)


@torch.no_grad()
def closed_form(
    model: LatentModel, count: int = 10, seed: int = 0, layers: tuple[int, int] | None = None
) -> list[Direction]:
    """To which the weights of the first affine layers answer most: eigenvectors of A^T A (Shen and Zhou 2021).

    Every unit counts alike, so the rows of A are drawn to length 1. No picture is made.
    """
    spread = points(model, draw(model.latent_shape, range(seed, seed + SAMPLES)))
    answers = [rows for rows, layer in first_affine(model, seed) if _within(layer, layers)]
    if not answers:
        raise Refused("no-affine", model=type(model).__name__)
    values, ways = torch.linalg.eigh(sum(rows.T @ rows for rows in answers))
    values, ways = values.flip(0).clamp(min=0), ways.flip(1)
    sigmas = (flat(spread, model) @ ways).std(0) if isinstance(model, StyleModel) else torch.ones(len(values))
    return [
        Direction("closed-form", k, ways[:, k], float(sigmas[k]), float(values[k] / values.sum()), layers)
        for k in range(min(count, len(values)))
    ]


def _within(layer: int | None, layers: tuple[int, int] | None) -> bool:
    return layer is None or layers is None or layers[0] <= layer < layers[1]


def first_affine(model: LatentModel, seed: int = 0) -> Iterator[tuple[Tensor, int | None]]:
    """Matrices (outputs, D) of the affine layers that see a point first, each with the style layer that feeds it.

    They are found by looking who is handed the point, so that any generator can be asked. Behind a `mapping` that is
    part of a one-stage generator, a layer is taken together with the mapping's slope at many latents; what else the
    mapping is handed beside the latent is held.
    """
    if isinstance(model, StyleModel):
        each = torch.randn(1, model.layers, len(model.w_mean), generator=torch.Generator().manual_seed(seed))
        for layer, style in enumerate(each.unbind(1)):
            for module, given in handed(model, lambda: model.synthesize(each), style):
                yield _unit_rows(answer(module, given, style.shape[1])), layer
        return
    z = draw(model.latent_shape, range(seed, seed + 64))
    size, one = z[0].numel(), lambda: model.decode(z[:1])
    mapping = getattr(_inner(model), "mapping", None)
    inside = set(mapping.modules()) if isinstance(mapping, nn.Module) else set()
    for module, given in handed(model, one, z[:1].flatten(1)):
        if module not in inside:
            yield _unit_rows(answer(module, given, size)), None
    if isinstance(mapping, nn.Module):
        latents = passing(model, mapping, z)[0]
        condition = passing(model, mapping, z[:1])[1]
        with torch.enable_grad():
            slopes = torch.autograd.functional.jacobian(lambda given: mapping(given).sum(0), latents)
        assert isinstance(slopes, Tensor)
        for module, given in handed(model, one, condition):
            unit = _unit_rows(answer(module, given, condition.shape[1]))
            whole = torch.cat([unit @ slope for slope in slopes[:, :, :size].unbind(1)])
            _, root = torch.linalg.qr(whole)  # the same A^T A in few rows
            yield root * (len(unit) ** 0.5 / root.norm()), None


def handed(model: nn.Module, run: Callable[[], Tensor], point: Tensor) -> list[tuple[nn.Module, Tensor]]:
    """The affine layers whose input is the point, or begins with it, and that input."""
    found: list[tuple[nn.Module, Tensor]] = []

    def look(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        row = given[0].flatten(1)
        if row.shape[1] >= point.shape[1] and torch.equal(row[:, : point.shape[1]], point):
            found.append((module, given[0]))

    affine = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
    hooks = [part.register_forward_pre_hook(look) for part in model.modules() if isinstance(part, affine)]
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    return found


def answer(module: nn.Module, like: Tensor, size: int) -> Tensor:
    """(outputs, size): what an affine layer adds for each unit of its first inputs."""
    units = like.new_zeros(size + 1, like[0].numel())
    units[:size, :size] = torch.eye(size)
    out = module(units.reshape(size + 1, *like.shape[1:])).flatten(1)
    return (out[:size] - out[size]).T


def _unit_rows(matrix: Tensor) -> Tensor:
    norm = matrix.norm(dim=1, keepdim=True)
    kept = norm[:, 0] > 1e-6 * norm.max()
    return matrix[kept] / norm[kept]


class Reached(Exception):
    """What was looked for has been seen; the rest of the network need not run."""


def passing(model: LatentModel, module: nn.Module, z: Tensor) -> tuple[Tensor, Tensor]:
    """What goes into a module and what comes out of it; the generator runs no further."""
    seen: list[tuple[Tensor, Tensor]] = []

    def stop(_module: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> None:
        seen.append((given[0], out))
        raise Reached

    hook = module.register_forward_hook(stop)
    try:
        model.decode(z)
    except Reached:
        return seen[0]
    finally:
        hook.remove()
    raise Refused("no-affine", model=type(model).__name__)


def early(model: LatentModel) -> nn.Module:
    """The first module whose output is no longer a linear image of z: a map of features where there is one."""
    found: list[tuple[nn.Module, Tensor]] = []
    stages = [part for name, part in _inner(model).named_modules() if name and name.count(".") <= 1]
    hooks = [part.register_forward_hook(lambda part, _, out: found.append((part, out))) for part in stages]
    z = draw(model.latent_shape, [0])
    try:
        model.decode(torch.cat([z, -z, 0 * z]))
    finally:
        for hook in hooks:
            hook.remove()
    bent = [(part, out.ndim) for part, out in found if not torch.allclose(out[0] + out[1], 2 * out[2], atol=1e-4)]
    if not bent:
        raise Refused("no-affine", model=type(model).__name__)
    return next((part for part, dimensions in bent if dimensions == 4), bent[0][0])


def _inner(model: LatentModel) -> nn.Module:
    return model.model if isinstance(model, Conditioned) else model  # type: ignore[return-value]


METHODS: dict[str, Callable[..., Sequence[Direction]]] = {"principal": principal, "closed-form": closed_form}
