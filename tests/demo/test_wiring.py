"""Names are checked when the page is built, and strangers' messages when they arrive."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator
from typing import Annotated, Any

import gradio as gr
import pytest
from PIL import Image

from demo import wiring
from demo.checks import OneOf
from demo.fairness import Meter
from demo.wiring import bind, serve
from genmodels.knobs import Knob

Size = Annotated[int, Knob(1, 64, 1)]


def grey(size: Size, shade: Annotated[float, Knob(0, 1, 0.1)] = 0.5) -> Image.Image:
    return Image.new("L", (size, size), int(255 * shade))


def count(to: Size) -> Iterator[int]:
    yield from range(to)


def message(number: int = 1, page: str = "p", **args: Any) -> dict[str, Any]:
    return {"page": page, "id": number, "language": "en", "args": args}


def test_serve_answers_with_a_picture_and_its_cost() -> None:
    reply = serve(grey)(message(size=8, shade=1.0))
    image = Image.open(io.BytesIO(base64.b64decode(reply["image"])))
    assert image.size == (8, 8) and image.getpixel((4, 4)) == 255 and reply["ms"] >= 0


NO_MESSAGE = [None, [], "x", 7, {}, {"page": "p"}]
BAD_ENVELOPE = [
    {"page": page, "id": number, "args": args}
    for page, number, args in [
        ("", 1, {}), ("p" * 65, 1, {}), ("p", -1, {}), ("p", 1.5, {}), ("p", True, {}), ("p", 1, [1]),
        ("p", 1, {str(k): k for k in range(65)}),
    ]
]  # fmt: skip
BAD_ARGUMENTS = [
    message(**args)
    for args in [
        {}, {"size": 0}, {"size": 65}, {"size": "8"}, {"size": math.nan}, {"size": [8]}, {"size": {"a": 1}},
        {"size": 8, "other": 1}, {"size": 8, "shade": None},
    ]
]  # fmt: skip


@pytest.mark.parametrize("bad", [*NO_MESSAGE, *BAD_ENVELOPE, *BAD_ARGUMENTS], ids=str)
def test_serve_refuses_kindly(bad: Any) -> None:
    reply = serve(grey)(bad)
    assert set(reply) == {"error"} and isinstance(reply["error"]["key"], str)


def test_a_superseded_request_is_not_served() -> None:
    answer = serve(grey)
    answer(message(number=9, page="fast", size=8))
    assert answer(message(number=8, page="fast", size=8)) == {"superseded": True}
    assert "image" in answer(message(number=8, page="other", size=8))


def test_a_page_that_floods_is_slowed_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "PER_PAGE", Meter(rate=0, burst=3))
    answer = serve(grey)
    replies = [answer(message(number=k, page="flood", size=2)) for k in range(5)]
    assert ["image" in reply for reply in replies] == [True] * 3 + [False] * 2
    assert replies[-1]["error"]["key"] == "too-fast"
    assert "image" in answer(message(page="calm", size=2))


@pytest.mark.parametrize("controls", [{}, {"sise": None}, {"size": None, "more": None}])
def test_a_missing_or_misspelt_control_fails_when_the_page_is_built(controls: dict[str, Any]) -> None:
    with gr.Blocks():
        button, slider = gr.Button(), gr.Slider()
        with pytest.raises(TypeError, match="grey"):
            bind(button.click, grey, dict.fromkeys(controls, slider))


def test_bind_names_values_checks_them_and_speaks_the_pages_language() -> None:
    with gr.Blocks() as demo:
        button, slider, language, image = gr.Button(), gr.Slider(), gr.Textbox(), gr.Image()
        bind(button.click, grey, {"size": slider}, image, language=language)
    (wired,) = demo.fns.values()
    assert wired.fn(8, "en").size == (8, 8) and wired.api_visibility == "private"
    with pytest.raises(gr.Error, match="size"):
        wired.fn(500, "en")
    with pytest.raises(gr.Error, match="必須"):
        wired.fn(500, "zh-TW")
    with pytest.raises(gr.Error, match="must"):
        wired.fn(500, "no such language")


def test_bind_keeps_a_generator_a_generator() -> None:
    with gr.Blocks() as demo:
        button, slider, box = gr.Button(), gr.Slider(), gr.Number()
        bind(button.click, count, {"to": slider}, box)
    (wired,) = demo.fns.values()
    assert list(wired.fn(3)) == [0, 1, 2]
    with pytest.raises(gr.Error):
        next(iter(wired.fn(0)))


def test_serve_knows_its_bounds_when_the_page_is_built() -> None:
    def careless(size: int) -> None: ...

    def chosen(name: Annotated[str, OneOf(("a",))]) -> dict[str, Any]:
        return {"name": name}

    with pytest.raises(TypeError):
        serve(careless)
    assert serve(chosen)(message(name="a"))["name"] == "a"
