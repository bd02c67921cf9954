"""The plot follows its knob, its page and its reader."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.widgets import page as widget_page
from tests.browser.widgets.driving import (
    CURVES,
    asked,
    settled,
)


def test_a_plot_follows_its_knob_with_one_request_and_the_page_with_none(widgets: Any) -> None:
    before = widgets.evaluate(CURVES, "#plot")
    widgets.evaluate(
        "dispatchEvent(new CustomEvent('noisewalk:set', { detail: { plot: 'plot', values: { power: 2 } } }))"
    )
    settled(widgets, f"([id, was]) => ({CURVES})(id) !== was", "#plot", before)
    assert asked(widgets) == 1
    before = widgets.evaluate(CURVES, "#plot")
    value = widget_page.figure(0.3)
    widgets.evaluate(
        "value => dispatchEvent(new CustomEvent('noisewalk:plot', { detail: { plot: 'plot', value } }))", value
    )
    settled(widgets, f"([id, was]) => ({CURVES})(id) !== was", "#plot", before)
    assert asked(widgets) == 1


def test_a_click_on_a_plot_reaches_python(widgets: Any) -> None:
    box = widgets.locator("#plot .nsewdrag").bounding_box()
    widgets.mouse.move(box["x"] + 1, box["y"] + 30)
    widgets.mouse.move(box["x"] + 2, box["y"] + 8)
    widgets.wait_for_timeout(200)
    widgets.mouse.click(box["x"] + 2, box["y"] + 8)
    settled(widgets, "() => /pick [01] [0-2]$/.test(document.querySelector('#said textarea').value)")


def test_handles_bend_the_curve_and_keep_it_falling(widgets: Any) -> None:
    widgets.evaluate(
        "() => { window.bent = []; addEventListener('noisewalk:handles', e => bent.push(e.detail.points)) }"
    )
    handle = widgets.locator("#drawn .nw-handle").nth(2)
    box = handle.bounding_box()
    widgets.mouse.move(box["x"] + 14, box["y"] + 14)
    widgets.mouse.down()
    widgets.mouse.move(box["x"] + 14, box["y"] - 400, steps=4)
    assert "moved" not in widgets.locator("#said textarea").input_value(), "Python hears of it on release only"
    widgets.mouse.up()
    settled(widgets, "() => document.querySelector('#said textarea').value === 'moved 5'")
    points = widgets.evaluate("bent.at(-1)")
    assert points[2][1] == pytest.approx(points[1][1]), "it stops at its neighbour"
    handle.focus()
    handle.press("ArrowDown")
    settled(widgets, "([y]) => bent.at(-1)[2][1] < y", points[2][1])
    assert asked(widgets) == 0


def test_words_and_colours_of_a_plot_follow_the_page(widgets: Any) -> None:
    legend = widgets.locator("#plot .legendtext").first
    assert legend.text_content() == "linear"
    colour = "() => getComputedStyle(document.querySelector('#plot .js-line')).stroke"
    light = widgets.evaluate(colour)
    widgets.evaluate("noisewalk.speak('xx')")
    settled(widgets, "() => document.querySelector('#plot .legendtext').textContent === '⟦linear⟧'")
    widgets.evaluate("document.body.classList.add('dark')")
    settled(widgets, f"([was]) => ({colour})() !== was", light)
    assert asked(widgets) == 0
