"""Noise as a function of the seed: what sample k gets depends on its own seed and the moment, and on nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

START = -1  # the moment of the noise that a run starts from
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
DEPTH = 20  # a Brownian path is known at 2^DEPTH places


class Noise:
    """Standard normal noise for one batch: `noise(i)` is that of step i, `noise.start()` what the run starts from.

    Drawn in float32 on the CPU, so that every precision and device sees the same.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        shape: Sequence[int],
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        self.seeds = scramble(np.array([seed % 2**64 for seed in seeds], dtype=np.uint64))
        self.shape, self.dtype, self.device = tuple(shape), dtype, device

    def start(self) -> Tensor:
        return self(START)

    def __call__(self, i: int) -> Tensor:
        return self.draw(0, i)

    def draw(self, stream: int, i: int) -> Tensor:
        """The i-th noise of one of many independent streams."""
        keys = scramble(self.seeds ^ scramble(np.array([stream], np.uint64) * GOLDEN + np.uint64(i % 2**64)))
        flat = normal(keys, math.prod(self.shape))
        return flat.reshape(-1, *self.shape).to(self.device, self.dtype)


class Rearranged(Noise):
    """The noise that a run starts from, its places changed at every step: as random, and as smooth in the start."""

    def __call__(self, i: int) -> Tensor:
        start = super().__call__(START)
        return start if i == START else rearranged(start, i)


class BrownianNoise(Noise):
    """One Brownian path per seed, for stochastic differential equations: with more steps, the same path in more detail.

    The path runs over v = s^(1/3) / (1 + s^(1/3)) of the noise level s, so it is finite at both ends and does not know
    the schedule. It is a tree of Brownian bridges; only the branch last walked is remembered.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        shape: Sequence[int],
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(seeds, shape, dtype, device)
        self.branch: list[tuple[int, Tensor, Tensor]] = []

    def __call__(self, start: float, end: float | None = None) -> Tensor:
        """The path's change between two noise levels, scaled to variance 1; of `noise(i)`, fresh noise as ever."""
        if end is None:
            return super().__call__(int(start))
        here, there = cell(start), cell(end)
        if here == there:
            return torch.zeros((len(self.seeds), *self.shape), dtype=self.dtype, device=self.device)
        change = self.path(there) - self.path(here)
        return change / math.sqrt(abs(there - here) / 2**DEPTH)

    def path(self, place: int) -> Tensor:
        """Where the path is at place / 2^DEPTH, by halving the interval that holds it."""
        if not self.branch:
            whole = self.draw(1, 0)
            self.branch = [(0, torch.zeros_like(whole), whole)]
        while len(self.branch) > 1 and place >> (DEPTH + 1 - len(self.branch)) != self.branch[-1][0]:
            self.branch.pop()
        index, left, right = self.branch[-1]
        for depth in range(len(self.branch), DEPTH + 1):
            if place == index << (DEPTH + 1 - depth):
                return left
            bridge = math.sqrt(0.25 / 2 ** (depth - 1))
            middle = (left + right) / 2 + bridge * self.draw(1 + depth, index)
            index = place >> (DEPTH - depth)
            left, right = (middle, right) if index & 1 else (left, middle)
            self.branch.append((index, left, right))
        return left


def cell(level: float) -> int:
    """The place of a noise level on the path, from 0 (none) to 2^DEPTH - 1 (all but infinite)."""
    root = level ** (1 / 3)
    share = 1.0 if math.isinf(root) else root / (1 + root)
    return min(round(share * 2**DEPTH), 2**DEPTH - 1)


def rearranged(z: Tensor, i: int) -> Tensor:
    """The same numbers in other places, which i alone decides."""
    order = torch.randperm(z[0].numel(), generator=torch.Generator().manual_seed(i)).to(z.device)
    return z.flatten(1)[:, order].reshape(z.shape)


def scramble(keys: np.ndarray) -> np.ndarray:
    """SplitMix64's finalizer: neighboring keys become unrelated ones."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def normal(keys: np.ndarray, size: int) -> Tensor:
    """Rows of standard normal numbers, one per key: SplitMix64's bits through Box and Muller's transform."""
    pairs = (size + 1) // 2
    bits = scramble(keys[:, None] + np.arange(1, pairs + 1, dtype=np.uint64) * GOLDEN)
    radius = torch.from_numpy(((bits >> np.uint64(32)).astype(np.float32) + np.float32(0.5)) * np.float32(2**-32))
    angle = torch.from_numpy((bits & np.uint64(0xFFFFFFFF)).astype(np.float32) * np.float32(2 * math.pi / 2**32))
    radius = radius.clamp_(max=1).log_().mul_(-2).sqrt_()
    return torch.cat([radius * angle.cos(), radius * angle.sin()], dim=1)[:, :size]
