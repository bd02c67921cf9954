"""The Latent space tab's own scripts on a page of paper: menus, the shelf and what they say."""

from __future__ import annotations

import json
from typing import Any

from demo.words import table
from tests.demo.paper import facts, read, run  # noqa: F401

SCRIPTS = read(*(f"assets/{name}.js" for name in ("words", "knobs", "chrome", "latent")))
HAS = {"layers": 0, "classes": [], "early": False, "weights": "abc"}
WORDS = table("en")


def test_a_fresh_page_hears_of_models_that_were_brought(facts: dict[str, Any]) -> None:  # noqa: F811
    names = facts["knobs"]["latent"]["model"]["choices"]
    known = json.dumps(dict.fromkeys([*names, "own-x"], HAS))
    code = f"""
    noisewalk.restore();
    const before = noisewalk.valueOf('latent', 'model'), told = noisewalk.latent.refresh({known});
    return [before, told, noisewalk.valueOf('latent', 'model'), noisewalk.updates];"""
    before, told, after, _ = run(facts, SCRIPTS, code, "?tab=latent&model=%22own-x%22&x=2")
    assert [name for _, name in told["choices"]] == [*names, "own-x"]
    assert told["choices"][0][0] == WORDS[f"models.{names[0]}"] and told["choices"][-1][0] == "own-x"
    assert (before, told["value"], after) == (names[0], "own-x", "own-x"), "the link asked for it"
    before, told, after, _ = run(facts, SCRIPTS, code, "?tab=latent&model=%22own-y%22")
    assert before == told["value"] == after == names[0]


def test_a_model_that_went_away_leaves_the_menu(facts: dict[str, Any]) -> None:  # noqa: F811
    first, *others = facts["knobs"]["latent"]["model"]["choices"]
    told = run(facts, SCRIPTS, f"return noisewalk.latent.refresh({json.dumps(dict.fromkeys(others, HAS))});")
    assert told["value"] == others[0] and first not in [name for _, name in told["choices"]]


SEARCH = """
globalThis.createImageBitmap = async () => ({ close() {} });
const still = () => {}, news = NEWS;
const kit = { element, name: 'latent-project', listen: still, emit: still, whenPageChanges: still, why: String,
  picture: String, pump: () => ({ set: still }), server: { aim: still,
  further: () => new Promise(done => setTimeout(() => done(news), 3)),
  begin: async () => news ? { search: 'it', image: '' } : new Promise(still) } };
noisewalk.latentParts.patient = still;
noisewalk.turned('latent', 'goal', 'held');
noisewalk.latentParts.project(kit);
noisewalk.latentParts.project.find();
const step = element.querySelector('.nw-project').querySelector('.nw-project-step');
await new Promise(done => setTimeout(done, 20));
const before = step.textContent;
noisewalk.latentParts.project.halt();
return [before, step.textContent];
"""


def test_a_search_stopped_at_its_first_look_no_longer_looks(facts: dict[str, Any]) -> None:  # noqa: F811
    first = {"curve": [[0, 5.0]], "image": "x", "difference": "x", "psnr": 5.0, "mse": 1.0, "step": 0, "steps": 20}
    scripts = [*SCRIPTS, *read("assets/uploads.js", "assets/latent_project.js")]
    for news, after in ((first, "latent.project.step"), (None, "latent.project.stopped")):
        told = run(facts, scripts, SEARCH.replace("NEWS", json.dumps(news)))
        expected = WORDS[after].replace("{step}", "0").replace("{steps}", "20")
        assert told == [WORDS["latent.project.looking"].replace("{count}", "96"), expected]
