"""How two cores are shared among everyone who is looking: turns, newest-wins and a bucket per page."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from torch import Tensor

from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.schedules.schedule import NoiseSchedule


class FairLock:
    """A lock handed over in the order of asking, so that nobody waits longer than one turn of each other."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._queue: deque[Waiting] = deque()
        self._taken = False

    def __enter__(self) -> None:
        self._take(None)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hand_over()

    @contextmanager
    def turn(self, who: str) -> Iterator[bool]:
        """A turn, or False for who asked again meanwhile: the newer question takes the place of the one that waits.

        At the end of the queue, a hand that never rests would always be overtaken by itself before its turn.
        """
        mine = self._take(who)
        try:
            yield mine
        finally:
            if mine:
                self._hand_over()

    def _take(self, who: str | None) -> bool:
        with self._door:
            if not self._taken:
                self._taken = True
                return True
            mine = Waiting(who)
            older = next((other for other in self._queue if who is not None and other.who == who), None)
            if older is None:
                self._queue.append(mine)
            else:
                self._queue[self._queue.index(older)] = mine
                older.overtaken = True
                older.turn.release()
        mine.turn.acquire()
        return not mine.overtaken

    def _hand_over(self) -> None:
        with self._door:
            if self._queue:
                self._queue.popleft().turn.release()
            else:
                self._taken = False


class Waiting:
    """One in the queue, held up until its turn comes or a newer question has its place."""

    def __init__(self, who: str | None) -> None:
        self.who, self.overtaken, self.turn = who, False, threading.Lock()
        self.turn.acquire()


class InTurn:
    """A denoiser that takes its turn at the processor for each evaluation, and gives it back between them."""

    def __init__(self, denoise: Denoiser) -> None:
        self._denoise = denoise

    @property
    def schedule(self) -> NoiseSchedule:
        return self._denoise.schedule

    def __call__(self, x: Tensor, t: Tensor, *label: Tensor) -> Estimate:
        with PROCESSOR:
            return self._denoise(x, t, *label)


class Newest:
    """The highest request number seen from each page, so that an older one need not be served."""

    def __init__(self, pages: int = 4096) -> None:
        self._latest: OrderedDict[str, int] = OrderedDict()
        self._pages = pages
        self._door = threading.Lock()

    def arrive(self, page: str, number: int) -> None:
        with self._door:
            self._latest[page] = max(number, self._latest.pop(page, number))
            while len(self._latest) > self._pages:
                self._latest.popitem(last=False)

    def superseded(self, page: str, number: int) -> bool:
        return self._latest.get(page, number) > number


class Meter:
    """A bucket of tokens per key: `rate` a second, `burst` at once, and at most `keys` remembered."""

    def __init__(self, rate: float, burst: float, keys: int = 4096) -> None:
        self.rate, self.burst, self.keys = rate, burst, keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._door = threading.Lock()

    def allows(self, key: str, now: float | None = None) -> bool:
        now = time.monotonic() if now is None else now
        with self._door:
            tokens, then = self._buckets.pop(key, (self.burst, now))
            tokens = min(self.burst, tokens + (now - then) * self.rate)
            self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
            while len(self._buckets) > self.keys:
                self._buckets.popitem(last=False)
            return tokens >= 1


PROCESSOR = FairLock()
