"""Denoising: a diffusion model turns noise into a picture, step by step; the parts below say what to do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo import library
from demo.tabs.denoising_branch import layout as branch
from demo.tabs.denoising_compare import layout as compare
from demo.tabs.denoising_edit import layout as edit
from demo.tabs.denoising_formula import layout as formula
from demo.tabs.denoising_forward import layout as forward
from demo.tabs.denoising_keep import layout as keep
from demo.tabs.denoising_live import layout as live
from demo.tabs.denoising_nearest import beside
from demo.tabs.denoising_nearest import layout as nearest
from demo.tabs.page import WORDS, Tab
from demo.views import denoising as view
from demo.views import denoising_plan as plan
from demo.views.denoising_price import price
from demo.widgets.plot import Plot
from demo.widgets.timeline import Timeline
from demo.widgets.widget import Widget
from demo.wiring import again, serve
from genmodels.knobs import Knob
from genmodels.schedules import SCHEDULES

WALK = {"sampler": "dpmpp-2m", "spacing": "exponential", "steps": 30}
JUMPS = {"sampler": "consistency", "spacing": "beta", "steps": 4, "guidance": 1.0}  # it was taught by a guided one
HALT = "() => { noisewalk.halt('denoising-run') }"
WISHES = '<div class="nw-wishes" id="denoising-wishes"></div>'
PRICE = '<p class="nw-prose nw-price" role="status"></p>'
BEHIND = """
<p class="nw-prose nw-behind" id="denoising-behind" role="status" hidden>
  <span></span> <button type="button" class="nw-go" data-say="denoising.run"></button></p>
"""
SHARE = Knob(0, 1, 0.01)
FIRST = "R"  # a stem, a bowl and a leg
TEXTS_WAY = {
    **{"sampler": "ddpm", "knobs": {}, "spacing": "linspace", "steps": 1000, "count": "1", "schedule": plan.OWN},
    "trunk": [],
}
PARTS: dict[str, Callable[[Tab, dict[str, Any]], None]] = {
    "forward": forward,
    "nearest": nearest,
    "branch": branch,
    "compare": compare,
    "live": live,
    "edit": edit,
}


def layout(tab: Tab) -> None:
    models = library.diffusion_models()
    if not tab.needs(models):
        return
    with gr.Row():
        with gr.Column(elem_classes="nw-controls"):
            whole = controls(tab, models)
            with gr.Row():
                run = tab.button("run", variant="primary", elem_id="denoising-run-button")
                stop = tab.button("stop", elem_id="denoising-stop")
            Widget(
                None, elem_id="denoising-price", markup=PRICE, scripts=("pump", "price"), ask=serve(price, turns=True)
            )
            tab.turn(tab.button("texts", elem_classes="nw-quiet", elem_id="denoising-texts"), TEXTS_WAY)
        with gr.Column(elem_classes="nw-stage"):
            timeline = stage(tab, str(models[0]), whole)
            tab.parts(PARTS, whole)
    running = tab.bind(
        run.click, view.run, whole | {"trunk": "trunk"}, timeline, concurrency_id="runs", concurrency_limit=2
    )
    stop.click(None, None, None, js=HALT, cancels=[running], api_visibility="private")
    whole["model"].input(None, whole["model"], list(tab.knobs.values()), js="(name) => noisewalk.denoisingMeets(name)")


def controls(tab: Tab, models: list[str]) -> dict[str, Any]:
    """Every knob of a plan, by the name of its field."""
    model = tab.model(models)
    tab.facts["model"] |= {"wishes": {name: wishes(name) for name in models}, "averaged": averaged(models)}
    tab.facts["model"] |= {"ways": {name: way(name) for name in models}, "jumps": JUMPS["sampler"]}
    tab.facts["model"]["guided"] = {name: usual(name).get("guidance", 1.0) for name in models}
    tab.facts["model"]["begins"] = {name: beginning(name) for name in models}
    tab.facts["model"]["early"] = [name for name in models if library.early(name)]
    tab.hidden("classes", {}, free=True)
    tab.hidden("trunk", [], free=True)
    average = tab.radio("average", plan.AVERAGES, elem_classes="nw-if-averaged")
    gr.HTML(WISHES, apply_default_css=False)
    made: dict[str, Any] = {"model": model, "average": average, "classes": "classes"}
    made["guidance"] = tab.slider("guidance", Knob(0, 12, 0.1, 1.0))
    made["sampler"] = tab.choice("sampler", plan.PRICED, WALK["sampler"], group="samplers")
    tab.prose("denoising.jumping", classes="nw-note nw-if-jumping")
    tab.prose("denoising.blurred", classes="nw-note nw-if-blurred")
    tab.method_knobs("sampler")
    made["knobs"] = "knobs"
    made["steps"] = tab.slider("steps", Knob(1, 1000, 1, WALK["steps"]))
    made["seed"] = tab.seed("seed", 4, surprise=True)
    made["count"] = tab.radio("count", plan.COUNTS, "1")
    with gr.Accordion(WORDS("denoising.more"), open=False) as more:
        made["spacing"] = tab.choice("spacing", plan.NAMED, WALK["spacing"], group="spacings")
        made["schedule"] = tab.choice("schedule", [plan.OWN, *SCHEDULES], plan.OWN, group="schedules")
        made["fit"] = tab.radio("fit", plan.FITS)
        made["guide"] = tab.choice("guide", plan.GUIDES)
        made["guide_from"] = tab.slider("guide_from", SHARE, 0.0)
        made["guide_to"] = tab.slider("guide_to", SHARE, 1.0)
        made["rescale"] = tab.slider("rescale", SHARE, 0.0)
        made["limit"] = tab.choice("limit", plan.LIMITS)
    tab.page.words(more, label="denoising.more")
    for name in ("model", "average", "steps", "count", "spacing", "schedule", "fit"):
        tab.facts[name]["resets"] = ["trunk"]
    return made


def stage(tab: Tab, model: str, whole: dict[str, Any]) -> Timeline:
    """The run itself: the curve with a dot at t, three panes under one thumb, and the numbers of the step."""
    with gr.Column(elem_classes="nw-card"):
        shown = tab.radio("curve", view.CURVES, elem_classes="nw-inline")
        curve = Plot(view.curve(model), elem_id="denoising-curve", serve=serve(view.curve), height=130)
        gr.HTML(BEHIND, apply_default_css=False)
        timeline = Timeline(elem_id="denoising-run", panes=list(view.PANES), frames=again, size=320)
        with gr.Row():
            with gr.Column(scale=2, min_width=320):
                for line in ("here", "sizes", "identity"):
                    tab.facts_line(f"denoising.{line}", "denoising-run")
            with gr.Column(scale=1, min_width=250):
                beside("denoising-run")
        formula(tab)
        keep(tab, whole)
    tab.live(curve, {"model": whole["model"], "schedule": whole["schedule"], "shown": shown})
    priced = whole | {"trunk": "trunk"}
    tab.page.driven["denoising-price"] = {name: (tab.key, tab.name_of(knob)) for name, knob in priced.items()}
    return timeline


def wishes(model: str) -> dict[str, list[str]]:
    """What a model can be asked for, field by field."""
    card = library.cards()[model]
    return dict(card.fields) if "labels" in card.config else {}


def beginning(model: str) -> dict[str, Any]:
    """What one who has just met a model asks of it: a glyph, where it draws nothing else, else nothing."""
    asked = wishes(model)
    if len(asked) != 1:
        return {"classes": {}, "guidance": 1.0}
    [words] = asked.values()
    return {"classes": {FIRST if FIRST in words else words[0]: 1}, "guidance": usual(model).get("guidance", 1.0)}


def way(model: str) -> dict[str, Any]:
    """How a run of the model is walked when it is met by one who comes from a model of the other kind."""
    jumps = usual(model).get("sampler") == JUMPS["sampler"]
    return JUMPS if jumps else WALK


def usual(model: str) -> dict[str, Any]:
    """How a model is run where nobody chooses another way."""
    return library.cards()[model].config.get("usual", {})


def averaged(models: list[str]) -> list[str]:
    """The models that kept more than one average of their weights."""
    return [name for name in models if len(library.cards()[name].config.get("averages", ())) > 1]
