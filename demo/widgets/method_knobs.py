"""The knobs of the samplers that a visitor has chosen: a slider and a number each."""

from __future__ import annotations

from typing import Any

from demo.widgets.widget import Widget

MARKUP = '<div class="nw-widget nw-method-knobs" role="group"></div>'


class MethodKnobs(Widget):
    """Turns the hidden knob `knobs` of a tab; `chosen` is the knob that names one method or several."""

    def __init__(self, tab: str, chosen: str, catalog: dict[str, dict[str, Any]]) -> None:
        super().__init__(
            None,
            elem_id=f"{tab}-knobs",
            markup=MARKUP,
            scripts=("dial", "method_knobs"),
            tab=tab,
            chosen=chosen,
            catalog=catalog,
        )
