"""A refusal calls a knob by the words beside it, in the page's language, whichever way it comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from demo.app import build
from demo.checks import accepts
from demo.widgets.widget import Widget
from demo.words import LANGUAGES, table
from genmodels.errors import Refused


@pytest.fixture(scope="module")
def demo() -> gr.Blocks:
    return build()


def arguments(demo: gr.Blocks) -> Iterator[tuple[str, list[str]]]:
    """Every argument that a visitor's page can send, with the keys under which its words are looked for."""
    page: Any = demo.noisewalk  # type: ignore[attr-defined]
    for block in demo.blocks.values():
        views = [fn.view for fn in block.server_fns if hasattr(fn, "view")] if isinstance(block, Widget) else []
        driven = page.driven.get(str(block.elem_id), {})
        for view in views:
            for name in accepts(view)[0]:
                tab, knob = driven.get(name, ("", name))
                own = str(block.elem_id).split("-")[0]  # the id of a widget begins with its tab's key
                yield f"{view.__name__}({name})", [f"{tab}.{knob}", f"{own}.{name}", f"knobs.{name}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_argument_that_can_be_refused_has_words(demo: gr.Blocks, language: str) -> None:
    found = list(arguments(demo))
    assert len(found) > 40, "the search no longer finds them"
    assert [where for where, keys in found if not set(keys) & set(table(language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_button_sends_has_words_too(demo: gr.Blocks, language: str) -> None:
    page: Any = demo.noisewalk  # type: ignore[attr-defined]
    knobs = [f"{tab}.{name}" for tab, facts in page.facts.items() for name in facts if name in page.knobs[tab]]
    assert len(knobs) > 20
    assert [key for key in knobs if key not in table(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_said_with_the_word_beside_the_knob(language: str) -> None:
    words, refused = table(language), Refused("knob", name="seed", value="x", low=0, high=9)
    assert words["samplers.seed"] in refused.say(language, {"seed": "samplers.seed"})
    assert "seed" in refused.say(language)  # the command line and the API call it as it is called there
    inner = Refused("knob", name="beta_start", value="x", low=0, high=1)
    assert words["knobs.beta_start"] in inner.say(language, {})


def test_a_stranger_name_is_left_as_it_is() -> None:
    assert "nonsense" in Refused("unknown-argument", name="nonsense", allowed="-").say("zh-TW", {})
