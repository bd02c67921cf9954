"""Comparing in Chromium: one thumb for all fates, a map that leads to moments, and long measuring that can be stopped."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from demo.views import denoising_compare_errors as errors
from demo.views import denoising_compare_ladder as ladder
from demo.words import table

FATES = [{"sampler": "ddim"}, {"steps": 2}]
AT = "() => Number(document.querySelector('#denoising-compare .nw-range').value)"

LAST = "Number(document.querySelector('#denoising-compare .nw-range').max)"


@pytest.fixture
def compare(page: Any, young: str) -> Any:
    return opened(page, young)


def opened(page: Any, address: str) -> Any:
    """The open part, with short runs by a link."""
    page.goto(f"{address}?tab=denoising&part=compare&steps=4&fates={quote(json.dumps(FATES))}")
    page.wait_for_selector("#denoising-run .nw-timeline[data-at]")
    page.wait_for_selector(".nw-fate select:visible")
    return page


def done(page: Any) -> None:
    page.wait_for_function("() => document.querySelectorAll('.nw-end').length === 3")
    page.wait_for_function(f"() => {{ const last = {LAST}; return last > 1 && ({AT})() === last; }}")


def test_fates_share_a_thumb_and_the_map_leads_to_moments(compare: Any) -> None:
    words = table("en")["denoising.compare.cost"].split("{seconds}")[0].format(evaluations=10)
    compare.wait_for_function(
        "(t) => document.querySelector('[data-cost=compare]').textContent.startsWith(t)", arg=words
    )
    done(compare)  # with nothing pressed: a press might begin a second run, whose frames would move the thumb
    compare.wait_for_selector("#denoising-compare-go[aria-disabled=false]")
    assert compare.locator("#denoising-compare .nw-pane").count() == 3
    last = compare.evaluate(AT)
    dots = compare.locator(".nw-fate-map circle")
    assert dots.count() == 5 + 5 + 3
    dots.nth(2).dispatch_event("pointerover", {"bubbles": True})
    compare.wait_for_function(f"() => ({AT})() < {last}")
    there = compare.evaluate(AT)
    dots.nth(2).dispatch_event("pointerout", {"bubbles": True})
    compare.wait_for_function(f"() => ({AT})() === {last}")
    dots.nth(2).dispatch_event("click", {"bubbles": True})
    compare.wait_for_function(f"() => ({AT})() === {there}")
    compare.wait_for_selector(".nw-fate-map circle.nw-later", state="attached")
    assert compare.locator(".nw-moment-said").inner_text()
    compare.set_viewport_size({"width": 390, "height": 844})
    assert compare.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_another_fate_stands_in_the_link_and_fades_what_was_compared(compare: Any) -> None:
    done(compare)  # with nothing pressed: it is short, and the link opened it
    compare.locator("[data-at=thing1]").select_option(label=table("en")["denoising.compare.thing.guidance"])
    compare.wait_for_function("() => 'guidance' in noisewalk.valueOf('denoising', 'fates')[1]")
    assert compare.locator(".nw-idle").inner_text() == table("en")["denoising.compare.unguided"]
    compare.locator("[data-at=thing1]").select_option(label=table("en")["denoising.compare.thing.sampler"])
    compare.locator("[data-at=to1]").select_option(label=table("en")["samplers.consistency"])
    assert compare.locator(".nw-idle").inner_text() == table("en")["denoising.compare.soft"]
    compare.locator("[data-at=thing1]").select_option(label=table("en")["denoising.compare.thing.guidance"])
    assert "guidance" in compare.evaluate("() => decodeURIComponent(noisewalk.link('denoising'))")
    compare.wait_for_selector("#denoising-compare-card:not(.nw-stale)")  # short runs are compared again by themselves
    compare.wait_for_selector("#denoising-compare-go[aria-disabled=false]")
    compare.evaluate("() => noisewalk.jump('denoising', { seed: 77 })")
    compare.wait_for_selector("#denoising-compare-card.nw-stale")
    compare.locator(".nw-drop").first.click()
    compare.wait_for_function("() => noisewalk.valueOf('denoising', 'fates').length === 1")


def test_measuring_stops_when_told(compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network is held at its first point until Stop was pressed, however fast the machine is."""
    gate, reached, whole, marks = threading.Event(), threading.Event(), errors.chart, []

    def held(*args: Any) -> Iterator[Any]:
        for mark in whole(*args):
            marks.append(mark)
            yield mark
            reached.set()
            gate.wait(60)

    monkeypatch.setattr(errors, "chart", held)
    compare.locator("#denoising-errors-go").click()
    compare.wait_for_selector("#denoising-errors-plot .nw-plot[data-drawn]")
    while not reached.is_set():
        compare.wait_for_timeout(50)
    assert compare.locator("#denoising-errors-go").get_attribute("aria-disabled") == "true"
    compare.locator("#denoising-errors-halt").click()
    compare.wait_for_timeout(300)
    gate.set()
    compare.wait_for_timeout(2_000)
    assert len(marks) < 5, "it went on after Stop"
    assert compare.locator("#denoising-errors-go").get_attribute("aria-disabled") == "false"
    assert compare.locator(".nw-found[data-done]").count() == 0


def test_a_ladder_stopped_before_its_first_rung_leaves_the_old_one_faded(
    compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, halt, card = "#denoising-ladder-go", "#denoising-ladder-halt", ".nw-card:has(#denoising-ladder-go)"
    compare.locator(go).click()
    compare.wait_for_selector(f"{card} .nw-rung")
    compare.wait_for_selector(f"{go}[aria-disabled=false]")
    compare.wait_for_selector(f"{card}:not(.nw-stale)")
    rungs = compare.locator(".nw-rung").count()
    compare.evaluate("() => noisewalk.jump('denoising', { seed: 77 })")
    compare.wait_for_selector(f"{card}.nw-stale")

    gate, reached = threading.Event(), threading.Event()

    def held(plan: Any) -> Iterator[Any]:
        reached.set()
        gate.wait(60)
        yield from ()

    monkeypatch.setattr(ladder, "climbed", held)
    compare.locator(go).click()
    while not reached.is_set():
        compare.wait_for_timeout(50)
    with compare.expect_response(lambda answer: "/cancel" in answer.url):
        compare.locator(halt).click()
    gate.set()
    compare.wait_for_selector(f"{go}[aria-disabled=false]")
    compare.wait_for_timeout(500)
    assert compare.locator(f"{card}.nw-stale").count() == 1
    assert compare.locator(".nw-rung").count() == rungs

    compare.locator(".nw-rung").nth(1).click()  # the stage goes along, and so does Gradio's own slider
    compare.wait_for_function("() => noisewalk.valueOf('denoising', 'steps') === 2")
    slider = compare.get_by_label("number input for Steps", exact=True).first.element_handle()
    compare.wait_for_function("(slider) => slider.value === '2'", arg=slider)
