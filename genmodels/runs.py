"""Runs on disk: snapshots from which training goes on as if never stopped, sheets to look at, a card at the end."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from torch import Tensor, nn

import genmodels
from genmodels import checkpoints
from genmodels.adversarial import Game
from genmodels.checkpoints import Card, write
from genmodels.datasets.dataset import Dataset, batches
from genmodels.errors import Refused
from genmodels.evaluation import drawable
from genmodels.training import Progress, Trainer, device_of, train
from genmodels.zoo import Recipe, recipe_of

FOLDER = Path("runs")
SHEET = 64  # pictures on a sample sheet


class Resumable(Trainer, Protocol):
    """A trainer that can be written down: after (seed, done), nothing else decides its next step."""

    done: int

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All that has weights; "ema" is what a checkpoint keeps."""
        ...

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]: ...

    def sheet(self, count: int) -> Tensor:
        """Pictures of the present state, always from the same noise."""
        ...


def run(
    name: str,
    dataset: Dataset,
    steps: int | None = None,
    device: str = "auto",
    folder: Path = FOLDER,
    shelf: Path = checkpoints.FOLDER,
) -> Generator[Progress]:
    """Train a row of ZOO, from its newest snapshot if there is one; a closed or a finished run leaves a snapshot.

    A teacher is taken from the shelf.
    """
    recipe, place = recipe_of(name), folder / name
    steps = recipe.steps if steps is None else steps
    asked = settings(name, recipe, dataset)
    trainer = trainer_of(recipe, dataset, device_of(device), shelf)
    spent = resume(place, trainer, asked)
    began = snapped = time.monotonic()
    sheeted = began - recipe.sheets
    supply = batches(dataset, dataset.train, recipe.batch, recipe.seed, skip=trainer.done)

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
    }


def save_snapshot(place: Path, trainer: Resumable, asked: dict[str, Any], seconds: float) -> None:
    """Everything the next step depends on, in one file, whole or not at all."""
    tensors = {}
    for name, module in trainer.modules.items():
        for key, value in module.state_dict().items():
            tensors[f"module/{name}/{key}"] = value.cpu().contiguous()
    for name, optimizer in trainer.optimizers.items():
        for index, state in optimizer.state_dict()["state"].items():
            for key, value in state.items():
                tensors[f"optimizer/{name}/{index}/{key}"] = value.cpu().contiguous()
    note = {"settings": asked, "step": trainer.done, "seconds": seconds, "hardware": hardware(trainer)}
    write(place / "snapshot.safetensors", tensors, {"run": json.dumps(note)})


def resume(place: Path, trainer: Resumable, asked: dict[str, Any]) -> float:
    """Put the newest snapshot into the trainer; the seconds it has cost so far, 0 for a new run."""
    if not (place / "snapshot.safetensors").exists():
        return 0.0
    note, tensors = read_snapshot(place)
    differing = [key for key in asked if note["settings"].get(key) != json.loads(json.dumps(asked[key]))]
    if differing:
        raise Refused("other-run", folder=place.name, differing=", ".join(differing))
    for name, module in trainer.modules.items():
        module.load_state_dict(under(tensors, f"module/{name}/"))
    for name, optimizer in trainer.optimizers.items():
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in under(tensors, f"optimizer/{name}/").items():
            index, entry = key.split("/")
            like = parameters[int(index)]
            # in the parameter's own memory layout: same numbers, and no slower than before
            kept = value if value.ndim == 0 else torch.empty_like(like).copy_(value)
            state.setdefault(int(index), {})[entry] = kept
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    trainer.done = note["step"]
    return note["seconds"]


def read_snapshot(place: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The note and the tensors of a run's newest snapshot."""
    path = place / "snapshot.safetensors"
    if not path.exists():
        raise Refused("no-snapshot", folder=place.name)
    try:
        with safe_open(path, framework="pt") as file:
            note = json.loads(file.metadata()["run"])
            return note, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except Exception as cause:  # whatever a broken file makes go wrong
        raise Refused("bad-checkpoint", file=f"{place.name}/{path.name}") from cause


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


def under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def hardware(trainer: Resumable) -> str:
    device = next(trainer.modules["ema"].parameters()).device
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} of {os.cpu_count()} threads"


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
