"""Writes what is shipped so that copies can be told: codes of all training pictures, and how near new ones come.

`python -m genmodels.build_neighbors` does so for each data set of SHIPPED, some minutes for the faces; with --check it
writes nothing, names what belongs to an older drawing, and fails if there is any.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from genmodels import nearness, neighbors
from genmodels.datasets import DATASETS, cache
from genmodels.datasets.dataset import Dataset

SHIPPED = ("faces", "glyphs")  # the data sets with more pictures than can be drawn while somebody waits


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="genmodels.build_neighbors", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"data sets, all of {', '.join(SHIPPED)} if none")
    parser.add_argument("--check", action="store_true", help="only say what must be written anew")
    parser.add_argument("--folder", type=Path, default=neighbors.FOLDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    strange = [name for name in chosen.names if name not in SHIPPED]
    if strange:
        parser.error(f"no files of neighbors are shipped for {', '.join(strange)}; there are {', '.join(SHIPPED)}")
    datasets = [DATASETS[name]() for name in chosen.names or SHIPPED]
    if chosen.check:
        old = [name for dataset in datasets for name in outdated(dataset, chosen.folder)]
        print("\n".join(f"{name}: missing or of an older drawing" for name in old) or "all is of the present drawings")
        return 1 if old else 0
    for dataset in datasets:
        for path in build(dataset, chosen.folder):
            print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


def build(dataset: Dataset, folder: Path) -> Iterator[Path]:
    """Each file once it is written; the distances are found by the codes that were written just before."""
    drawn = cache.Cached(dataset) if all(file.is_file() for file in cache.files(dataset)) else dataset
    index = neighbors.built(drawn)
    yield neighbors.write(index, dataset, folder)
    yield nearness.write(nearness.measured(drawn, nearness.SHIPPED, index), dataset, folder)


def outdated(dataset: Dataset, folder: Path) -> Iterator[str]:
    """The names of the files that are missing or belong to other drawings."""
    for part in (neighbors, nearness):
        if part.kept(dataset, folder) is None:
            yield part.file_name(dataset)


if __name__ == "__main__":
    sys.exit(main())
