"""Stop is heard within a step, wherever a long computation stands, and a poke is refused by what it really takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from demo import streaming
from demo.checks import accept
from demo.views import denoising_branch as branch
from demo.views import denoising_compare_price as prices
from demo.views import denoising_edit as edit
from demo.views.denoising_plan import PRICED, Plan
from demo.views.denoising_trunk import read_trunk
from genmodels.errors import Refused
from genmodels.models.diffusion import Diffusion
from tests.demo.test_views_denoising_edit import NAME, models, plan  # noqa: F401

POKE = {"left": 1, "top": 2, "right": 4, "bottom": 6}
GUIDED = {"sampler": "heun", "classes": {"3": 1.0}, "guidance": 2.0, "guide_from": 0.4}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pictures of each time that the network is asked; and every frame is a message of its own."""
    asked, plain = [], Diffusion.__call__

    def counted(self: Diffusion, x: Any, *args: Any) -> Any:
        asked.append(len(x))
        return plain(self, x, *args)

    monkeypatch.setattr(Diffusion, "__call__", counted)
    monkeypatch.setattr(streaming, "EVERY", 0.0)
    monkeypatch.setattr(prices.PACE, "seconds", lambda *_: 0.01)  # nothing is tried beforehand
    return asked


def between_messages(messages: Iterator[dict], calls: list[int]) -> list[int]:
    """How often the network was asked from one message to the next."""
    heard = [0, *(len(calls) for _ in messages)]
    return [after - before for before, after in pairwise(heard)]


def poked(until: int, **more: Any) -> Iterator[dict]:
    trunk = [{"until": until, "was": {"sampler": "ddim"}, "poke": POKE}]
    return branch.changes(**accept(branch.changes, {"model": NAME, "sampler": "ddim", "trunk": trunk, **more}))


def test_stop_is_heard_at_every_step_that_leads_to_a_poke(calls: list[int]) -> None:
    waits = between_messages(poked(until=17, steps=20), calls)
    assert max(waits) <= 3, "the poked step is looked at on the way to it, and by each of the two runs"
    calls.clear()
    messages = poked(until=17, steps=20)
    next(messages)
    messages.close()  # type: ignore[attr-defined]
    assert len(calls) == 1


def test_what_leads_to_a_poke_is_no_frame(calls: list[int]) -> None:
    frames = [frame for piece in poked(until=3, steps=5) for frame in piece["add"]]
    assert [frame["caption"]["step"] for frame in frames] == [3, 4, 5]


def test_stop_is_heard_where_a_long_edit_shows_nothing(calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit, "MOST_FRAMES", 4)
    asked = {"model": NAME, "steps": 12, "trunk": [], "way": "fill", "filling": "repaint"}
    waits = between_messages(edit.edit(**accept(edit.edit, asked)), calls)
    assert len(calls) > 30 and max(waits) == 1


@pytest.mark.parametrize("sampler", PRICED)
def test_a_poke_is_refused_by_the_evaluations_that_it_takes(
    sampler: str, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limbs before it once, each by its own sampler and guidance, and everything after it twice."""
    was, later = {**GUIDED, "sampler": sampler}, {"sampler": "euler", "classes": {"3": 1.0}}
    trunk = read_trunk(
        [{"until": 2, "was": GUIDED}, {"until": 3, "was": was, "poke": POKE}, {"until": 5, "was": later}]
    )
    asked = Plan(NAME, plan("guided", sampler).course, steps=7, count="4")
    list(branch.maps(asked, trunk))
    paid = sum(calls)
    monkeypatch.setattr(prices, "MOST_WORK", paid - 1)
    with pytest.raises(Refused) as refused:
        next(branch.changes(asked, trunk))
    assert (refused.value.key, refused.value.values["work"]) == ("too-much-work", paid)
    monkeypatch.setattr(prices, "MOST_WORK", paid)
    assert next(branch.changes(asked, trunk))
