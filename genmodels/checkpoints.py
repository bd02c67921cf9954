"""Trained models as single files: float16 weights, and a card in the header that says what they are. Never pickle."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from genmodels.errors import Refused, demand

FOLDER = Path(__file__).resolve().parents[1] / "checkpoints"
FORMAT = 1
LARGEST = 4096  # no number in a card's config may ask for more than this
LONGEST = 200_000  # characters of a card
HEAVIEST = 128_000_000  # bytes of a file: as many weights, in float32, as a server keeps in memory at all


@dataclass(frozen=True)
class Card:
    """What a checkpoint is and how it came to be; `recipe` is its row of ZOO."""

    recipe: str
    config: dict[str, Any]
    dataset: str
    data_version: str
    fields: dict[str, list[str]]
    steps: int
    batch: int
    seed: int
    seconds: float
    hardware: str
    code: str
    metrics: dict[str, Any] = field(default_factory=dict)
    weights: str = ""  # sha256 of the tensors and of all that stands above, filled in by save
    format: int = FORMAT

    @property
    def kind(self) -> str:
        """gan, diffusion, …: what the recipe builds."""
        return _recipe(self.recipe).kind


def save(path: Path, model: nn.Module, card: Card) -> Card:
    """Write the weights in float16 with their card, whole or not at all; the card as written."""
    tensors = {name: value.detach().cpu().half().contiguous() for name, value in model.state_dict().items()}
    for name, value in tensors.items():
        if not value.isfinite().all():
            raise Refused("not-finite", step=card.steps, cause=name)
    card = dataclasses.replace(card, weights=_fingerprint(tensors, card))
    write(path, tensors, {"card": json.dumps(dataclasses.asdict(card), sort_keys=True)})
    return card


def write(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> None:
    """One safetensors file, whole or not at all, readable by everyone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    save_file(dict(tensors), part, dict(header))
    part.chmod(0o644)
    os.replace(part, path)


def load(model: str | Path, part: str | None = None, folder: Path | None = None) -> nn.Module:
    """The whole model, or one part of it, in float32, ready to be shown; a name is looked up in the folder."""
    path = where(model, folder)
    card = read(path)
    tensors = _tensors(path)
    if _fingerprint(tensors, card) != card.weights:
        raise Refused("bad-checkpoint", file=path.name)
    whole = _recipe(card.recipe).build(**card.config)
    whole.load_state_dict({key: value.float() for key, value in tensors.items()})
    chosen = whole if part is None else dict(whole.named_children()).get(part)
    if chosen is None:
        raise Refused("no-part", file=path.name, part=part, allowed=", ".join(dict(whole.named_children())))
    return chosen.eval().requires_grad_(False)


def read(path: Path) -> Card:
    """The card alone, checked against what the file holds; no weights are read."""
    try:
        with _opened(path) as file:
            card = _card(file)
            held = {key: (file.get_slice(key).get_shape(), file.get_slice(key).get_dtype()) for key in file.keys()}  # noqa: SIM118
        with Unfilled(), torch.device("meta"):  # costs nothing, so a card cannot ask for more than its file holds
            model = _recipe(card.recipe).build(**card.config)
        demand(held == {key: (list(value.shape), "F16") for key, value in model.state_dict().items()})
    except Refused:
        raise
    except Exception as cause:  # whatever a foreign file makes go wrong
        raise Refused("bad-checkpoint", file=path.name) from cause
    return card


def sealed(path: Path) -> Card:
    """The card of a file whose every byte is what its digest says: no model is built, so it is quick."""
    try:
        with _opened(path) as file:
            card = _card(file)
        demand(_recipe(card.recipe) and _fingerprint(_tensors(path), card) == card.weights)
    except Refused:
        raise
    except Exception as cause:
        raise Refused("bad-checkpoint", file=path.name) from cause
    return card


def available(folder: Path | None = None, bad: list[Refused] | None = None) -> dict[str, Card]:
    """Every good checkpoint in the folder by name; what is not good is left out, and told to who asks."""
    cards = {}
    for path in sorted((folder or FOLDER).glob("*.safetensors")):
        try:
            cards[path.stem] = sealed(path) and read(path)
        except Refused as refusal:
            if bad is not None:
                bad.append(refusal)
    return cards


def where(model: str | Path, folder: Path | None = None) -> Path:
    """The file of a name, or the path itself; a name that is no plain name is not looked for."""
    path = model if isinstance(model, Path) else (folder or FOLDER) / f"{model}.safetensors"
    if not path.is_file() or (isinstance(model, str) and Path(model).name != model):
        raise Refused("no-checkpoint", name=str(model)[:80], allowed=", ".join(available(folder)) or "-")
    return path


def _opened(path: Path) -> Any:
    """The file by its header; one that is too large is not even looked into."""
    try:
        if path.stat().st_size > HEAVIEST:
            raise Refused("checkpoint-size", file=path.name[:60], megabytes=HEAVIEST // 1_000_000)
        return safe_open(path, framework="pt")
    except (SafetensorError, OSError) as cause:
        raise Refused("bad-checkpoint", file=path.name) from cause


def _card(file: Any) -> Card:
    text = (file.metadata() or {}).get("card", "")
    demand(len(text) <= LONGEST)
    card = Card(**json.loads(text))
    demand(card.format == FORMAT and _typed(card) and _modest(card.config))
    return card


def _tensors(path: Path) -> dict[str, Tensor]:
    with _opened(path) as file:
        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def _fingerprint(tensors: Mapping[str, Tensor], card: Card) -> str:
    facts = dataclasses.asdict(dataclasses.replace(card, weights=""))
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(f"{name} {list(tensors[name].shape)}".encode())
        digest.update(tensors[name].flatten().numpy().data)  # as it lies there: a copy costs more than its digest
    return digest.hexdigest()


class Unfilled(TorchFunctionMode):
    """Leaves new weights as they are: filling tensors that hold nothing would load two seconds of torch."""

    FILLS = frozenset({"normal_", "uniform_", "zero_", "fill_", "mul_", "trunc_normal_", "constant_"})

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in self.FILLS:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def _typed(card: Card) -> bool:
    kinds = {str: (str,), int: (int,), float: (int, float), dict: (dict,)}
    hints = get_type_hints(Card)
    return all(isinstance(getattr(card, name), kinds[get_origin(hint) or hint]) for name, hint in hints.items())


def _modest(value: Any) -> bool:
    if isinstance(value, Mapping):
        return len(value) <= 64 and all(_modest(item) for item in value.values())
    if isinstance(value, list):
        return len(value) <= 64 and all(_modest(item) for item in value)
    return isinstance(value, str) or (isinstance(value, int | float) and abs(value) <= LARGEST)


def _recipe(name: str) -> Any:
    from genmodels.zoo import ZOO  # the zoo's trainers write snapshots with `write`

    return ZOO[name]
