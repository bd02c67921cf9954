"""The map of the plane: each of its tiles is the picture that one would see there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from demo.checks import accept
from demo.pictures import to_image
from demo.views.latent_here import Here, painted, point
from demo.views.latent_map import MOST_TILES, SIDE, tiles
from genmodels.errors import Refused
from genmodels.places import Place, Seed, Sum, from_spec, to_spec
from tests.demo.shelf import shelf  # noqa: F401

pytestmark = pytest.mark.usefixtures("shelf")
NODES = [(0, 0), (3, -2), (-1, 0), (40, 77)]
AWAY = Sum(Seed(1), Seed(2), Seed(3))


def ask(**values: Any) -> Any:
    return tiles(**accept(tiles, {"model": "relativistic", "start": to_spec(Seed(5)), **values}))


@pytest.mark.parametrize("start", [Seed(28), AWAY], ids=["seed", "elsewhere"])
@pytest.mark.parametrize(
    ("model", "changes"),
    [("relativistic", {}), ("style", {"psi": 0.4, "grain": False}), ("conditional", {"classes": {"7": 1}})],
)
def test_a_tile_is_the_picture_of_its_crossing(model: str, changes: dict[str, Any], start: Place):
    """Up to one level of brightness: a batch of another size may sum in another order."""
    columns, rows = zip(*NODES, strict=True)
    sheet = ask(model=model, start=to_spec(start), columns=list(columns), rows=list(rows), **changes)
    assert sheet.size == (len(NODES) * SIDE, SIDE)
    for k, (x, y) in enumerate(NODES):
        here = Here(model, start, x, y, **changes)
        alone = np.asarray(to_image(painted(here, point(here)), zoom=SIDE // 8), np.int16)
        tile = np.asarray(sheet.crop((k * SIDE, 0, (k + 1) * SIDE, SIDE)), np.int16)
        # the enlarging looks over the border of a tile
        assert np.abs(tile - alone)[16:-16, 16:-16].max() <= 1


def test_two_crossings_are_two_pictures():
    sheet = np.asarray(ask(columns=[0, 1], rows=[0, 0]), np.int16)
    assert np.abs(sheet[:, :SIDE] - sheet[:, SIDE:]).mean() > 2


@pytest.mark.parametrize(
    ("columns", "rows", "key"),
    [
        ([0, 1], [0], "pairs"),
        ([], [], "length"),
        ([0] * (MOST_TILES + 1), [0] * (MOST_TILES + 1), "length"),
        ([1001], [0], "knob"),
        ([0.5], [0], "whole"),
        (["0"], [0], "knob"),
    ],
)
def test_what_is_no_crossing_is_refused(columns: Any, rows: Any, key: str):
    with pytest.raises(Refused) as refusal:
        ask(columns=columns, rows=rows)
    assert refusal.value.key == key


def test_a_start_that_no_one_wrote_is_refused():
    with pytest.raises(Refused):
        ask(start={"of": "nowhere"}, columns=[0], rows=[0])
    assert from_spec(to_spec(AWAY)) == AWAY
