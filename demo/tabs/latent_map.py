"""The plane of seeds: how the picture follows the finger over it, and the map that shows where one is."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views.latent_map import tiles
from demo.widgets.lattice_map import LatticeMap
from demo.wiring import serve
from genmodels.knobs import Knob

PLANE = {"tab": "latent", "axes": ["x", "y"], "start": "start", "snap": "snap", "picture": "latent-picture"}


def layout(tab: Tab, here: dict[str, Any]) -> None:
    with gr.Column(elem_classes="nw-card"):
        tab.prose("latent.map.how")
        plane = LatticeMap(serve(tiles), elem_id="latent-map", plane=PLANE)
        tab.prose("latent.map.hint", classes="nw-note")
        with gr.Row():
            tab.slider("speed", Knob(0.2, 4, 0.1, 1))
            tab.toggle("drift", True)
            tab.toggle("snap", False)
    tab.live(plane, {name: knob for name, knob in here.items() if name not in PLANE["axes"]})
