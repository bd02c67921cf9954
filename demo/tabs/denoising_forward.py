"""Forward first: what is learned is only to see the picture in the noise, at every amount of noise, in one look."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views import denoising_forward as view
from demo.widgets.widget import Widget
from demo.wiring import serve

TABLE = """
<figure class="nw-widget nw-looks">
  <div class="nw-looks-scroll"><table><thead></thead><tbody></tbody><tfoot></tfoot></table></div>
  <p class="nw-looks-here" role="status"></p>
  <p class="nw-error-line" role="status" hidden></p>
</figure>
"""
SHOWN = ("x", "x0")
ANOTHER = """() => {
  const now = noisewalk.valueOf('denoising', 'forward_first');
  return noisewalk.jump('denoising', { forward_first: (now + 1 + Math.floor(Math.random() * 9998)) % 10000 });
}"""


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    tab.prose("denoising.forward.lead")
    with gr.Column(elem_classes="nw-card"):
        with gr.Row():
            side = tab.radio("forward_side", view.SIDES, "train", elem_classes="nw-inline")
            shown = tab.radio("forward_shown", SHOWN, "x", elem_classes="nw-inline")
            evenly = tab.radio("forward_evenly", view.EVENLY, "log_snr", elem_classes="nw-inline")
        table = Widget(
            None, elem_id="denoising-looks", markup=TABLE, scripts=("dial", "pump", "../assets/denoising/forward"),
            ask=serve(view.table, turns=True), arguments={}, shown=tab.name_of(shown),
        )  # fmt: skip
        with gr.Row():
            first = tab.slider("forward_first", view.ITEM, min_width=200)
            another = tab.button("forward_another", scale=0, min_width=150, elem_classes="nw-quiet")
            told = tab.toggle("forward_told", min_width=200, elem_classes="nw-told")
        tab.prose("denoising.forward.floor", classes="nw-note")
        tab.prose("denoising.forward.taught", classes="nw-note nw-if-taught")
    another.click(None, None, list(tab.knobs.values()), js=ANOTHER)
    asked = {"side": side, "first": first, "evenly": evenly, "told": told}
    tab.live(table, {"model": whole["model"], "seed": whole["seed"], **asked})
