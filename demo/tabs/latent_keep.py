"""The shelf under the table: places that were kept, and the picture itself as a file."""

from __future__ import annotations

from demo.tabs.page import Tab
from demo.views.latent_between import end
from demo.views.latent_keep import opened, save
from demo.widgets.save_as import SaveAs
from demo.widgets.shelf import Shelf
from demo.wiring import serve


def layout(tab: Tab) -> None:
    SaveAs(
        serve(save, turns=True), elem_id="latent-save", source="table", kinds=("png", "json"),
        reopen=serve(opened, turns=True),
    )  # fmt: skip
    Shelf(serve(end), elem_id="latent-shelf")
