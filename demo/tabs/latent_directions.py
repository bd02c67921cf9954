"""Directions: sliders along which one kind of thing changes, and how much else changes with it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.searching import FAMILIES
from demo.tabs.latent_judge import Part
from demo.tabs.page import Tab
from demo.views import latent_directions as view
from demo.wiring import serve
from genmodels.knobs import Knob

CHOICES = "".join(
    f'<button role="radio" data-family="{family}">'
    f'<span data-say="latent.directions.{family}"></span><sup></sup></button>'
    for family in FAMILIES
)
WHY = "".join(
    f'<p class="nw-said" data-family="{family}" data-say="latent.directions.{family}.why" hidden></p>'
    for family in FAMILIES
)
BOARD = f"""
<figure class="nw-widget nw-board">
  <div class="nw-board-head">
    <div class="nw-families" role="radiogroup">{CHOICES}</div>
    <button class="nw-quiet" data-moves="zero" data-say="latent.directions.zero"></button>
    <button class="nw-quiet" data-moves="surprise" data-say="latent.directions.surprise"></button>
  </div>
  {WHY}
  <p class="nw-said nw-board-late" role="status" hidden></p>
  <p class="nw-said nw-board-blind" data-say="latent.directions.blind" hidden></p>
  <div class="nw-ways"></div>
  <p class="nw-said nw-note" data-say="latent.directions.tick"></p>
  <p class="nw-said nw-note" data-say="latent.directions.axis.tick" hidden></p>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""
ALONG = """
<figure class="nw-widget nw-along">
  <h3 class="nw-part"></h3>
  <div class="nw-frame"><canvas class="nw-picture" role="img"></canvas></div>
  <div class="nw-stops"></div>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""
METER = """
<figure class="nw-widget nw-meter">
  <h3 class="nw-part" data-say="latent.directions.meter"></h3>
  <p class="nw-said nw-share"></p>
  <label class="nw-hold"><input type="checkbox"> <span data-say="latent.directions.hold"></span></label>
  <div class="nw-meter-rows"></div>
  <p class="nw-said nw-measured" role="status"></p>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""


def layout(tab: Tab, here: dict[str, Any]) -> None:
    most = max((known["layers"] for known in tab.facts["model"]["has"].values()), default=0) or 9
    tab.hidden("hold", False)
    tab.facts["model"]["resets"] = ["moves"]  # what was a direction in one model means nothing in another
    tab.facts["moves"]["waits"] = True
    tab.prose("latent.directions.lead")
    with gr.Column(elem_classes="nw-card"):
        board = Part("board", BOARD, "latent-directions", serve(view.board, turns=True))
        with gr.Row(elem_classes="nw-with-styles"):
            tab.slider("layers_from", Knob(0, most, 1, 0))
            tab.slider("layers_to", Knob(0, most, 1, most))
            tab.ends("layers_from", "layers_to")
    with gr.Column(elem_classes="nw-card"):
        strip = Part("along", ALONG, "latent-along", serve(view.along, turns=True))
    with gr.Column(elem_classes="nw-card"):
        meter = Part("meter", METER, "latent-meter", serve(view.meter, turns=True))
    for widget in (board, strip, meter):
        tab.live(widget, here)
