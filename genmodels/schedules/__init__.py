"""Noise schedules: how data turns into noise as t goes from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

from genmodels.schedules.drawn import Drawn
from genmodels.schedules.schedule import NoiseSchedule, VariancePreserving, per_sample
from genmodels.schedules.specs import from_spec, to_spec
from genmodels.schedules.straight import Flow, ShiftedFlow
from genmodels.schedules.tables import FromBetas, LinearBeta, ScaledLinear
from genmodels.schedules.variance_exploding import EDM, VE, LogLinear
from genmodels.schedules.variance_preserving import Cosine, Laplace, ShiftedCosine, Sigmoid, Trig
from genmodels.schedules.zero_terminal import ZeroTerminal

__all__ = [
    "EDM",
    "SCHEDULES",
    "VE",
    "Cosine",
    "Drawn",
    "Flow",
    "FromBetas",
    "Laplace",
    "LinearBeta",
    "LogLinear",
    "NoiseSchedule",
    "ScaledLinear",
    "ShiftedCosine",
    "ShiftedFlow",
    "Sigmoid",
    "Trig",
    "VariancePreserving",
    "ZeroTerminal",
    "from_spec",
    "per_sample",
    "to_spec",
]

SCHEDULES: dict[str, Callable[..., NoiseSchedule]] = {
    "linear": LinearBeta,
    "scaled-linear": ScaledLinear,
    "cosine": Cosine,
    "shifted-cosine": ShiftedCosine,
    "sigmoid": Sigmoid,
    "laplace": Laplace,
    "ve": VE,
    "edm": EDM,
    "flow": Flow,
    "shifted-flow": ShiftedFlow,
    "trig": Trig,
    "log-linear": LogLinear,
}
