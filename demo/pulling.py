"""Long work that a page pulls along: it goes on only while somebody asks for more, and is forgotten soon after."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from demo.fairness import PROCESSOR
from genmodels.errors import Refused

AT_ONCE = 8  # works of all visitors together
ONCE = 0.15  # seconds of work for one answer, or one step where that takes longer
PATIENCE = 10.0  # seconds for which nobody need ask
WAITING = 2.0  # seconds after which who has not asked gives way, where there are too many
T = TypeVar("T")


@dataclass
class Work(Generic[T]):
    steps: Iterator[T]
    turn: threading.Lock = field(default_factory=threading.Lock)
    asked: float = field(default_factory=time.monotonic)
    clock: threading.Timer | None = None


class Works(Generic[T]):
    """Iterators by random names that only their pages know; whoever stops asking has stopped the work."""

    def __init__(self, most: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._works: dict[str, Work[T]] = {}
        self._most, self._patience = most, patience
        self._door = threading.Lock()

    def __len__(self) -> int:
        return len(self._works)

    def open(self, steps: Iterator[T]) -> str:
        name, work = secrets.token_urlsafe(16), Work(steps)
        with self._door:
            if len(self._works) >= self._most:
                idle = min(self._works, key=lambda other: self._works[other].asked)
                if time.monotonic() - self._works[idle].asked < WAITING:
                    raise Refused("busy", most=self._most)
                self.drop(idle)
            self._works[name] = work
        self._wait(name, work)
        return name

    def pull(self, name: str) -> tuple[list[T], bool]:
        """What a moment of work has made, each step in its turn at the processor, and whether that was the end."""
        work = self._works.get(name)
        if work is None:
            raise Refused("forgotten")
        made: list[T] = []
        with work.turn:
            work.asked = time.monotonic()
            until = work.asked + ONCE
            if work.clock:
                work.clock.cancel()
            try:
                while name in self._works and not (made and time.monotonic() >= until):
                    with PROCESSOR:
                        made.append(next(work.steps))
            except StopIteration:
                self.drop(name)
            except BaseException:
                self.drop(name)
                raise
            self._wait(name, work)
        return made, name not in self._works

    def drop(self, name: str) -> None:
        self._works.pop(name, None)

    def _wait(self, name: str, work: Work[T]) -> None:
        """Forget the work if nobody asks again."""
        if name in self._works:
            work.clock = threading.Timer(self._patience, self.drop, [name])
            work.clock.daemon = True
            work.clock.start()
