"""Buttons that bring a picture, a walk or a run home as a file, and one that opens such a file again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<section class="nw-widget nw-save" role="group">
  <span class="nw-save-label"></span><span class="nw-save-kinds"></span>
  <p class="nw-error-line" role="status" hidden></p>
  <input type="file" accept=".json,.png,.gif,.webp,.mp4" hidden>
</section>
"""


class SaveAs(Widget):
    """Asks `serve` for {"name", "file" or "recipe"}, and lets the browser save it without leaving the page.

    `source` says what: a function of `noisewalk.sources` that gives the arguments. With `reopen`, a server function of
    {"file"}, a file can be brought back; what it answers goes to the page as the event `noisewalk:recipe`.
    """

    def __init__(
        self,
        serve: Callable[..., Any],
        *,
        elem_id: str,
        source: str,
        kinds: Sequence[str],
        reopen: Callable[..., Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            None,
            elem_id=elem_id,
            markup=MARKUP,
            scripts=("dial", "save_as"),
            ask=[serve, *([reopen] if reopen else [])],
            source=source,
            kinds=list(kinds),
            **options,
        )
