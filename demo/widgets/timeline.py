"""Frames sent once and scrubbed in the browser: up to three aligned panes under one slider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.widgets.widget import Widget

PLAY = '<svg viewBox="0 0 16 16" aria-hidden="true"><path class="nw-go" d="M4 2.5v11l9-5.5z"/>'
PLAY += '<path class="nw-stay" d="M4 3h3v10H4zM9 3h3v10H9z"/></svg>'

MARKUP = f"""
<figure class="nw-widget nw-timeline">
  <figcaption class="nw-title"></figcaption>
  <div class="nw-panes"></div>
  <p class="nw-error" role="status" hidden></p>
  <div class="nw-transport">
    <button type="button" class="nw-button nw-play">{PLAY}</button>
    <input type="range" class="nw-range" min="0" max="0" value="0" step="1">
    <output class="nw-count"></output>
    <button type="button" class="nw-button nw-speed"></button>
  </div>
  <p class="nw-facts" aria-hidden="true"></p>
</figure>
"""


class Timeline(Widget):
    """Takes {"run", "panes", "start", "add": [{"frames": [base64], "caption"}], "total", "done"}, piece by piece.

    With `frames`, a server function of {"run", "start"} with the same answer, missing pieces are fetched again.
    """

    SENDS = ("pick",)

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        elem_id: str,
        label: str = "",
        panes: list[str] | None = None,
        frames: Callable[..., Any] | None = None,
        caption: str = "",
        rate: float = 12,
        autoplay: bool = False,
        size: int = 256,
        smooth: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(
            value,
            elem_id=elem_id,
            label=label,
            markup=MARKUP,
            scripts=("timeline_reel", "timeline"),
            ask=frames,
            panes=panes or [""],
            words=caption,
            rate=rate,
            autoplay=autoplay,
            size=size,
            smooth=smooth,
            **options,
        )
