"""Three languages say the same things, with the same numbers in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.words import LANGUAGES, say, table
from genmodels.zoo import ZOO

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [code for code in LANGUAGES if code != "en"]
CODE = [*ROOT.glob("demo/**/*.py"), *ROOT.glob("demo/**/*.js"), *ROOT.glob("genmodels/**/*.py")]


def holes(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", OTHERS)
def test_same_keys(language: str) -> None:
    assert set(table(language)) == set(table("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_same_holes(language: str) -> None:
    different = {key for key, sentence in table("en").items() if holes(sentence) != holes(table(language)[key])}
    assert not different


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_empty(language: str) -> None:
    assert not [key for key, sentence in table(language).items() if not sentence.strip()]


@pytest.mark.parametrize("language", OTHERS)
def test_chinese_is_chinese(language: str) -> None:
    """A sentence of several English words with no Chinese in it was forgotten."""
    forgotten = {
        key: sentence
        for key, sentence in table(language).items()
        if len(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>|\{\w+\}", "", sentence))) > 3
        and not re.search(r"[\u4e00-\u9fff]", sentence)
    }
    assert not forgotten


def test_traditional_and_simplified_are_not_mixed() -> None:
    traditional, simplified = "訊樣預擴圖這個點會數變學習開關與時間", "讯样预扩图这个点会数变学习开关与时间"
    only_traditional = set(traditional) - set(simplified)
    only_simplified = set(simplified) - set(traditional)
    assert not {k for k, s in table("zh-TW").items() if only_simplified & set(s)}
    assert not {k for k, s in table("zh-CN").items() if only_traditional & set(s)}


def refusals() -> Iterator[tuple[str, set[str | None]]]:
    """Every `Refused("key", name=...)` in the code, with the names it gives; None stands for **values."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8")) if path.suffix == ".py" else ast.Module([], [])):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"
            if called and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value, {keyword.arg for keyword in node.keywords}


def test_every_refusal_has_its_sentence_and_fills_it() -> None:
    raised = list(refusals())
    assert len(raised) > 40, "the search no longer finds them"
    for key, given in raised:
        assert f"refused.{key}" in table("en"), key
        assert None in given or holes(table("en")[f"refused.{key}"]) <= given, key


def test_every_key_that_code_names_exists() -> None:
    named = {
        key for path in CODE for key in re.findall(r"""["'`]t:([a-z0-9_.-]+[a-z0-9_])["'`|]""", path.read_text("utf-8"))
    }
    assert named, "the pattern no longer finds anything"
    assert not {key for key in named - {"key"} if key not in table("en")}  # "t:key" is how comments call it


def test_every_sentence_is_said_somewhere() -> None:
    """A key stands in the code as a whole, or as a beginning and an end of which one is quoted or a name; attributes
    are those of the data sets."""
    code = "\n".join(path.read_text("utf-8") for path in [*CODE, *ROOT.glob("demo/**/*.html")])
    names = set(re.findall(r"""["'`/|.]([\w+-][\w.+-]*)(?=["'`{$|])""", code)) | set(re.findall(r"\b(\w+) *[:=]", code))

    def said(key: str) -> bool:
        parts = key.split(".")
        return key in code or any(".".join(parts[k:]) in names for k in range(1, len(parts)))

    assert not {key for key in table("en") if not said(key) and not key.startswith("attributes.")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ZOO)
def test_every_model_has_a_name(name: str, language: str) -> None:
    assert table(language)[f"models.{name}"]


def test_say_fills_holes() -> None:
    assert "12" in say("refused.whole", "zh-TW", name="x", value=12)
