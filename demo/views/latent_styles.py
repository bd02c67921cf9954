"""Styles: what a mapping network makes of a latent, how layers share out the work, and a picture for every class."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import torch
from PIL import Image
from torch import Tensor

from demo import library
from demo.pictures import to_image
from demo.views.latent_here import ALL_LAYERS, Here, carried, painted, point
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.latents import StyleModel, draw, mix
from genmodels.offsets import NONE

ROWS, COLUMNS = 3, 4
USUAL = 3.5  # how far a normal number hardly ever goes
CLASSES_ACROSS = 9
Layer = Annotated[int, Knob(0, ALL_LAYERS, 1)]
Seed = Annotated[int, Knob(0, 9999, 1)]


def abilities(model: str) -> dict[str, Any]:
    """What this model can do that not every model can: styles by layer, and classes to ask for."""
    card = library.cards()[model]
    layers = 2 * len(card.config["generator"]) - 1 if "style" in card.config else 0
    classes = [value for values in card.fields.values() for value in values] if "labels" in card.config else []
    return {"layers": layers, "classes": classes, "early": library.early(model), "weights": card.weights[:12]}


def numbers(here: Here) -> dict[str, Any]:
    """The latent as bars, and the style that the mapping network makes of it."""
    z = carried(here)
    rows = [("t:latent.styles.z", z, "--nw-noise")]
    if isinstance(library.latent_model(here.model), StyleModel):
        rows.append(("t:latent.styles.w", point(here)[:, 0], "--nw-generator"))
    share = 1 / len(rows)
    layout: dict[str, Any] = {"margin": {"l": 44, "r": 8, "t": 8, "b": 24}, "bargap": 0.15, "showlegend": False}
    data = []
    for k, (title, values, color) in enumerate(rows):
        axis = "" if k == 0 else str(k + 1)
        top = 1 - k * share
        layout[f"xaxis{axis}"] = {"anchor": f"y{axis}", "showticklabels": False, "fixedrange": True}
        layout[f"yaxis{axis}"] = {
            "domain": [top - share + 0.08, top],
            "anchor": f"x{axis}",
            "title": {"text": title},
            "range": [-reach(values), reach(values)],
            "fixedrange": True,
        }
        data.append(
            {
                "type": "bar",
                "y": [round(v, 3) for v in values.flatten().tolist()],
                "marker": {"color": color},
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
                "hovertemplate": "%{x}: %{y:.2f}<extra></extra>",
            }
        )
    return {"data": data, "layout": layout}


def reach(values: Tensor) -> float:
    """How far a chart goes so that no bar leaves it: in few sizes, or it would breathe while a picture is pulled."""
    return next(
        size for power in range(99) if (size := round(USUAL * 2 ** (power / 2), 1)) >= float(values.abs().max())
    )


@torch.no_grad()
def mixing(here: Here, mix_seed: Seed, first: Layer, last: Layer, third: bool = False) -> Image.Image:
    """Rows hand on their styles, columns replace those of the layers from `first` to before `last`.

    The first row is the picture on the table; with `third`, it also gives the layers from `last` on, in every row.
    """
    model = library.latent_model(here.model)
    if not isinstance(model, StyleModel):
        raise Refused("no-styles")
    if first > last:
        raise Refused("order", low=first, high=last)
    strangers = draw(model.latent_shape, range(mix_seed, mix_seed + ROWS - 1 + COLUMNS))
    others = point(replace(here, offset=NONE), strangers)  # what was found belongs to the table's picture alone
    table = point(here)
    rows, columns = torch.cat([table, others[: ROWS - 1]]), others[ROWS - 1 :]
    sources = [1 if first <= layer < last else 2 if third and layer >= last else 0 for layer in range(model.layers)]
    mixed = [mix([row[None], column[None], table], sources) for row in rows for column in columns]
    pictures = painted(here, torch.cat([columns, *[torch.cat(part) for part in framed(rows, mixed)]]))
    return to_image(torch.cat([torch.ones_like(pictures[:1]), pictures]), columns=COLUMNS + 1, zoom=2, gap=4)


def framed(rows: Tensor, mixed: list[Tensor]) -> list[list[Tensor]]:
    """Each row's own styles before its mixtures."""
    return [[row[None], *mixed[k * COLUMNS : (k + 1) * COLUMNS]] for k, row in enumerate(rows)]


@torch.no_grad()
def classes(here: Here) -> Image.Image:
    """The same latent as every class that the model knows."""
    names = abilities(here.model)["classes"]
    if not names:
        raise Refused("no-classes")
    model = library.latent_model(here.model)
    at = point(here).expand(len(names), *[-1] * len(model.latent_shape))
    pictures = model.decode(at, torch.eye(len(names)))  # type: ignore[call-arg]
    return to_image(pictures, columns=CLASSES_ACROSS, zoom=2, gap=4)
