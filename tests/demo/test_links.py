"""What a link may bring: whatever stands in it, the page opens, and nothing impossible reaches a knob."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest

from demo.tabs.latent_map import PLANE
from demo.words import table
from tests.demo.paper import facts, read, run  # noqa: F401

SCRIPTS = read("assets/words.js", "assets/knobs.js", "assets/chrome.js")
MAP = [
    f"{{ const props = {{ name: 'latent-map', plane: {json.dumps(PLANE)} }}, server = {{ tiles: async () => null }};",
    *read("widgets/page.js", "widgets/lattice_tiles.js", "widgets/lattice_map.js"),
    "window.plane = { standing, inSight, tidy }; }",
]
OPEN = """
return queries.map(query => {
  location.href = 'http://127.0.0.1:7860/' + query;
  noisewalk.reset('latent');
  noisewalk.restore();
  return Object.fromEntries(new URL(location.href).searchParams.keys().filter(name => name !== 'tab')
    .map(name => [name, noisewalk.valueOf('latent', name)]));
});"""


def brought(facts: dict[str, Any], links: Sequence[dict[str, str]]) -> list[dict[str, Any]]:  # noqa: F811
    """The values of the knobs that each link asks for, once it was opened."""
    queries = ["?" + urlencode({"tab": "latent", **knobs}) for knobs in links]
    return run(facts, SCRIPTS, f"const queries = {json.dumps(queries)}; {OPEN}")


def test_a_link_brings_what_knobs_allow(facts: dict[str, Any]) -> None:  # noqa: F811
    asked = {"x": 1.5, "y": -1000, "start": {"of": "numbers", "z": [1, 2]}, "a": {"start": {"of": "seed", "seed": 5}}}
    assert brought(facts, [{name: json.dumps(value) for name, value in asked.items()}]) == [asked]


def test_no_link_leads_off_the_plane(facts: dict[str, Any]) -> None:  # noqa: F811
    far = ["1e308", "-1e308", "2e16", "1000.001", "null", '"3"', "[3]", "1e999"]
    found = brought(facts, [{"x": part, "y": part} for part in far])
    assert found == [{"x": 0, "y": 0}] * len(far)


@pytest.mark.parametrize("name", ["start", "a", "d", "route", "classes", "moves"])
def test_what_is_built_otherwise_is_not_taken(facts: dict[str, Any], name: str) -> None:  # noqa: F811
    """Whatever comes through is at least what the scripts of the page take for granted."""
    bad = [
        "null",
        "3",
        '"x"',
        "[]",
        "[null]",
        "[3]",
        "{}",
        '{"start":null}',
        '{"start":{}}',
        '{"of":3}',
        '[{"start":3}]',
    ]
    default = facts["knobs"]["latent"][name]["default"]
    for (taken,) in (each.values() for each in brought(facts, [{name: text} for text in bad])):
        assert type(taken) is type(default)
        spots = taken if name == "route" else [taken] if name in ("a", "d") else []
        assert all(isinstance(spot["start"]["of"], str) for spot in spots)
        assert name != "start" or isinstance(taken["of"], str)


@pytest.mark.parametrize("far", [1e308, -1e308, 2e16, 1001])
def test_the_map_ends_where_its_numbers_do(facts: dict[str, Any], far: float) -> None:  # noqa: F811
    """A shelf or a recipe can put a place anywhere; counting the crossings there must still come to an end."""
    jump = f"noisewalk.jump('latent', {json.dumps({'x': far, 'y': -far})});"
    found = run(facts, [*SCRIPTS, jump, "\n".join(MAP)], "return [plane.standing(), plane.inSight().length];")
    edge = 1000 if far > 0 else -1000
    assert found[0] == [edge, -edge] and 0 < found[1] < 100


def test_what_snaps_to_the_middle_is_no_negative_zero(facts: dict[str, Any]) -> None:  # noqa: F811
    code = "return [-0.4, -0, 0.2, NaN].map(part => Object.is(plane.tidy(Math.round(part)), 0));"
    assert run(facts, [*SCRIPTS, "\n".join(MAP)], code) == [True, True, True, True]


@pytest.mark.parametrize("stops", [2, 12])
def test_what_is_too_long_for_a_link_is_left_out_with_a_word(facts: dict[str, Any], stops: int) -> None:  # noqa: F811
    route = [{"start": {"of": "numbers", "z": [round(-1.2345 + k / 64, 4) for k in range(64)]}}] * stops
    code = f"""
    noisewalk.jump('latent', {{ x: 2, route: {json.dumps(route)} }});
    const said = [];
    noisewalk.notice = text => said.push(text);
    await noisewalk.copyLink('latent');
    return [Object.fromEntries(new URL(window.copied).searchParams), said];"""
    copied, said = run(facts, SCRIPTS, code)
    words, short = table("en"), stops == 2
    assert copied["x"] == "2" and ("route" in copied) == short
    assert said == [words["page.copied"] if short else words["page.copied-short"].format(names=words["latent.route"])]
