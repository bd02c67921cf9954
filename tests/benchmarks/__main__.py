"""`make bench`: speed as ratios within one run, since the machines it runs on are shared and noisy.

Each part prints its own lines; name parts to run only those: make bench ARGS="samplers page".
"""

from __future__ import annotations

import json
import os
import sys
import time

from genmodels.memory import keep_memory
from tests.benchmarks import denoising, load, paces, page, pipelines, samplers, startup

PARTS = {
    "samplers": samplers.measure,
    "paces": paces.measure,
    "startup": startup.measure,
    "page": page.measure,
    "load": load.measure,
    "denoising": denoising.measure,
    "pipelines": pipelines.measure,
}
BUSY = 0.25  # of a core: more, before anything of ours runs, and the figures below are suspect


def busy(seconds: float = 3.0) -> float:
    """The cores that others use right now, read twice from the kernel's own count."""

    def used() -> tuple[float, float]:
        with open("/proc/stat") as file:
            numbers = [int(word) for word in file.readline().split()[1:]]
        return sum(numbers[:3]) + sum(numbers[5:8]), sum(numbers[:8])

    if not os.path.exists("/proc/stat"):
        return os.getloadavg()[0]
    before, whole_before = used()
    time.sleep(seconds)
    after, whole_after = used()
    return (after - before) / max(whole_after - whole_before, 1) * (os.cpu_count() or 1)


def main(names: list[str]) -> int:
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    keep_memory()  # as the app and the command line do, for whatever is measured in this process
    others = busy()
    print(f"machine: {os.cpu_count()} cores, {others:.2f} of them busy with other work")
    if others > BUSY:
        print("  BUSY MACHINE: compare only the ratios, and run it again when it is quiet")
    results = {}
    for name in names or PARTS:
        print(f"\n{name}")
        results[name] = PARTS[name]()
        for key, value in results[name].items():
            print(f"  {key:58} {value}")
    if "BENCH_JSON" in os.environ:
        with open(os.environ["BENCH_JSON"], "w") as file:
            json.dump({"busy": others, **results}, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
