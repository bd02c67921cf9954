"""Your picture in Chromium: any file is cropped or refused, the search can be stopped, and what it finds can be used."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.browser.test_latent import address, opened, pulled, value  # noqa: F401
from tests.browser.test_latent_judge import part
from tests.demo.test_uploads import KINDS, REFUSED

CALM = {"search_steps": 20}
COLORS = """() => { const pen = document.querySelector('.nw-aim canvas').getContext('2d');
  return [30, 226].map((y) => [...pen.getImageData(128, y, 1, 1).data].slice(0, 3)); }"""
BLANK = (
    "() => !document.querySelector('.nw-best canvas').getContext('2d').getImageData(0, 0, 256, 256).data.some(Boolean)"
)


def project(page: Any, address: str) -> None:  # noqa: F811
    part(page, address, "project")
    page.wait_for_selector("#latent-project .nw-invite:visible")
    page.evaluate(f"() => noisewalk.jump('latent', {CALM})")


def give(page: Any, data: bytes) -> None:
    page.set_input_files("#latent-project [type=file]", {"name": "x", "mimeType": "image/png", "buffer": data})


def test_every_kind_of_file_is_cropped_as_it_looks_or_refused(page: Any, address: str) -> None:  # noqa: F811
    project(page, address)
    for letters, above, below in KINDS.values():
        give(page, base64.b64decode(letters))
        wanted = [list(above), list(below)]
        near = f"({COLORS})().flat().every((shade, k) => Math.abs(shade - {wanted}.flat()[k]) < 45)"
        page.wait_for_function(near, timeout=10_000)
    give(page, base64.b64decode(KINDS["png"][0]))
    page.wait_for_timeout(300)
    before = page.evaluate(COLORS)
    for kind in ("nothing", "text", "a document", "a script in a drawing"):
        letters = REFUSED[kind][0]
        page.evaluate("() => document.querySelector('.nw-notice')?.remove()")
        give(page, base64.b64decode(letters))
        page.wait_for_selector(".nw-notice.nw-shown")
        assert page.evaluate(COLORS) == before


def test_the_crop_follows_the_hand_and_stays_out_of_the_link(page: Any, address: str) -> None:  # noqa: F811
    project(page, address)
    give(page, base64.b64decode(KINDS["png"][0]))
    page.wait_for_function(f"({COLORS})()[0][0] > 200")
    page.locator(".nw-crop [type=range]").fill("4")
    box = page.locator(".nw-aim canvas").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + 10 + box["height"], steps=4)
    page.mouse.up()
    page.wait_for_function(f"({COLORS})().every(([red, , blue]) => red > 240 && blue < 15)")  # all of it the upper half
    link = page.evaluate("() => noisewalk.link('latent')")
    assert len(link) < 200


@pytest.mark.parametrize("goal", ["held", "table"])
def test_a_search_streams_stops_and_goes_on_the_table(page: Any, address: str, goal: str) -> None:  # noqa: F811
    project(page, address)
    page.locator(f"#latent-goal input[value={goal}]").check(force=True)
    page.wait_for_function("() => document.querySelector('.nw-invite').offsetParent === null")
    page.evaluate("() => noisewalk.jump('latent', { search_steps: 300, moves: {} })")
    page.locator("#latent-find").click()
    page.wait_for_function("() => document.querySelector('.nw-project progress').value > 0")
    assert not page.evaluate(BLANK)
    page.locator("#latent-find-halt").click()
    page.wait_for_selector("[data-state=found]")
    page.wait_for_timeout(600)
    asked = len([r for r in page.requests if "component_server" in r.url])
    page.wait_for_timeout(1200)
    assert len([r for r in page.requests if "component_server" in r.url]) == asked, "it goes on after Stop"
    assert "dB" in page.locator(".nw-project-verdict").inner_text()
    page.locator("#latent-lay").click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'start').of === 'numbers'")
    link = page.evaluate("() => noisewalk.link('latent')")
    opened(page, link)
    assert value(page, "latent", "start")["of"] == "numbers"
    if goal == "table":
        return
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_styles_that_were_found_go_on_the_table_and_another_seed_leaves_them(page: Any, address: str) -> None:  # noqa: F811
    project(page, address)
    change = {"model": "faces-stylegan", "space": "w+", "goal": "held", "search_steps": 20}
    page.evaluate(f"() => noisewalk.jump('latent', {change})")
    page.wait_for_function("() => document.querySelector('.nw-invite').offsetParent === null")
    page.locator("#latent-find").click()
    page.wait_for_selector("[data-state=found]", timeout=60_000)
    page.locator("#latent-lay").click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'offset').startsWith('9:')")
    link, offset = page.evaluate("() => [noisewalk.link('latent'), noisewalk.valueOf('latent', 'offset')]")
    opened(page, link)
    assert value(page, "latent", "offset") == offset and value(page, "latent", "start")["of"] == "seed"
    assert page.locator("#latent-seed").input_value() == "", "it is no seed's picture"
    page.locator(".nw-table .nw-if-found").wait_for()
    assert not page.locator(".nw-table [data-key='latent.norm']").is_visible(), "it has no length"
    pulled(page, 0.2, 0)
    assert value(page, "latent", "offset") == offset, "it stays while the picture is pulled"
    page.locator("[data-latent=another]").click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'offset') === ''")
    page.evaluate("() => noisewalk.undo('latent')")
    assert value(page, "latent", "offset") == offset
    page.locator("[data-latent=nearest]").click()
    assert value(page, "latent", "offset") == "" and value(page, "latent", "start")["of"] == "seed"


def test_a_space_of_styles_waits_for_a_model_that_has_one(page: Any, address: str) -> None:  # noqa: F811
    part(page, address + '?tab=latent&goal="table"&space="w"&search_steps=20', "project")
    page.locator("#latent-find").click()
    page.wait_for_selector("[data-state=found]")
    assert value(page, "latent", "space") == "w"


def test_a_refused_search_leaves_only_the_refusal(page: Any, address: str) -> None:  # noqa: F811
    part(page, address + '?tab=latent&goal="table"&search_steps=20', "project")
    page.locator("#latent-find").click()
    page.wait_for_selector("#latent-project-curve:visible")
    start = 'seed => noisewalk.jump("latent", { start: { of: "seed", seed } })'
    page.evaluate(start, -4)
    page.locator("#latent-find").click()
    page.locator(".nw-project-trouble", has_text="0 to 9999").wait_for()
    for left in (".nw-project-state", "#latent-project-curve"):
        assert page.locator(left).is_hidden()
    assert page.locator(".nw-project-verdict").inner_text() == ""
