"""Samplers: a world where the truth is known, so that every method can be held against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views.samplers import judge, walk
from demo.views.samplers_demos import DEMOS
from demo.views.samplers_errors import errors
from demo.views.samplers_laws import LAW_NAMES
from demo.views.samplers_setting import ENDPOINTS, MOST_STEPS, SPACING_NAMES
from demo.widgets.plot import Plot
from demo.widgets.timeline import PLAY
from demo.widgets.widget import Widget, script
from demo.wiring import serve
from genmodels.knobs import Knob
from genmodels.samplers import SAMPLERS
from genmodels.schedules import SCHEDULES

CLOUD = f"""
<figure class="nw-widget nw-samplers">
  <div class="nw-frame">
    <canvas class="nw-picture" role="img" tabindex="0"></canvas>
    <p class="nw-absent" hidden></p>
    <p class="nw-error" role="status" hidden></p>
  </div>
  <div class="nw-transport">
    <button type="button" class="nw-button nw-play">{PLAY}</button>
    <input type="range" class="nw-range" min="0" max="1" value="0" step="1">
    <output class="nw-count"></output>
  </div>
  <div class="nw-moment"><p class="nw-facts" aria-hidden="true"></p>
    <div class="nw-formula"><math aria-label="x = alpha x0 + sigma eps"><mi>x</mi><mo>=</mo>
      <mn class="nw-number" data-rate="alphas"></mn><mspace width="0.2em"/><msub><mi>x</mi><mn>0</mn></msub><mo>+</mo>
      <mn class="nw-number" data-rate="sigmas"></mn><mspace width="0.2em"/><mi>ε</mi></math></div></div>
  <p class="nw-legend"></p>
</figure>
"""
NOTES = '<div class="nw-widget nw-notes" role="status"></div>'
JUDGE = """
<figure class="nw-widget nw-judge">
  <table class="nw-verdicts"></table>
  <p class="nw-hint"></p>
  <table class="nw-life" hidden></table>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""
KIT = (
    "element, props, server, watch, name, say, listen, emit, colour, pump, why, halves, onceAFrame, whenPageChanges, "
    "whenResized"
)
FIRST_DOTS = [[-1.4, -0.4], [-0.6, 1.1], [0.2, -1.3], [1.0, 0.9], [1.5, -0.5]]


class Part(Widget):
    """A widget whose script is a function of the page's samplers*.js: the tab's own, so not among the shared ones."""

    def __init__(self, part: str, markup: str, elem_id: str, ask: Callable[..., Any] | None = None) -> None:
        super().__init__(None, elem_id=elem_id, markup=markup, scripts=("pump", "cloud_data"), ask=ask, arguments={})
        self.js_on_load = f"{script('page', 'pump', 'cloud_data')}\nnoisewalk.samplersParts.{part}({{ {KIT} }});"


def layout(tab: Tab) -> None:
    tab.hidden("dots", FIRST_DOTS)
    tab.hidden("layers", ["trails", "density"])
    tab.hidden("dot", -1)
    with gr.Row():
        with gr.Column(elem_classes="nw-controls"):
            knobs = controls(tab)
            demos = demos_of(tab)
        with gr.Column(elem_classes="nw-stage"):
            with gr.Column(elem_classes="nw-card"):
                cloud = Part("cloud", CLOUD, "samplers-cloud", serve(walk, turns=True))
            with gr.Column(elem_classes="nw-card"):
                table = Part("judge", JUDGE, "samplers-judge", serve(judge, turns=True))
            with gr.Column(elem_classes="nw-card"):
                study(tab, knobs, demos)
    tab.live(cloud, knobs)
    tab.live(table, {**knobs, "dot": "dot"})


def controls(tab: Tab) -> dict[str, Any]:
    """The knobs of a run; those of the one Gaussian show only where it is the law."""
    knobs: dict[str, Any] = {"dots": "dots", "knobs": "knobs"}
    knobs["methods"] = tab.several("methods", list(SAMPLERS), ["euler", "dpmpp-2m"], "samplers", max_choices=3)
    tab.method_knobs("methods")
    knobs["steps"] = tab.slider("steps", Knob(1, MOST_STEPS, 1, 16), elem_id="samplers-steps")
    knobs["law"] = tab.radio("law", LAW_NAMES, "grid")
    with gr.Column(elem_classes="nw-own-dots"):
        tab.prose("samplers.place", classes="nw-note")
    with gr.Column(elem_classes="nw-one-gaussian"):
        knobs["wide"] = tab.slider("wide", Knob(0.05, 2, 0.05, 1.2))
        knobs["narrow"] = tab.slider("narrow", Knob(0.05, 2, 0.05, 0.4))
        knobs["angle"] = tab.slider("angle", Knob(0, 180, 1, 30))
    knobs["schedule"] = tab.choice("schedule", list(SCHEDULES), "log-linear", "schedules")
    knobs["spacing"] = tab.choice("spacing", SPACING_NAMES, "exponential")
    knobs["endpoint"] = tab.radio("endpoint", ENDPOINTS, "stop")
    knobs["seed"] = tab.seed("seed", 1)
    tab.radio("view", ("spread", "place"), "spread")
    for name in ("law", "schedule", "spacing", "steps", "seed"):
        tab.facts[name]["surprise"] = True
    return knobs


def study(tab: Tab, knobs: dict[str, Any], demos: dict[str, gr.Button]) -> None:
    """Error against steps for what is chosen; a demo's button turns the knobs and measures one thing instead."""
    tab.prose("samplers.study", "h3", "nw-part")
    tab.prose("samplers.study.lead")
    with gr.Row(elem_classes="nw-study-buttons"):
        measure = tab.button("measure", variant="primary", size="sm", elem_id="samplers-measure")
        halt = tab.button("halt", size="sm", elem_classes="nw-quiet", elem_id="samplers-halt")
    plot = Plot(None, elem_id="samplers-study", height=380)
    notes = Part("notes", NOTES, "samplers-notes")
    asked = {name: knob for name, knob in knobs.items() if name != "steps"}
    shown = {"outputs": [plot, notes], "concurrency_id": "samplers"}
    runs = {measure: tab.bind(measure.click, errors, asked, **shown)}
    for key, button in demos.items():
        tab.turn(button, DEMOS[key].knobs)
        runs[button] = tab.bind(button.click, DEMOS[key].study, {}, **shown)
    for button, run in runs.items():
        button.click(None, None, None, cancels=[other for other in runs.values() if other is not run])
        run.then(None, None, None, js=f"() => {{ noisewalk.studied({button.elem_id!r}) }}")
    halt.click(None, None, None, cancels=list(runs.values()))


def demos_of(tab: Tab) -> dict[str, gr.Button]:
    """A button and a sentence for each demo."""
    tab.prose("samplers.demos", "h3", "nw-part")
    buttons = {}
    with gr.Column(elem_classes="nw-demos"):
        for key in DEMOS:
            with gr.Column(elem_classes="nw-demo"):
                buttons[key] = tab.button(f"demo.{key}", size="sm", elem_classes="nw-quiet", elem_id=f"samplers-{key}")
                tab.prose(f"samplers.demo.{key}.text")
    return buttons
