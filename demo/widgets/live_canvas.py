"""A picture that follows the knobs: one request per change, the newest wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<figure class="nw-widget nw-live">
  <figcaption class="nw-title"></figcaption>
  <div class="nw-frame">
    <canvas class="nw-picture" role="img"></canvas>
    <span class="nw-thumb" hidden></span>
    <p class="nw-error" role="status" hidden></p>
  </div>
  <p class="nw-facts" aria-hidden="true"></p>
</figure>
"""


class LiveCanvas(Widget):
    """Asks `serve` for {"image": base64} whenever a `noisewalk:set` event or a drag changes its arguments.

    `drag` names two arguments from 0 to 1 that are the place under the finger; `pull` has {axes, tab, knobs}: two
    arguments without bounds that move with the finger, and the page's knobs speed, drift and snap that say how.
    """

    def __init__(
        self,
        serve: Callable[..., Any],
        *,
        elem_id: str,
        label: str = "",
        value: dict[str, Any] | None = None,
        arguments: dict[str, Any] | None = None,
        drag: bool | Sequence[str] = False,
        pull: dict[str, Any] | None = None,
        size: int = 320,
        smooth: bool = True,
        **options: Any,
    ) -> None:
        axes = ["x", "y"] if drag is True else list(drag or ())
        super().__init__(
            value,
            elem_id=elem_id,
            label=label,
            markup=MARKUP,
            scripts=("pump", "live_canvas", *(["live_pull"] if pull else [])),
            ask=serve,
            arguments=arguments or {},
            axes=axes,
            pull=pull,
            size=size,
            smooth=smooth,
            **options,
        )
