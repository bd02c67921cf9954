"""Which way of painting each generator takes on this machine, and what a picture costs."""

from __future__ import annotations

import copy
import time
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from demo import library
from demo.pace import WAYS, by_seeds, choose
from genmodels.latents import draw

BATCHES = (1, 16)
TRIES = 5


@torch.no_grad()
def measure() -> dict[str, Any]:
    rows: dict[str, Any] = {}
    lacking = [name for name, way in WAYS.items() if not way.usable()]
    if lacking:
        rows["not on this machine"] = ", ".join(lacking)
    for name in library.latent_models():
        model = library.latent_model(name)
        for batch in BATCHES:
            z = draw(model.latent_shape, range(batch))
            found = choose(lambda model=model, z=z: model.decode(z), sample=by_seeds(name))
            with WAYS[found.way].within():
                taken = quickest(model, z)
            plain = plainly_laid_out(model, z)
            tried = "".join(
                f"; {way} {found.milliseconds[way]:.1f} ms, off by {found.differences[way]:.1f} of 255 at most"
                for way in found.milliseconds
            )
            layout = f"; channels-last takes {quickest(model, z) / plain:.2f} of the time of channels-first"
            rows[f"{name}, {batch} at once"] = f"{found.way}, {taken / batch:.1f} ms a picture{tried}{layout}"
    return rows


def quickest(model: Any, z: Tensor) -> float:
    """Milliseconds of the quickest of a few tries, after one to warm up."""
    taken = []
    for _ in range(TRIES + 1):
        began = time.perf_counter()
        model.decode(z)
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken[1:])


def plainly_laid_out(model: Any, z: Tensor) -> float:
    """The same for a twin whose numbers lie in memory as torch lays them out where nobody asks for another way."""
    with patch.object(torch, "channels_last", torch.contiguous_format):  # the networks look it up when they are run
        return quickest(copy.deepcopy(model).to(memory_format=torch.contiguous_format), z)
