"""A run on the page: streamed, walked over with no request, and what stands in the panes adds up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.test_page import resting

# What is left of x = alpha · picture + sigma · noise, with the pixels and the two numbers that the page shows; x is shown
# as bright as fits the screen, noise a third as bright, and what was cut off at black or white is not judged.
IDENTITY = """
() => {
  const panes = [...document.querySelectorAll('#denoising-run canvas')]
    .map(one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data);
  const line = document.querySelector('[data-key="denoising.identity"]');
  const [alpha, sigma] = [...line.querySelectorAll('b')].map(one => Number(one.textContent));
  const left = [];
  for (let k = 0; k < panes[0].length; k += 1) {
    const [x, picture, noise] = panes.map(pixels => pixels[k] / 127.5 - 1);
    if (k % 4 === 3 || Math.max(...[x, picture, noise].map(Math.abs)) > 0.95) continue;
    left.push(x - (alpha * picture + sigma * 3 * noise) / Math.hypot(alpha, 2 * sigma));
  }
  const off = Math.sqrt(left.reduce((sum, one) => sum + one * one, 0) / left.length);
  return { off, within: line.textContent.match(/within ([-\\d.e]+?)\\. /)[1], judged: left.length / panes[0].length };
}
"""


def test_denoising_streams_scrubs_without_a_request_and_adds_up(page: Any, alone: Callable[[str], str]) -> None:
    page.goto(alone("denoising") + "?tab=denoising&steps=6&count=%221%22")
    page.wait_for_function("() => window.noisewalk && document.querySelector('#denoising-run-button')")
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'steps') === 6")
    page.wait_for_timeout(500)
    page.locator("#denoising-run-button").click()
    page.wait_for_function("() => document.querySelector('#denoising-run .nw-range')?.max === '6'")
    before = resting(page)
    page.locator("#denoising-run .nw-range").focus()
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert resting(page, 300) == before
    assert page.locator("#denoising-run canvas").count() == 3
    for step in range(6, -1, -1):
        page.wait_for_function(
            f"() => document.querySelector('#denoising-run .nw-timeline').dataset.at.endsWith(':{step}')"
        )
        shown = page.evaluate(IDENTITY)
        assert shown["judged"] > 0.5 and shown["off"] < 0.1, "more than the encoding of the pictures takes away"
        assert float(shown["within"]) < 1e-4
        page.keyboard.press("ArrowLeft")
