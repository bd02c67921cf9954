"""Map, shelf and ways in Chromium: what is clicked is gone to, what is kept stays, what is saved can be made again."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from demo.export import recipe_in
from demo.tabs.latent import FIRST
from demo.views.latent_keep import again
from demo.words import table
from tests.browser.test_latent import address, opened, value  # noqa: F401

WORDS = table("en")
START = {"of": "seed", "seed": FIRST.seed}


def asked(page: Any, view: str) -> int:
    """How often the page asked a view."""
    return sum(f'"fn_name":"{view}"' in (r.post_data or "") for r in page.requests if "component_server" in r.url)


def runs(page: Any) -> int:
    """How often a film, or a lost piece of it, was asked for."""
    return asked(page, "again") + sum("queue/join" in r.url for r in page.requests)


def part(page: Any, key: str) -> None:
    page.locator(f"#latent-part-{key}-button").click()


def drawn_map(page: Any) -> None:
    page.wait_for_function("() => document.querySelector('#latent-map .nw-map').dataset.missing === '0'")


def on_the_map(page: Any, right: float, down: float) -> tuple[float, float]:
    """Where on the screen a place is while the middle of the map is that of the plane."""
    box = page.locator("#latent-map canvas").bounding_box()
    cell = box["width"] / (7 if box["width"] > 560 else 5)
    return box["x"] + box["width"] / 2 + right * cell, box["y"] + box["height"] / 2 + down * cell


def test_a_click_on_the_map_travels_there_and_what_was_seen_is_not_fetched_again(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    drawn_map(page)
    tiles = asked(page, "tiles")
    page.mouse.click(*on_the_map(page, 1, -1))
    page.wait_for_function(
        "() => Math.abs(noisewalk.valueOf('latent', 'x') - 1) < 0.02 && Math.abs(noisewalk.valueOf('latent', 'y') + 1) < 0.02"
    )
    page.locator("#latent-map canvas").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'x') === 0")
    assert asked(page, "tiles") == tiles
    page.locator("#tab-latent .nw-tools button").first.click()
    page.wait_for_function(
        "() => Math.abs(noisewalk.valueOf('latent', 'x')) > 0 || noisewalk.valueOf('latent', 'y') === 0"
    )


def test_the_map_is_dragged_to_look_around_and_the_dot_to_pull(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    drawn_map(page)
    tiles = asked(page, "tiles")
    page.mouse.move(*on_the_map(page, 1, 1))
    page.mouse.down()
    page.mouse.move(*on_the_map(page, -2, 1), steps=5)
    page.mouse.up()
    page.wait_for_timeout(400)
    drawn_map(page)
    assert asked(page, "tiles") > tiles
    assert value(page, "latent", "x") == 0, "looking around moves nothing"
    page.locator("#latent-map canvas").press("Home")
    page.wait_for_timeout(200)
    page.mouse.move(*on_the_map(page, 0, 0))
    page.mouse.down()
    page.mouse.move(*on_the_map(page, 0.5, 0), steps=5)
    page.mouse.up()
    assert value(page, "latent", "x") == pytest.approx(0.5, abs=0.02)


def kept(page: Any) -> list[str]:
    return page.evaluate("() => noisewalk.latent.shelf.items().map(item => item.name)")


def test_what_is_kept_stays_and_is_gone_back_to(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    page.locator("#latent-shelf .nw-keep").click()
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    page.evaluate("() => noisewalk.latent.goTo({ of: 'seed', seed: 77 })")
    page.locator("#latent-shelf .nw-keep").click()
    page.keyboard.type("second")
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)  # what follows more quickly is taken back together
    page.locator("#latent-shelf .nw-kept button").first.click()
    page.wait_for_function(f"() => noisewalk.valueOf('latent', 'start').seed === {FIRST.seed}")
    page.locator("#tab-latent .nw-tools button").first.click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'start').seed === 77")
    page.locator("#latent-shelf .nw-kept button").first.press("Alt+ArrowRight")
    assert kept(page) == ["second", "first"]
    opened(page, address)
    assert kept(page) == ["second", "first"]
    page.locator("#latent-shelf .nw-kept button").first.press("Delete")
    assert kept(page) == ["first"]
    page.get_by_text(WORDS["latent.keep.put-back"]).click()
    assert kept(page) == ["second", "first"]


def test_a_link_brings_a_whole_shelf(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    link = page.evaluate(
        """() => noisewalk.latent.shelf.linkTo([{ name: 'one', model: 'faces-gan', spot: { start: { of: 'seed', seed: 5 } } },
        { name: '<b>two</b>', model: 'faces-gan', spot: { start: { of: 'seed', seed: 6 }, x: 0.5 } }])"""
    )
    opened(page, link)
    assert kept(page) == ["one", "<b>two</b>"]
    page.wait_for_function("() => document.querySelectorAll('#latent-shelf img').length === 2")
    assert page.locator("#latent-shelf b").count() == 0
    opened(page, address + "?tab=latent&shelf=%5B%7B%22model%22%3A%22nope%22%7D%2C3%2Cnull%5D")
    assert kept(page) == ["one", "<b>two</b>"]


def test_a_result_is_put_on_the_table_and_the_table_becomes_an_end(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    part(page, "between")
    page.wait_for_selector("#latent-sum .nw-painted")
    page.locator("[data-put=latent-sum]").click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'start').of === 'sum'")
    page.locator("#latent-end-b .nw-pick-ways button").click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'b').start.of === 'sum'")
    page.locator("#latent-end-a input").fill("123")
    page.locator("#latent-end-a input").press("Enter")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'a').start.seed === 123")
    opened(page, page.evaluate("() => noisewalk.link('latent')"))
    assert value(page, "latent", "a") == {"start": {"of": "seed", "seed": 123}}
    assert value(page, "latent", "b")["start"]["of"] == "sum"


def test_a_walk_is_scrubbed_without_a_request_and_saved_with_its_recipe(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address, "?tab=latent&frames=6")
    part(page, "between")
    page.wait_for_selector("#latent-walk .nw-painted")
    page.locator("#latent-walk-button").click()
    page.wait_for_function("() => document.querySelector('#latent-film .nw-count')?.textContent === '6 / 6'")
    page.wait_for_timeout(500)
    before = runs(page)
    page.locator("#latent-film .nw-range").focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('#latent-film .nw-count').textContent === '1 / 6'")
    assert runs(page) == before
    with page.expect_download() as download:
        page.locator("#latent-save-route [data-kind=gif]").click()
    data = Path(download.value.path()).read_bytes()
    recipe = recipe_in(data)
    assert (recipe["frames"], recipe["model"], len(recipe["stops"])) == (6, "faces-gan", 4)
    assert base64.b64decode(again(recipe)["file"]) == data


def test_ways_are_not_too_wide_for_a_phone(page: Any, address: str) -> None:  # noqa: F811
    page.set_viewport_size({"width": 390, "height": 840})
    opened(page, address)
    part(page, "between")
    page.wait_for_selector("#latent-walk .nw-painted")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
