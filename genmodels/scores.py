"""What two sets of pictures are compared by: each score with its interval, beside what real pictures get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from genmodels.metrics import (
    Interval,
    Manifolds,
    duplicates,
    frechet,
    kernel_distance,
    manifolds,
    middle,
    nearest,
    neighbor_ratio,
    pairs_variation,
    reach,
    share,
    spread,
    support_size,
    told_apart,
    total_variation,
)
from genmodels.metrics.intervals import redrawn
from genmodels.sight import Seen

Measure = dict[str, float | None]
NEIGHBORS = 5
ROUNDS = 100
SURE = 0.9  # a reader's odds from which a picture counts as one of its class
USUAL = 0.01  # held-out pictures come this near to a training picture so seldom


def measured(interval: Interval, floor: float | None = None) -> Measure:
    return {**interval.told(), "floor": floor}


def compare(made: Seen, real: Seen, train: Seen, fields: Mapping[str, Sequence[str]]) -> dict[str, Measure]:
    """In each space how far apart and how much alike the sets are; then what they show, as far as it is read."""
    found = {}
    for space, rows in made.spaces.items():
        scores, floors = (_scores(a, real.spaces[space]) for a in (rows, train.spaces[space]))
        found |= {f"{name}-{space}": measured(score, floors[name].value) for name, score in scores.items()}
    if made.shown is not None and real.shown is not None and train.shown is not None:
        found |= _attributes(made.shown, real.shown, train.shown, fields)
    within = reach(real.pixels)
    alike, least = (support_size(duplicates(rows, within), len(rows)) for rows in (made.pixels, train.pixels))
    return found | {"support-pca": measured(alike, least.value)}


def _scores(a: Tensor, b: Tensor) -> dict[str, Interval]:
    shape: Manifolds = manifolds(a, b, min(NEIGHBORS, len(a) - 1))
    return {
        "fd": spread(float(frechet(a, b)), redrawn(frechet, a, b, ROUNDS)),
        "kid": middle(kernel_distance, a, b),
        **shape._asdict(),
        "c2st": told_apart(a, b),
    }


def _attributes(made: Tensor, real: Tensor, train: Tensor, fields: Mapping[str, Sequence[str]]) -> dict[str, Measure]:
    blocks = [len(values) for values in fields.values()]
    a, b, c = (_decided(odds, blocks) for odds in (made, real, train))
    alone = partial(total_variation, blocks=blocks)
    draws = redrawn(alone, a, b, ROUNDS)
    found = {
        f"tv:{name}": measured(spread(value, draws[:, k]), floor)
        for k, (name, value, floor) in enumerate(zip(fields, alone(a, b).tolist(), alone(c, b).tolist(), strict=True))
    }
    if len(fields) > 1:
        jointly = partial(pairs_variation, blocks=blocks)
        whole = spread(float(jointly(a, b)), redrawn(jointly, a, b, ROUNDS))
        return found | {"tv-joint": measured(whole, float(jointly(c, b)))}
    rarest, usual = ((odds >= SURE).sum(0).min() for odds in (made, train))
    (name,) = fields
    return found | {f"rarest:{name}": measured(share(int(rarest), len(made)), int(usual) / len(train))}


def _decided(odds: Tensor, blocks: Sequence[int]) -> Tensor:
    """One-hot blocks of the likeliest values."""
    said = odds.split(list(blocks), dim=1)
    return torch.cat([F.one_hot(o.argmax(1), o.shape[1]) for o in said], dim=1).double()


def copying(made: Tensor, real: Tensor, train: Tensor) -> dict[str, Measure]:
    """How near to a training picture the made ones are, against how near held-out ones are; floors are from halves."""
    mine, theirs = (nearest(rows, train)[:, 0] for rows in (made, real))
    first, second = theirs.chunk(2)
    near, nearer = float(theirs.quantile(USUAL)), float(first.quantile(USUAL))
    copies = share(int((mine < near).sum()), len(mine))
    return {
        "neighbor-ratio": measured(neighbor_ratio(mine, theirs), neighbor_ratio(second, first, rounds=1).value),
        "copies": measured(copies, float((second < nearer).double().mean())),
    }
