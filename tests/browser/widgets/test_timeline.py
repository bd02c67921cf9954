"""The timeline streams, scrubs without asking, and never flickers."""

from __future__ import annotations

from typing import Any

from tests.browser.widgets import page as widget_page
from tests.browser.widgets.driving import (
    AT,
    FEED,
    panes,
    run,
    settled,
)


def test_a_run_streams_in_and_is_scrubbed_without_a_request(widgets: Any) -> None:
    widgets.evaluate("() => { window.frames_ = []; addEventListener('noisewalk:frame', e => frames_.push(e.detail)) }")
    run(widgets)
    settled(widgets, "() => frames_.at(-1)?.index === 39")
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


def test_frames_that_come_faster_than_they_are_decoded_are_drawn_on_the_way(widgets: Any) -> None:
    """Some are left out; the thumb says which one is drawn, and after the last the run is as it always is."""
    pieces = [widget_page.piece(701, step, step + 1) for step in range(40)]
    seen = widgets.evaluate(
        """async pieces => {
      const quick = window.createImageBitmap, rest = time => new Promise(done => setTimeout(done, time)), seen = [];
      window.createImageBitmap = async (...all) => { await rest(30); return quick(...all); };
      const thumb = document.querySelector('#steps .nw-range');
      addEventListener('noisewalk:frame', ({ detail }) => { if (detail.run === 'run701') seen.push([detail.index, +thumb.value, arrived]); });
      let arrived = 0;
      for (const value of pieces) {
        dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'steps', value } }));
        arrived++;
        await rest(15);
      }
      while (seen.at(-1)?.[0] !== 39) await rest(20);
      window.createImageBitmap = quick;
      return seen }""",
        pieces,
    )
    drawn, thumbs, _ = zip(*seen, strict=True)
    assert drawn == thumbs and list(drawn) == sorted(set(drawn))
    assert sum(arrived < 40 for *_, arrived in seen) >= 4, "while the rest was on its way"
    widgets.locator("#steps .nw-range").press("Home")
    for index in (0, 1, 2):  # also what was left out is there for who scrubs
        settled(widgets, AT, f"run701:{index}")
        widgets.locator("#steps .nw-range").press("ArrowRight")


def test_playing_ends_at_the_last_frame_and_space_starts_it(widgets: Any) -> None:
    run(widgets, "#fast")
    for _ in range(2):
        widgets.click("#steps .nw-speed")
    slider = widgets.locator("#steps .nw-range")
    widgets.evaluate("""() => {
      const play = document.querySelector('#steps .nw-play'), range = document.querySelector('#steps .nw-range');
      window.said = []; window.passed = [];
      new MutationObserver(() => said.push(play.getAttribute('aria-label'))).observe(play, { attributeFilter: ['aria-label'] });
      addEventListener('noisewalk:frame', () => passed.push(+range.value)) }""")
    slider.focus()
    slider.press(" ")
    settled(widgets, "() => said.at(-1) === 'Play'")
    assert widgets.evaluate("said[0]") == "Pause"
    assert min(widgets.evaluate("passed")) < 20 and slider.input_value() == "39"


def test_fast_pieces_all_arrive(widgets: Any) -> None:
    run(widgets, "#fast")
    settled(widgets, "() => document.querySelector('#steps .nw-timeline').dataset.at.endsWith(':39')")
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


def test_who_looks_at_the_final_picture_is_shown_a_long_run_on_its_way(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(204, 0, 40))
    settled(widgets, AT, "run204:39")
    slider = widgets.locator("#steps .nw-range")
    slider.press("Home")
    slider.press("End")
    settled(widgets, AT, "run204:39")
    widgets.evaluate(FEED, widget_page.piece(205, 0, 20))
    settled(widgets, AT, "run205:19")
    widgets.evaluate(FEED, widget_page.piece(205, 20, 40))
    settled(widgets, AT, "run205:39")


def test_a_lost_piece_is_fetched_again(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(301, 0, 5))
    widgets.evaluate(FEED, widget_page.piece(301, 5, 9, lost=True))
    settled(widgets, AT, "run301:39")
    assert [call["start"] for call in widget_page.calls] == [5]


def test_a_dot_on_the_plot_follows_the_timeline(widgets: Any) -> None:
    widgets.evaluate(FEED, widget_page.piece(401, 0, 40))
    dot = "() => document.querySelector('#plot .point')?.getAttribute('transform')"
    widgets.locator("#steps .nw-range").focus()
    widgets.keyboard.press("End")
    settled(widgets, "() => document.querySelector('#steps .nw-timeline').dataset.at === 'run401:39'")
    settled(widgets, f"() => ({dot})()")
    widgets.wait_for_timeout(100)
    before = widgets.evaluate(dot)
    widgets.keyboard.press("Home")
    settled(widgets, f"([was]) => ({dot})() !== was", before)


def test_a_run_that_was_stopped_waits_for_nothing_more(widgets: Any) -> None:
    """What was on its way when Stop was pressed comes late: after some frames, or before there was any."""
    stop = "() => dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'steps', stop: true } }))"
    waiting = "() => document.querySelector('#steps .nw-waiting') !== null"
    widgets.evaluate("() => { window.told = []; addEventListener('noisewalk:finished', e => told.push(e.detail.run)) }")
    widgets.evaluate(FEED, widget_page.piece(501, 0, 3))
    settled(widgets, AT, "run501:2")
    widgets.evaluate(stop)
    widgets.evaluate(FEED, widget_page.piece(501, 3, 6))
    settled(widgets, f"() => !({waiting})()")
    widgets.evaluate(FEED, widget_page.piece(502, 0, 0))
    settled(widgets, waiting)
    widgets.evaluate(stop)
    widgets.evaluate(FEED, widget_page.piece(502, 0, 3))
    widgets.wait_for_timeout(200)
    assert not widgets.evaluate(waiting)
    assert widgets.evaluate("document.querySelector('#steps .nw-timeline').dataset.at") == "run501:2"
    widgets.evaluate(FEED, widget_page.piece(503, 0, 40))
    settled(widgets, AT, "run503:39")
    assert widgets.evaluate("told") == ["run503"], "only what came to its own end is told"


def test_a_run_that_was_stopped_before_its_first_piece_never_begins(widgets: Any) -> None:
    stop = "() => dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'steps', stop: true } }))"
    joined = "detail => dispatchEvent(new CustomEvent('noisewalk:joined', { detail }))"
    mine, other = {"shows": ["x", "steps"], "stopped": False}, {"shows": ["drawn"], "stopped": False}
    widgets.evaluate("() => { window.begun = []; addEventListener('noisewalk:begun', e => begun.push(e.detail.run)) }")

    def come(run: int, start: int, stop: int) -> None:
        widgets.evaluate(FEED, widget_page.piece(run, start, stop))

    come(801, 0, 3)  # it never comes to an end
    widgets.evaluate(joined, mine)
    widgets.evaluate(stop)
    widgets.evaluate(joined, other)  # somebody else's
    come(802, 0, 3)
    widgets.evaluate(joined, mine)
    come(802, 3, 6)
    come(803, 0, 40)
    settled(widgets, AT, "run803:39")
    widgets.evaluate(stop)  # of nothing
    come(804, 0, 40)
    settled(widgets, AT, "run804:39")
    widgets.evaluate(joined, mine | {"stopped": True})
    come(805, 0, 40)
    widgets.evaluate(joined, mine)
    come(806, 0, 40)
    settled(widgets, AT, "run806:39")
    assert widgets.evaluate("begun") == ["run801", "run803", "run804", "run806"]


def test_small_pictures_are_enlarged_gently(widgets: Any) -> None:
    """64 pixels come, 256 are drawn: of neighbors within one pixel that came, most differ."""
    widgets.evaluate(FEED, widget_page.piece(701, 0, 40))
    settled(widgets, AT, "run701:39")
    found = widgets.evaluate("""() => {
      const canvas = document.querySelectorAll('#steps canvas')[2], { data } = canvas.getContext('2d').getImageData(0, 0, 256, 256);
      let steps = 0;
      for (let pixel = 0; pixel < 64; pixel++) for (let part = 0; part < 3; part++)
        steps += data[4 * (4 * pixel + part)] !== data[4 * (4 * pixel + part + 1)];
      return [canvas.width, canvas.height, steps / 192]; }""")
    assert found[:2] == [256, 256] and found[2] > 0.7
