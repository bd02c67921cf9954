"""The map of the plane of seeds: what one would see at its crossings."""

from __future__ import annotations

from typing import Annotated

import torch
from PIL import Image

from demo import library
from demo.checks import Length
from demo.pictures import to_image
from demo.views.latent_here import Here, painted, point
from genmodels.errors import Refused
from genmodels.knobs import Knob
from genmodels.places import OnLattice

MOST_TILES = 6  # at once: the hand that pulls the picture waits for them
SIDE = 64  # pixels of a tile, at least
Nodes = Annotated[list[int], Knob(-1000, 1000, 1), Length(MOST_TILES, 1)]


@torch.no_grad()
def tiles(here: Here, columns: Nodes, rows: Nodes) -> Image.Image:
    """The crossings (column, row) side by side, with everything done to them that is done to the picture."""
    if len(columns) != len(rows):
        raise Refused("pairs", first=len(columns), second=len(rows))
    shape = library.latent_model(here.model).latent_shape
    nodes = zip(columns, rows, strict=True)
    z = torch.cat([OnLattice(here.start, column, row).latent(shape) for column, row in nodes])
    pictures = painted(here, point(here, z))
    return to_image(pictures, zoom=max(1, SIDE // pictures.shape[-1]))
