"""The shelf: places that were kept, with names, in the browser alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<section class="nw-widget nw-shelf">
  <div class="nw-shelf-head"><button type="button" class="nw-quiet nw-keep" data-say="latent.keep.this"></button>
    <span class="nw-shelf-more"></span></div>
  <div class="nw-shelf-row" role="list"></div>
  <div class="nw-shelf-one" hidden></div>
  <p class="nw-error-line" role="status" hidden></p>
  <input type="file" accept="application/json,.json" hidden>
</section>
"""


class Shelf(Widget):
    """Asks `serve` for the picture of {"model", "spot"} where a kept one came without its own."""

    def __init__(self, serve: Callable[..., Any], *, elem_id: str, **options: Any) -> None:
        super().__init__(
            None, elem_id=elem_id, markup=MARKUP, scripts=("dial", "sortable", "shelf"), ask=serve, **options
        )
