"""The map of the plane of seeds: pictures at its crossings, the place as a dot, and the trail behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.widgets.widget import Widget

MARKUP = """
<figure class="nw-widget nw-map">
  <div class="nw-frame">
    <canvas class="nw-picture" role="application" tabindex="0"></canvas>
    <p class="nw-error" role="status" hidden></p>
  </div>
  <p class="nw-facts"></p>
</figure>
"""


class LatticeMap(Widget):
    """Asks `serve` for {"columns", "rows"} and gets those crossings side by side as one image.

    `plane` has {tab, axes, start, snap, picture}: the knobs that say where one is, and the live canvas that is pulled.
    """

    def __init__(self, serve: Callable[..., Any], *, elem_id: str, plane: dict[str, Any], **options: Any) -> None:
        super().__init__(
            None,
            elem_id=elem_id,
            markup=MARKUP,
            scripts=("lattice_tiles", "lattice_map"),
            ask=serve,
            plane=plane,
            **options,
        )
