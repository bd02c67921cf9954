"""What is known of a face: the attributes that decide every pixel, and how item i draws them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

STREAM = 0xFACE  # sets our random numbers apart from those of any other data set


def evenly(*values: str) -> dict[str, float]:
    return dict.fromkeys(values, 1.0)


HAIR_STYLES: dict[str, float] = {
    "bald": 5,
    "buzz": 6,
    "side-part": 8,
    "quiff": 8,
    "curly": 8,
    "afro": 7,
    "bob": 8,
    "fringe": 8,
    "long-straight": 8,
    "long-wavy": 8,
    "ponytail": 7,
    "bun": 7,
    "pigtails": 6,
    "mohawk": 6,
}
HAIR_COLORS: dict[str, float] = {
    "black": 17,
    "dark-brown": 17,
    "chestnut": 15,
    "auburn": 9,
    "ginger": 9,
    "blond": 12,
    "platinum": 6,
    "gray": 6,
    "teal": 4.5,
    "pink": 4.5,
}
SKINS = evenly("porcelain", "fair", "honey", "olive", "tan", "brown", "deep")
SHIRT_COLORS = evenly("white", "charcoal", "navy", "coral", "mustard", "green", "sky", "plum")
BACKGROUND_COLORS = evenly("cream", "sky", "mint", "peach", "lavender", "rose", "sunshine", "dusk")


def choice(weights: dict[str, float]) -> Any:
    """A trait that takes one of some values, drawn with these weights."""
    return field(metadata={"weights": weights})


def between(low: float, high: float, bins: dict[str, float] | None = None) -> Any:
    """A continuous trait, uniform on [low, high]; `bins` names its label's values by their upper edges."""
    return field(metadata={"low": low, "high": high, "bins": bins})


@dataclass(frozen=True)
class Traits:
    """One face. Traits are independent of each other, so that what a model entangles is the model's doing."""

    hair_style: str = choice(HAIR_STYLES)
    hair_color: str = choice(HAIR_COLORS)
    skin: str = choice(SKINS)
    glasses: str = choice({"none": 58, "round": 16, "square": 15, "sunglasses": 11})
    hat: str = choice({"none": 70, "cap": 10, "beanie": 11, "wide-brim": 9})
    beard: str = choice({"none": 56, "stubble": 10, "mustache": 11, "goatee": 11, "full": 12})
    smile: float = between(-0.6, 1)
    grin: str = choice({"closed": 74, "open": 26})
    earrings: str = choice({"none": 64, "stud": 18, "hoop": 18})
    cheeks: str = choice({"plain": 40, "blush": 36, "freckles": 24})
    face_shape: str = choice(evenly("oval", "round", "square", "heart"))
    eye_color: str = choice({"brown": 34, "hazel": 16, "green": 16, "blue": 20, "gray": 14})
    eye_size: float = between(0, 1, {"small": 1 / 3, "medium": 2 / 3, "large": 1})
    brow_angle: float = between(-1, 1, {"worried": -1 / 3, "level": 1 / 3, "stern": 1})
    brow_weight: float = between(0, 1, {"thin": 1 / 2, "thick": 1})
    shirt: str = choice(evenly("crew", "v-neck", "collar", "hoodie", "turtleneck", "stripes"))
    shirt_color: str = choice(SHIRT_COLORS)
    background: str = choice(evenly("plain", "gradient", "disc", "two-tone"))
    background_color: str = choice(BACKGROUND_COLORS)
    tilt: float = between(-1, 1, {"left": -1 / 3, "upright": 1 / 3, "right": 1})
    shift_x: float = between(-1, 1)
    shift_y: float = between(-1, 1)
    hat_color: str = choice(SHIRT_COLORS)


MOUTHS = {"sad": -0.35, "neutral": 0.2, "smile": 1.0}  # by the upper edge of `smile`; an open mouth is a grin


def _law(said: Mapping[str, Any]) -> Callable[[float], str | float]:
    """From a uniform number to the trait, as its field says."""
    if "weights" not in said:
        return lambda u: said["low"] + u * (said["high"] - said["low"])
    values, weights = list(said["weights"]), list(said["weights"].values())
    edges = (np.cumsum(weights) / sum(weights)).tolist()
    return lambda u: values[min(bisect_right(edges, u), len(values) - 1)]


LAWS = {f.name: _law(f.metadata) for f in fields(Traits)}


def traits(item: int) -> Traits:
    """The face that `item` names, for ever: one uniform number per trait, in the order of the fields."""
    uniform = np.random.default_rng([STREAM, item]).random(len(LAWS)).tolist()
    return Traits(**{name: law(u) for (name, law), u in zip(LAWS.items(), uniform, strict=True)})  # type: ignore[arg-type]


def _bin(bins: dict[str, float], value: float) -> str:
    return next((name for name, edge in bins.items() if value < edge), list(bins)[-1])


def _label_fields() -> dict[str, tuple[str, ...]]:
    named = {}
    for f in fields(Traits):
        values = f.metadata.get("weights") or f.metadata.get("bins")
        if f.name == "smile":
            named["mouth"] = (*MOUTHS, "grin")
        elif values and f.name not in ("grin", "hat_color"):  # a hat's colour is not to be seen without a hat
            named[f.name.replace("_", "-")] = tuple(values)
    return named


FIELDS = _label_fields()
BINS: dict[str, dict[str, float]] = {f.name: f.metadata["bins"] for f in fields(Traits) if f.metadata.get("bins")}


def described(face: Traits) -> dict[str, str]:
    """The face in the words of its label: one value for each of FIELDS."""
    words = {}
    for name in FIELDS:
        trait = name.replace("-", "_")
        if name == "mouth":
            words[name] = "grin" if face.grin == "open" else _bin(MOUTHS, face.smile)
        else:
            value = getattr(face, trait)
            words[name] = _bin(BINS[trait], value) if trait in BINS else value
    return words


def one_hot(faces: Sequence[Traits]) -> np.ndarray:
    """(B, K) float32: a block for each of FIELDS, in order."""
    slots = {(name, value): k for k, (name, value) in enumerate((n, v) for n, vs in FIELDS.items() for v in vs)}
    label = np.zeros((len(faces), len(slots)), dtype=np.float32)
    for row, face in zip(label, faces, strict=True):
        for pair in described(face).items():
            row[slots[pair]] = 1
    return label
