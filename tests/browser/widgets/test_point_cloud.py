"""The point cloud follows its clock and knows which point was hit."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from tests.browser.widgets import page as widget_page
from tests.browser.widgets.driving import (
    FEED,
    PIXELS,
    asked,
    settled,
)


def test_the_cloud_follows_its_clock_and_its_timeline(widgets: Any) -> None:
    clock = "time => dispatchEvent(new CustomEvent('noisewalk:clock', { detail: { cloud: 'cloud', time } }))"
    widgets.evaluate(clock, 1)
    widgets.wait_for_timeout(200)
    end = widgets.evaluate(PIXELS, "#cloud")
    widgets.evaluate(clock, 0.35)
    settled(widgets, f"([was]) => ({PIXELS})('#cloud') !== was", end)
    widgets.evaluate(FEED, widget_page.piece(501, 0, 40))
    settled(widgets, f"([was]) => ({PIXELS})('#cloud') === was", end)
    assert asked(widgets) == 0


def test_a_point_is_hit_where_it_is_drawn_also_after_zooming(widgets: Any) -> None:
    """The first generated point is found at the place that the numbers sent say, and nothing is found off it."""
    layer = widget_page.cloud()["layers"][3]
    xy = np.frombuffer(base64.b64decode(layer["xy"]), "<f2").reshape(layer["frames"], layer["n"], 2)[-1].astype(float)
    far = np.linalg.norm(xy[:, None] - xy[None], axis=-1) + 9 * np.eye(len(xy))
    index = int(far.min(1).argmax())  # the loneliest point: no other is near
    widgets.locator("#cloud canvas").scroll_into_view_if_needed()
    box = widgets.locator("#cloud canvas").bounding_box()

    def click(zoom: float) -> None:
        scale = zoom * box["width"] / 6
        widgets.mouse.click(
            box["x"] + box["width"] / 2 + scale * xy[index, 0], box["y"] + box["height"] / 2 - scale * xy[index, 1]
        )

    click(1)
    settled(widgets, "([words]) => document.querySelector('#said textarea').value === words", f"point made {index}")
    widgets.evaluate("() => { window.hits = []; addEventListener('noisewalk:pick', e => hits.push(e.detail.index)) }")
    widgets.mouse.click(box["x"] + 4, box["y"] + 4)
    settled(widgets, "() => hits.length === 1 && hits[0] === null")
    widgets.focus("#cloud canvas")
    widgets.keyboard.press("-")
    click(0.8)
    settled(widgets, "([index]) => hits.at(-1) === index", index)
    widgets.keyboard.press("0")
    widgets.mouse.click(box["x"] + 4, box["y"] + 4)


def test_cloud_zooms_by_keys_and_leaves_the_plain_wheel_to_the_page(widgets: Any) -> None:
    canvas = widgets.locator("#cloud canvas")
    canvas.scroll_into_view_if_needed()
    canvas.hover()
    before, top = widgets.evaluate(PIXELS, "#cloud"), widgets.evaluate("scrollY")
    widgets.mouse.wheel(0, -120)
    settled(widgets, "([top]) => scrollY < top", top)
    assert widgets.evaluate(PIXELS, "#cloud") == before
    canvas.focus()
    canvas.press("+")
    settled(widgets, f"([was]) => ({PIXELS})('#cloud') !== was", before)
    canvas.press("0")
    settled(widgets, f"([was]) => ({PIXELS})('#cloud') === was", before)


def test_the_words_of_the_legend_switch_layers_and_speak_the_language(widgets: Any) -> None:
    legend = widgets.locator("#cloud .nw-legend")
    assert legend.inner_text().startswith("Every dot is a sample: real, or generated")
    before = widgets.evaluate(PIXELS, "#cloud")
    legend.get_by_text("generated").click()
    settled(widgets, f"([was]) => ({PIXELS})('#cloud') !== was", before)
    widgets.evaluate("noisewalk.speak('xx')")
    settled(widgets, "() => document.querySelector('#cloud .nw-legend').textContent.includes('⟦generated⟧')")
    assert legend.get_by_text("generated").get_attribute("aria-pressed") == "false"
    legend.get_by_text("generated").click()
    settled(widgets, f"([was]) => ({PIXELS})('#cloud') === was", before)
