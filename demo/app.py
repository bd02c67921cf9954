"""The page: a header, one tab per entry of TABS, and the settings it is launched with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# Read when Blocks are built: no telemetry, and no table of past events rebuilt after each one.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr
from gradio.themes import Base, GoogleFont, sizes

from demo.hardware import HOSTED
from demo.tabs import TABS
from demo.tabs.page import WORDS, Page, Tab
from demo.views.api import API
from demo.widgets.widget import STYLES
from demo.wiring import publish
from demo.words import LANGUAGES, table
from genmodels.memory import keep_memory

ASSETS = Path(__file__).parent / "assets"
SHORT = {"en": "EN", "zh-TW": "繁", "zh-CN": "简"}


def build(shown: Mapping[str, Callable[[Tab], None]] = TABS) -> gr.Blocks:
    """The whole page, or one with some of its tabs, wired but not launched."""
    with gr.Blocks(title="Noisewalk", fill_width=True, delete_cache=(3600, 3600), analytics_enabled=False) as demo:
        with gr.Row(elem_classes="nw-header"):
            gr.HTML(header(), apply_default_css=False, elem_classes="nw-brand-slot")
            language = gr.Radio(
                [(SHORT[code], code) for code in LANGUAGES], value="en", label=WORDS("page.language"),
                show_label=False, container=False, elem_id="nw-language", elem_classes="nw-language",
            )  # fmt: skip
        page = Page(language)
        page.words(language, label="page.language")
        with gr.Tabs(elem_classes="nw-tabs") as tabs:
            for key, layout in shown.items():
                with gr.Tab(WORDS(f"{key}.tab"), id=key, elem_id=f"tab-{key}") as tab:
                    page.words(tab, label=f"{key}.tab")
                    frame(Tab(page, key), layout)
        gr.HTML(foot(), apply_default_css=False)
        speak(demo, page, tabs, next(iter(shown)))
        for view in API:
            publish(view)
    demo.queue(max_size=32, default_concurrency_limit=2)
    demo.noisewalk = page  # type: ignore[attr-defined]
    return demo


def frame(tab: Tab, layout: Any) -> None:
    """What every tab has: a sentence that says what it is, and Undo, Reset, Surprise me, Copy link."""
    with gr.Row(elem_classes="nw-tab-head"):
        tab.prose(f"{tab.key}.lead", classes="nw-lead")
        with gr.Row(elem_classes="nw-tools"):
            acts = {act: tab.button(act, size="sm", elem_classes="nw-quiet") for act in ("undo", "reset", "surprise")}
            copy = tab.button("link", size="sm", elem_classes="nw-quiet")
    layout(tab)
    for act, button in acts.items():
        js = f"() => noisewalk.{act}({tab.key!r})"
        button.click(None, None, list(tab.knobs.values()), js=js)
    copy.click(None, None, None, js=f"() => {{ noisewalk.copyLink({tab.key!r}) }}")


def speak(demo: gr.Blocks, page: Page, tabs: gr.Tabs, first: str) -> None:
    """Apply the visitor's language and the link they came by; both happen in the browser."""
    texts = [component for component, _ in page.texts]
    everything = [component for knobs in page.knobs.values() for component in knobs.values()]
    say = "(l) => noisewalk.speak(l)"
    page.language.input(None, page.language, texts, js=say)
    loaded = demo.load(None, None, page.language, js="() => noisewalk.language()")
    loaded.then(None, page.language, texts, js=say)
    inner = [parts for parts, _ in page.parts.values()]
    demo.load(None, None, [tabs, *inner], js=f"() => noisewalk.opened({first!r})")
    demo.load(None, None, everything, js="() => noisewalk.restore()")


def header() -> str:
    """The name, what it is, and two buttons; plain HTML whose words the page's script fills in."""
    words = table("en")
    return (
        '<div class="nw-bar"><div class="nw-brand"><span class="nw-mark" aria-hidden="true"></span>'
        f'<h1>Noisewalk</h1><p data-say="page.subtitle">{words["page.subtitle"]}</p></div>'
        '<div class="nw-header-buttons">'
        f'<button class="nw-quiet" data-press="tour" data-say="page.tour">{words["page.tour"]}</button>'
        '<button class="nw-quiet nw-theme" data-press="theme" data-title="page.theme"></button></div></div>'
    )


def foot() -> str:
    """The way to the page of the API: Gradio's own button to it speaks only English, so this one presses that."""
    words = table("en")["page.api"]
    return f'<p class="nw-foot"><button class="nw-quiet" data-press="api" data-say="page.api">{words}</button></p>'


def head(page: Page) -> str:
    """The page's own scripts with the facts they need, in place before any component mounts."""
    facts = json.dumps(page.config(), ensure_ascii=False).replace("</", "<\\/")
    scripts = [f"window.noisewalkPage = {facts};"]
    scripts += [path.read_text("utf-8") for path in assets("js", "words", "knobs", "chrome", "runs")]
    style = (ASSETS / "outside.css").read_text("utf-8")
    return f"<style>{style}</style>" + "".join(f"<script>{script}</script>" for script in scripts)


def assets(kind: str, *first: str) -> list[Path]:
    """Our own files of one kind: some in order, then whatever the tabs brought."""
    ordered = [ASSETS / f"{name}.{kind}" for name in first]
    return [*ordered, *sorted(set(ASSETS.glob(f"*.{kind}")) - {*ordered, ASSETS / "outside.css"})]


def theme() -> Base:
    """Fonts that ship with Gradio, then whatever the system has for Chinese; colours live in page.css."""
    chinese = ["PingFang TC", "PingFang SC", "Noto Sans CJK TC", "Noto Sans TC", "Microsoft JhengHei", "sans-serif"]
    return Base(
        font=[GoogleFont("IBM Plex Sans"), *chinese],
        font_mono=[GoogleFont("IBM Plex Mono"), "ui-monospace", "monospace"],
        radius_size=sizes.radius_sm,
        text_size=sizes.text_md,
    )


def launch_settings(demo: gr.Blocks, **changes: Any) -> dict[str, Any]:
    """How the page is served: nothing leaves the machine, nothing is kept, nothing is larger than it need be."""
    return {
        "theme": theme(),
        "css_paths": [*assets("css", "page"), *STYLES],
        "head": head(demo.noisewalk),  # type: ignore[attr-defined]
        "i18n": WORDS,
        "run_history": False,
        "ssr_mode": False,
        "pwa": False,
        "max_file_size": "1mb" if HOSTED else "12mb",  # what is uploaded are checkpoints; pictures come small
        "state_session_capacity": 500,
        "enable_monitoring": False,
        "show_error": False,
        "footer_links": ["api"],  # hidden by page.css, pressed by our own button
        "favicon_path": ASSETS / "mark.png",
        **changes,
    }


def launch(demo: gr.Blocks, **changes: Any) -> Any:
    keep_memory()
    return demo.launch(**launch_settings(demo, **changes))
