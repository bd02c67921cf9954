"""Styles stay at home: what one tab says of a class must not reach what another tab calls by the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from demo.tabs import TABS

DEMO = Path(__file__).resolve().parents[2] / "demo"
CLASS = re.compile(r"(?<![\w-])nw-[a-z][\w-]*")
EVERYWHERE = re.compile(r"\.(nw-[a-z][\w-]*)(::?[\w-]+(\([^()]*\))?|\[[^\]]*\])*")  # one class, no home before it


def selectors(css: str) -> Iterator[str]:
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for heads in re.findall(r"([^{}]+)\{", bare):
        if not heads.strip().startswith("@"):
            yield from (head.strip() for head in re.split(r",(?![^(]*\))", heads))


def at_large(tab: str) -> set[str]:
    """The classes that a tab's files style wherever they stand."""
    files = (DEMO / "assets").glob(f"{tab}*.css")
    found = (EVERYWHERE.fullmatch(head) for file in files for head in selectors(file.read_text("utf-8")))
    return {match[1] for match in found if match}


def named(tab: str) -> set[str]:
    """The classes that a tab speaks of: in its layout, its scripts and its styles."""
    own = chain(
        (DEMO / "tabs").glob(f"{tab}*.py"), (DEMO / "assets").glob(f"{tab}*.*"), (DEMO / "assets" / tab).glob("*.js")
    )
    return set(chain.from_iterable(CLASS.findall(file.read_text("utf-8")) for file in own if file.is_file()))


@pytest.mark.parametrize("tab", TABS)
def test_a_class_styled_at_large_belongs_to_one_tab(tab: str) -> None:
    """What several tabs share stands in page.css, or with the widget whose it is."""
    others = set(chain.from_iterable(named(other) for other in TABS if other != tab))
    assert at_large(tab), "the test has found something to look at"
    assert at_large(tab) & others == set()


def test_no_class_is_styled_at_large_by_two_files() -> None:
    files = [*(DEMO / "assets").glob("*.css"), *(DEMO / "widgets").glob("*.css")]
    homes: dict[str, set[str]] = {}
    for file in files:
        for head in selectors(file.read_text("utf-8")):
            if match := EVERYWHERE.fullmatch(head):
                homes.setdefault(match[1], set()).add(file.name)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
