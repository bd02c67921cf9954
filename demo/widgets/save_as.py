"""Buttons that bring a picture or a walk home as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<section class="nw-widget nw-save" role="group">
  <span class="nw-save-label"></span><span class="nw-save-kinds"></span>
  <p class="nw-error-line" role="status" hidden></p>
</section>
"""


class SaveAs(Widget):
    """Asks `serve` for {"name", "file" or "recipe"}, and lets the browser save it without leaving the page.

    `source` says what: a function of the page's latent_between.js that gives the arguments.
    """

    def __init__(
        self, serve: Callable[..., Any], *, elem_id: str, source: str, kinds: Sequence[str], **options: Any
    ) -> None:
        super().__init__(
            None,
            elem_id=elem_id,
            markup=MARKUP,
            scripts=("dial", "save_as"),
            ask=serve,
            source=source,
            kinds=list(kinds),
            **options,
        )
