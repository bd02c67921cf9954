"""What can be turned, and how far: the bounds that menus, the command line and every check read."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from genmodels.errors import Refused


@dataclass(frozen=True)
class Knob:
    """The range of one number and the step in which a slider moves it."""

    low: float
    high: float
    step: float
    default: Any = None

    def check(self, name: str, value: Any) -> float:
        """The value, or a refusal that says what is allowed."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high:  # also false for NaN
            raise Refused("knob", name=name, value=str(value)[:40], low=self.low, high=self.high)
        if not isinstance(self.default, int):
            return value
        if value != int(value):
            raise Refused("whole", name=name, value=value)
        return int(value)


def knob(
    default: Any, low: float, high: float, step: float, least: float | None = None, most: float | None = None
) -> Any:
    """A field of a frozen dataclass that can be turned, and where its meaning ends if that is beyond the slider."""
    limits = {"least": low if least is None else least, "most": high if most is None else most}
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "step": step, **limits})


def settle(made: Any) -> None:
    """Hold a frozen dataclass to what its knobs can mean, when it is made; what must be whole becomes an int."""
    for field in dataclasses.fields(made):
        if "least" in field.metadata:
            limits = Knob(field.metadata["least"], field.metadata["most"], field.metadata["step"], field.default)
            object.__setattr__(made, field.name, limits.check(field.name, getattr(made, field.name)))


def knobs_of(thing: Callable[..., Any]) -> dict[str, Knob]:
    """The knobs of a dataclass (its field metadata) or of a function (its `Annotated` keywords)."""
    if dataclasses.is_dataclass(thing):
        return {
            f.name: Knob(f.metadata["low"], f.metadata["high"], f.metadata["step"], f.default)
            for f in dataclasses.fields(thing)
            if "low" in f.metadata
        }
    defaults = inspect.signature(thing).parameters
    found = {}
    for name, hint in get_type_hints(thing, include_extras=True).items():
        if get_origin(hint) is Annotated:
            for extra in get_args(hint)[1:]:
                if isinstance(extra, Knob):
                    found[name] = dataclasses.replace(extra, default=defaults[name].default)
    return found


def checked(thing: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, float]:
    """Values from outside, each known and within its knob's bounds."""
    knobs = knobs_of(thing)
    for name in values:
        if name not in knobs:
            raise Refused("unknown-knob", name=str(name)[:40], allowed=", ".join(knobs) or "-")
    return {name: knobs[name].check(name, value) for name, value in values.items()}
