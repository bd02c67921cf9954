"""What a reader sees in a generator's pictures, tied to the points they come from: names, directions, entanglement."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.directions import Direction, flat, moved, paint, points
from genmodels.errors import Refused
from genmodels.latents import LatentModel, draw
from genmodels.models.axes import called_for

Read = Callable[[Tensor], Tensor]  # pictures -> (B, K) probabilities, in the layout of the label
Fields = Mapping[str, Sequence[str]]

ORDERED = ("mouth", "eye-size", "brow-angle", "brow-weight", "tilt")  # fields whose values follow each other
SAMPLES = 384
HELD_OUT = 4  # one in so many pictures is kept to judge a direction by
PORTION = 32
RIDGE = 0.1  # of the mean variance: too few pictures for so many coordinates otherwise
SURE = 0.01  # odds are cut here, where a reader's certainty says nothing more
RARE = 0.02  # a value that fewer pictures have, or that fewer lack, says too little
NAMED = 0.4  # a direction takes an attribute's name from this correlation on; by chance, 0.2 is not to be expected


@dataclass(frozen=True)
class Study:
    """Many points and what was read in their pictures: the ground for names and directions."""

    points: Tensor  # (N, D), flat
    probabilities: Tensor  # (N, K)
    fields: Fields
    latents: Tensor | None = None  # (N, Z), flat, where the points were made of them

    def scores(self) -> dict[str, Tensor]:
        """(N,) for each attribute: the expected place of an ordered field, the log-odds of any other's value."""
        found = {}
        for field, block in blocks(self.fields, self.probabilities).items():
            if field in ORDERED:
                found[field] = block @ torch.arange(block.shape[1], dtype=block.dtype)
                continue
            odds = block.clamp(SURE, 1 - SURE).logit()
            for value, column, seen in zip(self.fields[field], odds.T, (block > 0.5).float().mean(0), strict=True):
                if RARE <= seen <= 1 - RARE:
                    found[f"{field}={value}"] = column
        return {name: column for name, column in found.items() if column.std() > 1e-3}


@torch.no_grad()
def study(model: LatentModel, read: Read, fields: Fields, samples: int = SAMPLES, seed: int = 0) -> Study:
    """Draw, paint and read; nearly all of the time goes into painting."""
    z = draw(model.latent_shape, range(seed, seed + samples))
    kept, said = [], []
    for part in z.split(PORTION):
        here = points(model, part)
        kept.append(flat(here, model))
        said.append(read(paint(model, here)).float())
    probabilities = torch.cat(said)
    if probabilities.shape[1] != sum(map(len, fields.values())):
        raise Refused("other-reader", read=probabilities.shape[1], fields=sum(map(len, fields.values())))
    return Study(torch.cat(kept), probabilities, fields, z.flatten(1))


def blocks(fields: Fields, probabilities: Tensor) -> dict[str, Tensor]:
    """The columns of each field."""
    return dict(zip(fields, probabilities.split([len(values) for values in fields.values()], dim=1), strict=True))


def attribute_directions(studied: Study) -> list[Direction]:
    """A direction for each attribute that was seen, by ridge regression of what was read on the points.

    `value` is R² on points that the regression has not seen; below 0 the attribute does not follow any one direction.
    """
    scores = studied.scores()
    if not scores:
        return []
    names, target = list(scores), torch.stack(list(scores.values()), dim=1)
    target = (target - target.mean(0)) / target.std(0)
    held = torch.arange(len(target)) % HELD_OUT == 0
    guess = _regressed(studied.points[~held], target[~held])
    seen = (studied.points - studied.points[~held].mean(0)) @ guess + target[~held].mean(0)
    left, whole = ((target - other)[held].square().sum(0) for other in (seen, target[~held].mean(0)))
    slopes = _regressed(studied.points, target)
    found = []
    for k, name in enumerate(names):
        vector = slopes[:, k] / slopes[:, k].norm()
        along = studied.points @ vector
        found.append(
            Direction(
                "attribute",
                k,
                vector,
                spread(studied, vector),
                float(1 - left[k] / whole[k]),
                name=name,
                correlation=_correlation(along[:, None], target[:, k : k + 1]).item(),
            )
        )
    return found


def axis_directions(model: LatentModel, fields: Fields, studied: Study | None = None) -> list[Direction]:
    """The coordinates of the latent that call for a field each, where a model's latents do that.

    They are coordinates of the latent also where styles are the points: it is moved before it is mapped. `value` is how
    often the reader saw what was called for, 0 until it has looked.
    """
    if not model.axes:
        return []
    units = torch.eye(math.prod(model.latent_shape))
    seen = obedience(model.axes, studied) if studied else dict.fromkeys(fields, 0.0)
    return [Direction("axis", k, units[k], 1.0, seen[field], name=field) for k, field in enumerate(fields)]


def obedience(axes: Sequence[Sequence[float]], studied: Study) -> dict[str, float]:
    """By field, in how many pictures the value is seen that the latent calls for."""
    latents = studied.points if studied.latents is None else studied.latents
    wanted = blocks(studied.fields, called_for(latents, axes))
    seen = blocks(studied.fields, studied.probabilities)
    return {field: float((seen[field].argmax(1) == wanted[field].argmax(1)).float().mean()) for field in studied.fields}


def _regressed(rows: Tensor, target: Tensor) -> Tensor:
    """(D, T) slopes."""
    rows, target = rows - rows.mean(0), target - target.mean(0)
    gram = rows.T @ rows
    return torch.linalg.solve(gram + RIDGE * gram.diagonal().mean() * torch.eye(len(gram)), rows.T @ target)


def spread(studied: Study, vector: Tensor) -> float:
    """How far the studied points spread along a vector; 1 for normal latents, but for chance."""
    return float((studied.points @ vector).std())


def without(direction: Direction, others: Sequence[Direction], studied: Study) -> Direction:
    """The same change with the others left alone: what is at right angles to all of them (InterFaceGAN's condition)."""
    if not others:
        return direction
    basis, _ = torch.linalg.qr(torch.stack([other.vector for other in others], dim=1))
    rest = direction.vector - basis @ (basis.T @ direction.vector)
    if rest.norm() < 0.05:
        raise Refused("nothing-left", direction=direction.label)
    vector = rest / rest.norm()
    return dataclasses.replace(direction, vector=vector, sigma=spread(studied, vector))


def named(directions: Sequence[Direction], studied: Study, threshold: float = NAMED) -> list[Direction]:
    """Each direction with the attribute it goes with best, if it does by so much, and turned so that it raises it."""
    scores = studied.scores()
    if not scores:
        return [dataclasses.replace(direction, name="", correlation=0.0) for direction in directions]
    table = torch.stack(list(scores.values()), dim=1)
    found = []
    for direction in directions:
        correlations = _correlation((studied.points @ direction.vector)[:, None], table)[0]
        best = int(correlations.abs().argmax())
        strength = float(correlations[best])
        if abs(strength) < threshold:
            found.append(dataclasses.replace(direction, name="", correlation=strength))
            continue
        vector = direction.vector * (1 if strength > 0 else -1)
        found.append(dataclasses.replace(direction, vector=vector, name=list(scores)[best], correlation=abs(strength)))
    return found


def _correlation(a: Tensor, b: Tensor) -> Tensor:
    """(A, B): of every column of a with every column of b."""
    a, b = ((rows - rows.mean(0)) / (rows.std(0) + 1e-12) for rows in (a, b))
    return a.T @ b / (len(a) - 1)


@dataclass(frozen=True)
class Change:
    """What happens to one field along a direction, for each sigma."""

    moved: float  # the share of the reader's belief that changes sides, averaged over the pictures: 0 to 1
    shifts: dict[str, float]  # the mean change of each value's probability, signed


@torch.no_grad()
def entanglement(
    model: LatentModel,
    read: Read,
    fields: Fields,
    point: Tensor,
    direction: Direction,
    amounts: Collection[float] = (-1.0, 1.0),
    grain: bool = True,
) -> dict[str, Change]:
    """How much each field moves when these points go along a direction: the one that was meant, and all others."""
    return changes(read, fields, lambda amount: paint(model, moved(model, point, direction, amount), grain), amounts)


@torch.no_grad()
def changes(
    read: Read, fields: Fields, picture: Callable[[float], Tensor], amounts: Collection[float] = (-1.0, 1.0)
) -> dict[str, Change]:
    """How much each field moves between the pictures at 0 and those at so many sigmas."""

    def said(amount: float) -> dict[str, Tensor]:
        return blocks(fields, read(picture(amount)))

    before = said(0.0)
    after = {amount: said(amount) for amount in amounts}
    found = {}
    for field, start in before.items():
        ways = {amount: there[field] - start for amount, there in after.items()}
        sides = [float(way.abs().sum(1).mean() / 2) / abs(amount) for amount, way in ways.items()]
        slopes = sum(amount * way.mean(0) for amount, way in ways.items()) / sum(amount**2 for amount in amounts)
        assert isinstance(slopes, Tensor)
        found[field] = Change(sum(sides) / len(sides), dict(zip(fields[field], slopes.tolist(), strict=True)))
    return found


def purity(changes: Mapping[str, Change], field: str) -> float:
    """Of all that moves, the share that was meant to."""
    return changes[field].moved / max(sum(change.moved for change in changes.values()), 1e-12)
