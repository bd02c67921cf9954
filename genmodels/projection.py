"""From a picture back to a latent: the best of many starts, then gradient descent on what still differs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from genmodels.errors import Refused
from genmodels.latents import LatentModel, StyleModel, draw
from genmodels.models.axes import brought

STARTS = 96  # random latents that are looked at
RIVALS = 4  # of those that go on, until a quarter of the steps is done
RATE = 0.1
PATIENCE = 4  # steps of L-BFGS without gain before Adam goes on in small ones
PORTION = 16  # of them at a time
SCALES = (1, 2, 4, 8)  # a picture is compared as it is and reduced so many times
FAREST = 4.0  # a coordinate further out than this many spreads is drawn back


@dataclass(frozen=True)
class Projection:
    """The best point so far: a latent (1, *latent_shape), or styles (1, L, D) where they were looked for."""

    step: int
    z: Tensor
    loss: float  # mean squared error of the pixels, which go from -1 to 1
    picture: Tensor

    @property
    def psnr(self) -> float:
        """Decibels between the picture that was asked for and this one: 20 is alike, 30 is hard to tell apart."""
        return 10 * math.log10(4 / max(self.loss, 1e-10))


Encoder = Callable[[Tensor], Tensor]


@torch.no_grad()
def project(
    model: LatentModel,
    picture: Tensor,
    steps: int = 100,
    seed: int = 0,
    encoder: Encoder | None = None,
    space: str = "z",
    prior: float = 5e-4,
    seen: Tensor | None = None,
) -> Iterator[Projection]:
    """Look for the point whose picture is (1, C, H, W); the best so far after each look at random ones and each step.

    `space` is z, or for a StyleModel w (one style for all layers) or w+ (one for each). The prior pulls gently to
    where random points lie, or the search ends in places that the model never learned. Where latents call for labels,
    `seen` (1, K) says how surely the picture shows each value: half of the random ones then call for what it shows.
    Closing the iterator stops it.
    """
    shape = model.decode(draw(model.latent_shape, [seed])).shape
    if picture.shape != shape:
        raise Refused("picture-shape", shape=str(tuple(picture.shape)), expected=str(tuple(shape)))
    ground, targets = Ground.of(model, space, seed), pyramid(picture)
    best = points = None
    for points in starts(model, ground, picture, seed, encoder, seen):
        best = better(best, 0, ground, points, picture)
        yield best
    assert points is not None
    search = descent(ground, points, targets, prior, steps // 4 if len(points) > 1 else 0)
    for step in range(1, steps + 1):
        best = better(best, step, ground, next(search), picture)
        yield best


def better(best: Projection | None, step: int, ground: Ground, points: Tensor, picture: Tensor) -> Projection:
    """The nearest of these points, or what was the best before."""
    painted = ground.paint(points)
    errors = (painted - picture).square().flatten(1).mean(1)
    first = int(errors.argmin())
    if best is not None and best.loss <= float(errors[first]):
        return dataclasses.replace(best, step=step)
    return Projection(step, ground.out(points[first, None]).clone(), float(errors[first]), painted[first, None])


def descent(ground: Ground, points: Tensor, targets: list[Tensor], prior: float, race: int) -> Iterator[Tensor]:
    """The points after each step: first all by Adam, then by L-BFGS alone from the best that any of them has been.

    One point's landscape is mostly a smooth bowl with long valleys, where the curvature that L-BFGS gathers goes
    further in the same time; Adam is the better judge of many starts at once, but its first steps throw a good one off.
    """

    def loss(of: Tensor) -> Tensor:
        return differences(ground.paint(of), targets) + prior * of.flatten(1).square().mean(1)

    rivals = points.detach().clone().requires_grad_()
    adam = torch.optim.Adam([rivals], RATE, betas=(0.9, 0.98))
    best, least = rivals.detach().clone(), torch.full((len(rivals),), math.inf)

    def note(values: Tensor) -> None:
        nearer = values < least
        best[nearer], least[nearer] = rivals.detach()[nearer], values.detach()[nearer]

    for _ in range(race):
        with torch.enable_grad():
            adam.zero_grad()
            values = loss(rivals)
            values.sum().backward()
        note(values)
        adam.step()
        rivals.data.clamp_(-FAREST, FAREST)
        yield rivals.detach().clone()
    note(loss(rivals))
    leader = int(least.argmin())
    point = best[leader : leader + 1].clone().requires_grad_()
    newton = torch.optim.LBFGS([point], max_iter=1, max_eval=4, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        point.grad = None
        with torch.enable_grad():
            value = loss(point).sum()
            value.backward()
        return value

    before, tired = math.inf, 0
    while tired < PATIENCE:  # its line search ends at a cliff, such as lies between two values that latents call for
        value = torch.as_tensor(newton.step(closure)).item()  # type: ignore[arg-type]
        tired = 0 if value < (1 - 1e-3) * before else tired + 1
        before = min(before, value)
        yield point.detach().clone()
    adam = torch.optim.Adam([point], RATE / 5, betas=(0.9, 0.98))
    while True:
        adam.step(closure)
        yield point.detach().clone()


@dataclass(frozen=True)
class Ground:
    """Where the search moves: coordinates in which random points have mean 0 and spread 1, and the way out of them."""

    paint: Callable[[Tensor], Tensor]
    out: Callable[[Tensor], Tensor]
    back: Callable[[Tensor], Tensor]  # from latents

    @classmethod
    def of(cls, model: LatentModel, space: str, seed: int) -> Ground:
        if space == "z":
            return cls(model.decode, lambda point: point, lambda z: z)
        if space not in ("w", "w+") or not isinstance(model, StyleModel):
            raise Refused(
                "choice", name="space", value=space[:40], allowed="z, w, w+" if isinstance(model, StyleModel) else "z"
            )
        known = model.map(draw(model.latent_shape, range(seed, seed + 512)))[:, 0]
        middle, spread = known.mean(0), known.std(0).clamp(min=1e-6)
        kept = model.layers if space == "w+" else 1
        grains = model.grains([0])

        def out(point: Tensor) -> Tensor:
            return (middle + spread * point).expand(-1, model.layers, -1)

        def back(z: Tensor) -> Tensor:
            return ((model.map(z) - middle) / spread)[:, :kept].contiguous()

        return cls(lambda point: model.synthesize(out(point), grains), out, back)


def starts(
    model: LatentModel, ground: Ground, picture: Tensor, seed: int, encoder: Encoder | None, seen: Tensor | None
) -> Iterator[Tensor]:
    """The most promising points so far: what an encoder says, and those random ones whose pictures come nearest."""
    z = draw(model.latent_shape, range(seed, seed + STARTS))
    if seen is not None:  # only half of them, for who says so may be wrong
        z[::2] = brought(z[::2], seen, model.axes)
    said = [] if encoder is None else [encoder(picture).reshape(1, *model.latent_shape)]
    targets, distance = pyramid(picture), torch.empty(0)
    for part in z.split(PORTION):
        distance = torch.cat([distance, differences(model.decode(part), targets)])
        nearest = z[distance.topk(RIVALS - len(said), largest=False).indices]
        yield ground.back(torch.cat([*said, nearest])).clone()


def pyramid(pictures: Tensor) -> list[Tensor]:
    """The pictures at every scale that still divides them: coarse ones say where to go, fine ones when to stop."""
    side = pictures.shape[-1]
    return [F.avg_pool2d(pictures, scale) if scale > 1 else pictures for scale in SCALES if side % scale == 0]


def differences(pictures: Tensor, targets: list[Tensor]) -> Tensor:
    """(B,): the mean squared error, averaged over the scales."""
    levels = pyramid(pictures)
    return torch.stack([(a - b).square().flatten(1).mean(1) for a, b in zip(levels, targets, strict=True)]).mean(0)
