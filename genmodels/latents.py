"""Models that turn a latent z into a picture, and the ways from one latent to another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor, nn

from genmodels.errors import Refused
from genmodels.samplers.noise import Noise


class LatentModel(nn.Module, ABC):
    """A GAN, a decoder, a flow, or a diffusion model through its ODE."""

    latent_shape: tuple[int, ...]
    labels: tuple[int, ...] = ()  # the sizes of the label's blocks; empty where nothing can be asked for
    axes: Sequence[Sequence[float]] = ()  # of latents that call for a label themselves: the odds (models/axes.py)

    @abstractmethod
    def decode(self, z: Tensor) -> Tensor:
        """(B, *latent_shape) -> (B, C, H, W) in [-1, 1]."""


class Asked(Protocol):
    """A latent model that also takes a label, (B, K): one-hot blocks are given, zeros are not, weights mix."""

    latent_shape: tuple[int, ...]
    labels: tuple[int, ...]

    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor: ...


class Conditioned(LatentModel):
    """A latent model that has been told what to draw: one label for all latents, or one for each."""

    def __init__(self, model: Asked, label: Tensor) -> None:
        super().__init__()
        if label.ndim != 2 or label.shape[1] != sum(model.labels):
            raise Refused("label-shape", given=list(label.shape), wanted=sum(model.labels))
        self.model, self.label = model, label
        self.latent_shape = model.latent_shape

    def decode(self, z: Tensor) -> Tensor:
        return self.model.decode(z, self.label.to(z).expand(len(z), -1))


class StyleModel(LatentModel):
    """Paints in two stages: a latent becomes one style for each layer, and the styles a picture.

    Coarse layers come first. `w_mean` is the running mean style of the mapping, the middle that truncation pulls to.
    """

    layers: int  # L: the places for a style in `synthesize`
    grain_sides: Sequence[int]  # of each layer's noise, which is square
    w_mean: Tensor  # (D,)

    @abstractmethod
    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, *latent_shape) -> w (B, L, D), every layer alike; a model without classes needs no label."""

    @abstractmethod
    def synthesize(self, w: Tensor, noise: Sequence[Tensor] | None = None) -> Tensor:
        """w (B, L, D) -> (B, C, H, W) in [-1, 1], without noise or with a map (B or 1, 1, side, side) a layer."""

    def decode(self, z: Tensor) -> Tensor:
        return self.synthesize(self.map(z), self.fixed_grains)

    @cached_property
    def fixed_grains(self) -> list[Tensor]:
        return self.grains([0])

    def grains(self, seeds: Sequence[int]) -> list[Tensor]:
        """Each layer's noise, from (seed, layer) alone."""
        return [Noise(seeds, (1, side, side))(layer).to(self.w_mean) for layer, side in enumerate(self.grain_sides)]


def truncate(w: Tensor, middle: Tensor, psi: float, cutoff: int | None = None) -> Tensor:
    """The first `cutoff` layers (all, if None) drawn toward the middle style: 1 leaves them be, 0 puts them there."""
    near = torch.lerp(middle.expand_as(w), w, psi)
    return near if cutoff is None else torch.cat([near[:, :cutoff], w[:, cutoff:]], dim=1)


def mix(styles: Sequence[Tensor], sources: Sequence[int]) -> Tensor:
    """Layer by layer from one of several (B, L, D): layer l is that of styles[sources[l]]."""
    return torch.stack([styles[source][:, layer] for layer, source in enumerate(sources)], dim=1)


def draw(shape: Sequence[int], seeds: Sequence[int]) -> Tensor:
    """The latent of each seed: the noise that a sampler's run of this seed starts from."""
    return Noise(seeds, shape).start()


def lerp(a: Tensor, b: Tensor, amount: float) -> Tensor:
    """The straight way; in the middle it is shorter than any typical latent."""
    return (1 - amount) * a + amount * b


def slerp(a: Tensor, b: Tensor, amount: float) -> Tensor:
    """Along the great circle of each sample (dimension 0), its norm going evenly from |a| to |b|.

    Between opposite latents there are many such ways; the one taken depends on a alone.
    """
    flat_a, flat_b = a.flatten(1).double(), b.flatten(1).double()
    norm_a, norm_b = flat_a.norm(dim=1, keepdim=True), flat_b.norm(dim=1, keepdim=True)
    unit_a, unit_b = flat_a / norm_a.clamp(min=1e-12), flat_b / norm_b.clamp(min=1e-12)
    # the angle by its tangent: exact for near and for opposite latents, where the cosine is flat
    together = (unit_a + unit_b).norm(dim=1, keepdim=True)
    angle = 2 * torch.atan2((unit_a - unit_b).norm(dim=1, keepdim=True), together)
    norm = (1 - amount) * norm_a + amount * norm_b
    toward_a, toward_b = (part * torch.sinc(part * angle / torch.pi) for part in (1 - amount, amount))
    whole = torch.sinc(angle / torch.pi).clamp(min=1e-12)  # sin(part angle) / sin(angle)
    turned = (toward_a * unit_a + toward_b * unit_b) / whole
    half_turn = math.cos(amount * math.pi) * unit_a + math.sin(amount * math.pi) * sideways(unit_a)
    return (norm * torch.where(together > 1e-8, turned, half_turn)).reshape(a.shape).to(a.dtype)


def sideways(unit: Tensor) -> Tensor:
    """At right angles to each (B, D), and as typical a direction: by pairs of coordinates, a quarter turn of each."""
    even, odd = unit[:, :-1:2], unit[:, 1::2]
    alone = torch.hypot(even, odd).norm(dim=1, keepdim=True) < 1e-9  # all is in the last of an odd number
    turned = torch.stack([-odd, torch.where(alone, 1.0, even)], dim=2).flatten(1)
    return nn.functional.pad(turned / turned.norm(dim=1, keepdim=True).clamp(min=1e-12), (0, unit.shape[1] % 2))


def walk(a: Tensor, b: Tensor, frames: int, way: str = "slerp") -> Iterator[Tensor]:
    """Latents from a to b at even amounts, both ends included."""
    for k in range(frames):
        yield WAYS[way](a, b, k / max(frames - 1, 1))


def corners(latents: Sequence[Tensor], right: float, down: float, way: str = "slerp") -> Tensor:
    """A place between four latents (top left, top right, bottom left, bottom right), as on a pad."""
    between = WAYS[way]
    return between(between(latents[0], latents[1], right), between(latents[2], latents[3], right), down)


WAYS: dict[str, Callable[[Tensor, Tensor, float], Tensor]] = {"lerp": lerp, "slerp": slerp}
