"""The plane of seeds: how the picture follows the finger over it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from genmodels.knobs import Knob


def layout(tab: Tab, here: dict[str, Any]) -> None:
    with gr.Column(elem_classes="nw-card"):
        tab.prose("latent.map.how")
        with gr.Row():
            tab.slider("speed", Knob(0.2, 4, 0.1, 1))
            tab.toggle("drift", True)
            tab.toggle("snap", False)
