"""Before any run: pictures of the data under more and more noise, and what the network makes of each in one look."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import OneOf
from demo.fairness import PROCESSOR, InTurn
from demo.pictures import jpeg, to_image
from demo.views.denoising import EDGE
from demo.views.denoising_plan import Model, Seed
from genmodels.datasets.dataset import Batch, Dataset, to_tensor
from genmodels.denoising import Conditioned, Denoiser
from genmodels.knobs import Knob
from genmodels.samplers import Noise
from genmodels.schedules.schedule import FIRST, NoiseSchedule

ROWS, COLUMNS = 4, 8
SIDES = ("train", "held_out")
EVENLY = ("log_snr", "t")
CLEAREST, DARKEST = 6.0, -8.0  # log-SNR, as far as the model's own schedule goes
AVERAGED = 128  # training pictures whose mean stands for no knowledge of x: its error is 1/128 too large
ITEM = Knob(0, 9999, 1, 0)


@torch.no_grad()
def table(
    model: Model,
    side: Annotated[str, OneOf(SIDES)] = "train",
    first: Annotated[int, ITEM] = 0,
    evenly: Annotated[str, OneOf(EVENLY)] = "log_snr",
    told: bool = False,
    seed: Seed = 0,
) -> dict[str, Any]:
    """Pictures × noise levels: x, the picture predicted from it in one evaluation, and how far that is off."""
    data = library.dataset(library.cards()[model].dataset)
    items = chosen(data, side, first)
    with PROCESSOR:
        clean, mean = data.batch(items), average(data)
    network, eps = library.diffusion_model(model), Noise(range(seed, seed + ROWS), data.shape).start()
    speaks = bool(getattr(network, "labels", ()))
    denoise: Denoiser = InTurn(network)
    if told and speaks:
        denoise = Conditioned(denoise, clean.label)  # type: ignore[arg-type]
    columns = list(looks(denoise, clean, eps, levels(network.schedule, evenly)))
    x, guess = (torch.stack(part, 1).flatten(0, 1) for part in list(zip(*columns, strict=True))[1:3])
    return {
        "clean": jpeg(to_image(clean.x0, 1)),
        "x": jpeg(to_image(x, COLUMNS)),
        "x0": jpeg(to_image(guess, COLUMNS)),
        "side": data.shape[-1],
        "items": items,
        "told": told and speaks,
        "speaks": speaks,
        "levels": [facts for facts, *_ in columns],
        "mean": round(off(mean, clean.x0), 5),
        "averaged": AVERAGED,
    }


def chosen(data: Dataset, side: str, first: int) -> list[int]:
    """ROWS pictures of the training set, or of those that no model has seen."""
    items = data.train if side == "train" else data.held_out
    return [items[(ROWS * first + k) % len(items)] for k in range(ROWS)]


def levels(schedule: NoiseSchedule, evenly: str) -> Tensor:
    """The times of the columns."""
    if evenly == "t":
        return torch.arange(1, COLUMNS + 1, dtype=torch.float64) / COLUMNS
    ends = schedule.log_snr(torch.tensor([FIRST, 1], dtype=torch.float64)).clamp(DARKEST, CLEAREST)
    log_snr = torch.linspace(float(ends[0]), float(ends[1]), COLUMNS, dtype=torch.float64)
    return schedule.time_of(torch.exp(-log_snr / 2))


def looks(
    denoise: Denoiser, clean: Batch, eps: Tensor, times: Tensor
) -> Iterator[tuple[dict[str, Any], Tensor, Tensor]]:
    """Each column: its numbers, x at a brightness that fits the screen, and the predicted pictures."""
    schedule, x0 = denoise.schedule, clean.x0
    for t in times:
        x = schedule.add_noise(x0, eps, t)
        guess = denoise(x, t).x0
        alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
        facts = {
            "t": round(float(t), 4),
            "log_snr": round(float(schedule.log_snr(t).clamp(-EDGE, EDGE)), 2),
            "error": round(off(guess, x0), 5),
            "each": [round(off(*pair), 5) for pair in zip(guess, x0, strict=True)],
        }
        yield facts, x / math.hypot(alpha, 2 * sigma), guess


def off(guess: Tensor, x0: Tensor) -> float:
    """The mean squared error of a guess; black is -1 and white is 1."""
    return float((guess - x0).square().mean())


@lru_cache(maxsize=4)
def average(data: Dataset) -> Tensor:
    """The mean of training pictures from all over the set."""
    items = data.train[:: max(1, len(data.train) // AVERAGED)][:AVERAGED]
    return to_tensor(data.pictures(items)).mean(0)
