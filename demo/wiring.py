"""Components to plain functions, by name: `bind` for Gradio's events, `serve` for what the page asks itself."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import wraps
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import api
from PIL import Image

from demo.checks import accept, accepts
from demo.fairness import PROCESSOR, Meter, Newest
from demo.pictures import jpeg
from demo.streaming import RUNS
from demo.words import LANGUAGES
from genmodels.errors import Refused

PER_PAGE = Meter(rate=90, burst=180)
PER_ADDRESS = Meter(rate=1200, burst=2400)
NEWEST = Newest()
LOG = logging.getLogger(__name__)


def bind(
    event: Callable[..., Any],
    view: Callable[..., Any],
    controls: Mapping[str, Component],
    outputs: Component | Sequence[Component] | None = None,
    *,
    language: Component | None = None,
    knobs: Mapping[str, str] | None = None,
    **options: Any,
) -> Any:
    """Call `view` with the values of the components, each under the name of its parameter.

    `knobs` holds the locale key of each parameter's knob, so that a refusal can call it by its name.
    """
    fits(view, controls)
    names = list(controls)
    inputs = [*controls.values(), *([language] if language else [])]

    def arguments(values: Sequence[Any]) -> dict[str, Any]:
        return accept(view, dict(zip(names, values, strict=False)))

    @wraps(view)
    def once(*values: Any) -> Any:
        with in_words(values[-1] if language else "en", knobs):
            return view(**arguments(values))

    @wraps(view)
    def streamed(*values: Any) -> Any:
        with in_words(values[-1] if language else "en", knobs):
            yield from view(**arguments(values))

    call = streamed if inspect.isgeneratorfunction(view) else once
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in [*names, "language"][: len(inputs)]]
    )
    settings = {"api_visibility": "private", "show_progress": "hidden", **options}
    return event(call, inputs, outputs, **settings)


def serve(view: Callable[..., Any], names: Sequence[str] = (), turns: bool = False) -> Callable[..., dict[str, Any]]:
    """A server function for the page: {page, id, language, args} in, a picture or a plain answer out.

    It holds the processor for the whole of a short view; with `turns` the view takes its own turns.
    """
    accepts(view)
    if names:
        fits(view, dict.fromkeys(names))

    def answer(message: Any, request: gr.Request | None = None) -> dict[str, Any]:
        arrived = time.perf_counter()
        try:
            page, number, values = envelope(message)
            address = request.client.host if request and request.client else "-"
            if not PER_PAGE.allows(page) or not PER_ADDRESS.allows(address):
                raise Refused("too-fast")
            who = f"{page} {view.__name__}"
            NEWEST.arrive(who, number)
            arguments = accept(view, values)
            if NEWEST.superseded(who, number):
                return {"superseded": True}
            with nullcontext(True) if turns else PROCESSOR.turn(who) as mine:
                if not mine:
                    return {"superseded": True}
                began = time.perf_counter()
                result = view(**arguments)
                spent = (time.perf_counter() - began) * 1000
        except Refused as refused:
            return said(refused)
        except Exception:
            LOG.exception("%s failed", view.__name__)
            return {"error": {"key": "failed", "values": {}}}
        reply = {"image": jpeg(result)} if isinstance(result, Image.Image) else dict(result)
        return {**reply, "ms": round(spent, 1), "waited": round((began - arrived) * 1000, 1)}

    answer.__name__ = view.__name__
    answer.view = view  # type: ignore[attr-defined]
    return answer


def said(refused: Refused) -> dict[str, Any]:
    """The refusal as data for the page, which says it; what strangers wrote may hold letters that cannot be sent."""
    values = {name: str(value).encode("utf-8", "replace").decode() for name, value in refused.values.items()}
    return {"error": {"key": refused.key, "values": values}}


def again(message: Any) -> dict[str, Any]:
    """Frames of a running or finished run that a timeline missed: {"run", "start"} in, a piece out."""
    known = isinstance(message, dict) and isinstance(message.get("run"), str) and type(message.get("start")) is int
    try:
        return RUNS.again(message["run"], message["start"]) if known else {}
    except Refused as refused:
        return said(refused)


def publish(view: Callable[..., Any]) -> Any:
    """One function of the API: checked like everything else, its errors one clean sentence in English."""
    accepts(view)

    @wraps(view)
    def call(*args: Any, **kwargs: Any) -> Any:
        with in_words("en"):
            values = inspect.signature(view).bind(*args, **kwargs).arguments
            return view(**accept(view, values))

    return api(call, api_name=view.__name__, concurrency_id="api", concurrency_limit=2)


def envelope(message: Any) -> tuple[str, int, dict[str, Any]]:
    """The parts of a message, or a refusal: it may come from anyone."""
    if not isinstance(message, dict):
        raise Refused("message")
    page, number, values = message.get("page"), message.get("id"), message.get("args")
    if not (isinstance(page, str) and 0 < len(page) <= 64 and isinstance(values, dict) and len(values) <= 64):
        raise Refused("message")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**53:
        raise Refused("message")
    return page, number, values


def fits(view: Callable[..., Any], controls: Mapping[str, Any]) -> None:
    """Fail while the page is built if a control is missing or misspelt."""
    checks, needed = accepts(view)
    missing, unknown = needed - set(controls), set(controls) - set(checks)
    if missing or unknown:
        raise TypeError(f"{view.__module__}.{view.__name__}: missing {sorted(missing)}, unknown {sorted(unknown)}")


class in_words:
    """Turn a refusal into a message in the page's language."""

    def __init__(self, language: Any, knobs: Mapping[str, str] | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.knobs = knobs

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if isinstance(error, Refused):
            # the page takes it away itself: Gradio would take a later one along with it
            raise gr.Error(error.say(self.language, self.knobs), None, print_exception=False) from None
