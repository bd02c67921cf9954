"""The training loop and what every trainer needs; nothing here knows a model, a loss or a file."""

from __future__ import annotations

import contextlib
import copy
import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Generic, NamedTuple, Protocol, TypeVar, final

import numpy as np
import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Batch
from genmodels.errors import Refused

WINDOW = 50  # the rate is that of the last steps: neighbors on the machine come and go

Net = TypeVar("Net", bound=nn.Module)


class Trainer(Protocol):
    """Owns its networks, optimizers and EMA, and draws all chance from (seed, step)."""

    def step(self, batch: Batch) -> Mapping[str, float]:
        """One update; what is worth watching about it."""
        ...


class Progress(NamedTuple):
    """One finished step: steps a second, seconds left, and the step's own numbers."""

    step: int
    rate: float
    eta: float
    metrics: Mapping[str, float]


def train(trainer: Trainer, batches: Iterable[Batch], steps: int, first: int = 0) -> Iterator[Progress]:
    """Steps first + 1 to `steps`, each given after it is done; a number that is not finite ends the run."""
    clock = deque([time.monotonic()], maxlen=WINDOW + 1)
    for step, batch in zip(range(first + 1, steps + 1), batches, strict=False):
        metrics = trainer.step(batch)
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise Refused("not-finite", step=step, cause=name)
        clock.append(time.monotonic())
        rate = (len(clock) - 1) / max(clock[-1] - clock[0], 1e-9)
        yield Progress(step, rate, (steps - step) / rate, metrics)


def chance(seed: int, step: int) -> torch.Generator:
    """Fresh randomness of one step, always drawn on the CPU: a resumed run and a GPU see the same numbers."""
    state = np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


class EMA(Generic[Net]):
    """The average of a network over its recent past: what is shown and kept.

    Of layers that are parametrized later (spectral norm), it averages the weights they compute with.
    """

    def __init__(self, net: Net, decay: float) -> None:
        self.net = copy.deepcopy(net).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, net: Net, step: int) -> None:
        """Young averages forget faster, so that the random start does not linger."""
        decay = min(self.decay, (1 + step) / (10 + step))
        news = [attrgetter(name)(net) for name, _ in self.net.named_parameters()]
        torch._foreach_lerp_(list(self.net.parameters()), news, 1 - decay)  # type: ignore[reportPrivateImportUsage]
        for name, kept in self.net.named_buffers():
            kept.copy_(attrgetter(name)(net))


class ModelTrainer(ABC, Generic[Net]):
    """A Trainer of one model and its average, which a snapshot can hold: `done` and the seed decide the next step.

    A kind of training says what one update is, which `optimizers` make it (by name), and what there is to look at.
    """

    optimizers: dict[str, torch.optim.Optimizer]

    def __init__(self, model: Net, seed: int, device: torch.device, decay: float) -> None:
        self.model = model.to(device).train()
        self.ema = EMA(self.model, decay)
        self.seed, self.device = seed, device
        self.done = 0

    @abstractmethod
    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        """Move the model, with no other chance than the dice; what is worth watching about it."""

    @abstractmethod
    def sheet(self, count: int) -> Tensor:
        """Pictures of the present state, comparable from one time to the next."""

    @final
    def step(self, batch: Batch) -> dict[str, float]:
        metrics = self.update(batch, chance(self.seed, self.done))
        self.ema.update(self.model, self.done)
        self.done += 1
        return metrics

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All that has weights."""
        return {"model": self.model, "ema": self.ema.net}

    def shipped(self) -> Net:
        """What a checkpoint keeps."""
        return self.ema.net


def anneal(optimizer: torch.optim.Optimizer, done: int, until: int, since: int = 0) -> None:
    """Let the rates fall to a thousandth of what they were, along a cosine from step `since` to step `until`."""
    share = min(max((done - since) / (until - since), 0), 1)
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("initial_lr", group["lr"]) * (1e-3 + 0.5 + 0.5 * math.cos(math.pi * share))


def device_of(choice: str) -> torch.device:
    """cpu, cuda, or auto: cuda where there is one."""
    if choice == "cuda" and not torch.cuda.is_available():
        raise Refused("no-cuda")
    return torch.device("cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu")


def autocast(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """bfloat16 where the hardware multiplies it faster, float32 elsewhere.

    That is on GPUs, and on CPUs with instructions for it: 1.4 times the pictures of a diffusion model, 1.8 of a GAN.
    """
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else cpu_has_bfloat16()
    return torch.autocast(device.type, torch.bfloat16) if fast else contextlib.nullcontext()


def cpu_has_bfloat16() -> bool:
    """Whether this CPU has instructions that multiply it: tiles or vectors."""
    return any(getattr(torch.cpu, f"_is_{kind}_supported", bool)() for kind in ("amx_tile", "avx512_bf16"))
