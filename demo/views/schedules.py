"""The Schedules tab: curves of up to four schedules, and what one of them does to a picture."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any

import numpy as np
import torch

from demo.checks import By, Length, OneOf
from demo.uploads import MOST_LETTERS, own_picture
from demo.views import schedules_curves as curve
from demo.views import schedules_forward as process
from demo.views import schedules_plots as plots
from demo.views.schedules_slots import SLOTS, Slot, at_the_end, preserves_variance, read_drawn, read_slots
from genmodels.datasets.points import LAWS
from genmodels.knobs import Knob, knobs_of
from genmodels.schedules import SCHEDULES, NoiseSchedule
from genmodels.schedules.drawn import Drawn
from genmodels.spacing import SPACINGS

OFF, ALL = "off", "all"
RULES = tuple(name for name in SPACINGS if name != "by-hand")
SPACING_MENU = (OFF, ALL, *RULES)
ENDPOINTS = ("zero", "stop")
STEPS = Knob(10, 1000, 10, 1000)
N = Knob(2, 50, 1, 10)
TIME = Knob(0, 1, 0.001, 0.35)
ITEM = Knob(0, 9999, 1, 7)
RHO, POWER = knobs_of(SPACINGS["karras"])["rho"], knobs_of(SPACINGS["polyexponential"])["rho"]
SHARE = knobs_of(SPACINGS["beta"])["a"]
HANDLES = 7
STARTS = ("cosine", "linear", "sigmoid", "laplace", "flow")

Slots = Annotated[tuple, By(read_slots)]
Hand = Annotated[Any, By(read_drawn)]
Steps = Annotated[int, STEPS]


def curves(
    slots: Slots,
    drawn: Hand,
    focus: Annotated[str, OneOf(SLOTS)],
    quantity: Annotated[str, OneOf(curve.QUANTITIES)],
    axis: Annotated[str, OneOf(curve.AXES)],
    log: bool,
    T: Steps,
    spacing: Annotated[str, OneOf(SPACING_MENU)],
    n: Annotated[int, N],
    endpoint: Annotated[str, OneOf(ENDPOINTS)],
    rho: Annotated[float, RHO] = 7.0,
    power: Annotated[float, POWER] = 1.5,
    a: Annotated[float, SHARE] = 0.6,
    b: Annotated[float, SHARE] = 0.6,
) -> dict[str, Any]:
    """The figure of all slots that are on."""
    lines, ticks = [], []
    for slot in (slot for slot in slots if slot.on):
        schedule = slot.make(drawn)
        for k, (t, y) in enumerate(curve.lines(schedule, quantity, T)):
            x = curve.along(schedule, axis, T, t)
            lines.append(plots.Line(slot.name, "" if k else label(slot), x.numpy(), y.numpy(), "dot" if k else "solid"))
        if spacing in RULES:
            own = {"karras": {"rho": rho}, "polyexponential": {"rho": power}, "beta": {"a": a, "b": b}}.get(spacing, {})
            t = SPACINGS[spacing](schedule, n, endpoint, **own)
            x, y = curve.along(schedule, axis, T, t), curve.values_at(schedule, quantity, T, t)
            ticks.append(plots.Line(slot.name, label(slot), x.numpy(), y.numpy()))
    followed = next(slot for slot in slots if slot.name == focus)
    rows = side_by_side(followed, drawn, axis, T, n, endpoint) if spacing == ALL else []
    end = float(T) if axis == "step" else 1.0
    return plots.figure(lines, ticks, rows, quantity, axis, log, focus if followed.on else None, end)


def side_by_side(slot: Slot, drawn: Drawn, axis: str, T: int, n: int, endpoint: str) -> list[plots.Line]:
    """Every spacing as a row of ticks, for the schedule in focus."""
    schedule = slot.make(drawn)
    rows = []
    for k, rule in enumerate(RULES):
        x = curve.along(schedule, axis, T, SPACINGS[rule](schedule, n, endpoint)).numpy()
        rows.append(plots.Line(slot.name, f"t:spacings.{rule}", x, np.full(len(x), float(k))))
    return rows


def label(slot: Slot) -> str:
    name = f"t:schedules.{slot.schedule}"
    return plots.said("schedules.rescaled", name=name) if slot.zero else name


def forward(
    slots: Slots,
    drawn: Hand,
    focus: Annotated[str, OneOf(SLOTS)],
    T: Steps,
    t: Annotated[float, TIME],
    source: Annotated[str, OneOf(process.SOURCES)],
    law: Annotated[str, OneOf(LAWS)],
    item: Annotated[int, ITEM],
    seed: Annotated[int, Knob(0, 9999, 1)],
    upload: Annotated[str, Length(MOST_LETTERS)] = "",
    have: Annotated[str, Length(64)] = "",
) -> dict[str, Any]:
    """x_t under the schedule in focus, its histogram, the formulas' numbers, and what each slot leaves at t = 1."""
    schedule = next(slot for slot in slots if slot.name == focus).make(drawn)
    own = source == "upload" and upload
    x0 = own_picture(upload, process.OWN) if own else process.clean(source, law, item)
    eps = process.noise(tuple(x0.shape), seed)
    now = torch.tensor(t, dtype=torch.float64)
    values = schedule.add_noise(x0, eps, now).numpy()
    facts = curve.facts(schedule, T, t) | {"preserving": preserves_variance(schedule)}
    facts |= {"mean": plots.tidy(float(values.mean())), "std": plots.tidy(float(values.std()))}
    return {
        **process.now(schedule, x0, eps, now),
        **strip_unless(have, schedule, x0, eps, (source, law, item, seed, upload)),
        "facts": facts,
        "histogram": plots.histogram(values.ravel(), facts["alpha"], facts["sigma"]),
        "ends": {slot.name: rounded(at_the_end(slot.make(drawn))) for slot in slots},
        "end": ending(schedule, x0.numpy()),
        "hand": by_hand(drawn),
    }


def strip_unless(have: str, schedule: NoiseSchedule, x0: Any, eps: Any, source: tuple[Any, ...]) -> dict[str, Any]:
    """The strip, unless the page has it: it does not change while t is scrubbed."""
    key = sha256(repr((schedule, source)).encode()).hexdigest()[:32]
    return {} if key == have else {**process.strip(schedule, x0, eps), "strip_key": key}


def ending(schedule: NoiseSchedule, x0: np.ndarray) -> dict[str, Any]:
    """Mean and spread that x has at t = 1 for this very picture."""
    end = at_the_end(schedule)
    std = float(np.hypot(end["alpha"] * x0.std(), end["sigma"]))
    mean = plots.tidy(end["alpha"] * float(x0.mean()))
    return {"mean": mean, "std": plots.tidy(std), "normal": abs(std - 1) < 0.02}


def rounded(end: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, bool) else plots.tidy(value) for key, value in end.items()}


def by_hand(drawn: Drawn) -> dict[str, Any]:
    """The curve through the points that were drawn, in the quantity they were drawn in."""
    t = torch.linspace(0, 1, 121, dtype=torch.float64)
    alpha_bar, log_snr = drawn.alpha(t) ** 2, drawn.log_snr(t)
    y = log_snr.clamp(-40, 40) if drawn.quantity == "log-snr" else alpha_bar
    return {"quantity": drawn.quantity, "t": plots.numbers(t), "y": plots.numbers(y)}


def starts() -> dict[str, list[list[float]]]:
    """Known schedules as a few points of alpha_bar, for a hand to begin with."""
    t = torch.linspace(0, 1, HANDLES, dtype=torch.float64)
    found = {}
    for name in STARTS:
        # strictly falling, as a hand-drawn curve must: a schedule may lie flat at an end
        floor = torch.arange(HANDLES - 1, -1, -1, dtype=torch.float64) * 1e-4
        share = torch.maximum(SCHEDULES[name]().alpha_bar(t), floor)
        found[name] = [
            [round(when, 4), round(value, 5)] for when, value in zip(t.tolist(), share.tolist(), strict=True)
        ]
    return found


def decades(snr: float) -> float:
    """A signal-to-noise ratio as a share of a bar that spans twelve decades up to 1."""
    return max(0.0, 1 + float(np.log10(snr)) / 12) if snr > 0 else 0.0
