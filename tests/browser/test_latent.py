"""The Latent space tab in Chromium: the picture follows the hand, and every place can be found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from demo.tabs.latent import FIRST
from tests.browser.test_page import opened, value


@pytest.fixture
def address(alone: Callable[[str], str]) -> str:
    return alone("latent")


def pulled(page: Any, right: float, down: float, steps: int = 6) -> None:
    """Grab the picture in its middle and pull it by shares of its width."""
    box = page.locator("#latent-picture canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right * box["width"], y + down * box["width"], steps=steps)
    page.wait_for_timeout(150)  # a hand that rests before it lets go throws nothing
    page.mouse.up()


def pictures(page: Any) -> list[Any]:
    """What the picture on the table asked for; the map beside it asks for its own."""
    return [r for r in page.requests if "component_server" in r.url and '"fn_name":"picture"' in (r.post_data or "")]


def test_the_picture_is_pulled_over_the_plane_and_its_place_stands_in_the_link(page: Any, address: str) -> None:
    opened(page, address)
    pulled(page, -0.4, 0.2)
    assert value(page, "latent", "x") == pytest.approx(0.4, abs=0.01)
    assert value(page, "latent", "y") == pytest.approx(-0.2, abs=0.01)
    opened(page, page.evaluate("() => noisewalk.link('latent')"))
    assert value(page, "latent", "x") == pytest.approx(0.4, abs=0.01)


def test_one_request_for_each_move_and_none_for_a_click(page: Any, address: str) -> None:
    opened(page, address)
    page.wait_for_timeout(500)
    before = len(pictures(page))
    pulled(page, 0, 0)
    page.locator("#latent-picture canvas").press("ArrowRight")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'x') === 0.05")
    page.wait_for_timeout(400)
    assert len(pictures(page)) == before + 1


def test_snapping_ends_on_a_seed_which_is_named(page: Any, address: str) -> None:
    opened(page, address)
    page.evaluate("() => noisewalk.jump('latent', { snap: true })")
    pulled(page, -0.7, 0)
    page.wait_for_function("() => noisewalk.valueOf('latent', 'x') === 1")
    page.wait_for_function(f"() => document.querySelector('#latent-seed').value === '{FIRST.seed + 1}'")


def test_a_seed_typed_in_is_gone_to_and_undo_comes_back(page: Any, address: str) -> None:
    opened(page, address)
    pulled(page, -0.3, 0)
    page.locator("#latent-seed").fill("1234")
    page.locator("#latent-seed").press("Enter")
    page.wait_for_function(
        "() => noisewalk.valueOf('latent', 'start').seed === 1234 && noisewalk.valueOf('latent', 'x') === 0"
    )
    page.locator("#tab-latent .nw-tools button").first.click()
    page.wait_for_function(
        f"() => noisewalk.valueOf('latent', 'start').seed === {FIRST.seed} && noisewalk.valueOf('latent', 'x') > 0.2"
    )
