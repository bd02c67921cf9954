"""What D thinks: its score of the picture on the table, what it would change, and which training pictures are near."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views import latent_judge as view
from demo.widgets.widget import Widget, script
from demo.wiring import serve

KIT = "element, props, server, watch, name, say, listen, emit, colour, pump, why, picture, whenPageChanges"
D, R = "<mi>D</mi><mo>(</mo><mi>x</mi><mo>)</mo>", "<mi>D</mi><mo>(</mo><mi>r</mi><mo>)</mo>"
MEAN = "<msub><mi>mean</mi><mi>r</mi></msub><mspace width='0.3em'/>"
SIGMOID = "<mi>σ</mi><mo>(</mo>{}<mo>)</mo>"


def number(name: str) -> str:
    return f'<mn class="nw-number" data-number="{name}">–</mn>'


def equation(*sides: str) -> str:
    return "<math>" + "<mo>=</mo>".join(sides) + "</math>"


LOG = "<mi>log</mi><mspace width='0.15em'/>"
FORMULAS = {  # what the generator pays for this picture, in the game that was played
    "minimax": equation(
        f"{LOG}<mo>(</mo><mn>1</mn><mo>−</mo>{SIGMOID.format(D)}<mo>)</mo>",
        f"{LOG}<mo>(</mo><mn>1</mn><mo>−</mo>{number('odds')}<mo>)</mo>",
        number("paid"),
    ),
    "non-saturating": equation(
        f"<mo>−</mo>{LOG}{SIGMOID.format(D)}", f"<mo>−</mo>{LOG}{number('odds')}", number("paid")
    ),
    "least-squares": equation(
        f"<mfrac><mn>1</mn><mn>2</mn></mfrac><msup><mrow><mo>(</mo>{D}<mo>−</mo><mn>1</mn><mo>)</mo></mrow><mn>2</mn></msup>",
        number("paid"),
    ),
    "hinge": equation(f"<mo>−</mo>{D}", number("paid")),
    "wasserstein": equation(f"{MEAN}{R}<mo>−</mo>{D}", number("behind")),
    "relativistic": equation(f"{MEAN}<mo>−</mo>{LOG}{SIGMOID.format(f'{D}<mo>−</mo>{R}')}", number("paid")),
}
JUDGE = """
<figure class="nw-widget nw-judged">
  <div class="nw-frame">
    <canvas class="nw-picture" role="img"></canvas>
    <canvas class="nw-heat" aria-hidden="true"></canvas>
  </div>
  <label class="nw-opacity"><span data-say="latent.judge.heat"></span>
    <input type="range" min="0" max="1" step="0.05"></label>
  <p class="nw-legend"><i class="nw-swatch nw-more"></i><span data-say="latent.judge.lighter"></span>
    <i class="nw-swatch nw-less"></i><span data-say="latent.judge.darker"></span></p>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""
STANDING = f"""
<figure class="nw-widget nw-standing">
  <p class="nw-score" aria-live="off"><span class="nw-score-name"></span> <output class="nw-score-number">–</output></p>
  <p class="nw-said nw-score-text"></p>
  <div class="nw-bars" role="img"></div>
  <p class="nw-said nw-picks"></p>
  <p class="nw-said nw-game"></p>
  {"".join(f'<div class="nw-formula" data-loss="{loss}" hidden>{formula}</div>' for loss, formula in FORMULAS.items())}
  <p class="nw-said nw-slope"></p>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""
NEIGHBORS = """
<figure class="nw-widget nw-neighbors">
  <div class="nw-near"></div>
  <p class="nw-said nw-copy" role="status"></p>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""


class Part(Widget):
    """A widget of the latent tab whose script is one of `noisewalk.latentParts`."""

    def __init__(self, part: str, markup: str, elem_id: str, ask: Callable[..., Any] | None = None) -> None:
        super().__init__(None, elem_id=elem_id, markup=markup, scripts=("pump",), ask=ask, arguments={})
        self.js_on_load = f"{script('page', 'pump')}\nnoisewalk.latentParts.{part}({{ {KIT} }});"


def layout(tab: Tab, here: dict[str, Any]) -> None:
    tab.hidden("heat", 0.7)
    tab.prose("latent.judge.lead")
    with gr.Column(elem_classes="nw-card"), gr.Row(elem_classes="nw-judge-row"):
        judge = Part("judge", JUDGE, "latent-judge", serve(view.judged))
        standing = Part("standing", STANDING, "latent-standing", serve(view.standing, turns=True))
    with gr.Column(elem_classes="nw-card"):
        tab.prose("latent.near", tag="h3", classes="nw-part")
        near = Part("neighbors", NEIGHBORS, "latent-neighbors", serve(view.neighbors, turns=True))
    tab.live(judge, here)
    tab.live(standing, {"model": here["model"], "classes": "classes"})
    tab.live(near, here)
