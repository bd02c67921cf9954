"""The live canvas paints, follows, recovers, and asks exactly as often as it should."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.widgets import page as widget_page
from tests.browser.widgets.driving import (
    PIXELS,
    SET,
    asked,
    drawn,
    heard,
    settled,
    spot_near,
)


def test_first_picture_needs_no_request(page: Any, address: str) -> None:
    spot_near(drawn(page, address), "#pad", 0.5, 0.5)
    assert asked(page) == 0


def test_a_widget_that_is_gone_listens_no_more(page: Any, address: str) -> None:
    drawn(page, address).evaluate("document.querySelector('#plain').remove()")
    page.evaluate(SET, ["plain", {"x": 0.5}])
    page.wait_for_timeout(200)
    assert asked(page) == 0


def test_one_request_per_change_and_the_picture_follows(widgets: Any) -> None:
    for count, x in enumerate((0.1, 0.5, 0.9), start=1):
        widgets.evaluate(SET, ["plain", {"x": x}])
        spot_near(widgets, "#plain", x, 0.3)
        assert asked(widgets) == count
    message = widget_page.calls[-1]
    assert message["args"] == {"x": 0.9, "y": 0.3, "nap": 0, "crash": False, "steps": 1}
    assert message["language"] == "en"
    first = widget_page.calls[0]["id"]
    assert [call["id"] for call in widget_page.calls] == [first, first + 1, first + 2]
    assert len({call["page"] for call in widget_page.calls}) == 1


def test_the_last_value_wins_when_serving_is_slow(widgets: Any) -> None:
    for step in range(40):
        widgets.evaluate(SET, ["plain", {"x": step / 40, "y": 0.8, "nap": 0.15}])
    widgets.evaluate(SET, ["plain", {"x": 0.95, "y": 0.1}])
    spot_near(widgets, "#plain", 0.95, 0.1)
    assert asked(widgets) < 12, "superseded values were still asked for"
    widgets.wait_for_timeout(400)
    spot_near(widgets, "#plain", 0.95, 0.1)


def test_a_late_answer_never_replaces_a_newer_one(widgets: Any) -> None:
    """Answers are made to overtake each other: far network, four in flight, every second one slow."""
    session = widgets.context.new_cdp_session(widgets)
    session.send("Network.enable")
    far = {"offline": False, "latency": 120, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", far)
    widgets.evaluate(
        """() => { window.seen = []; addEventListener('noisewalk:painted', e => seen.push(e.detail.reply.x)) }"""
    )
    for step in range(30):
        widgets.evaluate(SET, ["plain", {"x": step / 30, "y": 0.5, "nap": 0.05 * (step % 2)}])
        widgets.wait_for_timeout(20)
    widgets.evaluate(SET, ["plain", {"x": 1, "y": 0.5, "nap": 0}])
    settled(widgets, "() => seen.at(-1) === 1")
    seen = widgets.evaluate("seen")
    assert seen == sorted(seen) and len(seen) > 3
    session.detach()


def test_drag_and_arrow_keys_move_the_picture(widgets: Any) -> None:
    canvas = widgets.locator("#pad canvas")
    box = canvas.bounding_box()
    widgets.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    widgets.mouse.down()
    widgets.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.2 * box["height"], steps=5)
    widgets.mouse.up()
    spot_near(widgets, "#pad", 0.8, 0.2)
    canvas.focus()
    for _ in range(3):
        canvas.press("Shift+ArrowDown")
    canvas.press("ArrowLeft")
    spot_near(widgets, "#pad", 0.78, 0.5)
    heard(widgets, lambda: widget_page.calls[-1]["args"]["x"] == pytest.approx(0.78, abs=0.01))


@pytest.mark.parametrize(
    ("broken", "words"), [({"crash": True}, "did not work"), ({"steps": 11}, "Steps must be at most 10.")]
)
def test_an_error_stands_where_the_picture_would_be_and_the_next_change_recovers(
    widgets: Any, broken: dict[str, Any], words: str
) -> None:
    widgets.forgive.append("500")
    error = widgets.locator("#plain .nw-error")
    widgets.evaluate(SET, ["plain", {"x": 0.2}])
    spot_near(widgets, "#plain", 0.2, 0.3)
    before = widgets.evaluate(PIXELS, "#plain")
    widgets.evaluate(SET, ["plain", broken])
    error.wait_for(state="visible")
    assert words in error.inner_text()
    assert widgets.evaluate(PIXELS, "#plain") == before, "the last good picture stays, dimmed"
    widgets.evaluate("noisewalk.speak('xx')")
    assert error.inner_text().startswith("⟦")
    widgets.evaluate(SET, ["plain", {"x": 0.7, "crash": False, "steps": 1}])
    error.wait_for(state="hidden")
    spot_near(widgets, "#plain", 0.7, 0.3)


def test_an_unreachable_server_is_said_in_place(widgets: Any) -> None:
    widgets.forgive += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    widgets.context.set_offline(True)
    widgets.evaluate(SET, ["plain", {"x": 0.6}])
    widgets.locator("#plain .nw-error").wait_for(state="visible")
    widgets.context.set_offline(False)
    widgets.evaluate(SET, ["plain", {"x": 0.6}])
    spot_near(widgets, "#plain", 0.6, 0.3)


def test_canvases_repaint_in_the_dark(widgets: Any) -> None:
    before = widgets.evaluate(PIXELS, "#spread")
    widgets.evaluate("document.body.classList.add('dark')")
    settled(widgets, f"([was]) => ({PIXELS})('#spread') !== was", before)


def test_nothing_overflows_at_390_pixels(widgets: Any) -> None:
    widgets.set_viewport_size({"width": 390, "height": 844})
    widgets.wait_for_timeout(400)
    assert widgets.evaluate("document.documentElement.scrollWidth") <= 390
    for widget in widgets.locator(".nw-widget").all():
        assert widget.bounding_box()["width"] > 250
