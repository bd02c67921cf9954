"""Ways over the sphere where latents live: a plane of seeds to drag through, a circle that comes back, A - B + C."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from genmodels.latents import draw

ROW = 100  # seeds in a row of the lattice, and rows: the plane is a torus that holds each seed from 0 to 9999 once


@dataclass(frozen=True)
class Corner:
    """A node of the lattice: where it lies, its seed, and its weight at the place that was asked for."""

    column: int
    row: int
    seed: int
    weight: float


@dataclass(frozen=True)
class Lattice:
    """A latent at every place (x, y) of the plane; at whole numbers it is that of a seed, at (0, 0) of `seed`.

    Between nodes the four corners are mixed with weights whose squares sum to 1, so every place is as normal as a node.
    """

    shape: Sequence[int]
    seed: int = 0

    def at(self, x: float, y: float, origin: Tensor | None = None) -> Tensor:
        """(1, *shape); along either axis the picture changes evenly, so equal drags are equal changes.

        `origin`, (1, *shape), takes the place of the node at (0, 0): one can set out from anywhere.
        """
        corners = self.corners(x, y)
        latents = draw(self.shape, [corner.seed for corner in corners])
        for k, corner in enumerate(corners):
            if origin is not None and (corner.column, corner.row) == (0, 0):
                latents[k] = origin[0]
        weights = torch.tensor([corner.weight for corner in corners], dtype=latents.dtype)
        return torch.tensordot(weights, latents, 1)[None]

    def corners(self, x: float, y: float) -> list[Corner]:
        """The nodes that the place is mixed of: one on a node, two on an edge, else four."""
        (column, right), (row, down) = ((math.floor(c), c - math.floor(c)) for c in (x, y))
        return [
            Corner(column + i, row + j, self.seed_of(column + i, row + j), across * along)
            for j, along in enumerate(quarter_turn(down))
            for i, across in enumerate(quarter_turn(right))
            if across * along
        ]

    def seed_of(self, column: int, row: int) -> int:
        return (self.seed + column + ROW * row) % ROW**2


def quarter_turn(share: float) -> tuple[float, float]:
    """The weights of two independent normals whose mix is normal, turned evenly from the first to the second."""
    return (1.0, 0.0) if share == 0 else (math.cos(math.pi / 2 * share), math.sin(math.pi / 2 * share))


def circle(a: Tensor, b: Tensor, turn: float) -> Tensor:
    """The great circle of each sample through a (turn 0) and b, once around at turn 1; the norm is eased both ways."""
    flat_a, flat_b = a.flatten(1).double(), b.flatten(1).double()
    norm_a, norm_b = flat_a.norm(dim=1, keepdim=True), flat_b.norm(dim=1, keepdim=True)
    first = flat_a / norm_a.clamp(min=1e-12)
    second, reach = _beside(first, flat_b / norm_b.clamp(min=1e-12))
    angle = 2 * math.pi * (turn % 1.0)
    back = 2 * math.pi - reach
    # cosines, so that the norm has no kink where it arrives
    share = torch.where(angle * torch.ones_like(reach) <= reach, angle / reach, 1 + (angle - reach) / back)
    norm = norm_a + (norm_b - norm_a) * (1 - torch.cos(math.pi * share)) / 2
    return (norm * (math.cos(angle) * first + math.sin(angle) * second)).reshape(a.shape).to(a.dtype)


def place_of(a: Tensor, b: Tensor) -> Tensor:
    """The turn at which the circle from a comes through b, for each sample."""
    flat_a, flat_b = a.flatten(1).double(), b.flatten(1).double()
    unit_a, unit_b = (flat / flat.norm(dim=1, keepdim=True).clamp(min=1e-12) for flat in (flat_a, flat_b))
    return _beside(unit_a, unit_b)[1][:, 0] / (2 * math.pi)


def _beside(first: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """A unit at right angles to the first in the plane of both, and the angle from the first to the other."""
    along = (first * other).sum(1, keepdim=True)
    rest = other - along * first
    height = rest.norm(dim=1, keepdim=True)
    if first.shape[1] > 1:  # the same or the opposite place: any plane through it will do
        spare = torch.roll(first, 1, dims=1) * torch.where(torch.arange(first.shape[1]) == 0, -1.0, 1.0)
        spare = spare - (spare * first).sum(1, keepdim=True) * first
        rest = torch.where(height > 1e-6, rest, spare)
    second = rest / rest.norm(dim=1, keepdim=True).clamp(min=1e-12)
    reach = torch.atan2(height, along)
    return second, reach.clamp(min=1e-9)


def arithmetic(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """a - b + c of each sample, drawn back to the norm |a| - |b| + |c|: three normal latents sum to one too long.

    What b shares with a is taken away and what c has is put in its place; equal b and c leave a as it is.
    """
    flats = [latent.flatten(1) for latent in (a, b, c)]
    sizes = torch.stack([flat.norm(dim=1, keepdim=True) for flat in flats])
    norm = torch.maximum(sizes[0] - sizes[1] + sizes[2], sizes.amin(0))
    total = flats[0] - flats[1] + flats[2]
    return (total * (norm / total.norm(dim=1, keepdim=True).clamp(min=1e-12))).reshape(a.shape)
