"""What is known of a picture before it is made: a part of its pixels, or all of them blurred or noisy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor

from genmodels.errors import Refused
from genmodels.knobs import Knob

LEVEL, FACTOR = Knob(0, 100, 0.01, 0.0), Knob(2, 64, 1, 2)


class Known(ABC):
    """y = A x0 + `level` times noise. The rows of A stand at right angles and all have the squared length `gain`, so
    that Aᵀ / gain leads back; y is (B, ...), or (1, ...) for all pictures alike."""

    gain: float = 1.0

    def __init__(self, y: Tensor, level: float = 0.0) -> None:
        if not bool(torch.isfinite(y).all()):
            raise Refused("not-numbers")
        self.y, self.level = y, LEVEL.check("level", level)

    @abstractmethod
    def see(self, x: Tensor) -> Tensor:
        """A x."""

    @abstractmethod
    def back(self, y: Tensor) -> Tensor:
        """Aᵀ y."""

    @final
    def missing(self, x0: Tensor) -> Tensor:
        """y - A x0."""
        seen = self.see(x0)
        if seen.shape[1:] != self.y.shape[1:] or len(self.y) not in (1, len(seen)):
            raise Refused("picture-shape", shape=tuple(self.y.shape), expected=tuple(seen.shape))
        return self.y.to(x0) - seen

    @abstractmethod
    def fill(self, x0: Tensor) -> Tensor:
        """The picture nearest to x0 that agrees with y."""


class Kept(Known):
    """All pixels but those of a hole, which is true where the picture is to be made."""

    def __init__(self, picture: Tensor, hole: Tensor, level: float = 0.0) -> None:
        hole = hole if hole.dtype == torch.bool else hole > 0.5
        sides = picture.ndim - max(1, picture.ndim - 2)  # (D,) of points, (H, W) of pictures
        rest = zip(hole.shape[:-sides][::-1], picture.shape[:-sides][::-1], strict=False)
        fits = hole.shape[-sides:] == picture.shape[-sides:] and hole.ndim <= picture.ndim
        if not fits or not all(size in (1, whole) for size, whole in rest):
            raise Refused("mask-shape", shape=tuple(hole.shape), expected=tuple(picture.shape[-sides:]))
        if not bool(hole.any()):
            raise Refused("mask-empty")
        if bool(hole.all()):
            raise Refused("mask-full")
        super().__init__(picture.masked_fill(hole.expand_as(picture), 0), level)
        self.kept = ~hole

    def see(self, x: Tensor) -> Tensor:
        return x * self.kept.to(x)

    def back(self, y: Tensor) -> Tensor:
        return y * self.kept.to(y)

    def fill(self, x0: Tensor) -> Tensor:
        return torch.where(self.kept.to(x0.device), self.y.to(x0), x0)


class Noisy(Known):
    """Every pixel, under noise."""

    def see(self, x: Tensor) -> Tensor:
        return x

    def back(self, y: Tensor) -> Tensor:
        return y

    def fill(self, x0: Tensor) -> Tensor:
        return self.y.to(x0).expand_as(x0)


class Pooled(Known):
    """The picture made smaller by the mean of every square of `factor` by `factor` pixels."""

    def __init__(self, small: Tensor, factor: int, level: float = 0.0) -> None:
        super().__init__(small, level)
        self.factor = int(FACTOR.check("factor", factor))
        self.gain = 1 / self.factor**2

    def see(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[2] % self.factor or x.shape[3] % self.factor:
            raise Refused("factor", factor=self.factor, height=x.shape[-2], width=x.shape[-1])
        return F.avg_pool2d(x, self.factor)

    def back(self, y: Tensor) -> Tensor:
        return F.interpolate(y, scale_factor=self.factor, mode="nearest") * self.gain

    def fill(self, x0: Tensor) -> Tensor:
        return x0 + self.back(self.missing(x0)) / self.gain
