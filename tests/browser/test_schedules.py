"""The Schedules tab in Chromium: curves follow the knobs, points can be drawn, time can be scrubbed, a link brings it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CURVES = "[...document.querySelectorAll('#schedules-plot .js-line')].map(line => line.getAttribute('d')).join()"
PAINTED = "Number(document.querySelector('.nw-forward').dataset.painted ?? 0)"
READY = """document.querySelector('#schedules-plot [data-drawn]') && document.querySelector('.nw-forward.nw-painted')
  && document.querySelector('#schedules-hand .nw-handle') && document.querySelector('#schedules-histogram [data-drawn]')"""
PICTURE = "document.querySelector('.nw-forward canvas').toDataURL()"


@pytest.fixture
def address(alone: Callable[[str], str]) -> str:
    return alone("schedules")


@pytest.fixture
def tab(page: Any, address: str) -> Any:
    return opened(page, address)


def opened(page: Any, address: str, query: str = "") -> Any:
    page.goto(address + query)
    page.wait_for_function(READY)
    page.wait_for_timeout(500)
    return page


def asked(page: Any, view: str) -> int:
    requests = [request for request in page.requests if "component_server" in request.url]
    return sum(f'"fn_name":"{view}"' in (request.post_data or "") for request in requests)


def value(page: Any, name: str) -> Any:
    return page.evaluate("name => noisewalk.valueOf('schedules', name)", name)


def changed(page: Any, what: str, before: Any) -> Any:
    page.wait_for_function(f"before => ({what}) !== before", arg=before)
    page.wait_for_timeout(300)
    return page.evaluate(what)


def test_a_knob_moves_the_curves_with_one_request_a_move(tab: Any) -> None:
    for _ in range(3):
        before, painted, count = tab.evaluate(CURVES), tab.evaluate(PAINTED), asked(tab, "curves")
        tab.locator("[data-slot=a] input[type=range]").last.press("ArrowRight")
        changed(tab, CURVES, before)
        changed(tab, PAINTED, painted)
        assert asked(tab, "curves") == count + 1
    assert value(tab, "slots")["a"]["knobs"]["beta_end"] == pytest.approx(0.023)


def test_scrubbing_time_noises_the_picture_and_writes_the_numbers(tab: Any) -> None:
    before, curves = tab.evaluate(PICTURE), asked(tab, "curves")
    tab.locator("#schedules-t input[type=range]").press("ArrowRight")
    changed(tab, PICTURE, before)
    tab.locator("#schedules-strip button").first.click()
    tab.wait_for_function("document.querySelector('#schedules-formulas [data-fact=alpha]').textContent === '1.00'")
    assert value(tab, "t") == 0
    assert tab.locator("#schedules-formulas dd[data-fact=snr]").inner_text() == "–"
    tab.locator("#schedules-strip button").last.click()
    tab.wait_for_function("document.querySelector('#schedules-formulas dd[data-fact=beta]').textContent === '0.0200'")
    assert asked(tab, "curves") == curves


def test_a_point_is_dragged_and_walked_and_everything_follows(tab: Any) -> None:
    before = tab.evaluate(CURVES)
    handle = tab.locator("#schedules-hand .nw-handle").nth(2)
    handle.scroll_into_view_if_needed()
    place = handle.bounding_box()
    tab.mouse.move(place["x"] + 14, place["y"] + 14)
    tab.mouse.down()
    tab.mouse.move(place["x"] + 14, place["y"] + 30, steps=4)
    tab.mouse.up()
    changed(tab, CURVES, before)
    assert value(tab, "slots")["d"] == {"schedule": "drawn", "on": True, "zero": False, "knobs": {}}
    dragged = value(tab, "drawn")["points"]
    handle.press("ArrowDown")
    tab.wait_for_function("y => noisewalk.valueOf('schedules', 'drawn').points[2][1] < y", arg=dragged[2][1])
    walked = value(tab, "drawn")["points"]
    assert walked[2][1] == pytest.approx(dragged[2][1] - 0.01, abs=1e-4)
    assert [point[0] for point in walked][:1] + [point[0] for point in walked][-1:] == [0, 1]


def test_the_fix_is_one_click_away_and_undo_takes_it_back(tab: Any) -> None:
    tab.locator("[data-slot=a] select").select_option("scaled-linear")
    fix = tab.locator("[data-slot=a] .nw-slot-fix")
    fix.wait_for()
    assert "0.00468" in tab.locator("[data-slot=a] .nw-slot-end").inner_text()
    tab.wait_for_timeout(700)  # turns closer together are one to Undo
    fix.click()
    tab.wait_for_function("!document.querySelector('[data-slot=a] .nw-slot-fix')")
    assert value(tab, "slots")["a"]["zero"] is True
    tab.locator(".nw-tools button").first.click()
    tab.wait_for_function("noisewalk.valueOf('schedules', 'slots').a.zero === false")
    fix.wait_for()


def test_only_the_knobs_of_the_chosen_schedule_are_there(tab: Any) -> None:
    menu = tab.locator("[data-slot=b] select")
    for name, knobs in {"edm": 3, "trig": 0, "sigmoid": 3, "shifted-flow": 1}.items():
        menu.select_option(name)
        assert tab.locator("[data-slot=b] input[type=range]").count() == knobs
        assert tab.locator("[data-slot=b] .nw-slot-zero").count() == (name in ("trig", "sigmoid"))


def test_a_link_brings_back_slots_points_and_time(page: Any, address: str) -> None:
    first = opened(page, address)
    first.locator("[data-slot=c] select").select_option("edm")
    first.locator("[data-schedules=start]").nth(2).click()
    first.locator("#schedules-strip button").nth(6).click()
    first.wait_for_timeout(500)
    names = ("slots", "drawn", "t")
    kept = [value(first, name) for name in names]
    link = first.evaluate("noisewalk.link('schedules')")
    assert "upload" not in link and len(link) < 2000
    again = opened(page, "", link)
    assert [value(again, name) for name in names] == kept
    assert again.locator("[data-slot=c] select").input_value() == "edm"


def test_an_own_picture_stays_out_of_the_link(tab: Any) -> None:
    tab.locator("#schedules-source input").last.check(force=True)
    tab.wait_for_timeout(500)
    before = tab.evaluate(PICTURE)
    tab.evaluate("""async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 200, height: 120 });
      const pen = canvas.getContext('2d'); pen.fillStyle = '#0a0'; pen.fillRect(0, 0, 200, 120);
      const file = new File([await new Promise(done => canvas.toBlob(done, 'image/png'))], 'green.png', { type: 'image/png' });
      const box = new DataTransfer(); box.items.add(file);
      const input = document.querySelector('#schedules-file');
      input.files = box.files; input.dispatchEvent(new Event('change', { bubbles: true }));
    }""")
    changed(tab, PICTURE, before)
    tab.locator("#schedules-strip button").first.click()
    middle = "[...document.querySelector('.nw-forward canvas').getContext('2d').getImageData(32, 32, 1, 1).data]"
    tab.wait_for_function(f"(([r, g, b]) => r < 30 && Math.abs(g - 170) < 20 && b < 30)({middle})")
    assert len(tab.evaluate("noisewalk.link('schedules')")) < 200


def test_points_instead_of_a_picture(tab: Any) -> None:
    tab.locator("#schedules-source input").nth(2).check(force=True)
    tab.wait_for_function("""() => {
      const canvas = document.querySelector('#schedules-cloud canvas');
      if (!canvas?.width) return false;
      return new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size > 20;
    }""")
    assert tab.locator(".nw-for-points").first.is_visible()
    assert not tab.locator(".nw-for-item").first.is_visible()


@pytest.mark.parametrize("language", ["zh-TW", "zh-CN"])
def test_a_phone_in_chinese_shows_it_all_without_scrolling_sideways(page: Any, address: str, language: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address, f"?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (
        page.evaluate("noisewalk.say('t:schedules.cosine')")
        in page.locator("[data-slot=b] option:checked").inner_text()
    )
    assert page.evaluate("document.querySelector('#schedules-plot .annotation-text').textContent").strip()


def test_light_and_dark_tell_the_slots_apart(tab: Any) -> None:
    colors = "[...document.querySelectorAll('#schedules-plot .js-line')].map(line => getComputedStyle(line).stroke).join('|')"
    light = tab.evaluate(colors)
    tab.locator("[data-press=theme]").click()
    dark = changed(tab, colors, light)
    for seen in (light, dark):
        assert len(set(seen.split("|"))) == 3
    assert not set(light.split("|")) & set(dark.split("|"))
