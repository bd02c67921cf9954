"""A small page with every widget on it, for the browser tests; run it to look at it."""

from __future__ import annotations

import base64
import io
import json
import time
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from demo.widgets.live_canvas import LiveCanvas
from demo.widgets.plot import Plot
from demo.widgets.widget import STYLES

# Stands in for the page's own script: English sentences, or the bare keys in brackets.
SCRIPT = """<script>
window.noisewalk = (() => {
  let spoken = 'en';
  const words = %s;
  const fill = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, key) => values?.[key] ?? '');
  return {
    language: () => spoken,
    speak: lang => { spoken = lang; window.dispatchEvent(new Event('noisewalk:language')); },
    say: (text, values) => {
      if (!String(text ?? '').startsWith('t:')) return String(text ?? '');
      const [key, json] = text.slice(2).split('|');
      const said = fill(words[key] ?? key, values ?? (json && JSON.parse(json)));
      return spoken === 'en' ? said : '⟦' + said + '⟧';
    },
  };
})();
</script>"""

WORDS = {
    "widgets.failed": "That did not work. Change something to try again.",
    "widgets.offline": "The server cannot be reached. Change something to try again.",
    "widgets.cost": "{ms} ms",
    "widgets.pace": "{ms} ms · {rate} a second",
    "widgets.picture": "Picture",
    "widgets.plot": "Plot",
    "widgets.handle": "Point {index} of {count}: {x}, {y}",
    "refused.steps": "Steps must be at most {high}.",
    "plots.step": "step t",
    "plots.alpha_bar": "signal ᾱ",
    "plots.linear": "linear",
    "plots.cosine": "cosine",
}

LIGHT = {"real": "#0072b2", "generated": "#c8501e", "noise": "#8a8f98", "generator": "#00805a", "discriminator": "#9c4f96"}
LIGHT |= {"ink": "#1d2329", "muted": "#68717b", "paper": "#fbfaf7", "panel": "#fff", "line": "#dcdad3", "accent": "#0b6e75"}
DARK = {"real": "#56b4e9", "generated": "#f0915c", "noise": "#9aa3ad", "generator": "#3fc39a", "discriminator": "#d79ad1"}
DARK |= {"ink": "#e8e6e1", "muted": "#98a1aa", "paper": "#14181c", "panel": "#1b2126", "line": "#303941", "accent": "#5ec4c9"}


def properties(colours: dict[str, str]) -> str:
    return "; ".join(f"--nw-{name}: {colour}" for name, colour in colours.items())


THEME = f""":root {{ {properties(LIGHT)} }} body.dark {{ {properties(DARK)} }}
body, gradio-app {{ background: var(--nw-paper) !important; }}"""

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


def figure(power: float = 1.0) -> dict[str, Any]:
    """Two schedules, close enough to the real ones to see how they look."""
    t = np.linspace(0, 1, 101)
    linear, cosine = np.exp(-5 * t ** (1 + power)), np.cos(np.pi / 2 * t) ** (2 * power)
    line = {"type": "scatter", "mode": "lines", "x": t.tolist()}
    return {
        "data": [
            {**line, "y": linear.tolist(), "name": "t:plots.linear", "line": {"color": "--nw-real", "width": 2}},
            {**line, "y": cosine.tolist(), "name": "t:plots.cosine", "line": {"color": "--nw-generated", "width": 2}},
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
        said = gr.Textbox(elem_id="said", label="Python heard")
        plot.pick(picked, None, said)
        drawn.moved(moved, None, said)
    return demo


def picked(event: gr.EventData) -> str:
    return f"pick {event.curve} {event.point}"


def moved(event: gr.EventData) -> str:
    return f"moved {len(event.points)}"


def settings() -> dict[str, Any]:
    return {"css": THEME, "css_paths": STYLES, "head": SCRIPT % json.dumps(WORDS)}


if __name__ == "__main__":
    build().launch(server_port=7999, run_history=False, ssr_mode=False, **settings())
