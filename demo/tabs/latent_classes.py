"""Classes: what a conditional model is asked for, one of them or a mixture."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views import latent_styles as view
from demo.widgets.live_canvas import LiveCanvas
from demo.wiring import serve

CHIPS = '<div class="nw-chips" id="latent-chips" role="group"></div><div class="nw-shares" id="latent-shares"></div>'


def layout(tab: Tab, here: dict[str, Any]) -> None:
    tab.prose("latent.classes.none", classes="nw-note nw-without-classes")
    with gr.Column(elem_classes="nw-card nw-with-classes"):
        tab.prose("latent.classes.how")
        gr.HTML(CHIPS, apply_default_css=False)
        tab.prose("latent.classes.unasked", classes="nw-note nw-if-unasked")
    with gr.Column(elem_classes="nw-card nw-with-classes"):
        sheet = LiveCanvas(
            serve(view.classes), elem_id="latent-classes", size=720, smooth=False, label="t:latent.classes.sheet"
        )
    tab.live(sheet, here)
