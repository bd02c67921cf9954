"""The Samplers tab in a browser: it paints, follows its knobs, scrubs without asking, follows a dot, measures."""

from __future__ import annotations

import threading
from typing import Any

import pytest

pytest.importorskip("gradio")

from demo.views import samplers_errors
from demo.words import table

CLOUD = ".nw-samplers"
READY = f"{CLOUD}[data-painted]"
ARRIVED = "() => document.querySelector('.nw-samplers')?.dataset.step === document.querySelector('.nw-samplers .nw-range').max + '.00'"


@pytest.fixture
def address(alone):
    return alone("samplers")


@pytest.fixture
def opened(page, address):
    """The tab, its cloud arrived at the data."""

    def go(query="", **viewport):
        if viewport:
            page.set_viewport_size(viewport)
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{address}?tab=samplers{query}")
        page.locator(CLOUD).wait_for(state="visible")
        page.wait_for_selector(READY)
        page.wait_for_function(ARRIVED)
        return page

    return go


def asked(page):
    """How often the page has asked the server for something since it was last looked at."""
    found = [r for r in page.requests if r.method == "POST" and "component_server" in r.url]
    page.requests.clear()
    return len(found)


def quiet(page):
    """Wait until the judge has spoken."""
    page.wait_for_function("() => document.querySelectorAll('.nw-verdicts tr').length > 1")
    page.wait_for_timeout(700)
    asked(page)


def test_it_paints_and_the_judge_speaks(opened):
    page = opened()
    quiet(page)
    inks = page.evaluate(
        """() => { const c = document.querySelector('.nw-samplers canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) seen.add(d[i] >> 5 | (d[i + 2] >> 5) << 3);
        return seen.size; }"""
    )
    assert inks > 3
    rows = page.locator(".nw-verdicts tr")
    assert rows.count() == 3
    assert (
        0 < float(rows.nth(2).locator("td").nth(1).inner_text()) < float(rows.nth(1).locator("td").nth(1).inner_text())
    )


def test_scrubbing_asks_for_nothing(opened):
    page = opened()
    quiet(page)
    page.locator(f"{CLOUD} .nw-range").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => Number(document.querySelector('.nw-samplers').dataset.step) === 11")
    page.locator(f"{CLOUD} canvas").focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => Number(document.querySelector('.nw-samplers').dataset.step) === 0")
    assert asked(page) == 0


def test_a_knob_brings_a_new_cloud_and_undo_the_old_one(opened):
    page = opened()
    quiet(page)
    steps = page.locator("#samplers-steps input[type=range]")
    steps.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.nw-samplers .nw-range').max === '17'")
    page.wait_for_timeout(1500)
    assert asked(page) == 2  # the cloud and, when all is quiet, the judge
    page.get_by_role("tabpanel").get_by_text("Undo").click()
    page.wait_for_function("() => document.querySelector('.nw-samplers .nw-range').max === '16'")


def test_a_followed_dot_shows_its_numbers_and_stands_in_the_link(opened):
    page = opened()
    quiet(page)
    page.locator(f"{CLOUD} canvas").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".nw-life:not([hidden]) tr:nth-child(4)")
    dot = page.evaluate("() => noisewalk.valueOf('samplers', 'dot')")
    assert dot == 0 and "dot=0" in page.evaluate("() => noisewalk.link('samplers')")
    asked(page)
    before = page.inner_text(".nw-life")
    page.keyboard.press("Home")
    page.wait_for_function("text => document.querySelector('.nw-life').innerText !== text", arg=before)
    assert asked(page) == 0
    page.keyboard.press("Escape")
    page.wait_for_function("() => noisewalk.valueOf('samplers', 'dot') === -1")


def test_own_dots_are_put_taken_away_and_restored_from_a_link(opened):
    page = opened("&law=%22dots%22&dots=%5B%5B-1%2C0%5D%2C%5B1%2C0.5%5D%5D&view=%22place%22")
    quiet(page)
    assert page.evaluate("() => noisewalk.valueOf('samplers', 'dots')") == [[-1, 0], [1, 0.5]]
    box = page.locator(f"{CLOUD} canvas").bounding_box()
    spot = (box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8)
    for count in (3, 2):
        page.mouse.click(*spot)
        page.wait_for_function("n => noisewalk.valueOf('samplers', 'dots').length === n", arg=count)


def test_a_demo_turns_the_knobs_and_measures(opened):
    page = opened()
    quiet(page)
    page.locator("#samplers-shrink").click()
    page.wait_for_function("() => noisewalk.valueOf('samplers', 'law') === 'gaussian'")
    drawn = "() => (document.querySelector('#samplers-study .nw-paper').data || []).length >= 7"
    page.wait_for_function(drawn)
    assert "0.5" in page.inner_text(".nw-notes")
    page.wait_for_function("() => document.querySelector('.nw-samplers .nw-range').max === '5'")


def test_a_sampler_has_its_own_knobs_in_cloud_link_and_undo(opened):
    page = opened()
    quiet(page)
    assert page.locator(".nw-method").count() == 1  # DPM++ 2M has none
    page.locator("[data-method=euler] input[type=range]").focus()
    page.keyboard.press("End")
    page.get_by_text(table("en")["samplers.chance"]).wait_for()
    assert page.evaluate("() => noisewalk.valueOf('samplers', 'knobs')") == {"euler": {"eta": 1}}
    link = page.evaluate("() => noisewalk.link('samplers')")
    page.get_by_role("tabpanel").get_by_text("Undo").click()
    page.wait_for_function("() => document.querySelector('[data-method=euler] input').value === '0'")
    page.goto(link)
    page.wait_for_function("() => document.querySelector('[data-method=euler] input')?.value === '1'")
    page.get_by_text(table("en")["samplers.chance"]).wait_for()


def test_a_link_with_impossible_knobs_changes_nothing(opened):
    page = opened("&knobs=%7B%22euler%22%3A%7B%22eta%22%3A7%7D%7D")
    quiet(page)
    assert page.evaluate("() => noisewalk.valueOf('samplers', 'knobs')") == {}


POINTS = "() => ((document.querySelector('#samplers-study .nw-paper').data || [])[0]?.x ?? []).length"


def test_stop_ends_a_measurement_says_so_and_another_can_begin(opened, monkeypatch):
    """The first study is held at its third point until Stop was pressed, and Stop until the next press has come."""
    gate, asked_for, error = threading.Event(), [], samplers_errors.error
    stops: list[Any] = []

    def held(curve, n, seed):
        asked_for.append((curve.method, n))
        if curve.method == "euler" and n > 4:
            gate.wait(60)
        return error(curve, n, seed)

    monkeypatch.setattr(samplers_errors, "error", held)
    page = opened()
    quiet(page)
    page.locator("#samplers-measure").click()
    page.wait_for_function(f"() => ({POINTS})() === 2")
    page.route("**/cancel", lambda stop: stops.append(stop))
    page.locator("#samplers-halt").click()
    page.get_by_text(table("en")["samplers.halted"]).wait_for()
    page.locator("#samplers-measure").click()
    page.wait_for_timeout(300)
    for stop in stops:
        stop.continue_()
    page.wait_for_timeout(300)  # for Stop to arrive: its answer comes only once the study has ended
    gate.set()
    page.unroute("**/cancel")
    page.get_by_text(table("en")["samplers.halted"]).wait_for(state="detached")
    page.wait_for_function(f"() => ({POINTS})() === 8")
    assert asked_for.count(("euler", 256)) == 1, "the first study went on after Stop"


def test_every_word_is_spoken_in_chinese_and_nothing_overflows_on_a_phone(opened):
    page = opened("&lang=zh-TW&dot=4", width=390, height=800)
    quiet(page)
    words = page.inner_text(CLOUD) + page.inner_text(".nw-judge") + page.inner_text(".nw-demos")
    assert "軌跡" in words and "求值次數" in words and "一去一回" in words
    assert "t:samplers" not in words and "samplers." not in words
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
