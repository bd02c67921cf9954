"""A small page with every widget on it, for the browser tests; run it to look at it."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from demo.streaming import RUNS
from demo.streaming import stream as streamed
from demo.widgets.live_canvas import LiveCanvas
from demo.widgets.plot import Plot
from demo.widgets.point_cloud import PointCloud, packed
from demo.widgets.timeline import Timeline
from demo.widgets.widget import STYLES
from tests.browser.widgets.stand_in import SCRIPT, THEME, WORDS

calls: list[dict[str, Any]] = []  # what the server functions were asked, in order


def encoded(pixels: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return base64.b64encode(buffer.getvalue()).decode()


def blob(x: float, y: float, pixels: int = 128) -> np.ndarray:
    """A soft spot at (x, y) on a two-coloured ground: every position is another picture."""
    across, down = np.meshgrid(np.linspace(0, 1, pixels), np.linspace(0, 1, pixels))
    light = np.exp(-((across - x) ** 2 + (down - y) ** 2) / 0.02)[..., None]
    ground = np.stack([60 + 90 * across, 90 + 60 * down, 140 - 60 * across], -1)
    return ground * (1 - light) + np.array([250, 214, 150]) * light


def draw(message: dict[str, Any]) -> dict[str, Any]:
    """Stands in for serve(view); `nap`, `crash` and `steps` let a test misbehave."""
    calls.append(message)
    args = message["args"]
    time.sleep(args.get("nap", 0))
    if args.get("crash"):
        raise RuntimeError("on purpose")
    if args.get("steps", 0) > 10:
        return {"error": {"key": "steps", "values": {"high": 10}}}
    return {"image": encoded(blob(args["x"], args["y"])), "x": args["x"], "ms": 1 + 1000 * args.get("nap", 0)}


def curve(message: dict[str, Any]) -> dict[str, Any]:
    calls.append(message)
    return {**figure(message["args"]["power"]), "ms": 1.0}


DOT = {"follows": "steps", "x": "t", "y": "alpha_bar"}


def figure(power: float = 1.0) -> dict[str, Any]:
    """Two schedules, close enough to the real ones to see how they look."""
    t = np.linspace(0, 1, 101)
    linear, cosine = np.exp(-5 * t ** (1 + power)), np.cos(np.pi / 2 * t) ** (2 * power)
    line = {"type": "scatter", "mode": "lines", "x": t.tolist()}
    return {
        "data": [
            {**line, "y": linear.tolist(), "name": "t:plots.linear", "line": {"color": "--nw-real", "width": 2}},
            {**line, "y": cosine.tolist(), "name": "t:plots.cosine", "line": {"color": "--nw-generated", "width": 2}},
            {"type": "scatter", "mode": "markers", "x": [], "y": [], "showlegend": False, "meta": DOT},
        ],
        "layout": {"xaxis": {"title": "t:plots.step"}, "yaxis": {"title": "t:plots.alpha_bar", "range": [0, 1.03]}},
    }


def curve_with_handles() -> dict[str, Any]:
    x = [0.0, 0.25, 0.5, 0.75, 1.0]
    y = [1.0, 0.9, 0.5, 0.15, 0.0]
    meta = {"handles": True, "fixed": "ends", "slope": "down", "bounds": [0, 1, 0, 1]}
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "meta": meta,
        "line": {"color": "--nw-accent", "shape": "spline"},
    }
    axes = {"range": [-0.03, 1.03]}
    return {"data": [trace], "layout": {"xaxis": axes, "yaxis": axes, "showlegend": False}}


FRAMES = 40


def shot(run: int, step: int, total: int = FRAMES) -> dict[str, Any]:
    """One frame of a pretended denoising: three pictures, of which the grey of the first tells the step."""
    part = step / (total - 1)
    noise = np.random.default_rng(step).normal(128, 60, (64, 64, 3))
    clean = blob(0.3 + 0.3 * run % 1, 0.5, 64)
    pictures = [clean * part + noise * (1 - part), clean, noise]
    caption = {"t": round(1 - part, 3), "alpha_bar": round(part**2, 3)}
    return {"frames": [encoded(picture.clip(0, 255)) for picture in pictures], "caption": caption}


PANES = ["t:panes.x", "t:panes.x0", "t:panes.eps"]
runs: dict[str, int] = {}


def piece(run: int, start: int, stop: int, lost: bool = False) -> dict[str, Any]:
    made = [shot(run, step) for step in range(start, stop)]
    value = {"run": f"run{run}", "panes": PANES, "start": start, "add": made, "total": FRAMES, "done": stop == FRAMES}
    return {**value, "start": start + 1, "add": made[1:]} if lost else value


def stream(nap: float = 0.02) -> Iterator[dict[str, Any]]:
    runs["count"] = run = runs.get("count", 0) + 1
    yield from streamed(PANES, shots(run, nap), FRAMES)


def shots(run: int, nap: float) -> Iterator[dict[str, Any]]:
    for step in range(FRAMES):
        time.sleep(nap)
        yield shot(run, step)


def again(message: dict[str, Any]) -> dict[str, Any]:
    calls.append(message)
    name, start = message["run"], message["start"]
    pretended = name.removeprefix("run").isdigit()
    return piece(int(name.removeprefix("run")), start, FRAMES) if pretended else RUNS.again(name, start)


def cloud(seed: int = 0, frames: int = 24, n: int = 300) -> dict[str, Any]:
    """Noise on its way to eight Gaussians on a ring, with a field and arrows that point to them."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * rng.integers(0, 8, (2, n)) / 8
    ends = 2 * np.stack([np.cos(angle), np.sin(angle)], -1) + rng.normal(0, 0.12, (2, n, 2))
    start = rng.normal(0, 1, (n, 2))
    t = np.linspace(0, 1, frames)[:, None, None]
    swirl = 0.5 * np.sin(np.pi * t) * np.stack([-start[:, 1], start[:, 0]], -1)
    grid = np.stack(np.meshgrid(np.linspace(-2.7, 2.7, 13), np.linspace(-2.7, 2.7, 13)), -1).reshape(-1, 2)
    pull = grid * (2 / np.linalg.norm(grid, axis=1, keepdims=True).clip(0.1) - 1)
    fine = np.stack(np.meshgrid(np.linspace(-3, 3, 64), np.linspace(-3, 3, 64)), -1)
    density = np.exp(-((np.linalg.norm(fine, axis=-1) - 2) ** 2) / 0.1)
    field = {"kind": "field", "w": 64, "h": 64, "values": packed(density), "color": "noise", "opacity": 0.3}
    arrows = {"kind": "arrows", "xy": packed(grid), "uv": packed(pull), "scale": 0.2, "color": "muted"}
    real = {"kind": "points", "xy": packed(ends[0]), "n": n, "color": "real", "size": 4, "opacity": 0.5}
    made = {"kind": "trails", "xy": packed((1 - t) * start + t * ends[1] + swirl), "frames": frames, "n": n}
    layers = [
        {**field, "name": "noise", "label": "t:lab.noise"},
        {**arrows, "name": "score", "label": "t:lab.score"},
        {**real, "name": "real", "label": "t:lab.real", "still": True},
        {**made, "name": "made", "label": "t:lab.made", "color": "generated"},
    ]
    return {"layers": layers, "view": [-3, 3, -3, 3], "legend": "t:lab.legend"}


def spread() -> dict[str, Any]:
    return {**cloud(1), "spread": True, "gap": 5.5}


def build() -> gr.Blocks:
    with gr.Blocks(title="Widgets", fill_width=True, analytics_enabled=False) as demo:
        with gr.Row():
            LiveCanvas(
                draw,
                elem_id="pad",
                label="Drag the picture",
                value={"image": encoded(blob(0.5, 0.5))},
                arguments={"x": 0.5, "y": 0.5},
                drag=True,
            )
            LiveCanvas(draw, elem_id="plain", label="Follows the knobs", arguments={"x": 0.2, "y": 0.3})
        with gr.Row():
            plot = Plot(figure(), elem_id="plot", label="Signal left at step t", serve=curve, arguments={"power": 1.0})
            drawn = Plot(curve_with_handles(), elem_id="drawn", label="Draw your own")
        steps = Timeline(elem_id="steps", label="Denoising", panes=PANES, frames=again, caption="t:frame")
        with gr.Row():
            dots = PointCloud(cloud(), elem_id="cloud", label="In place", follows="steps")
            PointCloud(spread(), elem_id="spread", label="Noise left, data right", follows="steps", ratio=1.6, size=720)
        with gr.Row():
            run, fast = gr.Button("Run", elem_id="run"), gr.Button("Run fast", elem_id="fast")
        said = gr.Textbox(elem_id="said", label="Python heard")
        plot.pick(picked, None, said)
        drawn.moved(moved, None, said)
        steps.pick(framed, None, said, trigger_mode="always_last")
        dots.pick(pointed, None, said)
        run.click(stream, None, steps, show_progress="hidden")
        fast.click(stream_fast, None, steps, show_progress="hidden")
    return demo


def stream_fast() -> Iterator[dict[str, Any]]:
    yield from stream(0)


def picked(event: gr.EventData) -> str:
    return f"pick {event.curve} {event.point}"


def moved(event: gr.EventData) -> str:
    return f"moved {len(event.points)}"


def framed(event: gr.EventData) -> str:
    return f"frame {event.index} {event.caption}"


def pointed(event: gr.EventData) -> str:
    return f"point {event.layer} {event.index}"


def settings() -> dict[str, Any]:
    return {"css": THEME, "css_paths": STYLES, "head": SCRIPT % json.dumps(WORDS)}


if __name__ == "__main__":
    build().launch(server_port=7999, run_history=False, ssr_mode=False, **settings())
