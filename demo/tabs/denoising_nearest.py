"""Nearest training pictures: has the run on the stage made something new, or remembered something?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views.denoising_nearest import near
from demo.widgets.widget import Widget
from demo.wiring import serve

NEAREST = """
<figure class="nw-widget nw-neighbors nw-nearest">
  <figcaption class="nw-if-brief" data-say="latent.near"></figcaption>
  <div class="nw-near"></div>
  <p class="nw-said nw-copy" role="status"></p>
  <p class="nw-error-line" role="status" hidden></p>
</figure>
"""


class Nearest(Widget):
    """Looks up what a timeline has come to, as `ask` knows it; `source` names what of noisewalk.sources to ask for.

    A brief one is small enough to stand beside the timeline.
    """

    def __init__(
        self, ask: Callable[..., Any], *, elem_id: str, timeline: str, source: str = "", brief: bool = False
    ) -> None:
        super().__init__(
            None, elem_id=elem_id, markup=NEAREST, scripts=("dial", "../assets/denoising/nearest"),
            ask=serve(ask, turns=True), timeline=timeline, source=source, brief=brief,
            elem_classes=["nw-brief"] if brief else [],
        )  # fmt: skip


def beside(timeline: str) -> None:
    """In a line beside the run, what the part below it looks at more closely."""
    Nearest(near, elem_id="denoising-beside", timeline=timeline, brief=True)


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    tab.prose("denoising.nearest.lead")
    with gr.Column(elem_classes="nw-card"):
        Nearest(near, elem_id="denoising-nearest", timeline="denoising-run")
