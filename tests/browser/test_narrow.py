"""A narrow screen in Chromium: what one moves or makes stays in sight, though its knobs stand below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.test_page import opened, value

PHONE = {"width": 390, "height": 780}
IN_SIGHT = """([selector, least]) => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0) >= least;
}"""


def test_the_picture_comes_along_in_a_corner_and_leads_back(page: Any, alone: Callable[[str], str]) -> None:
    page.set_viewport_size(PHONE)
    opened(page, alone("latent"))
    wide = page.locator("#latent-picture canvas").bounding_box()["width"]
    page.mouse.wheel(0, 900)
    page.locator("#latent-picture.nw-pinned").wait_for()
    box = page.locator("#latent-picture canvas").bounding_box()
    assert box["width"] < wide / 2 and box["y"] >= 0
    down = page.evaluate("scrollY")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("#latent-picture:not(.nw-pinned)").wait_for()
    assert page.evaluate("scrollY") < down
    assert page.locator("#latent-picture canvas").bounding_box()["width"] == wide
    assert (value(page, "latent", "x"), value(page, "latent", "y")) == (0, 0)


def test_a_wide_screen_has_no_corner(page: Any, alone: Callable[[str], str]) -> None:
    opened(page, alone("latent"))
    page.mouse.move(800, 500)
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(500)
    assert page.locator(".nw-pinned").count() == 0


def test_a_run_that_was_pressed_for_is_scrolled_to(page: Any, young: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{young}?tab=denoising")
    page.wait_for_function("() => window.noisewalk?.denoisingBranch?.leaves().length === 1")
    page.locator("#denoising-run-button").scroll_into_view_if_needed()
    assert not page.evaluate(IN_SIGHT, ["#denoising-run", 60])
    page.locator("#denoising-run-button").click()
    page.wait_for_function(IN_SIGHT, arg=["#denoising-run", 150])
