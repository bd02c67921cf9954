"""The command line: python -m genmodels {list,train,export,sample,evaluate}."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from genmodels import checkpoints, runs
from genmodels.asking import label
from genmodels.datasets import cache
from genmodels.datasets.dataset import Dataset
from genmodels.errors import Refused
from genmodels.evaluation import FEWEST, drawable, enough, evaluate, generated
from genmodels.memory import keep_memory
from genmodels.models.diffusion import WALKS
from genmodels.models.encoder import Encoder
from genmodels.models.reader import Reader
from genmodels.reporting import StopAfterStep, drawn, shown
from genmodels.runs import export, run, save_sheet
from genmodels.sight import reader_of
from genmodels.training import device_of
from genmodels.zoo import ZOO, Recipe, recipe_of

FAILURES = ("not-finite", "bad-checkpoint", "checkpoint-size", "other-run")  # what is nobody's typing mistake
MOST_DRAWN = 10_000  # pictures at once, all of them in memory
SLOW_TO_DRAW = 10_000  # data sets of at least so many items are drawn once, into files


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 failed, 2 asked for something that cannot be."""
    chosen = parser().parse_args(arguments)
    keep_memory()
    try:
        return chosen.command(chosen) or 0
    except Refused as refusal:
        print(f"genmodels: {refusal}", file=sys.stderr)
        return 1 if refusal.key in FAILURES else 2
    except OSError as failure:
        print(f"genmodels: {failure}", file=sys.stderr)
        return 1


class Parser(argparse.ArgumentParser):
    """One line about a bad argument, not a page."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    top = Parser(prog="genmodels", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="{list,train,export,sample,evaluate}", parser_class=Parser)

    def command(name: str, function: Any, named: bool = True) -> argparse.ArgumentParser:
        own = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        if named:
            own.add_argument("name")
        own.add_argument("--json", action="store_true", help="machine-readable output")
        own.add_argument("--checkpoints", type=Path, default=checkpoints.FOLDER, help=argparse.SUPPRESS)
        own.add_argument("--runs", type=Path, default=runs.FOLDER, help=argparse.SUPPRESS)
        own.set_defaults(command=function)
        return own

    command("list", list_models, named=False)
    own = command("train", train_model)
    own.add_argument("--steps", type=whole(1), help="the last step (default: the recipe's)")
    own.add_argument("--on", action="store_true", help="if no run is kept, go on from the checkpoint")
    own.add_argument("--device", choices=("cpu", "cuda", "auto"), default="auto")
    own = command("export", export_model)
    own.add_argument("--n", type=whole(0), help="pictures to measure with; 0 leaves the card without metrics")
    as_run(own)
    own = command("sample", sample_model)
    own.add_argument("--n", type=whole(1, MOST_DRAWN), default=16)
    own.add_argument("--seed", type=whole(0), default=0, help="of the first picture; the next ones count up")
    own.add_argument("--ask", nargs="+", default=[], metavar="WHAT", help="such as R, or hair-style=afro glasses=round")
    own.add_argument("--out", type=Path, default=Path("runs/samples"))
    own = command("evaluate", evaluate_model)
    own.add_argument("--n", type=whole(FEWEST), help="pictures of each kind; if not given, as many as can be had soon")
    own.add_argument("--seed", type=whole(0), default=0)
    as_run(own)
    return top


def as_run(own: argparse.ArgumentParser) -> None:
    """What may be changed about how a diffusion model is run while it is measured."""
    own.add_argument("--steps", type=whole(1), help="of a diffusion model's run (default: the recipe's)")
    own.add_argument("--guidance", type=float, help="how strongly it follows what it is asked for")
    own.add_argument("--sampler", choices=sorted(WALKS), help="how it gets from step to step (default: the recipe's)")


def whole(low: int, high: int = 999_999_999) -> Any:
    def number(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"a whole number from {low} to {high:,}, not {text[:20]!r}")
        return int(text)

    return number


def list_models(chosen: argparse.Namespace) -> None:
    """every model of the zoo, trained or not"""
    bad: list[Refused] = []
    cards = checkpoints.available(chosen.checkpoints, bad)
    rows = []
    for name, recipe in ZOO.items():
        card = cards.get(name)
        rows.append(
            {
                "name": name,
                "kind": recipe.kind,
                "data": recipe.dataset,
                "parameters": parameters(recipe),
                "file": f"{name}.safetensors" if card else None,
                "metrics": card.metrics if card else {},
            }
        )
    for refusal in bad:
        print(f"genmodels: {refusal}", file=sys.stderr)
    if chosen.json:
        print(json.dumps(rows))
        return
    for row in rows:
        state = row["file"] or "not trained"
        print(f"{row['name']:20} {row['kind']:10} {row['data']:8} {row['parameters']:>10,}  {state}")


def parameters(recipe: Recipe) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in recipe.build(**recipe.full_config(recipe.data())).parameters())


def train_model(chosen: argparse.Namespace) -> None:
    """train a model, or go on where its run stopped"""
    recipe = recipe_of(chosen.name)
    device_of(chosen.device)
    dataset = ready(recipe.data(), chosen.runs, quiet=chosen.json)
    steps = chosen.steps or recipe.steps
    stopping = StopAfterStep()
    progress = None
    with stopping:
        training = run(chosen.name, dataset, steps, chosen.device, chosen.runs, chosen.checkpoints, chosen.on)
        for progress in shown(training, steps, chosen.json):
            if stopping.asked:
                training.close()  # leaves a snapshot
                print(f"\nstopped at step {progress.step}; the same command goes on from there", file=sys.stderr)
                return
    if not chosen.json:
        print(f"\n{chosen.runs / chosen.name}: {steps} steps done", file=sys.stderr)


def export_model(chosen: argparse.Namespace) -> None:
    """turn the newest snapshot of a run, also of a running one, into a checkpoint with its card"""
    dataset = recipe_of(chosen.name).data()
    model, card = export(chosen.name, dataset, chosen.runs)
    if chosen.n != 0:
        card = dataclasses.replace(card, metrics=measured(chosen, model, dataset, seed=0))
    path = chosen.checkpoints / f"{chosen.name}.safetensors"
    card = checkpoints.save(path, model, card)
    answer(chosen, {"file": path.name, "steps": card.steps, "bytes": path.stat().st_size, "metrics": card.metrics})


def sample_model(chosen: argparse.Namespace) -> None:
    """draw pictures with a trained model"""
    model = drawable(checkpoints.load(chosen.name, folder=chosen.checkpoints))
    began = time.monotonic()
    seeds = list(range(chosen.seed, chosen.seed + chosen.n))
    pictures = torch.cat(list(generated(model, seeds, wished(chosen))))
    seconds = time.monotonic() - began
    files = [chosen.out / f"{chosen.name}-{seed}.png" for seed in seeds]
    for path, picture in zip(files, pictures, strict=True):
        save_sheet(path, picture[None])
    pixels = ((pictures + 1) * 127.5).round().byte().numpy().tobytes()
    digest = hashlib.sha256(pixels).hexdigest()
    answer(chosen, {"files": [str(f) for f in files], "seeds": seeds, "seconds": round(seconds, 3), "sha256": digest})


def wished(chosen: argparse.Namespace) -> Tensor | None:
    """The label of what is asked for, the same for every picture."""
    if not chosen.ask:
        return None
    card = checkpoints.read(checkpoints.where(chosen.name, chosen.checkpoints))
    if "labels" not in card.config:
        raise Refused("no-classes")
    fields = {field: card.fields[field] for field in recipe_of(card.recipe).data().fields}
    return label(fields, dict.fromkeys(chosen.ask, 1.0)).expand(chosen.n, -1)


def evaluate_model(chosen: argparse.Namespace) -> None:
    """measure a trained model against pictures it has not seen"""
    card = checkpoints.read(checkpoints.where(chosen.name, chosen.checkpoints))
    model = checkpoints.load(chosen.name, folder=chosen.checkpoints)
    dataset = recipe_of(card.recipe).data()
    if card.data_version != dataset.data_version:
        raise Refused("other-data", dataset=dataset.name, known=card.data_version, now=dataset.data_version)
    found = measured(chosen, model, dataset, chosen.seed)
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"N = {found['n']:,}, seed {found['seed']}; 95 % intervals in brackets")
    for key, measure in found["metrics"].items():
        floor = "" if measure["floor"] is None else f"   real against real {measure['floor']:.4g}"
        high = "and more" if measure["high"] is None else f"{measure['high']:.4g}"
        print(f"{key:30} {measure['value']:10.4g}   [{measure['low']:.4g}, {high}]{floor}")


def measured(chosen: argparse.Namespace, model: nn.Module, dataset: Dataset, seed: int) -> dict[str, Any]:
    """Scores of any model; what a generator paints is looked at by its data set's reader, where there is one."""
    reader = reader_of(dataset, chosen.checkpoints)
    if isinstance(model, Encoder):
        model.shelf = chosen.checkpoints  # where its teacher is looked for
    if not isinstance(model, Reader | Encoder):
        dataset = ready(dataset, chosen.runs, quiet=chosen.json)
        if reader is None:
            print(f"genmodels: {dataset.name} has no trained reader; measured by pixels alone", file=sys.stderr)
    run = {
        key: value
        for key, value in vars(chosen).items()
        if key in ("steps", "guidance", "sampler") and value is not None
    }
    return evaluate(model, dataset, chosen.n or enough(model, dataset), seed, reader, run)


def answer(chosen: argparse.Namespace, facts: dict[str, Any]) -> None:
    print(json.dumps(facts) if chosen.json else "\n".join(f"{key}: {value}" for key, value in facts.items()))


def ready(dataset: Dataset, folder: Path, quiet: bool) -> Dataset:
    """A large data set is drawn once, by all cores."""
    if len(dataset.train) < SLOW_TO_DRAW:
        return dataset
    drawn(cache.render(dataset, folder / "cache"), dataset.name, len(dataset.train), quiet)
    return cache.Cached(dataset, folder / "cache")


if __name__ == "__main__":
    sys.exit(main())
