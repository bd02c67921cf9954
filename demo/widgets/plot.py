"""A Plotly figure that keeps its zoom, speaks the page's language and wears its colours."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from demo.widgets.widget import Widget

# Found, not imported: only the script is needed, and the package takes its time.
PLOTLY = Path(str(find_spec("plotly").origin)).parent / "package_data" / "plotly.min.js"  # type: ignore[union-attr]

MARKUP = """
<figure class="nw-widget nw-plot">
  <figcaption class="nw-title"></figcaption>
  <div class="nw-chart" role="group"><div class="nw-paper"></div><div class="nw-handles"></div></div>
  <p class="nw-error" role="status" hidden></p>
</figure>
"""


class Plot(Widget):
    """Shows {"data", "layout"}; with `serve` it asks for a new one whenever a `noisewalk:set` event names it."""

    SENDS = ("pick", "moved")

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        elem_id: str,
        label: str = "",
        serve: Callable[..., Any] | None = None,
        arguments: dict[str, Any] | None = None,
        height: int = 320,
        **options: Any,
    ) -> None:
        gr.set_static_paths([PLOTLY])
        super().__init__(
            value,
            elem_id=elem_id,
            label=label,
            markup=MARKUP,
            scripts=("pump", "plot_look", "plot_handles", "plot"),
            ask=serve,
            arguments=arguments or {},
            height=height,
            head=f'<script src="gradio_api/file={PLOTLY.as_posix()}"></script>',
            **options,
        )
