"""Your picture: any picture is looked for in the latent space of the model, and what is found can go on the table."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.tabs.latent_judge import KIT
from demo.tabs.page import Tab
from demo.views import latent_project as view
from demo.widgets.plot import Plot
from demo.widgets.widget import Widget, script
from demo.wiring import serve

PROJECT = """
<section class="nw-widget nw-project">
  <div class="nw-project-panes">
    <figure class="nw-aim">
      <figcaption data-say="latent.project.aim"></figcaption>
      <div class="nw-frame"><canvas width="256" height="256" role="img" tabindex="0"></canvas>
        <p class="nw-invite" data-say="latent.project.invite"></p></div>
      <div class="nw-crop">
        <button type="button" class="nw-quiet" data-project="choose" data-say="latent.project.choose"></button>
        <label><span data-say="latent.project.zoom"></span>
          <input type="range" min="1" max="8" step="0.05" value="1"></label>
        <label class="nw-ink"><input type="checkbox" checked> <span data-say="latent.project.ink"></span></label>
        <input type="file" accept="image/*" hidden>
      </div>
    </figure>
    <figure class="nw-best">
      <figcaption data-say="latent.project.best"></figcaption>
      <div class="nw-frame"><canvas width="256" height="256" role="img"></canvas></div>
    </figure>
    <figure class="nw-rest">
      <figcaption data-say="latent.project.rest"></figcaption>
      <div class="nw-frame"><canvas width="256" height="256" role="img"></canvas></div>
    </figure>
  </div>
  <p class="nw-project-trouble" role="status" hidden></p>
  <div class="nw-project-state" hidden>
    <progress value="0" max="1"></progress>
    <p class="nw-said nw-project-step"></p>
    <div class="nw-formula"><math><mi>PSNR</mi><mo>=</mo><mn>10</mn><mspace width="0.15em"/>
      <msub><mi>log</mi><mn>10</mn></msub><mo>(</mo><msup><mn>2</mn><mn>2</mn></msup><mo>/</mo><mi>MSE</mi><mo>)</mo><mo>=</mo>
      <mn>10</mn><mspace width="0.15em"/><msub><mi>log</mi><mn>10</mn></msub>
      <mo>(</mo><mn>4</mn><mo>/</mo><mn class="nw-number" data-number="mse">–</mn><mo>)</mo>
      <mo>=</mo><mn class="nw-number" data-number="psnr">–</mn><mspace width="0.3em"/><mi>dB</mi></math></div>
  </div>
  <p class="nw-said nw-project-verdict" role="status"></p>
  <p class="nw-said nw-project-beside"></p>
</section>
"""
LAID = ("psi", "cutoff", "grain")  # what would change the picture that was found


class Project(Widget):
    """The picture that is looked for, the nearest so far and what differs; a search that goes on while it is asked."""

    def __init__(self, elem_id: str) -> None:
        asks = [serve(view.aim), serve(view.begin), serve(view.further, turns=True)]
        super().__init__(None, elem_id=elem_id, markup=PROJECT, scripts=("pump",), ask=asks, arguments={})
        self.js_on_load = f"{script('page', 'pump')}\nnoisewalk.latentParts.project({{ {KIT} }});"


def layout(tab: Tab, here: dict[str, Any]) -> None:
    tab.prose("latent.project.lead")
    with gr.Column(elem_classes="nw-card nw-project-card"):
        with gr.Row():
            goal = tab.radio("goal", view.GOALS, "own", elem_id="latent-goal", elem_classes="nw-pills", container=False)
            face = tab.slider("face", view.FACE, surprise=True, elem_classes="nw-for-held", min_width=180)
        project = Project("latent-project")
        with gr.Row(elem_classes="nw-study-buttons"):
            find = tab.button("project.find", variant="primary", size="sm", elem_id="latent-find")
            halt = tab.button("project.halt", size="sm", elem_classes="nw-quiet", elem_id="latent-find-halt")
            lay = tab.button("project.lay", size="sm", elem_id="latent-lay")
        Plot(elem_id="latent-project-curve", height=190, label="t:latent.project.curve")
    with gr.Column(elem_classes="nw-card"):
        with gr.Row():
            steps = tab.slider("search_steps", view.STEPS)
            seed = tab.slider("search_seed", view.SEED)
        with gr.Column(elem_classes="nw-with-styles"):
            space = tab.radio("space", view.SPACES, "z", elem_classes="nw-pills")
        tab.prose("latent.project.how", classes="nw-note")
    tab.live(project, {**here, "goal": goal, "face": face, "space": space, "seed": seed, "steps": steps})
    for button, act in {find: "find", halt: "halt"}.items():
        button.click(None, None, None, js=f"() => {{ noisewalk.latentParts.project.{act}() }}")
    changed = [tab.knobs[name] for name in LAID]
    lay.click(None, None, changed, js="() => noisewalk.latentParts.project.lay()")
