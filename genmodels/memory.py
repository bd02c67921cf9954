"""How a process that computes for long holds its memory: it does not give back what it will need in the next step."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as malloc.h numbers them


def keep_memory() -> None:
    """Let freed memory stay for the next picture.

    Linux's C library gives it back to the kernel after every step and has it cleared again, page by page: an eighth of
    a diffusion model's run, a tenth of its training.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return  # another system, another C library
    for what, size in ((M_TRIM_THRESHOLD, 256 << 20), (M_MMAP_THRESHOLD, 32 << 20)):
        mallopt(what, size)
