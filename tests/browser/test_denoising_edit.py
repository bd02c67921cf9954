"""Editing in Chromium: what is brushed is what is filled, only one way is in sight, and an upload stays out of the link."""

from __future__ import annotations

import base64
from typing import Any

from tests.demo.test_uploads import KINDS

DONE = """way => document.querySelector('#denoising-edit-card').dataset.shown === way
  && !document.querySelector('#denoising-edit .nw-waiting')"""


def editing(page: Any, young: str, way: str) -> None:
    page.goto(f"{young}?tab=denoising&part=edit&steps=6")
    page.locator(f"#denoising-edit-card input[value={way}]").check(force=True)
    page.locator(f".nw-for-{way}").first.wait_for()


def cells(page: Any, knob: str) -> str:
    return page.evaluate("(knob) => noisewalk.valueOf('denoising', knob)", knob)


def test_a_hole_is_brushed_filled_and_taken_back(page: Any, young: str) -> None:
    editing(page, young, "fill")
    page.locator("[data-paper=clear]").click()
    assert cells(page, "edit_hole") == ""
    page.wait_for_function("() => document.querySelector('#denoising-edit-price .nw-error')")
    page.wait_for_function("() => document.querySelector('.nw-brushed').width === 8")
    box = page.locator(".nw-brushed").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.56, box["y"] + box["height"] * 0.31)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.81, box["y"] + box["height"] * 0.31, steps=3)
    page.mouse.up()
    assert cells(page, "edit_hole") == "20a3b41a"  # row 2, columns 4 to 6
    assert "edit_hole" in page.evaluate("() => noisewalk.link('denoising')")
    page.locator("#denoising-edit-go").click()
    page.wait_for_function(DONE, arg="fill")
    assert "0 of 255" in page.locator(".nw-edit-said").inner_text()
    page.locator("[data-hole=left]").focus()
    page.keyboard.press("Enter")
    assert cells(page, "edit_hole") == "left"
    shown = page.evaluate(
        "() => ['fill', 'redraw', 'turn'].map((way) => document.querySelector('.nw-for-' + way).checkVisibility())"
    )
    assert shown == [True, False, False]


def test_an_own_picture_is_redrawn_and_is_no_part_of_the_link(page: Any, young: str) -> None:
    editing(page, young, "redraw")
    page.locator("#denoising-edit-card .nw-for-picture input[value=own]").check(force=True)
    page.locator("#denoising-edit-paper .nw-invite").wait_for()
    data = base64.b64decode(KINDS["png"][0])
    page.set_input_files("#denoising-edit-paper [type=file]", {"name": "x", "mimeType": "image/png", "buffer": data})
    page.wait_for_function("() => !document.querySelector('.nw-paper.nw-empty')")
    page.locator("#denoising-edit-go").click()
    page.wait_for_function(DONE, arg="redraw")
    assert len(page.evaluate("() => noisewalk.link('denoising')")) < 250
