"""What a view accepts: types and bounds read from its signature, and checked before it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from genmodels.errors import Refused
from genmodels.knobs import Knob

Check = Callable[[str, Any], Any]


@dataclass(frozen=True)
class OneOf:
    """One of the names in a registry, or in what a function lists at the moment of asking."""

    names: Collection[str] | Callable[[], Collection[str]]
    known: Callable[[str], bool] | None = None  # a quicker way to see that a name is among them

    def __call__(self, name: str, value: Any) -> str:
        if self.known and isinstance(value, str) and self.known(value):
            return value
        allowed = self.names() if callable(self.names) else self.names
        if isinstance(value, str) and value in allowed:
            return value
        # what is listed anew each time lies in files, and files go
        key = "choice" if not callable(self.names) else "absent" if allowed else "absent-all"
        raise Refused(key, name=name, value=str(value)[:40], allowed=", ".join(allowed))

    def __hash__(self) -> int:
        return id(self.names)


@dataclass(frozen=True)
class Length:
    """At most so many entries or letters."""

    most: int
    least: int = 0

    def check(self, name: str, value: Collection[Any]) -> None:
        if not self.least <= len(value) <= self.most:
            raise Refused("length", name=name, value=len(value), least=self.least, most=self.most)


@dataclass(frozen=True)
class By:
    """Whatever a function of the library makes of the value; it refuses what it cannot take."""

    read: Callable[[Any], Any]

    def __call__(self, name: str, value: Any) -> Any:
        return self.read(value)


def accept(view: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for a view, each known, complete and within its bounds."""
    checks, needed = accepts(view)
    for name in values:
        if name not in checks:
            raise Refused("unknown-argument", name=str(name)[:40], allowed=", ".join(checks))
    for name in needed - set(values):
        raise Refused("missing-argument", name=name)
    taken = {name: checks[name](name, value) for name, value in values.items()}
    return gathered(parameters_of(view), taken)


@cache
def accepts(view: Callable[..., Any]) -> tuple[dict[str, Check], set[str]]:
    """One check per argument, and the arguments without a default; a view without bounds fails at once."""
    arguments = list(flat(parameters_of(view)))
    checks = {name: check_of(view.__name__, name, hint) for name, hint, _ in arguments}
    return checks, {name for name, _, needed in arguments if needed}


Parameters = dict[str, tuple[Any, bool]]  # name: (annotation, whether it must be given)


@cache
def parameters_of(thing: Callable[..., Any]) -> Parameters:
    """The parameters of a view, or the fields of a dataclass."""
    hints = get_type_hints(thing, include_extras=True)
    if is_dataclass(thing):
        empty = [f.name for f in fields(thing) if f.default is MISSING and f.default_factory is MISSING]
        return {f.name: (hints[f.name], f.name in empty) for f in fields(thing)}
    parameters = inspect.signature(thing).parameters
    return {name: (hints.get(name), p.default is inspect.Parameter.empty) for name, p in parameters.items()}


def flat(parameters: Parameters) -> Iterator[tuple[str, Any, bool]]:
    """The arguments to be asked for: where a parameter is a dataclass, its fields stand among them by name."""
    for name, (hint, needed) in parameters.items():
        if is_dataclass(hint):
            yield from flat(parameters_of(hint))  # type: ignore[arg-type]
        else:
            yield name, hint, needed


def gathered(parameters: Parameters, taken: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments put back into the dataclasses that hold them."""
    made = {}
    for name, (hint, _) in parameters.items():
        if is_dataclass(hint):
            made[name] = hint(**gathered(parameters_of(hint), taken))  # type: ignore[operator, arg-type]
        elif name in taken:
            made[name] = taken[name]
    return made


def check_of(view: str, name: str, hint: Any) -> Check:
    """The check for one annotation; the bounds of a list are its length and those of each entry."""
    kind, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    length = next((extra for extra in extras if isinstance(extra, Length)), None)
    if get_origin(kind) is list and length:
        found = single(get_args(kind)[0], [extra for extra in extras if extra is not length])
        check = several(found, length) if found else None
    else:
        check = single(kind, extras)
    if check is None:
        raise TypeError(f"{view}({name}): {hint!r} says neither what is allowed nor how much")
    return check


def single(kind: Any, extras: list[Any]) -> Check | None:
    for extra in extras:
        if isinstance(extra, OneOf | By):
            return extra
        if isinstance(extra, Knob) and kind in (int, float):
            return number(kind, extra)
        if isinstance(extra, Length) and kind is str:
            return text(extra)
    return a_bool if kind is bool else None


def a_bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("choice", name=name, value=str(value)[:40], allowed="true, false")
    return value


def number(kind: type, knob: Knob) -> Check:
    def check(name: str, value: Any) -> Any:
        value = knob.check(name, value)
        if kind is int and not float(value).is_integer():
            raise Refused("whole", name=name, value=value)
        return kind(value)

    return check


def text(length: Length) -> Check:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise Refused("text", name=name)
        length.check(name, value)
        return value

    return check


def several(each: Check, length: Length) -> Check:
    def check(name: str, value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise Refused("list", name=name)
        length.check(name, value)
        return [each(name, entry) for entry in value]

    return check
