"""The one place that knows of a borrowed GPU: on a Space with ZeroGPU the batch sampler runs there, elsewhere here."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any

import torch

try:
    import spaces  # type: ignore[import-not-found]  # only where Hugging Face provides it, and before CUDA is touched
except ImportError:
    spaces = None

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as malloc.h numbers them
HOSTED = "SPACE_ID" in os.environ  # on Hugging Face everybody shares one server


def keep_memory() -> None:
    """Let freed memory stay for the next picture.

    Linux's C library gives it back to the kernel after every step and has it cleared again, page by page.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return  # another system, another C library
    for what, size in ((M_TRIM_THRESHOLD, 256 << 20), (M_MMAP_THRESHOLD, 32 << 20)):
        mallopt(what, size)


def on_gpu(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lend the function a GPU for its call where there is one to lend."""
    return spaces.GPU(duration=60)(function) if spaces else function


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
