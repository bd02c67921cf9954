"""Ways between pictures: along a slider, between four corners, A - B + C, and through many stops."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.export import offered
from demo.tabs.page import Tab
from demo.views import latent_between as view
from demo.views.latent_keep import save
from demo.views.latent_lengths import norms
from demo.views.latent_spots import MOST_STOPS, ROUTES
from demo.widgets.live_canvas import LiveCanvas
from demo.widgets.place_pick import PlacePick
from demo.widgets.plot import Plot
from demo.widgets.route import Route
from demo.widgets.save_as import SaveAs
from demo.widgets.timeline import Timeline
from demo.wiring import again, serve
from genmodels.knobs import Knob
from genmodels.places import Seed, to_spec

PUT = '<button class="nw-quiet nw-put" data-put="{0}" data-say="latent.put"></button>'
OPERAND = '<span><canvas data-end="{0}"></canvas><i>{1}</i></span>'
SUM = f"""<p class="nw-sum" aria-hidden="true">{OPERAND.format("a", "A")} − {OPERAND.format("b", "B")}
  + {OPERAND.format("c", "C")}</p>"""


def spot(seed: int) -> dict[str, Any]:
    return {"start": to_spec(Seed(seed))}


ENDS = {"a": spot(36), "b": spot(66), "c": spot(88), "d": spot(63)}
ROUTE = [spot(seed) for seed in (36, 88, 63, 66)]
FILMS = offered("gif", "webp", "mp4", "png", "json")
SURPRISES = [spot(seed) for seed in range(0, 10_000, 41)]


def layout(tab: Tab, here: dict[str, Any]) -> None:
    model = here["model"]
    with gr.Column(elem_classes="nw-card"):
        with gr.Row(elem_classes="nw-four"):
            for knob in ENDS:
                choose(tab, model, knob)
        path = tab.radio("path", ROUTES, "slerp")
    way = {"model": model, "path": path, "a": "a", "b": "b"}
    with gr.Row():
        along(tab, way)
        with gr.Column(elem_classes="nw-card", min_width=280):
            tab.prose("latent.between.norms", tag="h3", classes="nw-part")
            lengths = Plot(elem_id="latent-norms", serve=serve(norms), height=330)
            tab.prose("latent.norm.why", classes="nw-note nw-without-styles")
            tab.prose("latent.norm.styles", classes="nw-note nw-with-styles")
            tab.live(lengths, way)
    with gr.Column(elem_classes="nw-card"):
        strip = LiveCanvas(serve(view.strip), elem_id="latent-strip", size=960, label="t:latent.strip")
        tab.live(strip, way)
    with gr.Row():
        corners(tab, {**way, "c": "c", "d": "d"})
        with gr.Column(elem_classes="nw-card", min_width=280):
            tab.prose("latent.sum", tag="h3", classes="nw-part")
            gr.HTML(SUM, apply_default_css=False)
            result = LiveCanvas(serve(view.arithmetic), elem_id="latent-sum", size=420)
            gr.HTML(PUT.format("latent-sum"), apply_default_css=False)
            tab.prose("latent.sum.hint")
            tab.live(result, {"model": model, "a": "a", "b": "b", "c": "c"})
    with gr.Column(elem_classes="nw-card"):
        through(tab, model)


def choose(tab: Tab, model: Any, knob: str) -> None:
    """One end of the ways: a hidden knob that a widget turns."""
    tab.hidden(knob, ENDS[knob], free=True)
    tab.facts[knob] |= {"choices": SURPRISES, "surprise": True}
    pick = PlacePick(serve(view.end), elem_id=f"latent-end-{knob}", tab=tab.key, knob=knob, letter=knob.upper())
    tab.live(pick, {"model": model, "spot": knob})


def along(tab: Tab, way: dict[str, Any]) -> None:
    with gr.Column(elem_classes="nw-card", elem_id="latent-between", min_width=280):
        tab.prose("latent.between", tag="h3", classes="nw-part")
        canvas = LiveCanvas(serve(view.on_the_way), elem_id="latent-walk", size=420)
        amount = tab.slider("amount", Knob(0, 1, 0.01, 0.5), surprise=True)
        tab.facts_line("latent.between.norm", "latent-walk")
        gr.HTML(PUT.format("latent-walk"), apply_default_css=False)
        SaveAs(serve(save, turns=True), elem_id="latent-save-way", source="way", kinds=FILMS)
    tab.live(canvas, {**way, "amount": amount})


def corners(tab: Tab, way: dict[str, Any]) -> None:
    with gr.Column(elem_classes="nw-card", min_width=280):
        tab.prose("latent.pad", tag="h3", classes="nw-part")
        tab.prose("latent.pad.hint")
        pad = LiveCanvas(serve(view.pad), elem_id="latent-pad", drag=("right", "down"), size=420)
        gr.HTML(PUT.format("latent-pad"), apply_default_css=False)
    tab.drag(pad, ("right", "down"))
    tab.live(pad, {**way, "right": "right", "down": "down"})


def through(tab: Tab, model: Any) -> None:
    """The way through many stops, and the film of it."""
    tab.hidden("route", ROUTE, free=True)
    tab.prose("latent.route", tag="h3", classes="nw-part")
    tab.prose("latent.route.hint")
    stops = Route(serve(view.stops), elem_id="latent-route", tab=tab.key, knob="route", most=MOST_STOPS)
    strip = LiveCanvas(serve(view.through), elem_id="latent-through", size=960)
    with gr.Row():
        frames = tab.slider("frames", Knob(2, 96, 1, 48))
        closed = tab.toggle("closed", True)
        run = tab.button("walk", variant="primary", scale=0, min_width=140, elem_id="latent-walk-button")
    film = Timeline(elem_id="latent-film", frames=again, autoplay=True, caption="t:latent.route.frame", size=320)
    SaveAs(serve(save, turns=True), elem_id="latent-save-route", source="route", kinds=FILMS)
    tab.live(stops, {"model": model, "route": "route"})
    tab.live(strip, {"model": model, "route": "route", "closed": closed})
    tab.bind(run.click, view.walked, {"model": "model", "route": "route", "closed": closed, "frames": frames}, film)
