"""Your checkpoint: on one's own machine, a trained file joins the menu and every part of the tab."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from demo.guests import LARGEST
from demo.hardware import HOSTED
from demo.tabs.page import Tab
from demo.views import latent_own as view
from demo.wiring import bind

TOLD = f'<p class="nw-prose" id="latent-own-told" role="status" data-largest="{LARGEST}"></p>'


def layout(tab: Tab, here: dict[str, Any]) -> None:
    with gr.Column(elem_classes="nw-card"):
        if HOSTED:
            tab.prose("refused.hosted")
            return
        tab.prose("latent.own.how")
        file = gr.UploadButton(**tab.label("own.choose"), elem_id="latent-own-file")
        tab.page.words(file, label="latent.own.choose")
        tab.prose("latent.own.train", classes="nw-note")
        gr.HTML(TOLD, apply_default_css=False)
    told, choices = gr.JSON(visible=False), gr.JSON(visible=False)
    taken = tab.bind(file.upload, view.adopt, {"file": file}, told)
    taken.success(None, told, here["model"], js="(told) => noisewalk.latent.adopted(told)", api_visibility="private")
    loaded = bind(partial(gr.on, None), view.models, {}, choices, queue=False)
    menu = "(known) => noisewalk.latent.refresh(known)"
    loaded.then(None, choices, here["model"], js=menu, api_visibility="private")
