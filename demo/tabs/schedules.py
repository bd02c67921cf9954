"""Schedules: how a picture drowns in noise, how fast, and whether it ever quite does."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from demo.tabs.page import Tab
from demo.views import schedules as view
from demo.views.schedules_curves import AXES, QUANTITIES
from demo.views.schedules_denoised import denoised, models
from demo.views.schedules_forward import SOURCES, STOPS
from demo.views.schedules_slots import MENU, catalog
from demo.widgets.plot import Plot
from demo.widgets.point_cloud import PointCloud
from demo.widgets.widget import Widget
from demo.wiring import serve
from genmodels.datasets.points import LAWS
from genmodels.schedules.drawn import RANGES

PARTS = Path(__file__).parents[1] / "assets" / "schedules"
SLOTS_MARKUP = '<div class="nw-widget nw-slots" role="group"></div>'
STARTS = view.starts()


def line_up(*schedules: str, on: int = 3, zero: str = "") -> dict[str, dict[str, object]]:
    """Four slots, of which the first ones are shown."""
    return {
        letter: {"schedule": schedule, "on": k < on, "zero": letter in zero, "knobs": {}}
        for k, (letter, schedule) in enumerate(zip("abcd", schedules, strict=True))
    }


SCENE = {name: name for name in ("slots", "drawn", "focus")}
FIRST = line_up("linear", "cosine", "flow", "drawn")
SURPRISES = [
    line_up("scaled-linear", "scaled-linear", "linear", "drawn", on=2, zero="b"),
    line_up("flow", "shifted-flow", "trig", "cosine", on=3),
    line_up("cosine", "sigmoid", "laplace", "shifted-cosine", on=4),
    line_up("ve", "edm", "log-linear", "flow", on=3),
    line_up("drawn", "cosine", "linear", "sigmoid", on=2),
    line_up("linear", "scaled-linear", "cosine", "flow", on=4),
]


def layout(tab: Tab) -> None:
    tab.hidden("slots", FIRST)
    tab.facts["slots"] |= {"choices": SURPRISES, "surprise": True}
    tab.hidden("focus", "a")
    tab.hidden("drawn", {"quantity": "alpha-bar", "points": STARTS["sigmoid"]})
    with gr.Row():
        with gr.Column(elem_classes="nw-controls"):
            Widget(
                None, elem_id="schedules-slots", markup=SLOTS_MARKUP, scripts=("dial", "../assets/schedules/slots"),
                menu=list(MENU), catalog=catalog(),
            )  # fmt: skip
            T = tab.slider("T", view.STEPS)
            spacing = tab.choice("spacing", view.SPACING_MENU, view.OFF, group="spacings", elem_id="schedules-spacing")
            with gr.Column(elem_classes="nw-for-spacing"):
                n = tab.slider("n", view.N)
                rho = tab.slider("rho", view.RHO, elem_classes="nw-for-rho")
                power = tab.slider("power", view.POWER, elem_classes="nw-for-power")
                a = tab.slider("a", view.SHARE, elem_classes="nw-for-beta")
                b = tab.slider("b", view.SHARE, elem_classes="nw-for-beta")
                endpoint = tab.radio("endpoint", view.ENDPOINTS, "zero", elem_classes="nw-pills")
        with gr.Column(elem_classes="nw-stage"):
            with gr.Column(elem_classes="nw-card nw-curves-card"):
                quantity = tab.radio(
                    "quantity", QUANTITIES, elem_classes="nw-pills", show_label=False, container=False
                )  # fmt: skip
                plot = Plot(serve=serve(view.curves), elem_id="schedules-plot", height=430)
                with gr.Row(elem_classes="nw-axis-row"):
                    axis = tab.radio("axis", AXES, "t", elem_classes="nw-pills", container=False)
                    log = tab.toggle("log", container=False, min_width=120)
                tab.prose("schedules.beta-note", classes="nw-note nw-for-variable")
            forward, controls = forward_card(tab)
            with gr.Row(elem_classes="nw-pair"):
                hand_card(tab)
                ends_card(tab)
    every = SCENE | {"T": T}
    tab.live(forward, every | controls)
    looks = {"quantity": quantity, "axis": axis, "log": log, "spacing": spacing, "n": n, "endpoint": endpoint}
    tab.live(plot, every | looks | {"rho": rho, "power": power, "a": a, "b": b})


def forward_card(tab: Tab):
    """The forward process on one picture: x_t, the formulas with its numbers, the histogram, a strip of times."""
    with gr.Column(elem_classes="nw-card", elem_id="schedules-forward-card"):
        tab.prose("schedules.forward", tag="h3", classes="nw-part")
        with gr.Row(elem_classes="nw-forward-row"):
            with gr.Column(min_width=240, elem_classes="nw-forward-left"):
                forward = Widget(
                    None, elem_id="schedules-forward", markup=(PARTS / "forward.html").read_text("utf-8"),
                    scripts=("pump", "cloud_data", "../assets/schedules/forward"), ask=serve(view.forward),
                    arguments={},
                )  # fmt: skip
                PointCloud(elem_id="schedules-cloud", size=640)
                t = tab.slider("t", view.TIME, surprise=True, elem_id="schedules-t")
            seeing = Widget(
                None, elem_id="schedules-seeing", markup=(PARTS / "seeing.html").read_text("utf-8"),
                scripts=("pump", "../assets/schedules/seeing"), ask=serve(denoised, turns=True), arguments={},
            )  # fmt: skip
            with gr.Column(min_width=280, elem_classes="nw-forward-right"):
                gr.HTML((PARTS / "formulas.html").read_text("utf-8"), apply_default_css=False)
                Plot(elem_id="schedules-histogram", height=150, label="t:schedules.histogram")
                gr.HTML('<p class="nw-prose" data-schedules-line="end"></p>', apply_default_css=False)
        gr.HTML(strip(), apply_default_css=False)
        gr.HTML(guesses(), apply_default_css=False)
        with gr.Row(elem_classes="nw-source-row"):
            pills = {"elem_id": "schedules-source", "elem_classes": "nw-pills", "container": False}
            source = tab.radio("source", SOURCES, "face", **pills)
            item = tab.slider("item", view.ITEM, surprise=True, elem_classes="nw-for-item", min_width=180)
            law = tab.choice("law", list(LAWS), "ring", group="laws", elem_classes="nw-for-points", min_width=180)
            gr.HTML(own_picture(), apply_default_css=False, elem_classes="nw-for-upload")
            seed = tab.seed("seed", 0, min_width=180)
            network = tab.choice("network", models(), group="models", elem_classes="nw-for-network", min_width=180)
    tab.live(seeing, SCENE | {"t": t, "source": source, "item": item, "seed": seed, "model": network})
    return forward, {"t": t, "source": source, "law": law, "item": item, "seed": seed}


def strip() -> str:
    """Ten small pictures on the way from data to noise; each is a button that goes there."""
    buttons = "".join(
        f'<button type="button" data-schedules="go" data-t="{k / (STOPS - 1)}" aria-label="t = {k / (STOPS - 1):.2f}">'
        f'<canvas width="64" height="64"></canvas><span>{k / (STOPS - 1):.2f}</span></button>'
        for k in range(STOPS)
    )
    return f'<div id="schedules-strip" class="nw-strip">{buttons}</div>'


def guesses() -> str:
    """Under each picture of the strip, what a model sees in it."""
    return f'<div id="schedules-guesses" class="nw-strip" aria-hidden="true">{"<canvas></canvas>" * STOPS}</div>'


def own_picture() -> str:
    return (
        '<div class="nw-own"><button type="button" class="nw-go" data-schedules="upload" data-say="schedules.upload">'
        "</button>"
        '<input id="schedules-file" type="file" accept="image/*" hidden>'
        '<p class="nw-prose" data-say="schedules.upload.kept"></p></div>'
    )


def hand_card(tab: Tab) -> None:
    """A curve that is drawn by moving its points."""
    with gr.Column(elem_classes="nw-card", elem_id="schedules-hand-card", min_width=280):
        tab.prose("schedules.hand", tag="h3", classes="nw-part")
        tab.prose("schedules.hand.how")
        Plot(elem_id="schedules-hand", height=250)
        quantities = "".join(button("quantity", f"schedules.quantity.{q}", quantity=q) for q in RANGES)
        starts = "".join(button("start", f"schedules.{s}", points=json.dumps(points)) for s, points in STARTS.items())
        gr.HTML(
            f'<div class="nw-words"><span data-say="schedules.hand.quantity"></span>{quantities}</div>'
            f'<div class="nw-words"><span data-say="schedules.hand.start"></span>{starts}</div>',
            apply_default_css=False,
        )


def ends_card(tab: Tab) -> None:
    """What every preset leaves of the picture at its end."""
    with gr.Column(elem_classes="nw-card", elem_id="schedules-ends-card", min_width=280):
        tab.prose("schedules.ends", tag="h3", classes="nw-part")
        tab.prose("schedules.ends.why")
        rows = "".join(end_row(name, facts) for name, facts in catalog().items())
        gr.HTML(f'<ul class="nw-ends">{rows}</ul>', apply_default_css=False)


def end_row(name: str, facts: dict) -> str:
    """One preset: its name, how much is left as a bar over twelve decades, the number, and what can be done."""
    end = facts["end"]
    width = view.decades(end["snr"])
    fix = button("put", "schedules.end.fix", schedule=name, zero="true") if end["leaks"] and facts["preserving"] else ""
    return (
        f'<li data-leaks="{str(end["leaks"]).lower()}">{button("put", f"schedules.{name}", schedule=name)}'
        f'<span class="nw-bar-track"><i style="width:{100 * width:.1f}%"></i></span>'
        f'<span class="nw-number" data-digits="{end["snr"]:.6g}"></span>{fix}</li>'
    )


def button(act: str, key: str, **data: str) -> str:
    facts = "".join(f" data-{name}='{value}'" for name, value in data.items())
    return f'<button type="button" class="nw-word" data-schedules="{act}" data-say="{key}"{facts}></button>'
