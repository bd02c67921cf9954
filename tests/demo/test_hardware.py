"""Memory that was freed serves the next picture, instead of being fetched and cleared anew for each."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FETCHED = """
import resource, sys, torch
from demo.hardware import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
def work():
    parts = [torch.ones(1 << 20) for _ in range(20)]  # 4 MiB each, and all of them at once
for _ in range(3):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(how: str) -> int:
    return int(subprocess.run([sys.executable, "-c", FETCHED, how], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library, another way")
def test_freed_memory_is_used_again() -> None:
    assert pages("keep") < 0.05 * pages("leave")
