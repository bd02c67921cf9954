"""What the load benchmark holds a server to: hands that meet a faulty one must say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.benchmarks.hands import DEPTH, EVERY, PLACES, Answer, Reply, Visit, asked, faults, painted, visit

CROWD = 3
ALBUMS = [{place: f"{visitor} at {place}" for place in PLACES} for visitor in range(CROWD)]
WHO = {asked(visitor, 0.0)["start"]["seed"]: visitor for visitor in range(CROWD)}
Twist = Callable[[int, int, Answer], Answer]


class Server:
    """Far away; crowded, it drops every third request if that was overtaken; `twist` is what it does wrong."""

    def __init__(
        self, twist: Twist = lambda visitor, number, answer: answer, ms: float = 0.0, crowded: bool = True
    ) -> None:
        self.newest: dict[str, int] = {}
        self.air: dict[str, int] = {}
        self.deepest = 0
        self.twist, self.ms, self.crowded = twist, ms, crowded

    async def ask(self, message: dict[str, Any]) -> Answer:
        page, number, args = message["page"], message["id"], message["args"]
        self.newest[page] = number
        self.air[page] = self.air.get(page, 0) + 1
        self.deepest = max(self.deepest, self.air[page])
        await asyncio.sleep(10 * EVERY)
        self.air[page] -= 1
        if self.crowded and number % 3 == 0 and self.newest[page] > number:
            return {"superseded": True}
        visitor = WHO[args["start"]["seed"]]
        return self.twist(visitor, number, {"image": ALBUMS[visitor][args["x"]], "ms": self.ms, "waited": 0.0})


def crowd(server: Server, paced: bool = False) -> list[Visit]:
    async def together() -> list[Visit]:
        return await asyncio.gather(*(visit(server.ask, k, paced, seconds=0.6) for k in range(CROWD)))

    return asyncio.run(together())


def test_a_server_that_does_right_is_not_blamed():
    server = Server()
    visits = crowd(server)
    assert faults(visits, ALBUMS) == []
    assert server.deepest == DEPTH
    assert any("superseded" in reply.answer for seen in visits for reply in seen.replies)
    assert all([*painted(seen.replies)][-1].place == seen.rest for seen in visits)


def test_a_page_flies_no_deeper_than_one_where_serving_is_the_slow_part():
    server = Server(ms=1000.0)
    visits = crowd(server, paced=True)
    assert faults(visits, ALBUMS) == []
    assert server.deepest == 1 and {seen.depth for seen in visits} == {1}


def test_a_page_flies_deep_where_the_wire_is_the_slow_part():
    assert {seen.depth for seen in crowd(Server(ms=1.0, crowded=False), paced=True)} == {DEPTH}


def test_a_page_that_overtakes_itself_flies_half_as_deep_or_less():
    server = Server(ms=1.0)
    assert {seen.depth for seen in crowd(server, paced=True)} <= set(range(1, DEPTH // 2 + 1))
    assert server.deepest == DEPTH, "it flew deep until then"


def test_one_crossed_reply_is_a_fault_that_names_both():
    crossed: list[int] = []

    def twist(visitor: int, number: int, answer: Answer) -> Answer:
        if visitor != 1 or crossed:
            return answer
        crossed.append(number)
        return {**answer, "image": ALBUMS[2][PLACES[0]]}

    [fault] = faults(crowd(Server(twist)), ALBUMS)
    assert fault.startswith("visitor 1 asked for") and fault.endswith("got that of visitor 2")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"image": ALBUMS[0][PLACES[3]]}, "a picture of visitor 0 at another place"),
        ({"image": "noise"}, "nobody's picture"),
        ({"error": {"key": "too-fast"}}, "met an error: too-fast"),
    ],
)
def test_a_wrong_place_an_unknown_picture_and_an_error_are_faults(answer: Answer, said: str):
    right = Reply(2, PLACES[0], {"image": ALBUMS[0][PLACES[0]]}, 0.1)
    [fault] = faults([Visit([Reply(1, PLACES[1], answer, 0.1), right], PLACES[0], 1)], ALBUMS)
    assert said in fault


@pytest.mark.parametrize("answer", [{"superseded": True}, {"image": ALBUMS[0][PLACES[5]]}, None])
def test_a_last_value_that_was_not_painted_is_a_fault(answer: Answer | None):
    before = Reply(1, PLACES[1], {"image": ALBUMS[0][PLACES[1]]}, 0.1)
    last = [] if answer is None else [Reply(2, PLACES[0], answer, 0.1)]
    found = faults([Visit([before, *last], PLACES[0], 1)], ALBUMS)
    assert f"visitor 0 never saw the last value, {PLACES[0]}" in found


def test_a_picture_that_was_overtaken_is_not_painted():
    early, late = (Reply(number, PLACES[0], {"image": "x"}, 0.1) for number in (1, 2))
    assert [*painted([late, early])] == [late]
    assert [*painted([early, late])] == [early, late]
