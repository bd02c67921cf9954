"""What our widgets have in common: markup here, script and style in files beside, read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent
STYLES = sorted(HERE.glob("*.css"))  # for launch(css_paths=...): one sheet for the page instead of one per widget


@cache
def script(*names: str) -> str:
    """The named files as one script, so that widgets can share parts without globals."""
    return "\n".join(["'use strict';", *((HERE / f"{name}.js").read_text("utf-8") for name in names)])


class Widget(gr.HTML):
    """A gr.HTML that keeps its own DOM: the markup never mentions the value, so canvases survive every update."""

    SENDS: tuple[str, ...] = ()  # the events that Python can listen to, as in `plot.pick(fn)`

    def __init__(
        self,
        value: dict[str, Any] | None,
        *,
        elem_id: str,
        markup: str,
        scripts: tuple[str, ...],
        ask: Callable[..., Any] | Sequence[Callable[..., Any]] | None = None,
        label: str = "",
        elem_classes: list[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            value,
            label=label,
            elem_id=elem_id,
            elem_classes=["nw-block", *(elem_classes or [])],
            html_template=markup,
            js_on_load=script("page", *scripts),
            apply_default_css=False,
            server_functions=[ask] if callable(ask) else list(ask or ()),
            name=elem_id,
            **options,
        )

    def __getattr__(self, name: str) -> Any:
        """Gradio takes any word quoted in the script for an event; here only those of SENDS are."""
        if name not in self.SENDS:
            raise AttributeError(f"{type(self).__name__} has no {name}; it sends {self.SENDS}")
        return super().__getattr__(name)

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}
