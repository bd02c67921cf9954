"""Editing in Chromium: what is brushed is what is filled, only one way is in sight, and an upload stays out of the link."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from demo.export import recipe_in
from tests.demo.test_uploads import KINDS

HERE = "() => document.querySelector('#denoising-edit-card[data-result] .nw-edit-result:not([inert])') !== null"
DONE = """way => document.querySelector('#denoising-edit-card').dataset.shown === way
  && !document.querySelector('#denoising-edit .nw-waiting')"""


def editing(page: Any, young: str, way: str, knobs: str = "steps=6") -> None:
    page.goto(f"{young}?tab=denoising&part=edit&{knobs}")
    page.wait_for_function("() => document.querySelector('.nw-brushed')?.width === 8")  # a picture has come
    choose(page, "edit_way", way)
    page.locator(f".nw-for-{way}").first.wait_for()


def choose(page: Any, knob: str, value: str) -> None:
    page.locator(f"#denoising-edit-card input[value={value}]").click(force=True)
    page.wait_for_function("([knob, value]) => noisewalk.valueOf('denoising', knob) === value", arg=[knob, value])


def cells(page: Any, knob: str) -> str:
    return page.evaluate("(knob) => noisewalk.valueOf('denoising', knob)", knob)


def test_a_hole_is_brushed_filled_and_taken_back(page: Any, young: str) -> None:
    editing(page, young, "fill")
    page.locator("[data-paper=clear]").click()
    assert cells(page, "edit_hole") == ""
    page.wait_for_function("() => document.querySelector('#denoising-edit-price .nw-error')")
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


def test_what_an_edit_came_to_is_saved_and_looked_up(page: Any, young: str, tmp_path: Path) -> None:
    editing(page, young, "fill")
    result = page.locator(".nw-edit-result")
    page.wait_for_function("() => document.querySelector('.nw-edit-result')")
    assert not result.is_visible(), "before the first edit there is nothing"
    page.locator("#denoising-edit-go").click()
    page.locator("#denoising-edit-nearest .nw-nearest[data-kind]").wait_for()
    assert result.locator("figure figure").count() == 4, "what was made, and the three nearest"
    with page.expect_download() as saved:
        result.locator("[data-kind=png]").click()
    saved.value.save_as(tmp_path / "edit.png")
    recipe = recipe_in((tmp_path / "edit.png").read_bytes())
    assert (recipe["run"]["steps"], recipe["edit"]["way"], recipe["kind"]) == (6, "fill", "png")

    choose(page, "edit_way", "between")
    page.locator("#denoising-edit-go").click()
    page.locator("#denoising-edit-nearest .nw-many .nw-near-pair:nth-child(9)").wait_for()
    page.locator("#denoising-save input[type=file]").set_input_files(tmp_path / "edit.png")
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'edit_way') === 'fill'")


def test_an_edit_that_was_stopped_came_to_nothing(page: Any, young: str) -> None:
    editing(page, young, "redraw", "steps=1000&edit_strength=0")  # which takes no step at all
    page.locator("#denoising-edit-go").click()
    page.wait_for_function(HERE)
    choose(page, "edit_way", "fill")
    page.locator("#denoising-edit-go").click()
    page.wait_for_function(f"() => !({HERE})()")
    page.locator("#denoising-edit-halt").click()
    page.wait_for_function("() => !document.querySelector('#denoising-edit .nw-waiting')")
    assert not page.evaluate(HERE) and page.evaluate("() => noisewalk.sources.edit()") is None


def test_an_own_picture_is_redrawn_and_is_no_part_of_the_link(page: Any, young: str) -> None:
    editing(page, young, "redraw")
    choose(page, "edit_source", "own")
    page.locator("#denoising-edit-paper .nw-invite").wait_for()
    data = base64.b64decode(KINDS["png"][0])
    page.set_input_files("#denoising-edit-paper [type=file]", {"name": "x", "mimeType": "image/png", "buffer": data})
    page.wait_for_function("() => !document.querySelector('.nw-paper.nw-empty')")
    page.locator("#denoising-edit-go").click()
    page.wait_for_function(DONE, arg="redraw")
    assert len(page.evaluate("() => noisewalk.link('denoising')")) < 250
