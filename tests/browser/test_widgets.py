"""The widgets in a real browser: they paint, follow, recover, and ask exactly as often as they should."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import widget_page
from conftest import assert_clean, fresh_page

PIXELS = "id => { const c = document.querySelector(id + ' canvas'); return c.width ? c.toDataURL() : '' }"
SET = "([canvas, values]) => dispatchEvent(new CustomEvent('noisewalk:set', { detail: { canvas, values } }))"
FEED = "value => dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'steps', value } }))"
AT = "([at]) => document.querySelector('#steps .nw-timeline').dataset.at === at"
CURVES = "id => [...document.querySelectorAll(id + ' .js-line')].map(line => line.getAttribute('d')).join()"
SPOT = """id => { // where the brightest pixel is, as parts of the width and height
  const c = document.querySelector(id + ' canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let best = 0; for (let i = 0; i < d.length; i += 4) if (d[i] + d[i + 1] > d[best] + d[best + 1]) best = i;
  return [(best / 4) % c.width / c.width, Math.floor(best / 4 / c.width) / c.height] }"""


@pytest.fixture(scope="module")
def address(launch: Any) -> str:
    return launch(widget_page.build(), **widget_page.settings())


def drawn(page: Any, address: str) -> Any:
    """A page on which every widget has painted; on a busy machine the first load takes its time."""
    page.goto(address, timeout=120_000)
    parts = "#plot [data-drawn], #drawn [data-drawn], #pad .nw-painted, #spread [data-time]"
    page.wait_for_function("parts => document.querySelectorAll(parts).length === 4", arg=parts, timeout=120_000)
    return page


@pytest.fixture(scope="module")
def shared(browser: Any, address: str) -> Iterator[Any]:
    """One page for all tests of the module, because loading it is the slow part."""
    with fresh_page(browser) as page:
        yield drawn(page, address)


@pytest.fixture
def widgets(shared: Any) -> Iterator[Any]:
    """The shared page: English, light, wide, its knobs at home and nothing asked."""
    shared.set_viewport_size({"width": 1200, "height": 900})
    shared.evaluate("document.body.classList.remove('dark'); noisewalk.speak('en')")
    shared.evaluate(SET, ["plain", {"x": 0.4, "y": 0.3, "nap": 0, "crash": False, "steps": 1}])
    spot_near(shared, "#plain", 0.4, 0.3)
    shared.wait_for_timeout(100)
    widget_page.calls.clear()
    shared.requests.clear()
    yield shared
    assert_clean(shared)


def asked(page: Any) -> int:
    return sum("component_server" in request.url for request in page.requests)


def settled(page: Any, done: str, *args: Any) -> None:
    page.wait_for_function(done, arg=list(args) or None)


def spot_near(page: Any, where: str, x: float, y: float) -> None:
    near = f"([id, x, y]) => {{ const [a, b] = ({SPOT})(id); return Math.hypot(a - x, b - y) < 0.06 }}"
    page.wait_for_function(near, arg=[where, x, y])


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


def run(page: Any, button: str = "#run", show: str = "40 / 40") -> None:
    page.click(button)
    page.wait_for_function("words => document.querySelector('#steps .nw-count').textContent === words", arg=show)
    page.wait_for_function("document.querySelector('#steps .nw-timeline:not(.nw-waiting)')")


def panes(page: Any) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('#steps canvas')].map(canvas => canvas.toDataURL())")


def test_a_run_streams_in_and_is_scrubbed_without_a_request(widgets: Any) -> None:
    widgets.evaluate("() => { window.frames_ = []; addEventListener('noisewalk:frame', e => frames_.push(e.detail)) }")
    run(widgets)
    seen = widgets.evaluate("frames_.map(frame => frame.index)")
    assert seen == sorted(seen) and seen[-1] == 39
    final, requests = panes(widgets), len(widgets.requests)
    slider = widgets.locator("#steps .nw-range")
    slider.focus()
    for key, index in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("End", 39), ("ArrowLeft", 38), ("Home", 0)]:
        slider.press(key)
        settled(widgets, "([index]) => frames_.at(-1).index === index", index)
    assert widgets.evaluate("frames_.at(-1).caption") == {"t": 1, "alpha_bar": 0}
    first = panes(widgets)
    assert len(first) == 3 and first[0] != final[0] and first[2] != final[2]
    widgets.locator("#steps .nw-panes").scroll_into_view_if_needed()
    drag = widgets.locator("#steps .nw-panes").bounding_box()
    widgets.mouse.move(drag["x"] + 5, drag["y"] + 60)
    widgets.mouse.down()
    widgets.mouse.move(drag["x"] + 5 + drag["width"] / 2, drag["y"] + 60, steps=9)
    settled(widgets, "() => frames_.at(-1).index === 20")
    assert [r.url for r in widgets.requests[requests:] if "queue" not in r.url] == []
    widgets.mouse.up()
    settled(widgets, "() => document.querySelector('#said textarea').value.startsWith('frame 20')")


def test_it_follows_live_frames_until_the_visitor_scrubs_back(widgets: Any) -> None:
    at = "([words]) => document.querySelector('#steps .nw-count').textContent === words"
    widgets.evaluate(FEED, widget_page.piece(601, 0, 3))
    settled(widgets, at, "3 / 40")
    widgets.evaluate(FEED, widget_page.piece(601, 3, 6))
    settled(widgets, at, "6 / 40")
    widgets.locator("#steps .nw-range").press("Home")
    settled(widgets, at, "1 / 40")
    widgets.evaluate(FEED, widget_page.piece(601, 6, 9))
    widgets.locator("#steps .nw-range").press("ArrowRight")
    settled(widgets, at, "2 / 40")
    widgets.locator("#steps .nw-range").press("End")
    settled(widgets, at, "9 / 40")
    widgets.evaluate(FEED, widget_page.piece(601, 9, 40))
    settled(widgets, at, "40 / 40")


def test_playing_ends_at_the_last_frame_and_space_starts_it(widgets: Any) -> None:
    run(widgets, "#fast")
    for _ in range(2):
        widgets.click("#steps .nw-speed")
    slider = widgets.locator("#steps .nw-range")
    slider.focus()
    slider.press(" ")
    settled(widgets, "() => document.querySelector('#steps .nw-play').getAttribute('aria-label') === 'Pause'")
    settled(widgets, "() => +document.querySelector('#steps .nw-range').value < 20")
    settled(widgets, "() => document.querySelector('#steps .nw-play').getAttribute('aria-label') === 'Play'")
    assert slider.input_value() == "39"


def test_fast_pieces_all_arrive(widgets: Any) -> None:
    run(widgets, "#fast")
    assert not widgets.locator("#steps .nw-error").is_visible()
    indices = widgets.evaluate("""async () => {
      const seen = [];
      for (let index = 0; index < 40; index++) {
        const drawn = new Promise(done => addEventListener('noisewalk:frame', done, { once: true }));
        dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'steps', index } }));
        seen.push((await drawn).detail.caption.t);
      }
      return seen }""")
    assert indices == sorted(indices, reverse=True) and len(set(indices)) == 40


def test_the_old_picture_stays_until_the_new_one_is_there(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(101, 0, 40))
    settled(widgets, AT, "run101:39")
    widgets.locator("#steps .nw-range").press("Home")
    settled(widgets, AT, "run101:0")
    old = panes(widgets)
    widgets.evaluate(FEED, widget_page.piece(102, 0, 0))
    widgets.wait_for_timeout(200)
    assert panes(widgets) == old, "an empty beginning shows nothing"
    widgets.evaluate(FEED, widget_page.piece(102, 0, 3))
    settled(widgets, AT, "run102:2")
    assert panes(widgets) != old


def test_who_looks_at_the_final_picture_waits_for_the_next_final_one(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(201, 0, 40))
    settled(widgets, AT, "run201:39")
    slider = widgets.locator("#steps .nw-range")
    slider.press("Home")
    settled(widgets, AT, "run201:0")
    slider.press("End")
    settled(widgets, AT, "run201:39")
    old = panes(widgets)
    widgets.evaluate(FEED, widget_page.piece(203, 0, 39))
    widgets.wait_for_timeout(300)
    assert panes(widgets) == old
    widgets.evaluate(FEED, widget_page.piece(203, 39, 40))
    settled(widgets, AT, "run203:39")
    assert panes(widgets) != old


def test_a_lost_piece_is_fetched_again(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(301, 0, 5))
    widgets.evaluate(FEED, widget_page.piece(301, 5, 9, lost=True))
    settled(widgets, "() => document.querySelector('#steps .nw-count').textContent === '40 / 40'")
    assert [call["start"] for call in widget_page.calls] == [5]


def test_a_dot_on_the_plot_follows_the_timeline(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(401, 0, 40))
    dot = "() => document.querySelector('#plot .point')?.getAttribute('transform')"
    settled(widgets, f"() => ({dot})()")
    before = widgets.evaluate(dot)
    widgets.locator("#steps .nw-range").focus()
    widgets.keyboard.press("Home")
    settled(widgets, f"([was]) => ({dot})() !== was", before)


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
