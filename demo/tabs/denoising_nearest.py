"""Nearest training pictures: has the run on the stage made something new, or remembered something?"""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views.denoising_nearest import near
from demo.widgets.widget import Widget
from demo.wiring import serve

NEAREST = """
<figure class="nw-widget nw-neighbors nw-nearest">
  <div class="nw-near"></div>
  <p class="nw-said nw-copy" role="status"></p>
  <p class="nw-error-line" role="status" hidden></p>
</figure>
"""


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    tab.prose("denoising.nearest.lead")
    with gr.Column(elem_classes="nw-card"):
        Widget(
            None, elem_id="denoising-nearest", markup=NEAREST, scripts=("dial", "../assets/denoising/nearest"),
            ask=serve(near, turns=True),
        )  # fmt: skip
