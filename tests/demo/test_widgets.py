"""What the widgets promise to Python: their settings survive the trip."""

from __future__ import annotations

import base64
import json
from typing import Any

import gradio as gr
import numpy as np
import pytest

from demo.widgets.live_canvas import LiveCanvas
from demo.widgets.plot import PLOTLY, Plot
from demo.widgets.point_cloud import PointCloud, packed
from demo.widgets.timeline import Timeline
from demo.widgets.widget import STYLES


def answer(message: dict[str, Any]) -> dict[str, Any]:
    return {"image": "", "ms": 0.0}


MAKE = {
    "canvas": lambda: LiveCanvas(answer, elem_id="it", drag=("u", "v")),
    "plot": lambda: Plot({"data": []}, elem_id="it", serve=answer),
    "timeline": lambda: Timeline(elem_id="it", frames=answer),
    "cloud": lambda: PointCloud({"layers": []}, elem_id="it"),
}


@pytest.mark.parametrize("kind", MAKE)
def test_a_page_with_a_widget_can_be_sent_to_the_browser(kind: str) -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        widget = MAKE[kind]()
    sent = json.loads(json.dumps(demo.get_config_file()["components"], default=lambda thing: pytest.fail(repr(thing))))
    (props,) = [part["props"] for part in sent if part["id"] == widget._id]
    assert props["props"]["name"] == "it"
    assert "${value}" not in props["html_template"], "an update would rebuild the canvas"


@pytest.mark.parametrize("kind", MAKE)
def test_only_the_events_it_sends_can_be_listened_to(kind: str) -> None:
    with gr.Blocks(analytics_enabled=False):
        widget = MAKE[kind]()
        for event in widget.SENDS:
            getattr(widget, event)(lambda: None)
        with pytest.raises(AttributeError, match="aborted"):
            _ = widget.aborted


def test_styles_and_plotly_are_on_disk() -> None:
    assert PLOTLY.is_file()
    assert {path.stem for path in STYLES} >= {
        "widgets",
        "live_canvas",
        "plot",
        "point_cloud",
        "timeline",
        "method_knobs",
    }


def test_packed_numbers_come_back_within_half_precision() -> None:
    numbers = np.random.default_rng(0).normal(0, 2, (50, 2))
    back = np.frombuffer(base64.b64decode(packed(numbers)), "<f2").reshape(50, 2)
    np.testing.assert_allclose(back, numbers, rtol=2**-10, atol=1e-6)
