"""The widgets in a real browser: they paint, follow, recover, and ask exactly as often as they should."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import widget_page

PIXELS = "id => { const c = document.querySelector(id + ' canvas'); return c.width ? c.toDataURL() : '' }"
SET = "([canvas, values]) => dispatchEvent(new CustomEvent('noisewalk:set', { detail: { canvas, values } }))"
CURVES = "id => [...document.querySelectorAll(id + ' .js-line')].map(line => line.getAttribute('d')).join()"
SPOT = """id => { // where the brightest pixel is, as parts of the width and height
  const c = document.querySelector(id + ' canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let best = 0; for (let i = 0; i < d.length; i += 4) if (d[i] + d[i + 1] > d[best] + d[best + 1]) best = i;
  return [(best / 4) % c.width / c.width, Math.floor(best / 4 / c.width) / c.height] }"""


@pytest.fixture(scope="module")
def address(launch: Any) -> str:
    return launch(widget_page.build(), **widget_page.settings())


@pytest.fixture
def widgets(page: Any, address: str) -> Any:
    """The page with every widget drawn and nothing asked of the server functions yet."""
    page.goto(address)
    page.wait_for_function("document.querySelectorAll('.nw-plot[data-drawn]').length === 2")
    page.wait_for_function("document.querySelector('#pad .nw-painted')")
    widget_page.calls.clear()
    return page


def asked(page: Any) -> int:
    return sum("component_server" in request.url for request in page.requests)


def settled(page: Any, done: str, *args: Any) -> None:
    page.wait_for_function(done, arg=list(args) or None)


def spot_near(page: Any, where: str, x: float, y: float) -> None:
    near = f"([id, x, y]) => {{ const [a, b] = ({SPOT})(id); return Math.hypot(a - x, b - y) < 0.06 }}"
    page.wait_for_function(near, arg=[where, x, y])


def test_first_picture_needs_no_request(widgets: Any) -> None:
    spot_near(widgets, "#pad", 0.5, 0.5)
    assert asked(widgets) == 0


def test_one_request_per_change_and_the_picture_follows(widgets: Any) -> None:
    for count, x in enumerate((0.1, 0.5, 0.9), start=1):
        widgets.evaluate(SET, ["plain", {"x": x}])
        spot_near(widgets, "#plain", x, 0.3)
        assert asked(widgets) == count
    message = widget_page.calls[-1]
    assert message["args"] == {"x": 0.9, "y": 0.3} and message["language"] == "en"
    assert [call["id"] for call in widget_page.calls] == [1, 2, 3]
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
    assert widget_page.calls[-1]["args"]["x"] == pytest.approx(0.78, abs=0.01)


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
    assert widgets.locator("#said textarea").input_value() == "", "Python hears of it on release only"
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


def test_nothing_overflows_at_390_pixels(widgets: Any) -> None:
    widgets.set_viewport_size({"width": 390, "height": 844})
    widgets.wait_for_timeout(400)
    assert widgets.evaluate("document.documentElement.scrollWidth") <= 390
    for widget in widgets.locator(".nw-widget").all():
        assert widget.bounding_box()["width"] > 250
