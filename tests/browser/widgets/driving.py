"""How the tests move the widgets and wait for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PATIENCE = 90  # seconds
PIXELS = "id => { const c = document.querySelector(id + ' canvas'); return c.width ? c.toDataURL() : '' }"
NEXT_RUN = """([before, words]) => { // another run than before is on screen, and is as long as it should be
  const run = (document.querySelector('#steps .nw-timeline').dataset.at ?? '').split(':')[0];
  return run && run !== before && document.querySelector('#steps .nw-count').textContent === words }"""
SET = "([canvas, values]) => dispatchEvent(new CustomEvent('noisewalk:set', { detail: { canvas, values } }))"
FEED = "value => dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'steps', value } }))"
AT = "([at]) => document.querySelector('#steps .nw-timeline').dataset.at === at"
CURVES = "id => [...document.querySelectorAll(id + ' .js-line')].map(line => line.getAttribute('d')).join()"
SPOT = """id => { // where the brightest pixel is, as parts of the width and height
  const c = document.querySelector(id + ' canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let best = 0; for (let i = 0; i < d.length; i += 4) if (d[i] + d[i + 1] > d[best] + d[best + 1]) best = i;
  return [(best / 4) % c.width / c.width, Math.floor(best / 4 / c.width) / c.height] }"""


def drawn(page: Any, address: str) -> Any:
    """A page on which every widget has painted; on a busy machine the first load takes its time."""
    page.goto(address, timeout=120_000)
    parts = "#plot [data-drawn], #drawn [data-drawn], #pad .nw-painted, #spread [data-time]"
    page.wait_for_function("parts => document.querySelectorAll(parts).length === 4", arg=parts, timeout=120_000)
    return page


def asked(page: Any) -> int:
    return sum("component_server" in request.url for request in page.requests)


def settled(page: Any, done: str, *args: Any) -> None:
    page.wait_for_function(done, arg=list(args) or None)


def heard(page: Any, true: Callable[[], bool]) -> None:
    """Wait for something on the server's side."""
    for _ in range(PATIENCE * 10):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the server has not heard of it")


def spot_near(page: Any, where: str, x: float, y: float) -> None:
    near = f"([id, x, y]) => {{ const [a, b] = ({SPOT})(id); return Math.hypot(a - x, b - y) < 0.06 }}"
    page.wait_for_function(near, arg=[where, x, y])


def run(page: Any, button: str = "#run", show: str = "40 / 40") -> None:
    before = page.evaluate("(document.querySelector('#steps .nw-timeline').dataset.at ?? '').split(':')[0]")
    page.click(button)
    page.wait_for_function(NEXT_RUN, arg=[before, show])
    page.wait_for_function("document.querySelector('#steps .nw-timeline:not(.nw-waiting)')")


def panes(page: Any) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('#steps canvas')].map(canvas => canvas.toDataURL())")
