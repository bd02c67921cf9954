"""Compare: the stage's run beside others from the same noise, a ladder of steps, and which sampler to choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo import library
from demo.tabs.page import Tab
from demo.views import denoising_compare as view
from demo.views import denoising_compare_errors as errors
from demo.views.denoising_compare_costs import costs
from demo.views.denoising_compare_fates import GUIDANCES, MOST, STEPS
from demo.views.denoising_compare_ladder import ladder
from demo.widgets.plot import Plot
from demo.widgets.timeline import Timeline
from demo.widgets.widget import Widget, script
from demo.wiring import again, serve

KIT = "element, props, server, watch, name, say, listen, emit, pump, why, whenPageChanges"
FIRST = [{"sampler": "ddim"}, {"steps": 8}]
FATES = """
<section class="nw-widget nw-fates">
  <p class="nw-bracket"><span><img hidden alt=""><b></b></span></p>
  <div class="nw-fate-row"></div>
</section>
"""
ENDS = """
<figure class="nw-widget nw-fate-ends">
  <p class="nw-said nw-moment-said" aria-live="off"></p>
  <div class="nw-end-row"></div>
  <p class="nw-said nw-full" hidden></p>
  <div class="nw-fate-map" hidden><p class="nw-title"></p><svg role="img"></svg><p class="nw-said"></p></div>
</figure>
"""
RUNGS = """
<figure class="nw-widget nw-ladder">
  <div class="nw-rungs"></div>
  <p class="nw-said nw-rungs-said" role="status"></p>
</figure>
"""
FOUND = '<div class="nw-widget nw-found" role="status"></div>'
COSTS = '<div class="nw-widget"></div>'  # what it learns is written beside the buttons


class Part(Widget):
    """A widget of this part, whose script is one of `noisewalk.denoisingCompare`."""

    def __init__(
        self, part: str, markup: str, elem_id: str, ask: Callable[..., Any] | None = None, **options: Any
    ) -> None:
        super().__init__(None, elem_id=elem_id, markup=markup, scripts=("pump",), ask=ask, arguments={}, **options)
        self.js_on_load = f"{script('page', 'pump')}\nnoisewalk.denoisingCompare.{part}({{ {KIT} }});"


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    tab.hidden("fates", FIRST, free=True)
    stage = {**whole, "trunk": "trunk"}
    sides(tab, stage)
    steps(tab, whole)
    judged = judge(tab, whole)
    bill = Part("costs", COSTS, "denoising-compare-costs", serve(costs, turns=True))
    tab.live(bill, {**stage, "fates": "fates", "judged": judged})


def sides(tab: Tab, stage: dict[str, Any]) -> None:
    """The same noise, two to four fates."""
    tab.prose("denoising.compare.lead")
    with gr.Column(elem_classes="nw-card", elem_id="denoising-compare-card"):
        Part("fates", FATES, "denoising-fates", kin=kin(), steps=STEPS, guidances=GUIDANCES, most=MOST)
        shown = tab.radio("compare_shown", view.SHOWN, elem_classes="nw-inline")
        go, halt = buttons(tab, "compare")
        timeline = Timeline(elem_id="denoising-compare", panes=[""] * (len(FIRST) + 1), frames=again, size=320)
        ends = Part("ends", ENDS, "denoising-compare-ends")
    asked = {**stage, "fates": "fates", "shown": shown}
    streamed(tab, "compare", go, halt, view.compare, asked, [timeline, ends])


def steps(tab: Tab, whole: dict[str, Any]) -> None:
    """One noise, ever more steps."""
    tab.prose("denoising.ladder", tag="h3", classes="nw-part")
    tab.prose("denoising.ladder.lead")
    with gr.Column(elem_classes="nw-card"):
        go, halt = buttons(tab, "ladder")
        strip = Part("ladder", RUNGS, "denoising-ladder-strip")
    streamed(tab, "ladder", go, halt, ladder, whole, strip)


def judge(tab: Tab, whole: dict[str, Any]) -> Any:
    """How far each sampler is from the reference, for what it costs; gives the knob that says which samplers."""
    tab.prose("denoising.errors", tag="h3", classes="nw-part")
    tab.prose("denoising.errors.lead")
    tab.prose("denoising.errors.taught", classes="nw-note nw-if-taught")
    with gr.Column(elem_classes="nw-card"):
        judged = tab.several("judged", errors.JUDGED, errors.FIRST, "samplers", max_choices=errors.MOST)
        go, halt = buttons(tab, "errors")
        plot = Plot(None, elem_id="denoising-errors-plot", height=360)
        found = Part("found", FOUND, "denoising-errors-found")
    streamed(tab, "errors", go, halt, errors.measure, {**whole, "judged": judged}, [plot, found])
    return judged


def buttons(tab: Tab, key: str) -> tuple[gr.Button, gr.Button]:
    """To begin, to stop, and what it costs."""
    with gr.Row(elem_classes="nw-study-buttons"):
        go = tab.button(f"{key}.go", variant="primary", size="sm", elem_id=f"denoising-{key}-go")
        halt = tab.button("stop", size="sm", elem_classes="nw-quiet", elem_id=f"denoising-{key}-halt")
        gr.HTML(f'<p class="nw-prose nw-price" data-cost="{key}" role="status"></p>', apply_default_css=False)
    return go, halt


def streamed(
    tab: Tab, key: str, go: gr.Button, halt: gr.Button, run: Callable[..., Any], asked: dict[str, Any], outputs: Any
) -> None:
    """Wire the two buttons; the page is told when a run begins, ends or is stopped."""
    over = f"() => {{ noisewalk.denoisingCompare.over({key!r}) }}"
    # a press counts also while the page has not yet heard that the run before was stopped
    shared = {"concurrency_id": "runs", "concurrency_limit": 2, "trigger_mode": "multiple"}
    running = tab.bind(go.click, run, asked, outputs, **shared)
    running.then(None, None, None, js=over, api_visibility="private")
    halt.click(None, None, None, js=over, cancels=[running], api_visibility="private")


def kin() -> dict[str, str]:
    """Which models start from the same noise and know the same words: those that share a name here."""
    cards = {name: library.cards()[name] for name in library.diffusion_models()}
    return {
        name: f"{card.dataset} {card.config.get('shape')} {card.config.get('labels')}" for name, card in cards.items()
    }
