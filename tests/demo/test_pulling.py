"""Work that moves only while a page asks for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from demo import pulling
from demo.fairness import PROCESSOR
from demo.pulling import Works
from genmodels.errors import Refused


@pytest.fixture(autouse=True)
def one_step_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "ONCE", 0.0)


def test_every_step_is_handed_over_once_and_in_order() -> None:
    works: Works[int] = Works()
    name = works.open(iter(range(3)))
    made, ended = [], False
    while not ended:
        got, ended = works.pull(name)
        made += got
    assert made == [0, 1, 2] and not len(works)
    with pytest.raises(Refused) as refusal:
        works.pull(name)
    assert refusal.value.key == "forgotten"


def test_several_short_steps_make_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "ONCE", 60.0)
    works: Works[int] = Works()
    assert works.pull(works.open(iter(range(5)))) == ([0, 1, 2, 3, 4], True)


def test_nothing_moves_unless_it_is_asked_for() -> None:
    steps, works = [], Works()

    def counting() -> Iterator[int]:
        for k in range(10):
            steps.append(k)
            yield k

    name = works.open(counting())
    assert steps == []
    works.pull(name)
    works.pull(name)
    time.sleep(0.05)
    assert steps == [0, 1]


def test_each_step_has_the_processor_and_nothing_has_it_in_between() -> None:
    works, seen = Works(), []

    def busy() -> Iterator[int]:
        for k in range(2):
            seen.append(PROCESSOR._taken)
            yield k

    name = works.open(busy())
    works.pull(name)
    assert seen == [True] and not PROCESSOR._taken
    works.pull(name)
    assert seen == [True, True] and not PROCESSOR._taken


def test_what_nobody_asks_for_is_forgotten_and_closed() -> None:
    closed = threading.Event()

    def work() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    works: Works[int] = Works(patience=0.1)
    works.pull(works.open(work()))
    assert closed.wait(10) and not len(works)


def test_only_so_many_at_a_time_and_one_that_ends_makes_room() -> None:
    works: Works[int] = Works(most=2)
    first, _ = works.open(iter([1])), works.open(iter([1]))
    with pytest.raises(Refused) as refusal:
        works.open(iter([1]))
    assert refusal.value.key == "busy"
    works.drop(first)
    works.open(iter([1]))


def test_where_there_are_too_many_who_has_not_asked_for_long_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens works and lets them lie keeps nobody else from his own; who asks all the time stays."""
    works: Works[int] = Works(most=2)
    lying, asking = works.open(iter(range(9))), works.open(iter(range(9)))
    monkeypatch.setattr(pulling, "WAITING", 0.05)
    time.sleep(0.1)
    works.pull(asking)
    new = works.open(iter(range(9)))
    assert works.pull(asking)[0] == [1] and works.pull(new)[0] == [0]
    with pytest.raises(Refused) as refusal:
        works.pull(lying)
    assert refusal.value.key == "forgotten"


def test_a_step_that_fails_ends_the_work_and_frees_the_processor() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Refused("choice", name="space", value="v", allowed="z")

    works: Works[int] = Works()
    name = works.open(broken())
    works.pull(name)
    with pytest.raises(Refused) as refusal:
        works.pull(name)
    assert refusal.value.key == "choice" and not len(works) and not PROCESSOR._taken
