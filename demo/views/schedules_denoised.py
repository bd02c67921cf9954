"""What a trained model makes of a picture under any schedule in one look, wherever it knows that much noise."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import Length, OneOf
from demo.fairness import InTurn
from demo.pictures import jpeg, to_image
from demo.uploads import MOST_LETTERS, own_picture
from demo.views import schedules_forward as process
from demo.views.schedules import ITEM, SLOTS, TIME, Hand, Slots
from demo.views.schedules_plots import tidy
from genmodels.datasets.faces import Faces
from genmodels.datasets.glyphs import Glyphs
from genmodels.denoising import Rescheduled
from genmodels.knobs import Knob
from genmodels.schedules.schedule import FIRST, NoiseSchedule

FITTING, NOBODY = "fitting", "nobody"  # the first model that knows such pictures; none
PICTURES = tuple(source for source in process.SOURCES if source != "points")
SHAPES = (Faces.shape, Glyphs.shape)


def models() -> list[str]:
    """All that see pictures of a size that is shown here, behind the choices of any and of none."""
    return [FITTING, NOBODY, *(name for name in library.diffusion_models() if shape(name) in SHAPES)]


def shape(model: str) -> tuple[int, ...]:
    return tuple(library.cards()[model].config.get("shape", ()))


def chosen(model: str, wanted: tuple[int, ...]) -> str | None:
    """The model to be asked about pictures of this shape."""
    fits = [name for name in models()[2:] if shape(name) == wanted]
    return (fits[0] if fits else None) if model == FITTING else model if model in fits else None


@torch.no_grad()
def denoised(
    slots: Slots,
    drawn: Hand,
    focus: Annotated[str, OneOf(SLOTS)],
    t: Annotated[float, TIME],
    source: Annotated[str, OneOf(process.SOURCES)],
    item: Annotated[int, ITEM],
    seed: Annotated[int, Knob(0, 9999, 1)],
    model: Annotated[str, OneOf(models)] = FITTING,
    upload: Annotated[str, Length(MOST_LETTERS)] = "",
    have: Annotated[str, Length(64)] = "",
) -> dict[str, Any]:
    """The picture predicted from x at t, how far it is off, and the same for the whole strip of times."""
    if model == NOBODY or source not in PICTURES:
        return {"model": None}
    own = source == "upload" and upload
    x0 = own_picture(upload, process.OWN) if own else process.clean(source, "", item)
    name = chosen(model, tuple(x0.shape[1:]))
    if name is None:
        return {"model": None, "unfit": model != FITTING}
    schedule = next(slot for slot in slots if slot.name == focus).make(drawn)
    network, eps = library.diffusion_model(name), process.noise(tuple(x0.shape), seed)
    key = sha256(repr((schedule, source, item, seed, upload, name)).encode()).hexdigest()[:32]
    now = torch.tensor([t], dtype=torch.float64)
    times = now if key == have else torch.cat([now, process.stops()])
    known = covered(schedule, network.schedule, times)
    guesses = guessed(InTurn(network), schedule, x0, eps, times, known)
    level = schedule.noise_level(now)
    return {
        "model": name,
        "known": bool(known[0]),
        "level": tidy(float(level)),
        "least": tidy(float(network.schedule.noise_level(torch.tensor(FIRST, dtype=torch.float64)))),
        "most": tidy(float(network.schedule.noise_level(torch.ones((), dtype=torch.float64)))),
        "off": tidy(float((guesses[0] - x0[0]).square().mean())),
        "image": jpeg(to_image(guesses[:1]), quality=95),
        **({} if key == have else {"strip": jpeg(to_image(guesses[1:])), "covered": known[1:].tolist(), "key": key}),
    }


def covered(schedule: NoiseSchedule, known: NoiseSchedule, times: Tensor) -> Tensor:
    """At which times the model has been trained on as much noise; of none at all there is nothing to be taken away."""
    low, high = known.noise_level(torch.tensor([FIRST, 1], dtype=torch.float64))
    level = schedule.noise_level(times)
    return (level == 0) | ((level >= low) & (level <= high))


def guessed(network: InTurn, schedule: NoiseSchedule, x0: Tensor, eps: Tensor, times: Tensor, known: Tensor) -> Tensor:
    """(len(times), C, H, W): all in one evaluation; x0 itself where nothing is in it, gray where nobody can say."""
    asked = known & (schedule.sigma(times) > 0)
    made = torch.where(known.reshape(-1, 1, 1, 1), x0, torch.zeros_like(x0))
    if asked.any():
        t = times[asked]
        x = process.noised(schedule, x0, eps, t)
        made[asked] = Rescheduled(network, schedule)(x, t).x0
    return made
