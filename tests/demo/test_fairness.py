"""Turns are taken in order, old requests are dropped, buckets fill again."""

from __future__ import annotations

import threading
import time

from demo.fairness import FairLock, InTurn, Meter, Newest


def test_turns_in_the_order_of_asking() -> None:
    lock, order, threads = FairLock(), [], []

    def wait(number: int) -> None:
        with lock:
            order.append(number)

    with lock:
        for number in range(8):
            thread = threading.Thread(target=wait, args=(number,))
            thread.start()
            threads.append(thread)
            while len(lock._queue) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    assert order == list(range(8))


def test_a_newer_question_takes_the_place_of_the_older_one() -> None:
    """Who asks again and again is neither served twice in a round nor sent to the end of the queue each time."""
    lock, order, threads = FairLock(), [], []

    def ask(who: str, number: int) -> None:
        with lock.turn(who) as mine:
            order.append((who, number, mine))

    with lock:
        for who, number in [("a", 1), ("b", 1), ("a", 2), ("c", 1), ("a", 3)]:
            threads.append(threading.Thread(target=ask, args=(who, number)))
            threads[-1].start()
            while who not in {other.who for other in lock._queue} or (
                number > 1 and (who, number - 1, False) not in order
            ):
                time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    assert order == [("a", 1, False), ("a", 2, False), ("a", 3, True), ("b", 1, True), ("c", 1, True)]
    with lock.turn("a") as mine:
        assert mine and not lock._queue


def test_a_hand_that_never_rests_is_served_as_often_as_the_others() -> None:
    """Sixteen pages that ask faster than anyone can paint: in so many rounds, each gets about that many pictures."""
    lock, served, ended = FairLock(), [0] * 16, threading.Event()

    def ask(page: int) -> None:
        with lock.turn(str(page)) as mine:
            served[page] += mine
            if mine:
                time.sleep(0.002)

    def drag(page: int) -> None:
        flying: list[threading.Thread] = []
        while not ended.is_set():
            flying = [thread for thread in flying if thread.is_alive()]
            if len(flying) < 4:
                flying.append(threading.Thread(target=ask, args=(page,)))
                flying[-1].start()
            time.sleep(0.002)
        for thread in flying:
            thread.join(5)

    hands = [threading.Thread(target=drag, args=(page,)) for page in range(16)]
    for hand in hands:
        hand.start()
    time.sleep(1.5)
    ended.set()
    for hand in hands:
        hand.join(10)
    assert min(served) > 0.4 * max(served)


def test_one_at_a_time_and_free_after_an_error() -> None:
    lock, inside, most = FairLock(), [0], [0]

    def work() -> None:
        for _ in range(200):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most[0] == 1
    try:
        with lock:
            raise RuntimeError
    except RuntimeError:
        pass
    with lock:
        assert not lock._queue


def test_two_runs_take_turns_by_evaluation() -> None:
    """Neither of two runs with the same number of evaluations is starved by the other."""
    order: list[int] = []

    class Slow:
        schedule = None

        def __init__(self, who: int) -> None:
            self.who = who

        def __call__(self, x, t):
            order.append(self.who)
            time.sleep(0.003)
            return x, t

    def run(who: int) -> None:
        denoise = InTurn(Slow(who))  # type: ignore[arg-type]
        for _ in range(20):
            denoise(None, None)

    threads = [threading.Thread(target=run, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    longest = max(
        len(streak) for streak in "".join(map(str, order[2:30])).replace("01", "0 1").replace("10", "1 0").split()
    )
    assert longest <= 3


def test_newest_wins_per_page_and_memory_is_bounded() -> None:
    newest = Newest(pages=3)
    newest.arrive("a", 5)
    assert newest.superseded("a", 4) and not newest.superseded("a", 5) and not newest.superseded("b", 1)
    newest.arrive("a", 3)
    assert newest.superseded("a", 4)
    for page in "bcd":
        newest.arrive(page, 1)
    assert len(newest._latest) == 3 and not newest.superseded("a", 4)


def test_a_bucket_empties_and_fills() -> None:
    meter = Meter(rate=10, burst=5, keys=2)
    assert [meter.allows("a", now=0) for _ in range(6)] == [True] * 5 + [False]
    assert meter.allows("b", now=0)
    assert not meter.allows("a", now=0.05)
    assert meter.allows("a", now=0.3)
    meter.allows("c", now=0.3)
    assert len(meter._buckets) == 2
