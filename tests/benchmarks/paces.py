"""Which way of painting each generator takes on this machine, and what a picture costs."""

from __future__ import annotations

import time
from typing import Any

import torch

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
            taken = []
            for _ in range(TRIES):
                began = time.perf_counter()
                with WAYS[found.way].within():
                    model.decode(z)
                taken.append((time.perf_counter() - began) * 1000)
            tried = "".join(
                f"; {way} {found.milliseconds[way]:.1f} ms, off by {found.differences[way]:.1f} of 255 at most"
                for way in found.milliseconds
            )
            rows[f"{name}, {batch} at once"] = f"{found.way}, {min(taken) / batch:.1f} ms a picture{tried}"
    return rows
