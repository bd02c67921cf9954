"""Points in the plane, from laws with an exact density: for labs in which the truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from genmodels.datasets.chance import uniforms
from genmodels.datasets.dataset import HELD_OUT, Dataset, numbered, one_hot
from genmodels.datasets.laws import GaussianMixture, Law, Squares, blurred
from genmodels.errors import Refused
from genmodels.knobs import Knob, checked

Width = Annotated[float, Knob(0.02, 0.3, 0.01)]
PEN = 400  # Gaussians along a curve: closer together than they are wide, so that the curve has no beads


def ring(modes: Annotated[int, Knob(2, 16, 1)] = 8, std: Width = 0.05) -> GaussianMixture:
    """Gaussians on a circle: what a GAN with mode collapse forgets is easily counted."""
    modes = int(modes)
    angle = 2 * math.pi * torch.arange(modes, dtype=torch.float64) / modes
    return blurred(0.8 * torch.stack([angle.cos(), angle.sin()], 1), std, torch.arange(modes))


def grid(side: Annotated[int, Knob(2, 7, 1)] = 5, std: Width = 0.03) -> GaussianMixture:
    """Gaussians on a square lattice."""
    side = int(side)
    axis = torch.linspace(-0.8, 0.8, side, dtype=torch.float64)
    return blurred(torch.cartesian_prod(axis, axis), std, torch.arange(side**2))


def moons(std: Width = 0.05) -> GaussianMixture:
    """Two half circles that reach into each other."""
    angle = math.pi * (torch.arange(PEN // 2, dtype=torch.float64) + 0.5) / (PEN // 2)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], 1)
    lower = torch.stack([0.5 - angle.cos(), 0.25 - angle.sin()], 1)
    return blurred(0.6 * torch.cat([upper, lower]), std, torch.arange(2).repeat_interleave(PEN // 2))


def spiral(turns: Annotated[float, Knob(0.5, 2.5, 0.25)] = 1.5, std: Width = 0.03) -> GaussianMixture:
    """Two arms that wind outwards, evenly filled along their length."""
    share = torch.linspace(0, 1, 4_001, dtype=torch.float64)
    angle = 2 * math.pi * turns * share
    arm = evenly((0.1 + 0.75 * share)[:, None] * torch.stack([angle.cos(), angle.sin()], 1), PEN // 2)
    return blurred(torch.cat([arm, -arm]), std, torch.arange(2).repeat_interleave(PEN // 2))


def evenly(curve: Tensor, count: int) -> Tensor:
    """Points at the same distance from each other along a fine polyline."""
    length = torch.cat([torch.zeros(1), curve.diff(dim=0).norm(dim=1).cumsum(0)])
    wanted = np.linspace(0, float(length[-1]), count)
    return torch.from_numpy(np.stack([np.interp(wanted, length, axis) for axis in curve.T], 1))


def checkerboard(squares: Annotated[int, Knob(2, 8, 1)] = 4) -> Squares:
    """Every second square, evenly filled: sharp edges, which no smooth map of noise can draw."""
    row, column = torch.meshgrid(torch.arange(int(squares)), torch.arange(int(squares)), indexing="ij")
    return Squares(((row + column) % 2 == 0).double(), half=0.9)


def line(angle: Annotated[float, Knob(0, 180, 5)] = 30.0, std: Width = 0.03) -> GaussianMixture:
    """A straight stroke through the middle: data on fewer dimensions than the plane has."""
    share = torch.linspace(-0.8, 0.8, PEN, dtype=torch.float64)
    turn = math.radians(angle)
    return blurred(share[:, None] * torch.tensor([math.cos(turn), math.sin(turn)], dtype=torch.float64), std)


LAWS: dict[str, Callable[..., Law]] = {
    "ring": ring,
    "grid": grid,
    "moons": moons,
    "spiral": spiral,
    "checkerboard": checkerboard,
    "line": line,
}


class Points(Dataset):
    """Endless points of one law; item i is the i-th draw for ever."""

    name = "points"
    shape = (2,)
    train = range(100_000)
    held_out = range(HELD_OUT, HELD_OUT + 100_000)

    def __init__(self, law: str | Law = "ring", knobs: Mapping[str, float] | None = None) -> None:
        if isinstance(law, Law):
            self.law, key = law, type(law).__name__.lower()
        else:
            self.law, key = law_of(law, knobs or {}), law
        self.data_version = f"{key}-1"
        parts = self.law.parts
        self.fields = {"part": tuple(str(i + 1) for i in range(parts))} if parts else {}

    def chance(self, items: Sequence[int]) -> Tensor:
        return torch.from_numpy(uniforms(numbered(self, items), 3))

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        return self.law.place(self.chance(items)).float().numpy()

    def labels(self, items: Sequence[int]) -> np.ndarray:
        if not self.fields:
            return np.zeros((len(items), 0), np.float32)
        return one_hot(self.law.part(self.chance(items)).numpy(), self.law.parts)


def law_of(name: str, knobs: Mapping[str, float]) -> Law:
    """A law by name with its knobs, both from outside."""
    if name not in LAWS:
        raise Refused("unknown-law", name=str(name)[:40], allowed=", ".join(LAWS))
    return LAWS[name](**checked(LAWS[name], knobs))
