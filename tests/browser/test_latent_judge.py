"""What D thinks and mode collapse in Chromium: the map follows the hand, and measuring streams and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from demo.views import latent_collapse, latent_judge
from demo.words import table
from tests.browser.test_latent import address, opened, pulled, value  # noqa: F401

SMALL = {latent_judge: {"COMPARED": 16}, latent_collapse: {"MADE": 40, "REAL": 40, "FITTED": 20, "ROUNDS": 5}}


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Sets of seconds; what is known from them must not stay."""
    with pytest.MonkeyPatch.context() as patch:
        for module, numbers in SMALL.items():
            for name, number in numbers.items():
                patch.setattr(module, name, number)
        patch.setattr(latent_judge, "KNOWN", type(latent_judge.KNOWN)())
        patch.setattr(latent_collapse, "FOUND", type(latent_collapse.FOUND)())
        patch.setattr(latent_collapse, "GROUNDS", {})
        yield


def part(page: Any, address: str, key: str) -> None:  # noqa: F811
    """Open a part by its button, which on a narrow page stands in the menu of those that found no place."""
    opened(page, address)
    page.locator("#latent-part-map-button").wait_for()
    button = page.locator(f"#latent-part-{key}-button")
    if not button.count():
        page.locator(".nw-parts .overflow-menu > button").first.click()
        button = page.locator(".nw-parts .overflow-dropdown button", has_text=table("en")[f"latent.part.{key}"])
    button.first.click()


def test_the_judge_follows_the_hand_and_reads_its_score_beside_real_ones(page: Any, address: str) -> None:  # noqa: F811
    part(page, address, "judge")
    page.locator(".nw-standing:not(.nw-unread) .nw-here").wait_for()
    page.locator(".nw-neighbors[data-kind] img").first.wait_for()
    first = page.evaluate("() => document.querySelector('.nw-score-number').textContent")
    painted = "() => Number(document.querySelector('.nw-judged').dataset.painted)"
    before = page.evaluate(painted)
    pulled(page, -0.6, 0.3)
    page.wait_for_function(f"(before) => ({painted})() > before", arg=before)
    page.wait_for_function("(first) => document.querySelector('.nw-score-number').textContent !== first", arg=first)
    assert page.locator(".nw-standing [data-loss]:visible").count() == 1
    assert page.locator(".nw-standing [data-loss]:visible .nw-number").first.text_content() != "–"


def test_the_strength_of_the_map_stands_in_the_link(page: Any, address: str) -> None:  # noqa: F811
    part(page, address, "judge")
    page.locator(".nw-judged[data-painted] input").fill("0.3")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'heat') === 0.3")
    part(page, page.evaluate("() => noisewalk.link('latent')"), "judge")
    page.locator(".nw-judged[data-painted]").wait_for()
    assert page.locator(".nw-judged input").input_value() == "0.3"
    assert page.evaluate("() => getComputedStyle(document.querySelector('.nw-heat')).opacity") == "0.3"


def test_measuring_can_be_stopped_and_ends_with_a_verdict(
    page: Any,
    address: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first run is held before its first model until it has been stopped, however fast the machine is."""
    gate, whole = threading.Event(), latent_collapse.measured

    def held(name: str, ground: latent_collapse.Ground) -> Iterator[int]:
        gate.wait(60)
        yield from whole(name, ground)

    monkeypatch.setattr(latent_collapse, "measured", held)
    part(page, address, "collapse")
    page.locator(".nw-model").first.wait_for()
    assert page.locator(".nw-finding").count() == 0
    page.locator("#latent-measure").click()
    page.locator(".nw-progress").wait_for()
    page.locator("#latent-measure-halt").click()
    page.locator(".nw-progress").wait_for(state="hidden")
    gate.set()
    page.locator("#latent-measure").click()
    models = page.locator(".nw-model").count()
    page.wait_for_function(f"() => document.querySelectorAll('.nw-measures tbody tr').length === {models}")
    page.locator(".nw-collapse[data-busy=''] .nw-finding").first.wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
