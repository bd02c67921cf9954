"""Ways from one picture to another: along a slider, at even stops, and between four corners."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views import latent
from demo.widgets.live_canvas import LiveCanvas
from demo.wiring import serve
from genmodels.knobs import Knob
from genmodels.latents import WAYS

SEEDS = {"seed_a": 28, "seed_b": 36, "seed_c": 44, "seed_d": 14}


def layout(tab: Tab, here: dict[str, Any]) -> None:
    with gr.Row():
        path = tab.radio("path", list(WAYS), "slerp")
        seeds = {name: tab.seed(name, value, surprise=True) for name, value in SEEDS.items()}
    with gr.Row():
        with gr.Column(elem_classes="nw-card", elem_id="latent-between", min_width=280):
            tab.prose("latent.between", tag="h3", classes="nw-part")
            between = LiveCanvas(serve(latent.between), elem_id="latent-walk", size=420)
            amount = tab.slider("amount", Knob(0, 1, 0.01, 0.5), surprise=True)
            tab.facts_line("latent.norm", "latent-walk")
        with gr.Column(elem_classes="nw-card", min_width=280):
            tab.prose("latent.pad", tag="h3", classes="nw-part")
            pad = LiveCanvas(serve(latent.pad), elem_id="latent-pad", drag=("right", "down"), size=420)
            tab.prose("latent.pad.hint")
    with gr.Column(elem_classes="nw-card"):
        strip = LiveCanvas(serve(latent.strip), elem_id="latent-strip", size=960, label="t:latent.strip")
        tab.prose("latent.norm.why", classes="nw-note")
    tab.drag(pad, ("right", "down"))
    way, ends = {"model": here["model"], "path": path}, {name: seeds[name] for name in ("seed_a", "seed_b")}
    tab.live(pad, {**way, **seeds, "right": "right", "down": "down"})
    tab.live(between, {**way, **ends, "amount": amount})
    tab.live(strip, {**way, **ends})
