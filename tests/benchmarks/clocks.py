"""Where the time of a run goes: clocks that are held around a network, a function or a generator while it works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from torch import nn

Item = TypeVar("Item")


class Clock:
    """Adds up the seconds that are spent inside of it."""

    def __init__(self) -> None:
        self.seconds, self.times = 0.0, 0
        self._began = 0.0

    def start(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def stop(self, *_: Any) -> None:
        self.seconds += time.perf_counter() - self._began
        self.times += 1

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same function on this clock."""

        @wraps(call)
        def clocked(*args: Any, **kwargs: Any) -> Any:
            self.start()
            try:
                return call(*args, **kwargs)
            finally:
                self.stop()

        return clocked

    def along(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items; only their making is on this clock, not what is then done with them."""
        pull = self.around(iter(items).__next__)
        while True:
            try:
                item = pull()
            except StopIteration:
                return
            yield item


@contextmanager
def watched(net: nn.Module) -> Iterator[Clock]:
    """A clock that goes while the network does."""
    clock = Clock()
    hooks = net.register_forward_pre_hook(clock.start), net.register_forward_hook(clock.stop)
    try:
        yield clock
    finally:
        for hook in hooks:
            hook.remove()


def seconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
