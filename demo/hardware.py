"""The one place that knows of a borrowed GPU: on a Space with ZeroGPU the batch sampler runs there, elsewhere here."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch

try:
    import spaces  # type: ignore[import-not-found]  # only where Hugging Face provides it, and before CUDA is touched
except ImportError:
    spaces = None

HOSTED = "SPACE_ID" in os.environ  # on Hugging Face everybody shares one server


def on_gpu(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lend the function a GPU for its call where there is one to lend."""
    return spaces.GPU(duration=60)(function) if spaces else function


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
