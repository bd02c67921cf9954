"""One end of a way: a seed typed in, the picture on the table, or one that was kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<section class="nw-widget nw-pick" role="group">
  <div class="nw-pick-picture"><canvas width="96" height="96"></canvas><b></b></div>
  <div class="nw-pick-ways"></div>
  <p class="nw-error-line" role="status" hidden></p>
</section>
"""


class PlacePick(Widget):
    """Turns one hidden knob of a tab, a spot in JSON; asks `serve` for {"image"} of it."""

    def __init__(
        self, serve: Callable[..., Any], *, elem_id: str, tab: str, knob: str, letter: str, **options: Any
    ) -> None:
        super().__init__(
            None,
            elem_id=elem_id,
            markup=MARKUP,
            scripts=("dial", "pump", "place_pick"),
            ask=serve,
            arguments={},
            tab=tab,
            knob=knob,
            letter=letter,
            **options,
        )
