"""Denoising: a diffusion model turns noise into a picture, one step at a time."""

from __future__ import annotations

import gradio as gr

from demo import library
from demo.tabs.page import Tab
from demo.views import denoising
from demo.widgets.plot import Plot
from demo.widgets.timeline import Timeline
from demo.wiring import again, serve
from genmodels.knobs import Knob

HALT = "() => { noisewalk.halt('denoising-run') }"


def layout(tab: Tab) -> None:
    models = library.diffusion_models()
    if not tab.needs(models):
        return
    with gr.Row():
        with gr.Column(elem_classes="nw-controls"):
            model = tab.model(models)
            sampler = tab.choice("sampler", denoising.samplers_for(models[0]), "dpmpp-2m", group="samplers")
            tab.method_knobs("sampler")
            spacing = tab.choice("spacing", denoising.NAMED, "exponential", group="spacings")
            steps = tab.slider("steps", Knob(1, 1000, 1, 30))
            seed = tab.seed("seed", 4, surprise=True)
            count = tab.radio("count", denoising.COUNTS, "1")
            with gr.Row():
                run = tab.button("run", variant="primary", elem_id="denoising-run-button")
                stop = tab.button("stop", elem_id="denoising-stop")
        with gr.Column(elem_classes="nw-stage"), gr.Column(elem_classes="nw-card"):
            curve = Plot(denoising.curve(models[0]), elem_id="denoising-curve", label="t:denoising.curve",
                         serve=serve(denoising.curve), height=150)  # fmt: skip
            timeline = Timeline(elem_id="denoising-run", panes=list(denoising.PANES), frames=again, size=320)
            tab.prose("denoising.empty")
            tab.facts_line("denoising.here", "denoising-run")
            tab.facts_line("denoising.identity", "denoising-run")
    tab.live(curve, {"model": model})
    controls = {"model": model, "sampler": sampler, "spacing": spacing, "steps": steps, "seed": seed, "count": count,
                "knobs": "knobs"}  # fmt: skip
    running = tab.bind(run.click, denoising.run, controls, timeline, concurrency_id="runs", concurrency_limit=2)
    stop.click(None, None, None, js=HALT, cancels=[running], api_visibility="private")
