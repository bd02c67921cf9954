"""How a run of training is told to a person, a log file or a program, and how it is stopped politely."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterable, Iterator

from genmodels.training import Progress


def shown(training: Iterator[Progress], steps: int, as_json: bool) -> Iterator[Progress]:
    """The same progress, also told: one JSON object a line, or a bar; in a log file a line every ten seconds."""
    last = 0.0
    live = sys.stderr.isatty()
    start, end = ("\r", "") if live else ("", "\n")
    for progress in training:
        if as_json:
            print(json.dumps(progress._asdict()), flush=True)
        elif time.monotonic() - last >= (0.1 if live else 10) or progress.step == steps:
            last = time.monotonic()
            print(start + bar(progress, steps), end=end, file=sys.stderr)
        yield progress


def drawn(counts: Iterable[int], name: str, total: int, quiet: bool) -> None:
    """How far the drawing of a data set has come, on one line; a log file hears once that it begins."""
    live, said = sys.stderr.isatty() and not quiet, quiet
    for done in counts:
        if live:
            print(f"\rdrawing {name}: {done:,} of {total:,}", end="", file=sys.stderr, flush=True)
        elif not said:
            print(f"drawing {name}: {total:,}", file=sys.stderr, flush=True)
        said = True
    if live and said:
        print(file=sys.stderr)


def bar(progress: Progress, steps: int) -> str:
    filled = round(24 * progress.step / steps)
    minutes, seconds = divmod(round(progress.eta), 60)
    left = f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    numbers = " ".join(f"{name} {value:.4f}" for name, value in progress.metrics.items())
    return f"{'█' * filled}{'·' * (24 - filled)} {progress.step}/{steps}  {progress.rate:.2f}/s  {left} left  {numbers}"


class StopAfterStep:
    """Turns Ctrl-C and a polite kill into a wish, granted after the step."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> None:
        self.before = {s: signal.signal(s, self.ask) for s in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for s, handler in self.before.items():
            signal.signal(s, handler)

    def ask(self, *_: object) -> None:
        self.asked = True
