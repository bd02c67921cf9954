"""Ways between spots: along a slider, between four corners, A - B + C, and from one to the next of many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from PIL import Image

from demo.fairness import PROCESSOR
from demo.pictures import jpeg, to_image
from demo.streaming import stream
from demo.views.latent_here import Here, Model, enlarged, length, typical
from demo.views.latent_lengths import BAND, length_at, percent, shorter
from demo.views.latent_spots import (
    OneSpot,
    Route,
    Stops,
    Walk,
    between,
    cornered,
    latent_of,
    seen,
    seen_together,
    shape_of,
    total,
    written,
)
from genmodels.knobs import Knob

STRIP = 9  # pictures of a whole way at once
THUMB = 96
Share = Annotated[float, Knob(0, 1, 0.01)]
Frames = Annotated[int, Knob(2, 96, 1)]


def end(model: Model, spot: OneSpot) -> dict[str, Any]:
    """One of the ends of a way, small."""
    image = to_image(seen(model, spot))
    return {"image": jpeg(enlarged(image, max(1, THUMB // image.height)))}


def on_the_way(model: Model, a: OneSpot, b: OneSpot, amount: Share, path: Route) -> dict[str, Any]:
    """The picture a share of the way from A to B, and how usual the length of its latent is."""
    return shown(model, between(a, b, amount, path, shape_of(model))) | {"amount": amount}


def pad(
    model: Model, a: OneSpot, b: OneSpot, c: OneSpot, d: OneSpot, right: Share, down: Share, path: Route
) -> dict[str, Any]:
    """The picture at a place between four: A and B above, C and D below."""
    return shown(model, cornered([a, b, c, d], right, down, path))


def arithmetic(model: Model, a: OneSpot, b: OneSpot, c: OneSpot) -> dict[str, Any]:
    """A - B + C."""
    return shown(model, total(a, b, c))


def strip(model: Model, a: OneSpot, b: OneSpot, path: Route) -> Image.Image:
    """The whole way from A to B at even stops."""
    return sheet(Walk(model, [a, b], STRIP, path))


def through(model: Model, route: Stops, closed: bool) -> Image.Image:
    """The way through all stops at even places."""
    return sheet(Walk(model, route, STRIP, closed=closed))


def stops(model: Model, route: Stops) -> Image.Image:
    """The stops themselves."""
    return sheet(Walk(model, route, len(route), closed=True))


def walked(model: Model, route: Stops, closed: bool, frames: Frames) -> Iterator[dict[str, Any]]:
    """The way through all stops, picture by picture, for a timeline."""
    yield from stream([""], turns(Walk(model, route, frames, closed=closed)), frames)


def turns(walk: Walk) -> Iterator[dict[str, Any]]:
    """Each picture takes its turn at the processor."""
    spots = walk.spots()
    while True:
        with PROCESSOR:
            spot = next(spots, None)
            if spot is None:
                return
            image = to_image(seen(walk.model, spot))
            norm = length(latent_of(walk.model, spot))
        yield {"frames": [jpeg(enlarged(image, max(1, 256 // image.height)))], "caption": {"norm": norm}}


def shown(model: str, spot: Here) -> dict[str, Any]:
    """The picture of a spot, the spot itself, and where its length lies among those of random latents."""
    image, shape = to_image(seen(model, spot)), shape_of(model)
    z = latent_of(model, spot)
    low, high = (round(length_at(share, z.numel()), 2) for share in BAND)
    return {
        "image": jpeg(image, 95),
        "spot": written(spot, shape),
        "norm": length(z),
        "typical": typical(z),
        "low": low,
        "high": high,
        "shorter": percent(shorter(float(z.norm()), z.numel())),
    }


def sheet(walk: Walk) -> Image.Image:
    """The pictures of a walk side by side."""
    pictures = seen_together(walk.model, list(walk.spots()))
    return to_image(pictures, zoom=max(1, 128 // pictures.shape[-1]), gap=2)
