"""Mode collapse, measured: what the models of one data set leave out or repeat, beside real pictures and chance."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from demo import library
from demo.checks import OneOf
from demo.fairness import PROCESSOR
from demo.views.latent_findings import findings
from genmodels.collapse import (
    Counts,
    counted,
    expected_coverage,
    expected_missing,
    expected_variation,
    repeats_chance,
    unreadable_chance,
    variation,
    verdict,
)
from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.latents import Conditioned, draw
from genmodels.metrics import duplicates, manifolds, reach, support_size
from genmodels.scores import NEIGHBORS
from genmodels.sight import Seen, Sight

MADE = 500  # pictures of each model
REAL = 1000  # held-out pictures that they are counted against
FITTED = 250  # training pictures that decide the coordinates
TURN = 10  # pictures painted and read in one turn at the processor
ROUNDS = 100  # of the intervals
SURE, ASIDE = 0.95, 4  # the share of real pictures that set the level of certainty; one in so many is put aside for it
CARDS = ("coverage-clf", "coverage-pca", "support-pca", "copies", "tv-joint")  # and what begins with "rarest:"
Model = Annotated[str, OneOf(library.latent_models)]
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ground:
    """Held-out pictures of a data set, looked at once."""

    data: Dataset
    sight: Sight
    seen: Seen
    within: float  # the distance from which on two pictures count as alike
    alike: int  # pairs of the real ones
    level: float  # of certainty, which nearly all of some real pictures reach that are counted nowhere else


GROUNDS: dict[str, Ground] = {}  # by data set
FOUND: WeakKeyDictionary[nn.Module, tuple[Ground, dict[str, Any]]] = WeakKeyDictionary()  # forgotten with the model


def known(model: Model) -> dict[str, Any]:
    """What the cards of all latent models of this data set say, and what has been measured since the page runs."""
    rows = []
    for name in mates(model):
        metrics = library.cards()[name].metrics
        rows.append(
            {
                "model": name,
                "n": n if isinstance(n := metrics.get("n"), int) else 0,
                "card": told(metrics),
                "measured": found(name),
            }
        )
    data = library.dataset(library.cards()[model].dataset)
    values = {field: list(values) for field, values in data.fields.items()} if library.reader(data) else {}
    return {"dataset": data.name, "values": values, "rows": rows, "made": MADE, "real": REAL, "failed": []}


def told(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The scores of a card that are shown here, as far as they are scores: a card may come from anyone."""
    scores = metrics.get("metrics")
    scores = scores if isinstance(scores, dict) else {}
    parts = ("value", "low", "high", "floor")
    asked = {key: score for key, score in scores.items() if key in CARDS or key.startswith("rarest:")}
    kept = {key: {part: score.get(part) for part in parts} for key, score in asked.items() if isinstance(score, dict)}
    return {key: score for key, score in kept.items() if is_score(**score)}


def is_score(value: Any, low: Any, high: Any, floor: Any) -> bool:
    """An upper end may be missing: of what shows no repeats nobody knows how much of it there is."""
    given = [number for number in (value, low, high, floor) if number is not None]
    known = value is not None and (low is not None or high is None)
    return known and all(isinstance(number, int | float) for number in given)


def measure(model: Model) -> Iterator[dict[str, Any]]:
    """Count what each model of this data set draws, some pictures at a time; what is known is not measured again."""
    data, names = library.dataset(library.cards()[model].dataset), mates(model)
    real = min(REAL, len(data.held_out))
    done, whole = 0, len(names) * MADE + real
    failed: list[str] = []

    def state(busy: str) -> dict[str, Any]:
        return {**known(model), "failed": failed, "busy": busy, "done": done, "of": whole}

    yield state("real")
    for count in grounded(data):
        done = count
        yield {"dataset": data.name, "busy": "real", "done": done, "of": whole}
    for k, name in enumerate(names):
        try:
            for count in () if found(name) else measured(name, GROUNDS[data.name]):
                done = real + k * MADE + count
                yield {"dataset": data.name, "busy": name, "done": done, "of": whole}
        except Exception:  # one file that is not what its card says must not cost the others their rows
            LOG.exception("%s could not be measured", name)
            failed.append(name)
        done = real + (k + 1) * MADE
        yield state(name)
    yield state("")


def mates(model: str) -> list[str]:
    """The latent models that learned from the same data set."""
    cards = library.cards()
    return [name for name in library.latent_models() if cards[name].dataset == cards[model].dataset]


def found(name: str) -> dict[str, Any] | None:
    """What was measured of this very model, with the reader that is there now."""
    if not FOUND:
        return None
    try:
        ground, result = FOUND.get(library.latent_model(name), (None, None))
    except Refused:
        return None
    return result if ground and ground is GROUNDS.get(ground.data.name) and current(ground) else None


def current(ground: Ground) -> bool:
    return ground.sight.reader is library.reader(ground.data)


def grounded(data: Dataset) -> Iterator[int]:
    """Look at the real pictures, unless that has been done; how many have been looked at, now and then."""
    if data.name in GROUNDS and current(GROUNDS[data.name]):
        return
    sight = Sight.of(data, library.reader(data), min(FITTED, len(data.train)))
    lots = np.random.default_rng(0).permutation(len(data.held_out))[:REAL]
    items, seen = [data.held_out[int(k)] for k in lots], []
    for first in range(0, len(items), TURN):
        pictures = data.batch(items[first : first + TURN]).x0
        with PROCESSOR:
            seen.append(sight.look([pictures]))
        yield first + len(pictures)
    if data.name in GROUNDS and current(GROUNDS[data.name]):
        return  # another visitor was faster, and what was counted on that ground stands
    real = together(seen)
    within = reach(real.pixels)
    alike, sure = duplicates(real.pixels, within), certainty(real, data)[::ASIDE]
    GROUNDS[data.name] = Ground(data, sight, real, within, alike, float(sure.quantile(1 - SURE)))


@torch.no_grad()
def measured(name: str, ground: Ground) -> Iterator[int]:
    """Paint and read; a conditional model is asked for what training pictures show.

    Asked for what the held-out ones show, it would share their chance, and come out nearer to them than it is.
    """
    model, data, seen = library.latent_model(name), ground.data, []
    lots = np.random.default_rng(1).integers(len(data.train), size=MADE)
    for first in range(0, MADE, TURN):
        z = draw(model.latent_shape, range(first, first + TURN))
        label = torch.from_numpy(data.labels([data.train[int(k)] for k in lots[first : first + TURN]]))
        asked = Conditioned(model, label) if model.labels else model  # type: ignore[arg-type]
        with PROCESSOR:
            seen.append(ground.sight.look([asked.decode(z)]))
        yield first + TURN
    with PROCESSOR:
        FOUND[model] = (ground, summary(together(seen), ground))


def together(parts: list[Seen]) -> Seen:
    pixels, features, shown = zip(*parts, strict=True)
    if features[0] is None:
        return Seen(torch.cat(pixels), None, None)
    return Seen(torch.cat(pixels), torch.cat(features), torch.cat(shown))


def summary(made: Seen, ground: Ground) -> dict[str, Any]:
    """All that is shown of a model: what its pictures show, cover and repeat, and what that amounts to."""
    real, n, count = ground.seen, len(made.pixels), len(ground.seen.pixels)
    fields = tallies(made, ground)
    pairs = duplicates(made.pixels, ground.within)
    repeated = repeats_chance(pairs, n, ground.alike, count)
    sure = [(certainty(seen, ground.data) >= ground.level) for seen in (made, real)]
    sure[1] = torch.cat([part[1:] for part in sure[1].split(ASIDE)])  # without those that set the level
    counts = [number for kept in sure for number in (int(kept.sum()), len(kept))]
    judged = verdict(fields, repeated, unreadable_chance(*counts) if fields else 1.0)
    facts = {
        "n": n,
        "coverage": {space: coverage(rows, real.spaces[space]) for space, rows in made.spaces.items()},
        "pairs": {"made": pairs, "expected": ground.alike * n * (n - 1) / (count * (count - 1)), "chance": repeated},
        "support": support_size(pairs, n).told(),
        "sure": [float(kept.double().mean()) for kept in sure],
        "fields": {name: numbers(counts) for name, counts in fields.items()},
    }
    return {**facts, "findings": findings(judged, fields, facts, ground.data.fields)}


def tallies(made: Seen, ground: Ground) -> dict[str, Counts]:
    """What the reader sees most likely in each picture, field by field."""
    if made.shown is None or ground.seen.shown is None:
        return {}
    sizes = [len(values) for values in ground.data.fields.values()]
    blocks = zip(ground.data.fields, made.shown.split(sizes, 1), ground.seen.shown.split(sizes, 1), strict=True)
    return {
        name: Counts(*(counted(odds.argmax(1).numpy(), odds.shape[1]) for odds in (mine, theirs)))
        for name, mine, theirs in blocks
    }


def certainty(seen: Seen, data: Dataset) -> Tensor:
    """(N,): the odds that the reader gives what it reads, on average over the fields."""
    if seen.shown is None:
        return torch.zeros(len(seen.pixels))
    blocks = seen.shown.split([len(values) for values in data.fields.values()], 1)
    return torch.stack([odds.amax(1) for odds in blocks]).mean(0)


def coverage(made: Tensor, real: Tensor) -> dict[str, float]:
    """With its interval, and what it is for a perfect model."""
    k = min(NEIGHBORS, len(real) - 1)
    found = manifolds(made, real, k, rounds=ROUNDS).coverage
    return {**found._asdict(), "expected": expected_coverage(len(made), len(real), k)}


def numbers(counts: Counts) -> dict[str, Any]:
    """A field's histogram, how far it is off, and what chance would make of that."""
    return {
        "made": counts.made.tolist(),
        "real": counts.real.tolist(),
        "missing": int(((counts.made == 0) & (counts.real > 0)).sum()),
        "expected_missing": expected_missing(counts),
        "variation": variation(counts),
        "expected_variation": expected_variation(counts),
    }
