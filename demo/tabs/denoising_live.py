"""Live: a few evaluations a picture, so that it follows while a slider moves."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views.denoising_live import live
from demo.widgets.live_canvas import LiveCanvas
from demo.wiring import serve
from genmodels.knobs import Knob

SHARE = Knob(0, 1, 0.01)


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    tab.hidden("live_classes", {}, free=True)
    with gr.Row():
        with gr.Column(elem_classes="nw-card nw-live-card"):
            canvas = LiveCanvas(serve(live, turns=True), elem_id="denoising-live", size=320)
            tab.facts_line("denoising.live.took", "denoising-live")
        with gr.Column(elem_classes="nw-card"):
            tab.prose("denoising.live.how")
            evaluations = tab.slider("live_evaluations", Knob(1, 8, 1, 4))
            strength = tab.slider("live_strength", SHARE, 1.0)
            amount = tab.slider("live_amount", SHARE, 0.0)
            other = tab.seed("live_seed", 12, surprise=True)
            mix = tab.slider("live_mix", SHARE, 0.0)
            keep = tab.button("live_keep", elem_classes="nw-quiet")
            gr.HTML('<p class="nw-prose" id="denoising-live-wish"></p>', apply_default_css=False)
    tab.live(
        canvas,
        {name: whole[name] for name in ("model", "seed", "classes", "guidance")}
        | {"other_seed": other, "other_classes": "live_classes", "amount": amount, "mix": mix}
        | {"evaluations": evaluations, "strength": strength},
    )
    keep.click(None, None, None, js="() => noisewalk.keepWish()")
    tab.facts["model"].setdefault("resets", []).append("live_classes")
