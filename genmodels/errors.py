"""The one error that is meant for people: a key and its values, said in words by whoever shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = Path(__file__).resolve().parents[1] / "demo" / "locales"


class Refused(ValueError):
    """A request that cannot be served; `key` names its sentence in the locales under `refused.`."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def say(self, language: str = "en", knobs: Mapping[str, str] | None = None) -> str:
        """The sentence in one language, or the bare facts where the locales are not at hand.

        `knobs` names the locale keys of a page's knobs: an argument is then called what stands beside its knob,
        and a model as everywhere on the page.
        """
        words = sentences(language)
        sentence = words.get(f"refused.{self.key}")
        if sentence is None:
            facts = ", ".join(f"{name} = {value}" for name, value in self.values.items())
            return f"{self.key}: {facts}" if facts else self.key
        if knobs is None:
            return sentence.format(**self.values)
        name, model = (str(self.values.get(which, "")) for which in ("name", "model"))
        called = {
            "name": words.get(knobs.get(name, f"knobs.{name}"), name),
            "model": words.get(f"models.{model}", model),
        }
        return sentence.format(**{**self.values, **called})

    __str__ = say


@cache
def sentences(language: str) -> dict[str, str]:
    """One locale as a flat table; empty where only the library is installed."""
    path = LOCALES / f"{language}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def demand(held: object) -> None:
    """What a foreign file must satisfy; unlike an assert, it is also asked under `python -O`."""
    if not held:
        raise ValueError("this is not as it must be")
