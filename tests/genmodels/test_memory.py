"""Memory that was freed serves the next picture, instead of being fetched and cleared anew for each."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys

import pytest

# How many blocks the C library has from the kernel on their own, to be given back as soon as they are freed.
FETCHED = """
import ctypes, sys, torch
from genmodels.memory import keep_memory

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "free", "fast", "blocks", "a", "b", "c", "d", "e", "f")]

count = ctypes.CDLL(None).mallinfo2
count.restype = Info
if sys.argv[1] == "keep":
    keep_memory()
before = count().blocks
picture = torch.ones(5 << 20)  # 20 MiB
print(count().blocks - before)
"""


def blocks(how: str) -> int:
    return int(subprocess.run([sys.executable, "-c", FETCHED, how], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="another C library, another way",
)
def test_large_pictures_come_from_memory_that_is_kept() -> None:
    assert (blocks("keep"), blocks("leave")) == (0, 1)
