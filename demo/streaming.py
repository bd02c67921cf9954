"""Frames on their way to a timeline: in batches, and kept for a while, so that what got lost is sent again."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from genmodels.errors import Refused

EVERY = 0.06  # seconds between two messages: quick steps travel together
KEPT = 96_000_000  # letters of encoded pictures, all runs of all visitors together
FOR = 600  # seconds after which a run is forgotten
ONCE = 120  # frames sent again at a time


@dataclass
class Run:
    """One visitor's run; whoever knows its random name may ask for it."""

    name: str
    panes: list[str]
    total: int
    frames: list[dict[str, Any]] = field(default_factory=list)
    letters: int = 0
    done: bool = False
    born: float = field(default_factory=time.monotonic)

    def piece(self, start: int, most: int | None = None) -> dict[str, Any]:
        """What the timeline takes: the frames from `start` on."""
        add = self.frames[start : start + most if most else None]
        whole = start + len(add) == len(self.frames)
        facts = {"run": self.name, "panes": self.panes, "start": start, "total": self.total}
        return {**facts, "add": add, "done": self.done and whole}


class Runs:
    """The newest runs, as many as fit."""

    def __init__(self, letters: int = KEPT) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._letters, self._most = 0, letters
        self._door = threading.Lock()

    def open(self, panes: Iterable[str], total: int) -> Run:
        run = Run(secrets.token_urlsafe(16), list(panes), total)
        with self._door:
            while self._runs and next(iter(self._runs.values())).born < run.born - FOR:
                self._letters -= self._runs.popitem(last=False)[1].letters
            self._runs[run.name] = run
        return run

    def add(self, run: Run, frame: dict[str, Any]) -> None:
        letters = sum(map(len, frame["frames"]))
        with self._door:
            run.frames.append(frame)
            run.letters += letters
            self._letters += letters if run.name in self._runs else 0
            while self._letters > self._most and len(self._runs) > 1:
                self._letters -= self._runs.popitem(last=False)[1].letters

    def again(self, name: str, start: int) -> dict[str, Any]:
        run = self._runs.get(name)
        if run is None or not 0 <= start <= len(run.frames):
            raise Refused("lost-frames")
        return run.piece(start, ONCE)


def stream(panes: Iterable[str], frames: Iterable[dict[str, Any] | None], total: int) -> Iterator[dict[str, Any]]:
    """Values for a timeline while {"frames": [base64], "caption": {...}} are being made; None is work without a frame,
    after which Stop is heard."""
    run, sent, last = RUNS.open(panes, total), 0, float("-inf")
    for frame in frames:
        if frame is not None:
            RUNS.add(run, frame)
        if time.monotonic() - last >= EVERY:
            yield run.piece(sent)
            sent, last = len(run.frames), time.monotonic()
    run.total, run.done = len(run.frames), True
    yield run.piece(sent)


RUNS = Runs()
