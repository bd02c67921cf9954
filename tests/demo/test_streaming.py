"""Frames arrive whole, whatever is lost on the way; memory is bounded; a run is known only by its random name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo import streaming
from demo.streaming import Runs, stream
from demo.wiring import again
from genmodels.errors import Refused


def frames(count: int, letters: int = 10) -> Iterator[dict[str, Any]]:
    for k in range(count):
        yield {"frames": [chr(97 + k % 26) * letters], "caption": {"step": k}}


def steps(pieces: list[dict[str, Any]]) -> list[int]:
    return [frame["caption"]["step"] for piece in pieces for frame in piece["add"]]


@pytest.mark.parametrize("pace", [0.0, 1e9])
def test_every_frame_is_sent_once_and_in_order(monkeypatch: pytest.MonkeyPatch, pace: float) -> None:
    monkeypatch.setattr(streaming, "EVERY", pace)
    pieces = list(stream(["x"], frames(30), 30))
    assert steps(pieces) == list(range(30))
    assert [piece["done"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert len({piece["run"] for piece in pieces}) == 1
    sent = 0
    for piece in pieces:
        assert piece["start"] == sent
        sent += len(piece["add"])


def test_what_was_lost_is_sent_again_during_and_after_the_run() -> None:
    running = stream(["x"], frames(200), 200)
    first = next(running)
    assert again({"run": first["run"], "start": 0})["add"] == first["add"]
    list(running)
    missed = again({"run": first["run"], "start": 5})
    assert steps([missed]) == list(range(5, 5 + streaming.ONCE)) and not missed["done"]
    rest = again({"run": first["run"], "start": 5 + streaming.ONCE})
    assert steps([rest])[-1] == 199 and rest["done"]


def test_a_run_that_ends_early_ends_where_it_stopped() -> None:
    pieces = list(stream(["x"], frames(5), 40))
    assert pieces[-1]["done"] and pieces[-1]["total"] == 5 and steps(pieces) == list(range(5))


@pytest.mark.parametrize("message", [None, [], {}, {"run": "x"}, {"run": "x", "start": True}, {"run": 1, "start": 0}])
def test_a_strangers_message_gets_nothing(message: Any) -> None:
    assert again(message) == {}


def test_an_unknown_run_or_place_is_refused() -> None:
    piece = list(stream(["x"], frames(3), 3))[-1]
    for message in (
        {"run": "guess", "start": 0},
        {"run": piece["run"], "start": 4},
        {"run": piece["run"], "start": -1},
    ):
        assert again(message)["error"]["key"] == "lost-frames"


def test_memory_is_bounded_and_the_oldest_runs_go_first() -> None:
    runs = Runs(letters=1000)
    kept = [runs.open(["x"], 10) for _ in range(5)]
    for run in kept:
        for frame in frames(4, letters=100):
            runs.add(run, frame)
    assert runs._letters <= 1000
    with pytest.raises(Refused):
        runs.again(kept[0].name, 0)
    assert len(runs.again(kept[-1].name, 0)["add"]) == 4


def test_two_visitors_have_two_names() -> None:
    assert next(stream(["x"], frames(1), 1))["run"] != next(stream(["x"], frames(1), 1))["run"]
