"""The knobs of the samplers themselves, as the page shows and sends them: {"ddim": {"eta": 0.5}}; at rest, {}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from demo.checks import By
from genmodels.errors import Refused
from genmodels.knobs import checked, knobs_of
from genmodels.samplers import METHODS

NOISY = ("eta", "s_churn")  # a method that has such a knob draws noise if and only if it is turned up
DECADES = 1e4  # a knob that spans more than this is turned by its logarithm

Turned = Mapping[str, Mapping[str, float]]


def read_knobs(value: Any) -> Turned:
    """Which knobs were turned, method by method, each within its bounds."""
    if not isinstance(value, dict) or not all(isinstance(own, dict) for own in value.values()):
        raise Refused("method-knobs")
    for name in value:
        if name not in METHODS:
            raise Refused("choice", name="knobs", value=str(name)[:40], allowed=", ".join(METHODS))
    return {name: checked(METHODS[name].run, own) for name, own in value.items()}


def draws_noise(method: str, knobs: Mapping[str, float]) -> bool:
    """Whether a run of the method, its knobs so turned, is a matter of chance."""
    noisy = [own for name, own in settings(method, knobs).items() if name in NOISY]
    return any(noisy) if noisy else METHODS[method].stochastic


def order(method: str, knobs: Mapping[str, float]) -> float | None:
    """The power of the step in the error; None where the knobs make another method than the table speaks of."""
    if METHODS[method].stochastic != draws_noise(method, knobs):
        return None
    return settings(method, knobs).get("order", METHODS[method].order)


def settings(method: str, knobs: Mapping[str, float]) -> dict[str, float]:
    """Every knob of the method: as turned, or at rest."""
    return {name: knobs.get(name, knob.default) for name, knob in knobs_of(METHODS[method].run).items()}


def catalog() -> dict[str, dict[str, dict[str, Any]]]:
    """Every method that has knobs, with what the page needs to show them."""
    found = {name: knobs_of(method.run) for name, method in METHODS.items()}
    return {
        name: {
            key: {
                "low": knob.low, "high": knob.high, "step": knob.step, "default": knob.default,
                "whole": isinstance(knob.default, int), "log": 0 < knob.low * DECADES < knob.high,
            }
            for key, knob in knobs.items()
        }
        for name, knobs in found.items()
        if knobs
    }  # fmt: skip


Knobs = Annotated[dict, By(read_knobs)]
