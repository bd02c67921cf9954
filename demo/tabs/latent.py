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

SEEDS = {"seed_a": 28, "seed_b": 36, "seed_c": 44, "seed_d": 14}


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
            seeds = {name: tab.seed(name, value, surprise=True) for name, value in SEEDS.items()}
            four = LiveCanvas(serve(latent.four), elem_id="latent-four", size=240, label="t:latent.four")
        with gr.Column(elem_classes="nw-stage"):
            with gr.Row():
                with gr.Column(elem_classes="nw-card", min_width=280):
                    tab.prose("latent.pad", tag="h3", classes="nw-part")
                    first = latent.pad(models[0], **SEEDS, x=0.5, y=0.5, path="slerp")  # there before anything is asked
                    pad = LiveCanvas(
                        serve(latent.pad), elem_id="latent-picture", drag=("x", "y"), size=420, value=first
                    )
                    tab.prose("latent.pad.hint")
                with gr.Column(elem_classes="nw-card", elem_id="latent-between", min_width=280):
                    tab.prose("latent.between", tag="h3", classes="nw-part")
                    between = LiveCanvas(serve(latent.between), elem_id="latent-walk", size=420)
                    amount = tab.slider("amount", Knob(0, 1, 0.01, 0.5), surprise=True)
                    tab.facts_line("latent.norm", "latent-walk")
            with gr.Column(elem_classes="nw-card"):
                strip = LiveCanvas(serve(latent.strip), elem_id="latent-strip", size=960, label="t:latent.strip")
                tab.prose("latent.norm.why", classes="nw-note")
    tab.drag(pad, ("x", "y"))
    way, ends = {"model": model, "path": path}, {name: seeds[name] for name in ("seed_a", "seed_b")}
    tab.live(pad, {**way, **seeds, "x": "x", "y": "y"})
    tab.live(between, {**way, **ends, "amount": amount})
    tab.live(strip, {**way, **ends})
    tab.live(four, {"model": model, **seeds})
