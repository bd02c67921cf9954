"""What the discriminator thinks of the picture on the table, and which training pictures lie nearest to it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from demo import library
from demo.fairness import PROCESSOR
from demo.pictures import jpeg, to_image
from demo.views.asking import Shares, label
from demo.views.latent_here import SIDE, Here, Model, enlarged, painted, point
from demo.views.nearness import beside_training, pixels
from genmodels.datasets.dataset import Dataset
from genmodels.judging import RELATIVE, Standing, judge, lighter, played, slope, told
from genmodels.latents import Conditioned, LatentModel, draw

COMPARED = 256  # real pictures and generated ones that a score is read against
TURN = 16  # pictures judged in one turn at the processor
BARS = 28

KNOWN: WeakKeyDictionary[nn.Module, dict[bool, Standing]] = WeakKeyDictionary()  # forgotten with the model
COMPARING = threading.Lock()


def judged(here: Here) -> dict[str, Any]:
    """The picture, its score, and how the score would change if each place became lighter."""
    critic, loss = library.discriminator(here.model), played(library.cards()[here.model])["loss"]
    pictures = painted(here, point(here))
    scores, gradient = slope(told(critic, asked_for(here.model, here.classes)), pictures)
    image, score = to_image(pictures), float(scores)
    standing = KNOWN.get(critic, {}).get(asks(here.model, here.classes))
    heat = lighter(gradient)[0]
    return {
        "image": jpeg(enlarged(image, SIDE // image.height)),
        "heat": signed_bytes(heat),
        "side": image.height,
        "steep": float(gradient.norm()),
        "loss": loss,
        "relative": loss in RELATIVE,
        "judgment": None if standing is None else judge(loss, score, standing)._asdict(),
    }


def standing(model: Model, classes: Shares) -> dict[str, Any]:
    """The scores of real and generated pictures in bars, and how well they can be told apart by them."""
    loss = played(library.cards()[model])["loss"]
    found = compared(model, asks(model, classes))
    middle = float(found.real.double().mean()) if loss in RELATIVE else 0.0
    edges = np.linspace(float(min(map(torch.min, found))), float(max(map(torch.max, found))) + 1e-9, BARS + 1)
    real, fake = (np.histogram(scores.numpy(), edges)[0].tolist() for scores in found)
    return {
        "edges": (edges - middle).tolist(),
        "real": real,
        "fake": fake,
        "picks": found.picks,
        "mean": float(found.real.double().mean()) - middle,
        "spread": float(found.real.double().std()),
        "lead": float(found.real.double().mean() - found.fake.double().mean()),
        "count": COMPARED,
        "relative": loss in RELATIVE,
        "names": bool(library.latent_model(model).axes),
        "loss": loss,
    }


def compared(model: str, asked: bool) -> Standing:
    """A model's standing, found once; asked for classes, both sets show the same ones and the judge is told so."""
    critic = library.discriminator(model)
    with COMPARING:
        known = KNOWN.setdefault(critic, {})
        if asked not in known:
            data = library.dataset(library.cards()[model].dataset)
            real, fake = zip(*scored(library.latent_model(model), critic, data, asked), strict=True)
            known[asked] = Standing(torch.cat(real), torch.cat(fake))
        return known[asked]


@torch.no_grad()
def scored(model: LatentModel, critic: nn.Module, data: Dataset, asked: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """Scores of held-out pictures and of as many generated ones, some at a time."""
    lots = np.random.default_rng(0).permutation(len(data.held_out))[:COMPARED]
    items = [data.held_out[int(k)] for k in lots]
    for first in range(0, len(items), TURN):
        part = items[first : first + TURN]
        batch = data.batch(part)
        known = batch.label if asked else None
        z = draw(model.latent_shape, range(first, first + len(part)))
        with PROCESSOR:
            made = model.decode(z) if known is None else Conditioned(model, known).decode(z)  # type: ignore[arg-type]
            score = told(critic, known)
            real, fake = score(batch.x0), score(made)
        yield real, fake


def neighbors(here: Here) -> dict[str, Any]:
    """The nearest training pictures, and how often a held-out picture comes as near to one."""
    data = library.dataset(library.cards()[here.model].dataset)
    with PROCESSOR:
        picture = painted(here, point(here))
    return beside_training(data, pixels(picture))


def asks(model: str, classes: Mapping[str, float] | None) -> bool:
    """Whether anything is asked of a model that can be asked."""
    return bool(classes) and bool(library.latent_model(model).labels)


def asked_for(model: str, classes: Mapping[str, float] | None) -> Tensor | None:
    """The label that a conditional model's judge is told."""
    return label(model, classes or {}) if asks(model, classes) else None


def signed_bytes(values: Tensor) -> str:
    """Row by row from -127 to 127, the largest size filling the range, as base64."""
    scaled = values / values.abs().max().clamp(min=1e-12) * 127
    return base64.b64encode(scaled.round().to(torch.int8).contiguous().numpy().tobytes()).decode()
