"""How good a model is, in numbers that stand beside what real pictures would get."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.latents import Conditioned, LatentModel, draw
from genmodels.metrics import Interval, share
from genmodels.models.axes import by_field, called_for
from genmodels.models.diffusion import Diffusion
from genmodels.models.encoder import Encoder, recovered, teacher_of
from genmodels.models.reader import Reader
from genmodels.scores import Measure, compare, copying, measured
from genmodels.sight import Seen, Sight, portions

FEWEST = 10  # pictures of which anything can be said
PORTION = 32  # pictures decoded at a time
DENOISED = 500  # pictures on which a single evaluation is measured: their errors vary little
CHOSEN = {"faces": ("hair-style", "hair-color", "skin", "glasses", "beard", "mouth")}  # asked for together
CONFUSIONS = 12  # of a reader, the commonest
LOG_SNRS = (6.0, 4.0, 2.0, 0.0, -2.0, -4.0, -6.0)


def drawable(model: nn.Module) -> LatentModel:
    """The part of a model that makes pictures."""
    part = model if isinstance(model, LatentModel) else getattr(model, "generator", None)
    if not isinstance(part, LatentModel):
        raise Refused("no-part", file=type(model).__name__, part="generator", allowed="-")
    return part


@torch.no_grad()
def generated(model: LatentModel, seeds: Sequence[int], label: Tensor | None = None) -> Iterator[Tensor]:
    """Pictures of these seeds, a portion at a time; each depends on its own seed (and label) only."""
    for first in range(0, len(seeds), PORTION):
        part = slice(first, first + PORTION)
        told = model if label is None else Conditioned(model, label[part])  # type: ignore[arg-type]
        yield told.decode(draw(model.latent_shape, seeds[part]))


def evaluate(
    model: nn.Module,
    dataset: Dataset,
    n: int,
    seed: int,
    reader: Reader | None = None,
    run: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """{n, seed, metrics: {key: {value, low, high, floor}}}; the floor is what as many training pictures get.

    Features, attributes and classes are seen by the reader; without one there are the pixels alone. A diffusion model
    is run as usual but for what `run` says, and how it was run is told under that name.
    """
    most = min(len(dataset.held_out), len(dataset.train))
    if not FEWEST <= n <= most:
        raise Refused("knob", name="n", value=n, low=FEWEST, high=most)
    order = torch.Generator().manual_seed(seed)
    real, train = (
        [items[int(k)] for k in torch.randperm(len(items), generator=order)[:n]]
        for items in (dataset.held_out, dataset.train)
    )
    told = {}
    if isinstance(model, Diffusion):
        model = model.used(**(run or {}))
        told = {"run": dataclasses.asdict(model.usual)}
    if isinstance(model, Reader):
        metrics = reading(model, dataset, real)
    elif isinstance(model, Encoder):
        metrics = guessing(model, dataset, real, range(seed * n, (seed + 1) * n))
    else:
        metrics = drawing(drawable(model), dataset, real, train, range(seed * n, (seed + 1) * n), reader)
    if isinstance(model, Diffusion):
        metrics |= denoising(model, dataset.batch(real[:DENOISED]).x0, seed)
    return {"n": n, "seed": seed, **told, "metrics": metrics}


def enough(model: nn.Module, dataset: Dataset) -> int:
    """Pictures to measure with: all for a reader, for a generator what takes it minutes."""
    most = {Reader: len(dataset.held_out), Diffusion: 500, Encoder: 500}.get(type(model), 5000)
    return min(most, len(dataset.held_out), len(dataset.train))


def drawing(
    model: LatentModel,
    dataset: Dataset,
    real: Sequence[int],
    train: Sequence[int],
    seeds: Sequence[int],
    reader: Reader | None,
) -> dict[str, Measure]:
    """Pictures of these seeds against held-out ones; a conditional model is asked for what training pictures show.

    Asked for what the held-out ones show, it would share their chance, and come out nearer to them than it is. A model
    that can be asked for some of many fields is compared with nothing asked, and then asked for the chosen ones.
    """
    sight = Sight.of(dataset, reader)
    label = torch.from_numpy(dataset.labels(train)) if model.labels else None
    partly = isinstance(model, Diffusion) and len(model.labels) > 1
    made = sight.look(generated(model, seeds, None if partly else label))
    known, trained = sight.look(portions(dataset, real)), sight.look(portions(dataset, train))
    metrics = compare(made, known, trained, dataset.fields)
    metrics |= copying(made.pixels, known.pixels, sight.pixels_of(portions(dataset, dataset.train)))
    if label is not None and reader is not None:
        chosen = [name for name in dataset.fields if not partly or name in CHOSEN.get(dataset.name, dataset.fields)]
        if partly:
            label = only(label, dataset, chosen)
            made = sight.look(generated(model, seeds, label))
        mine = right(reader, made, label, dataset, chosen)
        theirs = right(reader, known, torch.from_numpy(dataset.labels(real)), dataset, chosen)
        for name in mine:
            metrics[f"accuracy:{name}"] = measured(
                share(int(mine[name].sum()), len(label)), float(theirs[name].double().mean())
            )
    return metrics


def only(label: Tensor, dataset: Dataset, chosen: Sequence[str]) -> Tensor:
    """The label with nothing said of the other fields."""
    said = [name in chosen for name, values in dataset.fields.items() for _ in values]
    return label * torch.tensor(said)


def right(reader: Reader, seen: Seen, label: Tensor, dataset: Dataset, chosen: Sequence[str]) -> dict[str, Tensor]:
    """Of each chosen field, and of several also jointly, (N,): whether what was read is what the label says."""
    assert seen.shown is not None
    blocks = zip(dataset.fields, reader.fields(seen.shown), reader.fields(label), strict=True)
    found = {name: said.argmax(1) == truth.argmax(1) for name, said, truth in blocks if name in chosen}
    return found if len(found) == 1 else found | {"jointly": torch.stack(list(found.values())).all(0)}


def reading(model: Reader, dataset: Dataset, items: Sequence[int]) -> dict[str, Measure]:
    """Accuracy of each field and of each of its values, and what is taken for what most often."""
    scores = torch.cat([model(x0) for x0 in portions(dataset, items)])
    label = torch.from_numpy(dataset.labels(items))
    fields, values, confused = {}, {}, {}
    blocks = zip(dataset.fields.items(), model.fields(scores), model.fields(label), strict=True)
    for (field, names), said, truth in blocks:
        read, known = said.argmax(1), truth.argmax(1)
        fields[f"accuracy:{field}"] = share(int((read == known).sum()), len(items))
        for index, name in enumerate(names):
            of = read[known == index]
            for other, count in enumerate(torch.bincount(of, minlength=len(names)).tolist()):
                if other == index and len(of):
                    values[f"accuracy:{field}={name}"] = share(count, len(of))
                elif count:
                    confused[f"misread:{field}={name}→{names[other]}"] = share(count, len(of))
    worst = sorted(confused, key=lambda key: -confused[key].value)[:CONFUSIONS]
    found: dict[str, Interval] = fields | values | {key: confused[key] for key in worst}
    return {key: measured(interval) for key, interval in found.items()}


@torch.no_grad()
def guessing(model: Encoder, dataset: Dataset, real: Sequence[int], seeds: Sequence[int]) -> dict[str, Measure]:
    """Squared errors of the guessed latents, and of the pixels when its teacher paints what was guessed.

    Where latents call for labels: in how many real pictures the guess calls for what they show.
    """
    teacher = teacher_of(model)
    painted = torch.cat(list(generated(teacher, seeds)))
    z = draw(teacher.latent_shape, seeds)
    guess = torch.cat([model(part) for part in painted.split(PORTION)])
    errors = {
        "latent-mse": (guess - z).square().flatten(1).mean(1),
        "pixel-mse:generated": recovered(model, teacher, painted),
        "pixel-mse:held-out": torch.cat([recovered(model, teacher, part) for part in portions(dataset, real)]),
    }
    found = {}
    for key, error in errors.items():
        value, doubt = float(error.mean()), float(2 * error.std() / len(error) ** 0.5)
        found[key] = measured(Interval(value, value - doubt, value + doubt))
    if model.axes:
        called = called_for(torch.cat([model(part) for part in portions(dataset, real)]), model.axes)
        shown = torch.from_numpy(dataset.labels(real))
        fields = zip(dataset.fields, by_field(called, model.axes), by_field(shown, model.axes), strict=True)
        found |= {f"accuracy:{name}": measured(share(int((a * b).sum()), len(real))) for name, a, b in fields}
    return found


@torch.no_grad()
def denoising(model: Diffusion, real: Tensor, seed: int) -> dict[str, Measure]:
    """Mean squared error of the predicted x0 on held-out pictures without labels, with two standard errors."""
    chance = torch.Generator().manual_seed(seed)
    found = {}
    for log_snr in LOG_SNRS:
        t = model.schedule.time_of(torch.tensor(-log_snr / 2, dtype=torch.float64).exp())
        errors = []
        for x0 in real.split(PORTION):
            eps = torch.randn(x0.shape, generator=chance)
            said = model(model.schedule.add_noise(x0, eps, t), t).x0
            errors.append((said - x0).square().flatten(1).mean(1))
        error = torch.cat(errors).double()
        value, doubt = float(error.mean()), float(2 * error.std() / len(error) ** 0.5)
        found[f"denoising-mse@{log_snr:+.0f}"] = measured(Interval(value, value - doubt, value + doubt))
    return found
