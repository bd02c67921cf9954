"""Hands that drag the picture on the table, in a process of their own, and what must hold of all that they saw.

`python -m tests.benchmarks.hands ADDRESS COMPONENT PACED` prints what came to each of them, as JSON.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

VISITORS = 16
SECONDS = 8.0
EVERY = 0.03  # seconds between two moves of one hand
DEPTH = 4  # requests that a page keeps in the air at most, as in pump.js
PATIENCE = 16  # replies in a row, none overtaken, until one more may fly, as there
PLACES = [k / 20 for k in range(21)]  # that a hand passes on its way across
APART = 37  # seeds from one visitor to the next: no two of their pictures are the same
MODEL = "faces-gan"

Answer = Mapping[str, Any]
Ask = Callable[[dict[str, Any]], Awaitable[Answer]]
Album = Mapping[float, str]  # one visitor's picture at every place


@dataclass(frozen=True)
class Reply:
    """What came back for the how-manieth request of a page, and the seconds since the hand was at that place."""

    number: int
    place: float
    answer: Answer
    wait: float


@dataclass(frozen=True)
class Visit:
    """One visitor's replies in the order of coming, where the hand came to rest, and how deep the page then flew."""

    replies: Sequence[Reply]
    rest: float
    depth: int


class Page:
    """pump.js once more: a value that finds no room waits, a newer one takes its place, the last one is always sent."""

    def __init__(self, ask: Ask, visitor: int, paced: bool) -> None:
        self.replies: list[Reply] = []
        self.depth = 1 if paced else DEPTH
        self._ask, self._visitor, self._paced = ask, visitor, paced
        self._wanted: tuple[float, float] | None = None
        self._flying: set[asyncio.Task[None]] = set()
        self._sent, self._serving, self._network = 0, 0.0, float("inf")
        self._room = float(DEPTH)

    def set(self, place: float) -> None:
        self._wanted = place, time.perf_counter()
        self._fly()

    async def landed(self) -> None:
        while self._flying:
            await asyncio.wait(self._flying)
            await asyncio.sleep(0)  # for what takes off where another has landed

    def _fly(self) -> None:
        while self._wanted and len(self._flying) < self.depth:
            self._sent += 1
            trip = asyncio.create_task(self._trip(self._sent, *self._wanted))
            self._wanted = None
            self._flying.add(trip)
            trip.add_done_callback(self._land)

    def _land(self, trip: asyncio.Task[None]) -> None:
        self._flying.discard(trip)
        self._fly()

    async def _trip(self, number: int, place: float, since: float) -> None:
        began = time.perf_counter()
        answer = await self._ask(
            {"page": f"visitor-{self._visitor}", "id": number, "args": asked(self._visitor, place)}
        )
        now = time.perf_counter()
        self.replies.append(Reply(number, place, answer, now - since))
        if self._paced:
            self._crowded("superseded" in answer)
        if self._paced and "ms" in answer:
            self._measure(answer["ms"], 1000 * (now - began) - answer["waited"])

    def _measure(self, serving: float, trip: float) -> None:
        self._serving += (serving - self._serving) * (0.3 if self._serving else 1)
        wire = max(trip - serving, 1)
        self._network = wire if self._network == float("inf") else self._network + (wire - self._network) * 0.3
        self.depth = max(1, min(int(self._room), 1 + int(self._network / max(self._serving, 1))))

    def _crowded(self, yes: bool) -> None:
        self._room = max(1, self._room / 2) if yes else min(DEPTH, self._room + 1 / PATIENCE)
        self.depth = min(self.depth, int(self._room))


def asked(visitor: int, place: float) -> dict[str, Any]:
    """What a visitor's page asks for; each has set out from another seed."""
    return {"model": MODEL, "start": {"of": "seed", "seed": APART * visitor}, "x": place, "y": 0.5}


async def visit(ask: Ask, visitor: int, paced: bool = True, seconds: float = SECONDS) -> Visit:
    """One hand goes to and fro, asks for each place without waiting for the last, and comes to rest."""
    page, way, rest = Page(ask, visitor, paced), to_and_fro(), PLACES[visitor % len(PLACES)]
    await asyncio.sleep(EVERY * visitor / VISITORS)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        page.set(next(way))
        await asyncio.sleep(EVERY)
    page.set(rest)
    await page.landed()
    return Visit(page.replies, rest, page.depth)


def to_and_fro() -> Iterator[float]:
    while True:
        yield from PLACES[:-1]
        yield from PLACES[:0:-1]


def painted(replies: Sequence[Reply]) -> Iterator[Reply]:
    """Those that a page would paint: one that was overtaken comes too late."""
    shown = 0
    for reply in replies:
        if "image" in reply.answer and reply.number > shown:
            shown = reply.number
            yield reply


def faults(visits: Sequence[Visit], albums: Sequence[Album]) -> list[str]:
    """What must not happen, a line each: somebody else's picture, a last value that was never painted, an error."""
    owners = {image: visitor for visitor, album in enumerate(albums) for image in album.values()}
    found = []
    for visitor, seen in enumerate(visits):
        for reply in seen.replies:
            asked_for = f"visitor {visitor} asked for {reply.place} and"
            if "error" in reply.answer:
                found.append(f"{asked_for} met an error: {reply.answer['error'].get('key')}")
            elif "image" in reply.answer and reply.answer["image"] != albums[visitor][reply.place]:
                owner = owners.get(reply.answer["image"])
                whose = "nobody's picture" if owner is None else f"a picture of visitor {owner} at another place"
                found.append(f"{asked_for} got {whose if owner in (None, visitor) else f'that of visitor {owner}'}")
        last = [*painted(seen.replies)][-1:]
        if not last or last[0].answer["image"] != albums[visitor][seen.rest]:
            found.append(f"visitor {visitor} never saw the last value, {seen.rest}")
    return found


async def everyone(address: str, component: int, paced: bool) -> list[Visit]:
    # An idle connection is given up before the server does it: unlike a browser, httpx would not ask once more.
    limits = httpx.Limits(max_connections=VISITORS * DEPTH, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=address, timeout=30, limits=limits) as client:

        async def ask(message: dict[str, Any]) -> Answer:
            data = {**message, "language": "en", "page": f"{message['page']}-{'paced' if paced else 'deep'}"}
            body = {"data": data, "component_id": component, "fn_name": "picture", "session_hash": data["page"]}
            try:
                return (await client.post("/gradio_api/component_server/", json=body)).raise_for_status().json()
            except (httpx.HTTPError, ValueError) as cause:
                return {"error": {"key": repr(cause)}}

        for visitor in range(VISITORS):  # a page is opened, which costs the server once, before anyone drags on it
            await ask({"page": f"visitor-{visitor}", "id": 0, "args": asked(visitor, PLACES[0])})
        return await asyncio.gather(*(visit(ask, visitor, paced) for visitor in range(VISITORS)))


def read(text: str) -> list[Visit]:
    """What the process of the hands has printed."""
    return [Visit([Reply(**reply) for reply in seen.pop("replies")], **seen) for seen in json.loads(text)]


if __name__ == "__main__":
    address, component, paced = sys.argv[1:]
    seen = asyncio.run(everyone(address, int(component), paced == "paced"))
    json.dump([dataclasses.asdict(one) for one in seen], sys.stdout)
