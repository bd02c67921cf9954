"""Under the run: its panes as a film, its steps as a strip, its last picture, its recipe; and a file opened again."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.export import offered
from demo.tabs.page import WORDS, Tab
from demo.views.denoising_keep import PANES, opened, save
from demo.widgets.save_as import SaveAs
from demo.wiring import serve
from genmodels.knobs import Knob

KINDS = offered("gif", "webp", "mp4", "strip", "png", "json")
STRIP = Knob(2, 12, 1, 8)


def layout(tab: Tab, whole: dict[str, Any]) -> None:
    SaveAs(
        serve(save, turns=True), elem_id="denoising-save", source="run", kinds=KINDS, reopen=serve(opened, turns=True)
    )
    with gr.Accordion(WORDS("denoising.keep.how"), open=False) as how, gr.Row():
        tab.radio("kept_panes", list(PANES), "x0", elem_classes="nw-inline")
        tab.slider("kept_steps", STRIP, min_width=180)
    tab.page.words(how, label="denoising.keep.how")
    # What a file or a script of the page brings reaches Gradio's own sliders and menus through this button.
    land = gr.Button(visible="hidden", elem_id="denoising-land")
    land.click(None, None, list(tab.knobs.values()), js="() => noisewalk.denoisingLanded()")
