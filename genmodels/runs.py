"""Runs on disk: snapshots from which training goes on as if never stopped, sheets to look at, a card at the end."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

import genmodels
from genmodels import checkpoints
from genmodels.adversarial import Game
from genmodels.checkpoints import Card
from genmodels.datasets.dataset import Dataset, batches
from genmodels.errors import Refused
from genmodels.evaluation import drawable
from genmodels.snapshots import Resumable, read_snapshot, resume, save_snapshot, under
from genmodels.training import Progress, device_of, train
from genmodels.zoo import Recipe, recipe_of

FOLDER = Path("runs")
SHEET = 64  # pictures on a sample sheet
SINGULAR = 15  # rounds of power iteration, as many as torch makes at first


def run(
    name: str,
    dataset: Dataset,
    steps: int | None = None,
    device: str = "auto",
    folder: Path = FOLDER,
    shelf: Path = checkpoints.FOLDER,
    on: bool = False,
) -> Generator[Progress]:
    """Train a row of ZOO, from its newest snapshot if there is one; a closed or a finished run leaves a snapshot.

    Without one it begins anew or, with `on`, where the row's checkpoint ended. A teacher is taken from the shelf.
    """
    recipe, place = recipe_of(name), folder / name
    steps = recipe.steps if steps is None else steps
    asked = settings(name, recipe, dataset)
    trainer = trainer_of(recipe, dataset, device_of(device), shelf)
    spent = resume(place, trainer, asked)
    if on and not trainer.done:
        spent = take_up(trainer, asked, shelf)
    began = snapped = time.monotonic()
    sheeted = began - recipe.sheets
    supply = batches(dataset, recipe.shown(dataset), recipe.batch, recipe.seed, skip=trainer.done)

    def snap() -> None:
        save_snapshot(place, trainer, asked, spent + time.monotonic() - began)

    progress = None
    try:
        for progress in train(trainer, supply, steps, first=trainer.done):
            now = time.monotonic()
            if now - snapped >= recipe.snapshots:
                snap()
                snapped = now
            if now - sheeted >= recipe.sheets:
                save_sheet(place / f"sheet-{progress.step:07d}.png", trainer.sheet(SHEET))
                sheeted = now
            yield progress
    except GeneratorExit:  # closed between two steps: nothing is half done
        snap()
        raise
    if progress is not None:
        snap()
        save_sheet(place / f"sheet-{progress.step:07d}.png", trainer.sheet(SHEET))


def trainer_of(recipe: Recipe, dataset: Dataset, device: torch.device, shelf: Path) -> Resumable:
    """A row's trainer before its first step, with its teacher from the shelf if it has one."""
    torch.manual_seed(recipe.seed)  # the first weights; all later chance is drawn from (seed, step)
    model = recipe.build(**recipe.full_config(dataset))
    told = dict(recipe.optimizer)
    if recipe.after is not None:
        told["teacher"] = drawable(checkpoints.load(recipe.after, folder=shelf))
    return recipe.trainer(model, recipe.seed, device, **told)


def settings(name: str, recipe: Recipe, dataset: Dataset) -> dict[str, Any]:
    """What must be the same for a run to go on: all but how its model is run."""
    config = recipe.full_config(dataset)
    return {
        "recipe": name,
        "config": {key: value for key, value in config.items() if key not in recipe.habit},
        "optimizer": recipe.optimizer,
        "dataset": dataset.name,
        "data_version": dataset.data_version,
        "items": len(dataset.train),
        "batch": recipe.batch,
        "seed": recipe.seed,
    } | ({"often": recipe.often} if recipe.often else {})


def take_up(trainer: Resumable, asked: dict[str, Any], shelf: Path) -> float:
    """Put the weights of the row's checkpoint into the trainer, whose optimizers stay young; its seconds so far."""
    path = checkpoints.where(asked["recipe"], shelf)
    card = checkpoints.read(path)
    known = vars(card) | {"config": {key: value for key, value in card.config.items() if key != "usual"}}
    differing = [
        key for key in ("config", "dataset", "data_version") if known[key] != json.loads(json.dumps(asked[key]))
    ]
    if differing:
        raise Refused("other-run", folder=path.name, differing=", ".join(differing))
    kept = checkpoints.load(path)
    for name in ("model", "ema"):  # a teacher, if there is one among them, is another's
        put(kept, trainer.modules[name])
    trainer.done = card.steps
    return card.seconds


@torch.no_grad()
def put(kept: nn.Module, module: nn.Module) -> None:
    """Give a module the weights of one that was kept, of which spectral norm may by now bind some."""
    own = module.state_dict()
    for name, value in kept.state_dict().items():
        place, _, last = name.rpartition(".")
        bound = f"{place}.parametrizations.{last}.original"
        own.update({key: value for key in (name, bound) if key in own})
    module.load_state_dict(own)
    for layer in module.modules():
        if is_parametrized(layer, "weight"):
            for _ in range(SINGULAR):
                _ = layer.weight  # each look brings its singular value nearer


def export(name: str, dataset: Dataset, folder: Path = FOLDER) -> tuple[nn.Module, Card]:
    """The averaged model of a run's newest snapshot and its card, before any measuring."""
    note, tensors = read_snapshot(folder / name)
    made = note["settings"]
    recipe = recipe_of(made["recipe"])
    config = made["config"] | recipe.habit
    model = recipe.build(**config)
    model.load_state_dict(under(tensors, "module/ema/"))
    if isinstance(model, Game):
        model.settle(made["seed"])
    card = Card(
        recipe=made["recipe"],
        config=config,
        dataset=made["dataset"],
        data_version=made["data_version"],
        fields={key: list(values) for key, values in dataset.fields.items()},
        steps=note["step"],
        batch=made["batch"],
        seed=made["seed"],
        seconds=round(note["seconds"], 1),
        hardware=note["hardware"],
        code=code_version(),
    )
    return model.eval().requires_grad_(False), card


def code_version() -> str:
    """The version, and the commit where there is one."""
    root = Path(genmodels.__file__).parents[1]
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    return f"{genmodels.__version__}+{asked.stdout.strip()}" if asked.returncode == 0 else genmodels.__version__


def save_sheet(path: Path, pictures: Tensor) -> None:
    """Pictures in [-1, 1] as one square PNG, enlarged where they are tiny."""
    side = int(len(pictures) ** 0.5)
    tiles = ((pictures[: side * side].float().cpu().clamp(-1, 1) + 1) * 127.5).round().byte()
    _, c, h, w = tiles.shape
    grid = tiles.reshape(side, side, c, h, w).permute(0, 3, 1, 4, 2).reshape(side * h, side * w, c).numpy()
    picture = Image.fromarray(np.ascontiguousarray(grid.squeeze(-1) if c == 1 else grid))
    zoom = max(1, 64 // h)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((picture.width * zoom, picture.height * zoom), Image.Resampling.NEAREST).save(path)
