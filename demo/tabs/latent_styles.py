"""Styles: truncation, noise, and layers that take their styles from different pictures."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views import latent_styles as view
from demo.widgets.live_canvas import LiveCanvas
from demo.widgets.plot import Plot
from demo.wiring import serve
from genmodels.knobs import Knob


def layout(tab: Tab, here: dict[str, Any]) -> None:
    most = max((known["layers"] for known in tab.facts["model"]["has"].values()), default=0) or 9
    tab.prose("latent.styles.none", classes="nw-note nw-without-styles")
    with gr.Column(elem_classes="nw-card"):
        tab.prose("latent.styles.map")
        tab.prose("latent.found", classes="nw-if-found")
        bars = Plot(serve=serve(view.numbers), elem_id="latent-numbers", height=260, label="t:latent.styles.numbers")
    with gr.Column(elem_classes="nw-card nw-with-styles"):
        tab.prose("latent.styles.truncation", tag="h3", classes="nw-part")
        tab.prose("latent.styles.truncation.why")
        with gr.Row():
            tab.slider("psi", Knob(-1, 1.5, 0.01, 1))
            tab.slider("cutoff", Knob(0, most, 1, most))
            tab.toggle("grain", True)
    with gr.Column(elem_classes="nw-card nw-with-styles"):
        tab.prose("latent.styles.mixing", tag="h3", classes="nw-part")
        tab.prose("latent.styles.mixing.how")
        with gr.Row():
            first = tab.slider("first", Knob(0, most, 1, 0))
            last = tab.slider("last", Knob(0, most, 1, 4))
            tab.ends("first", "last")
            seed = tab.seed("mix_seed", 100, surprise=True)
            third = tab.toggle("third")
        grid = LiveCanvas(serve(view.mixing), elem_id="latent-mixing", size=720, label="t:latent.styles.grid")
    tab.live(bars, here)
    tab.live(grid, {**here, "first": first, "last": last, "mix_seed": seed, "third": third})
