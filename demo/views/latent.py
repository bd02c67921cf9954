"""The pictures of plain seeds, for who asks by program."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from demo import library
from demo.checks import OneOf
from demo.views.latent_here import Model
from genmodels.knobs import Knob
from genmodels.latents import WAYS, draw

Seed = Annotated[int, Knob(0, 9999, 1)]
Way = Annotated[str, OneOf(WAYS)]


def places(model: str, *seeds: int) -> list[Tensor]:
    return list(draw(library.latent_model(model).latent_shape, seeds).split(1))


@torch.no_grad()
def decode(model: str, z: Tensor) -> Tensor:
    return library.latent_model(model).decode(z)


__all__ = ["Model", "Seed", "Way", "decode", "places"]
