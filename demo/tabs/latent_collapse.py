"""Mode collapse, measured: every model of one data set side by side, with a verdict in plain words."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.latent_judge import Part
from demo.tabs.page import Tab
from demo.views import latent_collapse as view
from demo.wiring import serve

COLLAPSE = """
<figure class="nw-widget nw-collapse">
  <p class="nw-progress" role="status" hidden><span class="nw-done"><i></i></span> <span class="nw-busy"></span></p>
  <label class="nw-field" hidden><span data-say="latent.collapse.field"></span> <select></select></label>
  <div class="nw-table-of-all"></div>
  <div class="nw-rows"></div>
  <p class="nw-said nw-how" hidden></p>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""


def layout(tab: Tab, here: dict[str, Any]) -> None:
    tab.hidden("field", "")
    tab.prose("latent.collapse.lead")
    with gr.Column(elem_classes="nw-card"):
        with gr.Row(elem_classes="nw-study-buttons"):
            go = tab.button("collapse.measure", variant="primary", size="sm", elem_id="latent-measure")
            halt = tab.button("collapse.halt", size="sm", elem_classes="nw-quiet", elem_id="latent-measure-halt")
        table = Part("collapse", COLLAPSE, "latent-collapse", serve(view.known))
    tab.live(table, {"model": here["model"]})
    # a press counts also while the page has not yet heard that the run before was stopped
    wait = {"concurrency_id": "latent-collapse", "trigger_mode": "multiple"}
    run = tab.bind(go.click, view.measure, {"model": "model"}, outputs=table, **wait)
    halt.click(None, None, None, cancels=[run])
