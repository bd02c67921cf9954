"""The stops of a way through many places: small pictures in an order that can be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<section class="nw-widget nw-route" role="group">
  <div class="nw-shelf-row" role="list"></div>
  <div class="nw-shelf-head"><span class="nw-shelf-more"></span></div>
  <p class="nw-error-line" role="status" hidden></p>
</section>
"""


class Route(Widget):
    """Turns one hidden knob of a tab, a list of at most `most` spots; `serve` answers with them side by side."""

    def __init__(
        self, serve: Callable[..., Any], *, elem_id: str, tab: str, knob: str, most: int, **options: Any
    ) -> None:
        super().__init__(
            None,
            elem_id=elem_id,
            markup=MARKUP,
            scripts=("dial", "pump", "sortable", "route"),
            ask=serve,
            arguments={},
            tab=tab,
            knob=knob,
            most=most,
            **options,
        )
