"""Whether a picture was copied: the training pictures nearest to it, and how near those of real new pictures are."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from demo.fairness import FairLock
from demo.pictures import jpeg, to_image
from genmodels.datasets.dataset import Dataset, to_tensor
from genmodels.nearness import chance, usual
from genmodels.neighbors import nearest

SHOWN = 3  # training pictures
THUMB = 128  # pixels of each
SEEKING = FairLock()


def beside_training(data: Dataset, picture: np.ndarray, count: int = SHOWN) -> dict[str, Any]:
    """The nearest training pictures, and how often a held-out picture comes as near to one."""
    with SEEKING:  # one search at a time, whoever asks: it draws dozens of pictures
        found = nearest(data, picture, count)
        distances = usual(data)
    return {
        "pictures": [thumb(near.picture, data) for near in found],
        "items": [near.item for near in found],
        "distances": [near.distance for near in found],
        "usual": {
            "count": len(distances),
            "low": distances[0],
            "middle": float(np.median(distances)),
            "high": distances[-1],
        },
        "chance": chance(found[0].distance, distances),
    }


def thumb(picture: np.ndarray, data: Dataset) -> str:
    """One (H, W, C) uint8 picture, large enough to be looked at, encoded."""
    return jpeg(to_image(to_tensor(picture[None]), zoom=max(1, THUMB // data.shape[1])))


def pixels(picture: Tensor) -> np.ndarray:
    """(1, C, H, W) in [-1, 1] -> (H, W, C) uint8."""
    shades = ((picture[0].clamp(-1, 1) + 1) * 127.5).round().byte()
    return np.ascontiguousarray(shades.permute(1, 2, 0).numpy())
