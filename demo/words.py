"""The words that people read, in every language; the tables themselves are the files in `locales/`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = {"en": "English", "zh-TW": "繁體中文", "zh-CN": "简体中文"}


@cache
def table(language: str) -> dict[str, str]:
    """All sentences of one language, by key."""
    return json.loads((LOCALES / f"{language}.json").read_text("utf-8"))


def say(key: str, language: str = "en", **values: object) -> str:
    """One sentence; a key that is missing is an error of ours, so it raises."""
    return table(language)[key].format(**values)
