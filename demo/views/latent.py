"""Pictures from places in the latent space of a trained model."""

from __future__ import annotations

from typing import Annotated, Any

import torch
from PIL import Image
from torch import Tensor

from demo import library
from demo.checks import OneOf
from demo.pictures import jpeg, to_image
from genmodels.knobs import Knob
from genmodels.latents import WAYS, corners, draw, walk

STOPS = 9  # pictures in the strip from A to B
Model = Annotated[str, OneOf(library.latent_models)]
Seed = Annotated[int, Knob(0, 9999, 1)]
Share = Annotated[float, Knob(0, 1, 0.01)]
Way = Annotated[str, OneOf(WAYS)]


def between(model: Model, seed_a: Seed, seed_b: Seed, amount: Share, path: Way) -> dict[str, Any]:
    """The picture a share of the way from A to B, and how long its latent is."""
    a, b = places(model, seed_a, seed_b)
    z = WAYS[path](a, b, amount)
    return {"image": jpeg(enlarged(model, z)), "norm": length(z), "typical": typical(z)}


def four(model: Model, seed_a: Seed, seed_b: Seed, seed_c: Seed, seed_d: Seed) -> Image.Image:
    """The four pictures that the others lie between: A and B above, C and D below."""
    z = torch.cat(places(model, seed_a, seed_b, seed_c, seed_d))
    return to_image(decode(model, z), columns=2, zoom=2, gap=2)


def strip(model: Model, seed_a: Seed, seed_b: Seed, path: Way) -> Image.Image:
    """The whole way from A to B at even stops."""
    a, b = places(model, seed_a, seed_b)
    return to_image(decode(model, torch.cat(list(walk(a, b, STOPS, path)))), zoom=2, gap=2)


def pad(
    model: Model, seed_a: Seed, seed_b: Seed, seed_c: Seed, seed_d: Seed, right: Share, down: Share, path: Way
) -> dict[str, Any]:
    """The picture at a place between four: A and B above, C and D below."""
    z = corners(places(model, seed_a, seed_b, seed_c, seed_d), right, down, path)
    return {"image": jpeg(enlarged(model, z)), "norm": length(z), "typical": typical(z)}


def places(model: str, *seeds: int) -> list[Tensor]:
    return list(draw(library.latent_model(model).latent_shape, seeds).split(1))


@torch.no_grad()
def decode(model: str, z: Tensor) -> Tensor:
    return library.latent_model(model).decode(z)


def enlarged(model: str, z: Tensor) -> Image.Image:
    return to_image(decode(model, z), zoom=5)


def length(z: Tensor) -> float:
    return round(float(z.norm()), 2)


def typical(z: Tensor) -> float:
    """The length that almost every normal latent of this size has."""
    return round(z[0].numel() ** 0.5, 2)
