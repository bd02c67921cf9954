"""All that a run's next step depends on, in one file, from which it goes on as if never stopped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from torch import Tensor, nn

from genmodels.checkpoints import write
from genmodels.errors import Refused
from genmodels.training import Trainer


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


def under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def hardware(trainer: Resumable) -> str:
    device = next(trainer.modules["ema"].parameters()).device
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} of {os.cpu_count()} threads"
