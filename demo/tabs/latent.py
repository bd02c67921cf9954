"""Latent space: walk from picture to picture."""

from __future__ import annotations

from typing import Annotated

import gradio as gr
from PIL import Image

from demo.checks import OneOf
from demo.tabs.page import Tab
from demo.widgets.live_canvas import LiveCanvas
from demo.wiring import serve
from genmodels.knobs import Knob


def between(seed_a: Annotated[int, Knob(0, 9999, 1)], amount: Annotated[float, Knob(0, 1, 0.01)], path: Annotated[str, OneOf(("lerp", "slerp"))]) -> Image.Image:
    return Image.new("RGB", (256, 256), (int(255 * amount), seed_a % 255, 80 if path == "lerp" else 200))


def layout(tab: Tab) -> None:
    with gr.Row():
        with gr.Column(elem_classes="nw-controls"):
            seed = tab.seed("seed_a", 3)
            amount = tab.slider("amount", Knob(0, 1, 0.01, 0.5))
            path = tab.radio("path", ("lerp", "slerp"), "slerp")
        with gr.Column(elem_classes="nw-stage nw-card"):
            canvas = LiveCanvas(serve(between), elem_id="latent-picture")
    tab.live(canvas, {"seed_a": seed, "amount": amount, "path": path})
