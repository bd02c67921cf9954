"""What strangers wrote, in files and in links, is shown as letters: it never becomes part of the page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.words import LANGUAGES, table
from tests.demo.paper import read, run

EVIL = '<img src=x onerror="alert(1)">&\''
SAFE = "&#60;img src=x onerror=&#34;alert(1)&#34;&#62;&#38;&#39;"
FACTS: dict[str, Any] = {
    "words": {language: dict(table(language)) for language in LANGUAGES},
    "languages": LANGUAGES,
    "texts": [{"label": "latent.model", "choices": []}],
    "knobs": {"latent": {"start": {"default": {}}, "model": {"default": "", "choices": [], "has": {}}, "field": {}}},
    "driven": {},
    "dragged": {},
}
SCRIPTS = read("assets/words.js", "assets/knobs.js", "assets/chrome.js")


def said(code: str, *scripts: str) -> Any:
    return run(FACTS, [*SCRIPTS, *read(*scripts)], code)


def test_what_is_filled_in_is_escaped_and_our_own_tags_stay() -> None:
    told = json.dumps({"name": EVIL, "recipe": "t:models.faces-gan", "data": 3, "steps": 0, "batch": "t:page.undo"})
    found = said(f"return noisewalk.html('t:latent.own.told', {told});")
    words = table("en")
    expected = words["latent.own.told"].replace("{name}", SAFE).replace("{recipe}", words["models.faces-gan"])
    filled = {"{data}": "3", "{steps}": "0", "{batch}": words["page.undo"]}
    for hole, value in filled.items():
        expected = expected.replace(hole, value)
    assert found == expected and "<b>" in found


def test_a_sentence_within_a_sentence_is_escaped_too() -> None:
    inner = "t:latent.own.told|" + json.dumps({"name": EVIL})
    found = said(f"return noisewalk.html('t:latent.own.told', {json.dumps({'name': inner})});")
    assert SAFE in found and "<img" not in found


def test_words_that_are_no_html_stay_as_they_are() -> None:
    assert said(f"return noisewalk.say('t:latent.own.told', {json.dumps({'name': EVIL})});").count(EVIL) == 1
    assert said(
        f"return [noisewalk.say({json.dumps(EVIL)}), noisewalk.say(null), noisewalk.html({json.dumps(EVIL)})];"
    ) == [
        EVIL,
        None,
        SAFE,
    ]


def test_a_file_that_was_brought_says_nothing_in_tags() -> None:
    told = {key: EVIL for key in ("recipe", "data", "steps", "batch")} | {"name": "own-x", "has": {}}
    code = f"noisewalk.latent.adopted({json.dumps(told)}); return document.querySelector('#latent-own-told').innerHTML;"
    found = said(code, "assets/latent.js")
    assert "<img" not in found and found.count(SAFE) >= 2


def test_numbers_of_a_picture_say_nothing_in_tags() -> None:
    code = f"""
    const node = {{ dataset: {{ key: 'latent.norm' }} }};
    document.querySelectorAll = () => [node];
    const detail = {{ canvas: 'x', reply: {{ norm: {json.dumps(EVIL)} }} }};
    dispatchEvent(new CustomEvent('noisewalk:painted', {{ detail }}));
    return node.innerHTML;"""
    assert SAFE in said(code)


@pytest.mark.parametrize(
    "metrics", [{f"rarest:{EVIL}": {"value": 1, "floor": 1}}, {"coverage-pca": {"value": EVIL, "floor": EVIL}}]
)
def test_a_card_says_nothing_in_tags(metrics: dict[str, Any]) -> None:
    """Every node that the part makes, however it was filled."""
    state = {"dataset": "faces", "values": {}, "made": 1, "real": 1, "failed": []}
    rows = [{"model": EVIL, "n": EVIL, "card": metrics, "measured": None}]
    code = f"""
    const made = [], create = document.createElement;
    document.createElement = tag => {{ const node = create(tag); made.push(node); return node; }};
    globalThis.Option = class {{}};
    let show = null;
    const idle = () => {{}}, still = {{ watch: idle, emit: idle, listen: idle, whenPageChanges: idle }};
    const kit = {{ ...still, element, props: {{}}, server: {{ known: idle }},
      pump: (_, shown) => {{ show = shown; return {{ args: () => ({{}}) }}; }} }};
    noisewalk.latentParts.collapse(kit);
    await show({json.dumps(state | {"rows": rows})}, () => true);
    return made.map(node => node.innerHTML);"""
    found = said(code, "assets/latent_judge.js", "assets/latent_collapse.js")
    assert len(found) > 2 and not any("<img" in html for html in found)
