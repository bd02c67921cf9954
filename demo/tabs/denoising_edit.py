"""Editing with the same model: a picture is filled, redrawn, restored or turned into something else."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from demo.export import offered
from demo.tabs.denoising_nearest import Nearest
from demo.tabs.page import Tab
from demo.views import denoising_edit as view
from demo.views.denoising_edit_result import near_edit, save_edit
from demo.views.denoising_edit_subject import ITEM, PALETTE, READY, SOURCES
from demo.views.denoising_edit_ways import DAMAGES, FILLINGS, GOINGS, LEVEL, NAMES
from demo.widgets.save_as import SaveAs
from demo.widgets.timeline import Timeline
from demo.widgets.widget import Widget, script
from demo.wiring import again, bind, serve
from genmodels.editing.drawing import STRENGTH

KIT = "element, props, server, name, listen, emit, pump, picture, why, whenPageChanges"
KINDS = offered("png", "gif", "webp", "mp4")
HALT = "() => { noisewalk.halt('denoising-edit') }"
PRICE = '<p class="nw-prose nw-price" role="status"></p>'
HOW = "".join(f'<p class="nw-prose nw-for-{name}" data-say="denoising.edit.how.{name}"></p>' for name in NAMES)
COMING = "".join(
    f'<p class="nw-prose nw-coming nw-for-{name}" data-say="denoising.edit.coming.{name}"></p>' for name in NAMES
)
PAPER = """
<section class="nw-widget nw-paper">
  <div class="nw-frame"><canvas width="256" height="256" role="img"></canvas>
    <canvas class="nw-brushed" width="64" height="64" aria-hidden="true"></canvas>
    <p class="nw-invite" data-say="latent.project.invite"></p></div>
  <div class="nw-paper-tools">
    <button type="button" class="nw-quiet nw-for-own" data-paper="choose" data-say="latent.project.choose"></button>
    <label class="nw-for-own nw-paper-ink"><input type="checkbox" checked>
      <span data-say="latent.project.ink"></span></label>
    <div class="nw-chips nw-for-fill" role="group"></div>
    <div class="nw-paintes nw-for-redraw" role="group"></div>
    <div class="nw-for-brush nw-paper-brush">
      <button type="button" class="nw-chip" data-paper="erase" aria-pressed="false"
        data-say="denoising.edit.erase"></button>
      <button type="button" class="nw-chip" data-paper="clear" data-say="denoising.edit.clear"></button>
      <label><span data-say="denoising.edit.brush"></span>
        <input type="range" min="1" max="16" step="1" value="6"></label>
    </div>
    <div class="nw-wishes nw-for-turn"></div>
    <input type="file" accept="image/*" hidden>
  </div>
  <p class="nw-error-line" role="status" hidden></p>
</section>
"""


class Paper(Widget):
    """The picture that is edited, with what is brushed over it and what is wished of it."""

    def __init__(self, elem_id: str) -> None:
        ask = serve(view.look, turns=True)
        options = {"ready": READY, "palette": PALETTE, "arguments": {}}
        super().__init__(None, elem_id=elem_id, markup=PAPER, scripts=("pump",), ask=ask, **options)
        self.js_on_load = f"{script('page', 'pump')}\nnoisewalk.denoisingEdit.paper({{ {KIT} }});"


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    subject, edit = hidden(tab)
    tab.prose("denoising.edit.lead")
    with gr.Column(elem_classes="nw-card", elem_id="denoising-edit-card"):
        edit["way"] = tab.radio("edit_way", NAMES, elem_classes="nw-pills", container=False)
        gr.HTML(HOW, apply_default_css=False)
        with gr.Row(elem_classes="nw-edit-row"):
            with gr.Column(elem_classes="nw-edit-left", min_width=250):
                with gr.Column(elem_classes="nw-for-picture"):
                    subject["source"] = tab.radio("edit_source", SOURCES, elem_classes="nw-pills", container=False)
                    subject["item"] = tab.slider("edit_item", ITEM, surprise=True, elem_classes="nw-for-item")
                paper = Paper("denoising-edit-paper")
                knobs(tab, edit)
            with gr.Column(min_width=280):
                with gr.Row(elem_classes="nw-study-buttons"):
                    go = tab.button("edit.go", variant="primary", size="sm", elem_id="denoising-edit-go")
                    halt = tab.button("stop", size="sm", elem_classes="nw-quiet", elem_id="denoising-edit-halt")
                price = Widget(
                    None, elem_id="denoising-edit-price", markup=PRICE, scripts=("pump", "price"),
                    ask=serve(view.bill, turns=True),
                )  # fmt: skip
                gr.HTML(COMING, apply_default_css=False)
                timeline = Timeline(elem_id="denoising-edit", panes=[*view.PANES], frames=again, size=240)
                gr.HTML('<p class="nw-prose nw-edit-said" role="status"></p>', apply_default_css=False)
                result(tab)
    tab.live(paper, {**whole, **subject, "trunk": "trunk"})
    tab.live(price, {**whole, **subject, **edit})
    running = streamed(tab, go, {**whole, **subject, **edit, "trunk": "trunk"}, timeline)
    halt.click(None, None, None, js=HALT, cancels=[running], api_visibility="private")


def result(tab: Tab) -> None:
    """What the last edit came to, as a file and beside the training pictures."""
    with gr.Column(elem_classes="nw-edit-result"):
        SaveAs(serve(save_edit, turns=True), elem_id="denoising-edit-save", source="edit", kinds=KINDS)
        tab.prose("latent.near", tag="h4", classes="nw-part")
        Nearest(near_edit, elem_id="denoising-edit-nearest", timeline="denoising-edit", source="edit")


def hidden(tab: Tab) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is brushed and wished stands in the link and means something beside one model; an upload is no knob."""
    made = {"hole": "edit_hole", "drawing": "edit_drawing", "wishes": "edit_wishes"}
    for name, rest in {"edit_hole": "middle", "edit_drawing": "", "edit_wishes": {}}.items():
        tab.hidden(name, rest, free=True)
    tab.facts["model"]["resets"] = [*tab.facts["model"].get("resets", []), *made.values()]
    return {}, made


def knobs(tab: Tab, edit: dict[str, Any]) -> None:
    """Of each way its own."""
    edit["filling"] = tab.radio("edit_filling", FILLINGS, elem_classes="nw-inline nw-for-fill")
    edit["strength"] = tab.slider("edit_strength", STRENGTH, elem_classes="nw-for-redraw")
    edit["damage"] = tab.radio("edit_damage", DAMAGES, elem_classes="nw-inline nw-for-restore")
    edit["level"] = tab.slider("edit_level", LEVEL, elem_classes="nw-for-noise")
    edit["other"] = tab.seed("edit_other", 7, elem_classes="nw-for-between")
    edit["going"] = tab.radio("edit_going", GOINGS, elem_classes="nw-inline nw-for-turn")
    tab.facts_line("denoising.edit.begins", "denoising-edit-price")


def streamed(tab: Tab, go: gr.Button, controls: dict[str, Any], timeline: Timeline) -> Any:
    """The button to the view; hidden knobs and the upload, which is no knob, are put in by the page on the way."""
    asked = {a: gr.JSON(visible=False) if isinstance(c, str) else c for a, c in {**controls, "upload": ""}.items()}
    names = [control if isinstance(control, str) else None for control in controls.values()]
    called = {argument: f"{tab.key}.{tab.name_of(control)}" for argument, control in controls.items()}
    js = f"(...values) => noisewalk.denoisingEdit.sent({json.dumps(names)}, values)"
    shared = {"concurrency_id": "runs", "concurrency_limit": 2, "trigger_mode": "multiple"}
    return bind(go.click, view.edit, asked, timeline, language=tab.page.language, knobs=called, js=js, **shared)
