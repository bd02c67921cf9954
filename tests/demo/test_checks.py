"""What may come in from outside, and what may not."""

from __future__ import annotations

import math
from typing import Annotated, Any

import pytest

from demo.checks import By, Length, OneOf, accept, accepts
from genmodels.errors import Refused
from genmodels.knobs import Knob

NAMES = {"a": 1, "b": 2}


def view(
    steps: Annotated[int, Knob(1, 10, 1)],
    share: Annotated[float, Knob(0, 1, 0.1)] = 0.5,
    name: Annotated[str, OneOf(NAMES)] = "a",
    points: Annotated[list[float], Knob(-1, 1, 0.1), Length(3)] = [],  # noqa: B006
    words: Annotated[str, Length(5)] = "",
    on: bool = False,
    read: Annotated[Any, By(lambda value: int(value) + 1)] = 0,
) -> None: ...


def test_what_is_good_passes_with_its_type() -> None:
    good = {"steps": 3.0, "share": 1, "name": "b", "points": [0.5, -1], "words": "abc", "on": True, "read": "4"}
    said = accept(view, good)
    assert said == {"steps": 3, "share": 1.0, "name": "b", "points": [0.5, -1.0], "words": "abc", "on": True, "read": 5}
    assert isinstance(said["steps"], int) and isinstance(said["share"], float)


@pytest.mark.parametrize(("left", "words"), [(["b", "c"], "There are: b, c."), ([], "no other is left")])
def test_what_is_listed_at_the_moment_of_asking_can_be_gone(left: list[str], words: str) -> None:
    """A menu on a page that is open may name a file that is there no more."""
    listed = ["a"]
    check = OneOf(lambda: listed)
    assert check("model", "a") == "a"
    listed[:] = left
    with pytest.raises(Refused) as refused:
        check("model", "a")
    said = refused.value.say("en")
    assert "its file was removed" in said and words in said and "“a”" in said


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "missing-argument"),
        ({"steps": 3, "other": 1}, "unknown-argument"),
        ({"steps": 0}, "knob"),
        ({"steps": 11}, "knob"),
        ({"steps": 2.5}, "whole"),
        ({"steps": True}, "knob"),
        ({"steps": "3"}, "knob"),
        ({"steps": None}, "knob"),
        ({"steps": 3, "share": math.nan}, "knob"),
        ({"steps": 3, "share": math.inf}, "knob"),
        ({"steps": 3, "share": 10**400}, "knob"),
        ({"steps": 3, "name": "c"}, "choice"),
        ({"steps": 3, "name": ["a"]}, "choice"),
        ({"steps": 3, "points": [0] * 4}, "length"),
        ({"steps": 3, "points": [0, math.nan]}, "knob"),
        ({"steps": 3, "points": "abc"}, "list"),
        ({"steps": 3, "words": "abcdef"}, "length"),
        ({"steps": 3, "words": 5}, "text"),
        ({"steps": 3, "on": 1}, "choice"),
    ],
)
def test_what_is_bad_is_refused(values: dict[str, Any], key: str) -> None:
    with pytest.raises(Refused) as refused:
        accept(view, values)
    assert refused.value.key == key
    assert "{" not in refused.value.say("zh-TW")


def test_a_parameter_without_bounds_fails_when_the_page_is_built() -> None:
    def careless(steps: int) -> None: ...

    with pytest.raises(TypeError, match="steps"):
        accepts(careless)


GROWING = ["a"]


def choose(name: Annotated[str, OneOf(lambda: GROWING)]) -> None: ...


def test_a_menu_may_grow_while_the_page_is_open() -> None:
    with pytest.raises(Refused):
        accept(choose, {"name": "b"})
    GROWING.append("b")
    assert accept(choose, {"name": "b"}) == {"name": "b"}
