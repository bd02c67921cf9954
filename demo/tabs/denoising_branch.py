"""Go back and branch: a run is left at any step and grows on another way; and poke: part of its noise is redrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.tabs.page import Tab
from demo.views import denoising_branch as view
from demo.widgets.timeline import Timeline
from demo.widgets.widget import Widget, script
from demo.wiring import again, serve

KIT = "element, props, server, name, listen, emit, pump, why, whenPageChanges, whenResized, onceAFrame"
BRANCH = """
<section class="nw-widget nw-branch">
  <div class="nw-branch-bar">
    <p class="nw-branch-here"></p>
    <button type="button" class="nw-go" data-branch="cut" data-say="denoising.branch.cut"></button>
    <button type="button" class="nw-quiet" data-branch="whole" data-say="denoising.branch.whole"></button>
  </div>
  <p class="nw-said nw-branch-said" role="status"></p>
</section>
"""
TREE = """
<section class="nw-widget nw-tree">
  <div class="nw-tree-ends">
    <span data-say="denoising.tree.noise"></span><span data-say="denoising.tree.picture"></span></div>
  <div class="nw-tree-paper" role="group"><svg aria-hidden="true"></svg><div class="nw-leaves"></div></div>
  <button type="button" class="nw-quiet" data-tree="clear" data-say="denoising.tree.clear"></button>
</section>
"""
SIDES = "".join(
    f'<label><span data-say="denoising.poke.{side}"></span><input type="number" step="1" data-side="{side}"></label>'
    for side in ("left", "top", "right", "bottom")
)
POKE = f"""
<section class="nw-widget nw-poke">
  <p class="nw-name"></p>
  <div class="nw-frame nw-poke-paper" tabindex="0" role="application">
    <canvas width="288" height="288"></canvas><i></i></div>
  <label class="nw-poke-which" hidden><span data-say="denoising.poke.which"></span><select></select></label>
  <div class="nw-poke-sides">{SIDES}</div>
  <label class="nw-poke-line"><span data-say="denoising.poke.amount"></span>
    <input type="range" min="0.01" max="1" step="0.01"><output></output></label>
  <label class="nw-poke-line"><span data-say="denoising.poke.seed"></span>
    <input type="number" min="0" max="9999" step="1" data-seed></label>
  <div class="nw-poke-acts">
    <button type="button" class="nw-go" data-poke="do"></button>
    <button type="button" class="nw-quiet" data-poke="again" data-say="denoising.poke.again"></button>
    <button type="button" class="nw-quiet" data-poke="undo" data-say="denoising.poke.undo"></button>
  </div>
  <p class="nw-said" role="status"></p>
</section>
"""


class Part(Widget):
    """A widget of this part, whose script is one of `noisewalk.denoisingBranch`."""

    def __init__(self, part: str, markup: str, elem_id: str, ask: Callable[..., Any] | None = None) -> None:
        super().__init__(None, elem_id=elem_id, markup=markup, scripts=("pump",), ask=ask, arguments={})
        self.js_on_load = f"{script('page', 'pump')}\nnoisewalk.denoisingBranch.{part}({{ {KIT} }});"


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    tab.facts["trunk"] |= view.FACTS
    run = {**whole, "trunk": "trunk"}
    tab.prose("denoising.branch.lead")
    with gr.Column(elem_classes="nw-card"):
        branch = Part("branch", BRANCH, "denoising-branch", serve(view.outlook, turns=True))
        Part("tree", TREE, "denoising-tree")
    with gr.Column(elem_classes="nw-card"):
        tab.prose("denoising.poke", tag="h3", classes="nw-part")
        tab.prose("denoising.poke.lead")
        with gr.Row(elem_classes="nw-poke-row"):
            Part("poking", POKE, "denoising-poke")
            with gr.Column(elem_classes="nw-poke-found", min_width=280):
                maps = Timeline(elem_id="denoising-poke-map", panes=list(view.PANES), frames=again, size=240)
                for line in ("shares", "levels"):
                    tab.facts_line(f"denoising.poke.{line}", "denoising-poke-map")
                with gr.Row():
                    show = tab.button("poke.show", size="sm", scale=0, min_width=200, elem_id="denoising-poke-show")
                    halt = tab.button("stop", size="sm", elem_classes="nw-quiet", elem_id="denoising-poke-halt")
    tab.live(branch, run)
    showing = tab.bind(show.click, view.changes, run, maps, concurrency_id="runs", concurrency_limit=2)
    stop = "() => { noisewalk.halt('denoising-poke-map') }"
    halt.click(None, None, None, js=stop, cancels=[showing], api_visibility="private")
