"""Ways between spots: they begin and end where they should, and the lengths on screen follow the chi law of scipy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from demo import library
from demo.checks import accept
from demo.pictures import jpeg, to_image
from demo.views import latent_between as view
from demo.views.latent_here import Here, point
from demo.views.latent_lengths import length_at, norms, percent, shorter
from demo.views.latent_spots import (
    MOST_STOPS,
    NOWHERE,
    ROUTES,
    Walk,
    between,
    cornered,
    depth,
    looked_up,
    seen,
    seen_together,
    shape_of,
    spot_of,
    total,
    where,
    written,
)
from genmodels.errors import Refused
from genmodels.latents import corners, draw
from genmodels.lattice import place_of
from genmodels.offsets import from_text, to_text
from genmodels.places import DEEPEST, Between, Numbers, Seed
from tests.demo.shelf import shelf  # noqa: F401

pytestmark = pytest.mark.usefixtures("shelf")
MODEL, STYLE, CLASSES = "relativistic", "style", "conditional"
A, B, C, D = ({"start": {"of": "seed", "seed": seed}} for seed in (28, 36, 44, 14))
SHAPE = (8,)


def ask(asked: Any, **values: Any) -> Any:
    return asked(**accept(asked, {"model": MODEL, **values}))


def latent(spot: Here) -> torch.Tensor:
    return where(spot).latent(SHAPE)


def alone(spot: dict[str, Any], model: str = MODEL) -> str:
    image = to_image(seen(model, spot_of(spot)))
    return jpeg(image, 95)


@pytest.mark.parametrize("path", ROUTES)
def test_a_way_begins_at_a_and_ends_at_b_or_comes_back(path: str):
    assert ask(view.on_the_way, a=A, b=B, amount=0, path=path)["image"] == alone(A)
    last = between(spot_of(A), spot_of(B), 1.0, path, SHAPE)
    assert torch.allclose(latent(last), draw(SHAPE, [28 if path == "circle" else 36]), atol=1e-5)


def test_styles_that_were_found_fade_into_those_of_the_other_end():
    offset = to_text(torch.randn(1, 1, 12, generator=torch.Generator().manual_seed(0)))
    found = A | {"offset": offset}
    assert ask(view.on_the_way, model=STYLE, a=found, b=B, amount=0, path="slerp")["image"] == alone(found, STYLE)
    assert alone(found, STYLE) != alone(A, STYLE), "the offset is seen"
    half, last = (between(spot_of(found), spot_of(B), amount, "slerp", SHAPE) for amount in (0.5, 1.0))
    assert torch.allclose(from_text(half.offset), from_text(offset) / 2, atol=0.01) and not last.offset
    assert spot_of(written(spot_of(found), SHAPE)) == spot_of(found), "a recipe and the shelf hold it"


def test_the_circle_comes_through_b():
    turn = float(place_of(draw(SHAPE, [28]), draw(SHAPE, [36])))
    assert torch.allclose(latent(between(spot_of(A), spot_of(B), turn, "circle", SHAPE)), draw(SHAPE, [36]), atol=1e-5)


@pytest.mark.parametrize("path", ROUTES)
def test_what_is_put_on_the_table_is_the_picture_that_was_seen(path: str):
    for reply in (
        ask(view.on_the_way, a=A, b=B, amount=0.37, path=path),
        ask(view.pad, a=A, b=B, c=C, d=D, right=0.2, down=0.9, path=path),
        ask(view.arithmetic, a=A, b=B, c=C),
    ):
        assert alone(reply["spot"]) == reply["image"]


def test_corners_are_those_of_the_library():
    spots = [spot_of(spot) for spot in (A, B, C, D)]
    truth = corners(list(draw(SHAPE, [28, 36, 44, 14]).split(1)), 0.3, 0.8, "slerp")
    assert torch.equal(latent(cornered(spots, 0.3, 0.8, "circle")), truth)
    for k, (right, down) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        assert torch.allclose(latent(cornered(spots, right, down, "lerp")), latent(spots[k]), atol=1e-5)


def test_what_is_taken_away_and_given_back_changes_nothing():
    a, b = spot_of(A), spot_of(B)
    assert torch.allclose(latent(total(a, b, b)), latent(a), atol=1e-5)


def test_changes_fade_into_each_other():
    a = Here(NOWHERE, Seed(1), moves={"smile": 2.0, "age": -1.0}, psi=0.2, grain=False, classes={"3": 1.0})
    b = Here(NOWHERE, Seed(2), moves={"smile": 6.0}, classes={"5": 0.5})
    way = between(a, b, 0.25, "slerp", SHAPE)
    assert (way.moves, way.classes) == ({"smile": 3.0, "age": -0.75}, {"3": 0.75, "5": 0.125})
    assert (way.psi, way.grain) == (0.4, False)
    assert between(a, b, 0.75, "slerp", SHAPE).grain is True
    summed = total(b, a, Here(NOWHERE, Seed(3), moves={"smile": 8.0}))
    assert summed.moves == {"smile": 8.0, "age": 1.0}, "6 - 2 + 8 is as far as one can go"
    assert summed.classes == {"5": 0.5}, "no share falls below nothing"
    turn = float(place_of(draw(SHAPE, [1]), draw(SHAPE, [2])))
    assert between(a, b, turn, "circle", SHAPE).moves == {"smile": 6.0}
    assert between(a, b, (1 + turn) / 2, "circle", SHAPE).moves == {"smile": 4.0, "age": -0.5}, "half of the way back"


def test_what_means_nothing_to_a_model_falls_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(library, "directions", lambda name, asked: {"known": None})
    spot = Here(NOWHERE, Seed(1), moves={"known": 1.0, "foreign": 2.0}, classes={"7": 1.0, "Q": 1.0})
    here = looked_up(spot, CLASSES)
    assert (here.moves, here.classes, here.model) == ({"known": 1.0}, {"7": 1.0}, CLASSES)


@pytest.mark.parametrize("size", [2, 8, 64, 100, 512])
def test_the_band_is_that_of_the_chi_law(size: int):
    for share in (0.05, 0.5, 0.95):
        assert length_at(share, size) == pytest.approx(stats.chi(size).ppf(share), rel=1e-8)
        norm = math.sqrt(size) * (0.5 + share)
        assert shorter(norm, size) == pytest.approx(stats.chi(size).cdf(norm), rel=1e-7, abs=1e-12)


def test_nine_of_ten_seeds_lie_in_the_band():
    lengths = draw((64,), range(4000)).norm(dim=1).numpy()
    inside = int(((lengths > length_at(0.05, 64)) & (lengths < length_at(0.95, 64))).sum())
    assert stats.binomtest(inside, 4000, 0.9).pvalue > 1e-3


def test_shares_in_words():
    assert [percent(share) for share in (0.213, 0.0312, 3e-4, 1e-9)] == ["21 %", "3.1 %", "0.03 %", "< 0.0001 %"]


def test_lengths_on_screen_are_those_of_the_ways():
    plot = ask(norms, a=A, b=B, path="lerp")
    a, b = draw(SHAPE, [28, 36]).double().numpy()
    long_a, long_b = np.linalg.norm(a), np.linalg.norm(b)
    curves = {trace["name"].rsplit(".", 1)[1]: np.array(trace["y"]) for trace in plot["data"][1:-1]}
    shares = np.array(plot["data"][1]["x"])
    assert curves["lerp"] == pytest.approx([np.linalg.norm((1 - t) * a + t * b) for t in shares], abs=0.011)
    assert curves["slerp"] == pytest.approx((1 - shares) * long_a + shares * long_b, abs=0.011)
    assert curves["circle"][[0, -1]] == pytest.approx([long_a, long_a], abs=0.011)
    band = plot["data"][0]["y"]
    assert band == pytest.approx(stats.chi(8).ppf([0.05, 0.05, 0.95, 0.95]), rel=1e-8)


def test_numbers_beside_the_picture():
    reply = ask(view.on_the_way, a=A, b=B, amount=0.5, path="lerp")
    z = (draw(SHAPE, [28]) + draw(SHAPE, [36])) / 2
    assert reply["amount"] == 0.5
    assert reply["norm"] == pytest.approx(float(z.norm()), abs=0.006)
    assert reply["shorter"] == percent(float(stats.chi(8).cdf(float(z.norm()))))


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("model", [MODEL, STYLE])
def test_lengths_are_those_of_what_the_model_is_given(model: str, path: str, monkeypatch: pytest.MonkeyPatch):
    """Also where an end was moved along a direction, which of a latent changes its length, and of a style does not."""
    library.search(model).thread.join()
    painter, given = library.latent_model(model), []
    entrance = "map" if model == STYLE else "decode"
    inner = getattr(painter, entrance)
    monkeypatch.setattr(painter, entrance, lambda z, *rest: (given.append(z), inner(z, *rest))[1])
    a, b = ({**spot, "moves": {"principal-1": amount}} for spot, amount in ((A, 4.0), (B, -3.0)))
    plot = ask(norms, model=model, a=a, b=b, path=path)
    curve = next(trace for trace in plot["data"][1:-1] if trace["name"].endswith(path))
    for share in (0.0, 0.25, 1.0):
        given.clear()
        reply = ask(view.on_the_way, model=model, a=a, b=b, amount=share, path=path)
        assert reply["norm"] == pytest.approx(float(given[-1].norm()), abs=0.006)
        assert curve["y"][curve["x"].index(share)] == pytest.approx(reply["norm"], abs=0.02)


@pytest.mark.parametrize(("closed", "frames", "at"), [(True, 8, [0, 2, 4, 6]), (False, 7, [0, 2, 4, 6])])
def test_a_walk_comes_through_every_stop(closed: bool, frames: int, at: list[int]):
    stops = [spot_of(spot) for spot in (A, B, C, D)]
    way = [latent(spot) for spot in Walk(MODEL, stops, frames, closed=closed).spots()]
    assert len(way) == frames
    for k, stop in zip(at, stops, strict=True):
        assert torch.allclose(way[k], latent(stop), atol=1e-5)
    if closed:  # and the last picture is half-way back to the first
        assert torch.allclose(way[-1], latent(between(stops[-1], stops[0], 0.5, "slerp", SHAPE)), atol=1e-6)


def test_a_walk_around_the_circle_is_even():
    walk = Walk(MODEL, [spot_of(A), spot_of(B)], 6, "circle", closed=True)
    z = torch.cat([latent(spot) for spot in walk.spots()]).double()
    unit = z / z.norm(dim=1, keepdim=True)
    assert (unit * unit.roll(-1, 0)).sum(1).numpy() == pytest.approx([math.cos(math.pi / 3)] * 6, abs=1e-5)


@pytest.mark.parametrize("model", [MODEL, STYLE, CLASSES])
def test_together_and_alone_are_the_same(model: str):
    spots = [spot_of(A), spot_of({**B, "psi": 0.5}), spot_of({**C, "grain": False, "classes": {"4": 1}})]
    for some in (spots[:2], spots):
        each = torch.cat([seen(model, spot) for spot in some])
        assert torch.allclose(seen_together(model, some), each, atol=1e-5)


def test_the_film_has_every_picture_of_the_walk_and_the_same_ones_twice():
    def film() -> list[dict[str, Any]]:
        pieces = list(ask(view.walked, route=[A, B, C], closed=True, frames=9))
        assert pieces[-1]["done"]
        return [frame for piece in pieces for frame in piece["add"]]

    first = film()
    assert len(first) == 9 and first == film()
    assert first[3]["caption"]["norm"] == pytest.approx(float(draw(SHAPE, [36]).norm()), abs=0.006)


def test_places_too_deep_to_build_upon_become_numbers():
    spot, shape, kinds = spot_of(A), shape_of(MODEL), set()
    for step in range(6):
        after = between(spot, spot_of(B), 0.3, "slerp", shape)
        spot = spot_of(written(after, shape))
        kinds.add(type(where(spot)))
        assert depth(where(spot)) < DEEPEST
        assert torch.allclose(latent(spot), latent(after), atol=1e-4), step
    assert kinds == {Between, Numbers}


def test_a_spot_is_written_as_short_as_it_is():
    assert written(spot_of(A), SHAPE) == A
    moved = {**A, "x": 0.5, "psi": 0.5, "moves": {"principal-1": 2}}
    assert written(spot_of(moved), SHAPE) == {
        "start": {"of": "lattice", "start": A["start"], "x": 0.5, "y": 0.0},
        "psi": 0.5,
        "moves": {"principal-1": 2},
    }
    assert torch.equal(point(looked_up(spot_of(A), MODEL)), draw(SHAPE, [28]))


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"a": 28}, "place"),
        ({"a": {}}, "missing-argument"),
        ({"a": {**A, "model": MODEL}}, "unknown-argument"),
        ({"a": {"start": {"of": "seed", "seed": 1e9}}}, "knob"),
        ({"a": {**A, "psi": 3}}, "knob"),
        ({"path": "bridge"}, "choice"),
        ({"amount": math.nan}, "knob"),
    ],
)
def test_what_is_no_way_is_refused(values: dict[str, Any], key: str):
    with pytest.raises(Refused) as refusal:
        ask(view.on_the_way, **{"a": A, "b": B, "amount": 0.5, "path": "slerp", **values})
    assert refusal.value.key == key


def test_too_many_stops_are_refused():
    with pytest.raises(Refused):
        ask(view.stops, route=[A] * (MOST_STOPS + 1))
    assert ask(view.stops, route=[A] * MOST_STOPS).width > 0
