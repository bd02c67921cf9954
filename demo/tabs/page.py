"""What the tabs are built with: knobs and buttons that know their words and their place in the link."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from demo.views.method_knobs import catalog
from demo.widgets.method_knobs import MethodKnobs
from demo.wiring import bind
from demo.words import LANGUAGES, table
from genmodels.knobs import Knob

WORDS = gr.I18n(**{language: dict(table(language)) for language in LANGUAGES})


class Slider(gr.Slider):
    """A slider whose number, blank or out of bounds, reaches the view's own checks, which refuse in words."""

    def preprocess(self, payload: Any) -> Any:
        return payload


class Page:
    """Everything that the tabs have in common; it is filled while they are laid out."""

    def __init__(self, language: gr.Radio) -> None:
        self.language = language
        self.texts: list[tuple[Component, dict[str, Any]]] = []
        self.knobs: dict[str, dict[str, Component]] = {}
        self.facts: dict[str, dict[str, dict[str, Any]]] = {}
        self.parts: dict[str, tuple[gr.Tabs, list[str]]] = {}
        self.driven: dict[str, dict[str, tuple[str, str]]] = {}
        self.dragged: dict[str, str] = {}

    def words(self, component: Any, **keys: Any) -> Any:
        """Remember which property of a component is which sentence."""
        self.texts.append((component, keys))
        return component

    def config(self) -> dict[str, Any]:
        """What the page's own script needs to know."""
        return {
            "words": {language: table(language) for language in LANGUAGES},
            "languages": LANGUAGES,
            "texts": [keys for _, keys in self.texts],
            "knobs": self.facts,
            "parts": {tab: keys for tab, (_, keys) in self.parts.items()},
            "driven": self.driven,
            "dragged": self.dragged,
        }


class Tab:
    """One tab while it is laid out."""

    def __init__(self, page: Page, key: str) -> None:
        self.page, self.key = page, key
        self.knobs = page.knobs.setdefault(key, {})
        self.facts = page.facts.setdefault(key, {})

    def needs(self, models: Sequence[str]) -> bool:
        """Whether there is a model to work with; where none is, the tab says how to train one."""
        if not models:
            self.prose(f"{self.key}.none", classes="nw-note")
        return bool(models)

    def model(self, models: Sequence[str]) -> gr.Dropdown:
        """The menu of models, and a word beside those that are young."""
        menu = self.choice("model", models, group="models")
        self.prose("models.early", tag="span", classes="nw-badge")
        return menu

    def prose(self, key: str, tag: str = "p", classes: str = "") -> gr.HTML:
        """A sentence on the page, in the page's language."""
        html = f'<{tag} class="nw-prose {classes}" data-say="{key}">{table("en")[key]}</{tag}>'
        return gr.HTML(html, apply_default_css=False)

    def button(self, name: str, **options: Any) -> gr.Button:
        key = f"{self.key}.{name}" if f"{self.key}.{name}" in table("en") else f"page.{name}"
        return self.page.words(gr.Button(WORDS(key), **options), value=key)

    def slider(
        self, name: str, knob: Knob, value: float | None = None, surprise: bool = False, **options: Any
    ) -> gr.Slider:
        value = knob.default if value is None else value
        made = Slider(knob.low, knob.high, value, step=knob.step, **self.label(name), **options)
        facts = {"low": knob.low, "high": knob.high, "step": knob.step, "default": value, "surprise": surprise}
        return self.register(name, made, **facts)

    def ends(self, low: str, high: str) -> None:
        """Two sliders are the ends of a stretch: who is turned past the other takes it along."""
        first, last = self.knobs[low], self.knobs[high]
        for turned, other, name, further in ((first, last, high, "max"), (last, first, low, "min")):
            js = f"(low, high) => noisewalk.pushed({self.key!r}, {name!r}, Math.{further}(low, high))"
            turned.input(None, [first, last], other, js=js)  # type: ignore[attr-defined]

    def seed(self, name: str = "seed", value: int = 0, **options: Any) -> gr.Slider:
        return self.slider(name, Knob(0, 9999, 1, value), **options)

    def drag(self, widget: Component, axes: Sequence[str], middle: float = 0.5) -> None:
        """The place under the finger on a live canvas becomes a knob for each axis."""
        for axis in axes:
            self.hidden(axis, middle)
        self.page.dragged[str(widget.elem_id)] = self.key

    def facts_line(self, key: str, widget: str) -> gr.HTML:
        """A sentence whose {numbers} are those of the widget's last answer."""
        return gr.HTML(
            f'<p class="nw-prose nw-live-facts" data-facts="{widget}" data-key="{key}"></p>', apply_default_css=False
        )

    def choice(self, name: str, values: Sequence[str], value: str | None = None, group: str = "", **options: Any):
        """A menu of names from a registry; each shows its sentence `group.name`, or itself where none is written."""
        return self.menu(gr.Dropdown, name, values, values[0] if value is None else value, group, options)

    def several(self, name: str, values: Sequence[str], value: list[str], group: str = "", **options: Any):
        return self.menu(gr.Dropdown, name, values, value, group, {"multiselect": True, **options})

    def radio(self, name: str, values: Sequence[str], value: str | None = None, group: str = "", **options: Any):
        return self.menu(gr.Radio, name, values, values[0] if value is None else value, group, options)

    def menu(self, kind: Any, name: str, values: Sequence[str], value: Any, group: str, options: dict[str, Any]):
        keys = [f"{group or self.key + '.' + name}.{v}" for v in values]
        shown = [(WORDS(k) if k in table("en") else v, v) for k, v in zip(keys, values, strict=True)]
        made = kind(shown, value=value, **self.label(name), **options)
        pairs = [[k, v] for k, v in zip(keys, values, strict=True)]
        return self.register(
            name, made, words={"choices": pairs}, choices=list(values), default=value, most=options.get("max_choices")
        )

    def toggle(self, name: str, value: bool = False, **options: Any) -> gr.Checkbox:
        return self.register(name, gr.Checkbox(value, **self.label(name), **options), default=value, toggle=True)

    def pulled(self, widget: Component) -> None:
        """The axes along which a live canvas is pulled are hidden knobs already; here it becomes theirs."""
        self.page.dragged[str(widget.elem_id)] = self.key

    def hidden(self, name: str, default: Any, free: bool = False, **facts: Any) -> None:
        """A knob that lives in a widget of ours, yet has its place in the link, in Undo and in Reset.

        What a link brings must be like the default and within `low` and `high` where they are given; what is `free`
        is only built like the default, as lists or objects, and the server checks what is in it.
        """
        self.facts[name] = {"default": default, "hidden": True, "free": free, **facts}

    def method_knobs(self, chosen: str) -> None:
        """The knobs of the samplers that the knob `chosen` names, as one hidden knob of the tab."""
        self.hidden("knobs", {})
        self.facts["knobs"]["within"] = catalog()
        MethodKnobs(self.key, chosen, catalog())

    def parts(self, layouts: Mapping[str, Callable[[Tab, dict[str, Any]], None]], shared: dict[str, Any]) -> None:
        """Tabs inside the tab, each laid out with the knobs that they share; the open one stands in the link."""
        with gr.Tabs(elem_classes="nw-parts") as tabs:
            for key, layout in layouts.items():
                words = f"{self.key}.part.{key}"
                with gr.Tab(WORDS(words), id=key, elem_id=f"{self.key}-part-{key}") as opened:
                    self.page.words(opened, label=words)
                    layout(self, shared)
        self.page.parts[self.key] = tabs, list(layouts)

    def live(self, widget: Component, controls: Mapping[str, Any]) -> None:
        """Let knobs drive a widget: each change is one message with all of them, the newest wins."""
        self.page.driven[str(widget.elem_id)] = {
            argument: (self.key, self.name_of(control)) for argument, control in controls.items()
        }

    def bind(
        self,
        event: Callable[..., Any],
        view: Callable[..., Any],
        controls: Mapping[str, Any],
        outputs: Any,
        **options: Any,
    ) -> Any:
        """Call a view with components and, by name, with hidden knobs: the page puts their values in on the way."""
        asked = {a: gr.JSON(visible=False) if isinstance(c, str) else c for a, c in controls.items()}
        if any(isinstance(control, str) for control in controls.values()):
            fill = [control if isinstance(control, str) else None for control in controls.values()]
            options["js"] = f"(...values) => noisewalk.filled({self.key!r}, {json.dumps(fill)}, values)"
        named = {argument: self.name_of(control) for argument, control in controls.items()}
        knobs = {argument: f"{self.key}.{name}" for argument, name in named.items() if name}
        return bind(event, view, asked, outputs, language=self.page.language, knobs=knobs, **options)

    def turn(self, button: gr.Button, values: Mapping[str, Any]) -> None:
        """Let a button turn knobs in the browser, all in one breath."""
        js = f"() => noisewalk.jump({self.key!r}, {json.dumps(values)})"
        button.click(None, None, list(self.knobs.values()), js=js)

    def name_of(self, control: Any) -> str:
        """The name of a knob by its component, or nothing if it is none; a hidden one is given by name."""
        if isinstance(control, str):
            return control
        return next((name for name, component in self.knobs.items() if component is control), "")

    def label(self, name: str) -> dict[str, Any]:
        key, info = f"{self.key}.{name}", f"{self.key}.{name}.info"
        return {"label": WORDS(key), **({"info": WORDS(info)} if info in table("en") else {})}

    def register(self, name: str, component: Any, words: dict[str, Any] | None = None, **facts: Any) -> Any:
        key, info = f"{self.key}.{name}", f"{self.key}.{name}.info"
        keys = {"label": key, **({"info": info} if info in table("en") else {}), **(words or {})}
        self.page.words(component, **keys)
        self.knobs[name] = component
        self.facts[name] = facts
        component.change(None, component, None, js=f"(v) => noisewalk.turned({self.key!r}, {name!r}, v)")
        return component
