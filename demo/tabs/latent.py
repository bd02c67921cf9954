"""Latent space: every picture is a point. One picture lies on the table; the parts beside it say what to do with it."""

from __future__ import annotations

import gradio as gr

from demo import library
from demo.tabs.latent_between import layout as between
from demo.tabs.latent_classes import layout as classes
from demo.tabs.latent_collapse import layout as collapse
from demo.tabs.latent_directions import layout as directions
from demo.tabs.latent_judge import layout as judge
from demo.tabs.latent_keep import layout as keep
from demo.tabs.latent_map import layout as plane
from demo.tabs.latent_own import layout as own
from demo.tabs.latent_project import layout as project
from demo.tabs.latent_styles import layout as styles
from demo.tabs.page import Tab
from demo.views import latent_here as view
from demo.views.latent_styles import abilities
from demo.widgets.live_canvas import LiveCanvas
from demo.wiring import serve
from genmodels.offsets import NONE
from genmodels.places import PLACES, Seed, to_spec

FIRST = Seed(36)
SURPRISES = [to_spec(Seed(seed)) for seed in range(0, 10_000, 37)]
PULL = {"axes": ["x", "y"], "tab": "latent", "knobs": {"speed": "speed", "drift": "drift", "snap": "snap"}}
PLACE = """
<div class="nw-place">
  <label><span data-say="latent.seed"></span><input id="latent-seed" type="number" min="0" max="9999" step="1"></label>
  <button class="nw-quiet" data-latent="another" data-say="latent.another"></button>
  <button class="nw-quiet" data-latent="nearest" data-say="latent.nearest"></button>
</div>"""
PARTS = {
    "map": plane,
    "between": between,
    "directions": directions,
    "styles": styles,
    "classes": classes,
    "judge": judge,
    "project": project,
    "own": own,
    "collapse": collapse,
}


def layout(tab: Tab) -> None:
    models = library.latent_models()
    if not models:
        tab.prose("latent.none", classes="nw-note")
        return
    tab.hidden("start", to_spec(FIRST), free=True)
    tab.facts["start"] |= {"choices": SURPRISES, "surprise": True, "kinds": [*PLACES]}
    for axis in PULL["axes"]:
        tab.hidden(axis, 0, low=view.EDGE.low, high=view.EDGE.high)
    for name in ("moves", "classes"):
        tab.hidden(name, {})
    tab.hidden("offset", NONE)
    tab.facts["offset"] |= {"choices": [NONE], "surprise": True}  # another start has none
    with gr.Row():
        with gr.Column(elem_classes="nw-table"):
            model = tab.choice("model", models, models[0], group="models")
            tab.facts["model"]["has"] = {name: abilities(name) for name in models}
            tab.prose("models.early", tag="span", classes="nw-badge")
            done = ("moves", "psi", "cutoff", "grain", "classes", "layers_from", "layers_to", "offset")
            here = {"model": model} | {name: name for name in ("start", "x", "y", *done)}
            first = view.picture(view.Here(str(model.value), FIRST))  # there before anything is asked
            canvas = LiveCanvas(serve(view.picture), elem_id="latent-picture", pull=PULL, size=400, value=first)
            tab.pulled(canvas)
            tab.live(canvas, here)
            gr.HTML(PLACE, apply_default_css=False)
            tab.facts_line("latent.norm", "latent-picture")
            tab.prose("latent.found", classes="nw-if-found")
            keep(tab)
        with gr.Column(elem_classes="nw-stage"):
            tab.parts(PARTS, here)
    # What the page's script puts on the table reaches Gradio's own sliders and menus through this button.
    land = gr.Button(visible="hidden", elem_id="latent-land")
    land.click(None, None, list(tab.knobs.values()), js="() => noisewalk.latent.landed()")
