"""The Latent space tab's own scripts on a page of paper: menus, the shelf and what they say."""

# ruff: noqa: E501  (scripts of the page, a line each)
from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
let asked = 0;
const kit = { element, name: 'latent-project', listen: still, emit: still, whenPageChanges: still, why: String,
  picture: String, pump: () => ({ set: still }), server: { aim: still,
  further: () => ++asked && new Promise(done => setTimeout(() => done(news), 3)),
  begin: async () => news ? { search: 'it', image: '' } : new Promise(still) } };
noisewalk.latentParts.patient = still;
noisewalk.turned('latent', 'goal', 'held');
noisewalk.latentParts.project(kit);
noisewalk.latentParts.project.find();
const step = element.querySelector('.nw-project').querySelector('.nw-project-step');
do await new Promise(done => setTimeout(done, 5)); while (news && asked < 3);
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
        assert told == [WORDS["latent.project.looking.chance"].replace("{count}", "96"), expected]


THUMB = "data:image/jpeg;base64,AAAA"
KEEP = [*SCRIPTS, *read("assets/latent_keep.js")]


def kept(seed: int, model: str, **more: Any) -> dict[str, Any]:
    return {"name": f"no {seed}", "model": model, "spot": {"start": {"of": "seed", "seed": seed}}, **more}


def shelf(facts: dict[str, Any], stored: list[Any], code: str) -> Any:  # noqa: F811
    store = f"localStorage.setItem('noisewalk.shelf', {json.dumps(json.dumps(stored))});"
    return run(facts, [store, *KEEP], f"const {{ shelf }} = noisewalk.latent; {code}")


def test_what_was_kept_of_a_model_that_is_away_waits_for_it(facts: dict[str, Any]) -> None:  # noqa: F811
    model = facts["knobs"]["latent"]["model"]["choices"][0]
    code = """
    shelf.keep('new');
    const stored = JSON.parse(localStorage.getItem('noisewalk.shelf'));
    return shelf.items().map((item, k) => [item.name, shelf.here(item), stored[k].model]);"""
    found = shelf(facts, [kept(1, "own-x", thumb=THUMB), kept(2, model), None, {"model": model, "spot": {}}], code)
    assert found == [["no 1", False, "own-x"], ["no 2", True, model], ["new", True, model]]


def test_a_small_picture_goes_with_the_weights_that_painted_it(facts: dict[str, Any]) -> None:  # noqa: F811
    known = facts["knobs"]["latent"]["model"]
    model, own = known["choices"][0], known["has"][known["choices"][0]]["weights"]
    of = {"thumb": THUMB}
    stored = [kept(1, model, **of, weights=own), kept(2, model, **of, weights="old"), kept(3, model, **of)]
    code = f"""
    const before = shelf.items().map(item => item.thumb);
    shelf.change(shelf.items()[1].id, {{ thumb: '{THUMB}' }});
    return [before, JSON.parse(localStorage.getItem('noisewalk.shelf')).map(item => item.weights)];"""
    assert shelf(facts, stored, code) == [[THUMB, None, None], [own, own, ""]]


def test_the_shelf_says_what_it_has_no_room_for(facts: dict[str, Any]) -> None:  # noqa: F811
    model = facts["knobs"]["latent"]["model"]["choices"][0]
    first, more = [kept(seed, model) for seed in range(20)], [kept(seed, model) for seed in range(15, 30)]
    add = f"const told = shelf.add({json.dumps(json.dumps(more))});"
    code = add + "return [told, shelf.news(told), shelf.items().length];"
    told, said, count = shelf(facts, first, code)
    assert told == {"count": 4, "left": 6, "most": 24} and count == 24
    assert said == WORDS["latent.keep.brought-part"].format(**told)


def test_every_removal_is_put_back_and_an_item_keeps_its_id(facts: dict[str, Any]) -> None:  # noqa: F811
    model = facts["knobs"]["latent"]["model"]["choices"][0]
    strange = kept(9, model) | {"spot": {"start": {"of": "nowhere"}}}
    code = """
    const ids = () => shelf.items().map(item => item.id), before = ids();
    shelf.drop(before[1]); shelf.drop(before[0]); const gone = ids();
    shelf.putBack(); shelf.putBack();
    return [before.length, gone.length, before.join() === ids().join(), shelf.dropped(),
      JSON.parse(localStorage.getItem('noisewalk.shelf')).map(item => item.id).join() === before.join()];"""
    assert shelf(facts, [kept(1, model), kept(2, model), kept(3, model), strange], code) == [3, 1, True, False, True]


def test_the_link_to_a_shelf_of_one_is_a_shelf(facts: dict[str, Any]) -> None:  # noqa: F811
    model = facts["knobs"]["latent"]["model"]["choices"][0]
    link = shelf(facts, [kept(1, model)], "return shelf.linkToAll().link;")
    assert len(json.loads(parse_qs(urlsplit(link).query)["shelf"][0])) == 1


def test_the_link_to_a_full_shelf_keeps_to_a_length_that_servers_take(facts: dict[str, Any]) -> None:  # noqa: F811
    model = facts["knobs"]["latent"]["model"]["choices"][0]
    items = [kept(seed, model) for seed in range(24)]
    for number, item in enumerate(items):
        item["spot"]["pca"] = [[axis, number / 7] for axis in range(60)]
    code = "const { link, count, left } = shelf.linkToAll(); return [link, count, left];"
    link, count, left = shelf(facts, items, code)
    assert 1 < count < 24 and count + left == 24 and len(link) <= 8000
    brought = json.loads(parse_qs(urlsplit(link).query)["shelf"][0])
    assert [each["spot"]["start"] for each in brought] == [each["spot"]["start"] for each in items[:count]]
    assert shelf(facts, items[:2], code)[1:] == [2, 0]


def test_a_double_press_measures_once(facts: dict[str, Any]) -> None:  # noqa: F811
    code = """
    const still = () => {}, target = name => ({ closest: part => part === name });
    const kit = { element, props: {}, server: { known: still }, watch: still, emit: still, whenPageChanges: still,
      listen: (on, type, heard, options) => { if (options?.capture) window.press = heard; else if (on === document) window.heard = heard; },
      pump: () => ({ args: still }) };
    noisewalk.latentParts.collapse(kit);
    const passes = name => { let through = true; press({ target: target(name), stopImmediatePropagation: () => { through = false; } });
      if (through) heard({ target: target(name) }); return through; };
    return ['#latent-measure', '#latent-measure', '#latent-measure-halt', '#latent-measure', '#latent-measure'].map(passes);"""
    scripts = [*SCRIPTS, *read("assets/latent_judge.js", "assets/latent_collapse.js")]
    assert run(facts, scripts, code) == [True, False, True, True, False]
