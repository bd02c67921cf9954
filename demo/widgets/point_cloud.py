"""Points in the plane, their trails, arrows and a field on one canvas that can be panned and zoomed."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from demo.widgets.widget import Widget

MARKUP = """
<figure class="nw-widget nw-cloud">
  <figcaption class="nw-title"></figcaption>
  <div class="nw-frame">
    <canvas class="nw-picture" role="img" tabindex="0"></canvas>
    <p class="nw-error" role="status" hidden></p>
    <div class="nw-zoom">
      <button type="button" class="nw-button" data-zoom="1.4">+</button>
      <button type="button" class="nw-button" data-zoom="0.714">−</button>
      <button type="button" class="nw-button" data-zoom="0">⤢</button>
    </div>
  </div>
  <p class="nw-legend"></p>
</figure>
"""


class PointCloud(Widget):
    """Shows {"layers": [...], "view": [x0, x1, y0, y1]}; moving layers follow a clock from 0 (noise) to 1 (data)."""

    SENDS = ("pick",)

    def __init__(
        self,
        value: dict[str, Any] | None = None,
        *,
        elem_id: str,
        label: str = "",
        legend: str = "",
        follows: str = "",
        ratio: float = 1.0,
        size: int = 480,
        **options: Any,
    ) -> None:
        super().__init__(
            value,
            elem_id=elem_id,
            label=label,
            markup=MARKUP,
            scripts=("cloud_data", "cloud_view", "cloud_draw", "point_cloud"),
            legend=legend,
            timeline=follows,
            ratio=ratio,
            size=size,
            **options,
        )


def packed(numbers: Any) -> str:
    """Numbers as the widget reads them: float16, row by row, in base64."""
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f2").tobytes()).decode()
