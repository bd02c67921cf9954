"""Latent space: every picture is a point, and one can walk."""

from __future__ import annotations

import gradio as gr

from demo import library
from demo.tabs.page import Tab
from demo.views import latent
from demo.widgets.live_canvas import LiveCanvas
from demo.wiring import serve
from genmodels.knobs import Knob
from genmodels.latents import WAYS

SHARE = Knob(0, 1, 0.01, 0.5)


def layout(tab: Tab) -> None:
    models = library.latent_models()
    if not models:
        tab.prose("latent.none", classes="nw-note")
        return
    with gr.Row():
        with gr.Column(elem_classes="nw-controls"):
            model = tab.choice("model", models, group="models")
            tab.prose("models.early", tag="span", classes="nw-badge")
            path = tab.radio("path", list(WAYS), "slerp")
            seed_a = tab.seed("seed_a", 7, surprise=True)
            seed_b = tab.seed("seed_b", 21, surprise=True)
            seed_c = tab.seed("seed_c", 34, surprise=True)
            seed_d = tab.seed("seed_d", 58, surprise=True)
        with gr.Column(elem_classes="nw-stage"), gr.Row(elem_classes="nw-pair"):
            with gr.Column(elem_classes="nw-card", elem_id="latent-pad-card", min_width=280):
                tab.prose("latent.pad", tag="h3", classes="nw-part")
                pad = LiveCanvas(serve(latent.pad), elem_id="latent-picture", drag=("x", "y"), size=400, label="")
                tab.prose("latent.pad.hint")
            with gr.Column(elem_classes="nw-card", elem_id="latent-between", min_width=280):
                tab.prose("latent.between", tag="h3", classes="nw-part")
                canvas = LiveCanvas(serve(latent.between), elem_id="latent-walk", size=400)
                amount = tab.slider("amount", SHARE, surprise=True)
                strip = LiveCanvas(serve(latent.strip), elem_id="latent-strip", size=400)
                tab.facts_line("latent.norm", "latent-walk")
                tab.prose("latent.norm.why", classes="nw-note")
    tab.drag(pad, ("x", "y"))
    way = {"model": model, "path": path}
    tab.live(pad, {**way, "seed_a": seed_a, "seed_b": seed_b, "seed_c": seed_c, "seed_d": seed_d, "x": "x", "y": "y"})
    tab.live(canvas, {**way, "seed_a": seed_a, "seed_b": seed_b, "amount": amount})
    tab.live(strip, {**way, "seed_a": seed_a, "seed_b": seed_b})
