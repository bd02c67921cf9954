"""Directions in Chromium: sliders move the picture, and names, stars, links and Undo keep what was done."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("gradio")

from demo.words import table
from genmodels.datasets.faces import Faces
from tests.browser.test_latent import address, opened, value  # noqa: F401

FIRST = ".nw-way[data-key='principal-1']"


def directions(page: Any, address: str, query: str = "") -> Any:  # noqa: F811
    """The part, once something has been found; names may still be on their way."""
    opened(page, address, query)
    page.locator("#latent-part-directions-button").click()
    page.wait_for_selector(FIRST)
    return page


def test_a_slider_moves_the_picture_and_undo_takes_it_back(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address)
    page.evaluate(
        "window.painted = 0; addEventListener('noisewalk:painted', e => { if (e.detail.canvas === 'latent-picture') window.painted++; })"
    )
    page.locator(f"{FIRST} input").press("ArrowRight")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'moves')['principal-1'] === 0.05")
    page.wait_for_function("() => window.painted === 1")
    page.wait_for_timeout(700)
    assert page.evaluate("window.painted") == 1
    page.locator("#tab-latent .nw-tools button").first.click()
    page.wait_for_function("() => !Object.keys(noisewalk.valueOf('latent', 'moves')).length")
    page.wait_for_function(f"() => document.querySelector(\"{FIRST} input\").value === '0'")


def test_a_link_brings_moves_back_and_all_go_to_zero_at_once(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address, "?tab=latent&moves=%7B%22principal-1%22%3A1.5%2C%22closed-form-2%22%3A-2%7D")
    page.wait_for_function(f"() => document.querySelector(\"{FIRST} input\").value === '1.5'")
    assert value(page, "latent", "moves") == {"principal-1": 1.5, "closed-form-2": -2}
    page.locator("[data-moves=zero]").click()
    assert value(page, "latent", "moves") == {}
    page.wait_for_function(f"() => document.querySelector(\"{FIRST} input\").value === '0'")
    page.locator("[data-moves=surprise]").click()
    moves = value(page, "latent", "moves")
    assert 1 <= len(moves) <= 4 and all(0 < abs(amount) <= 3 for amount in moves.values())


def test_a_name_and_a_star_are_still_there_next_time(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address)
    third = ".nw-way[data-key='principal-3']"
    page.locator(f"{third} .nw-star").click()
    page.wait_for_function("() => document.querySelector('.nw-way').dataset.key === 'principal-3'")
    page.locator(f"{third} .nw-way-name").click()
    page.locator(f"{third} .nw-rename").click()
    page.locator(f"{third} .nw-way-said input").fill("<i>sunny</i>")
    page.locator(f"{third} .nw-way-said input").press("Enter")
    page.get_by_role("button", name="<i>sunny</i>", exact=True).wait_for()
    directions(page, address)
    assert page.locator(".nw-way-name").first.text_content() == "<i>sunny</i>"


def test_the_strip_is_a_slider_too(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address)
    page.wait_for_function("() => document.querySelector('.nw-along').dataset.painted")
    page.locator(".nw-stops button").nth(5).click()
    page.wait_for_function(f"() => document.querySelector(\"{FIRST} input\").value === '2'")
    assert value(page, "latent", "moves") == {"principal-1": 2}


def test_an_attributes_own_coordinate_says_what_it_calls_for(page: Any, address: str) -> None:  # noqa: F811
    """From one end to the other it goes through all of an attribute's values; models without such have no such choice."""
    directions(page, address, "?tab=latent&model=%22faces-gan%22")
    page.locator("button[data-family=principal]").press("ArrowLeft")  # round the corner to the last
    page.wait_for_selector("button[data-family=axis][aria-checked=true]")
    hat, words = ".nw-way[data-key='axis-hat']", table("en")
    page.wait_for_selector(hat)

    def lies() -> float:
        """Where the knob is, and where it says that the picture lies, are the same place, but for the slider's steps."""
        knob = float(page.locator(f"{hat} input").input_value())
        said = page.locator(f"{hat} input").get_attribute("aria-valuetext").split(" ")[0].replace("−", "-")
        assert abs(knob - float(said)) <= 0.03
        return knob

    began = lies()
    assert began != 0 and value(page, "latent", "moves") == {}
    for key, named in (("End", Faces.fields["hat"][-1]), ("Home", Faces.fields["hat"][0])):
        page.locator(f"{hat} input").press(key)
        page.locator(f"{hat} .nw-way-calls .nw-here", has_text=words[f"attributes.hat.{named}"]).wait_for()
        assert words[f"attributes.hat.{named}"] in page.locator(f"{hat} input").get_attribute("aria-valuetext")
    assert lies() == -4
    assert page.locator(f"{hat} .nw-way-calls button:visible").count() == len(Faces.fields["hat"])
    page.locator(f"{hat} .nw-way-calls button", has_text=words["attributes.hat.beanie"]).click()
    page.locator(f"{hat} .nw-way-calls .nw-here", has_text=words["attributes.hat.beanie"]).wait_for()
    assert abs(lies() - began - value(page, "latent", "moves")["axis-hat"]) < 0.06
    page.locator(f"{hat} .nw-way-zero").click()
    assert value(page, "latent", "moves") == {} and lies() == began
    page.locator("#tab-latent .nw-stops button").nth(1).click()
    page.wait_for_function(f"() => document.querySelector(\"{hat} input\").value === '-2'")
    page.wait_for_selector("#tab-latent .nw-stops button:nth-child(2)[aria-pressed=true]")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.evaluate("noisewalk.turned('latent', 'model', 'glyphs-gan')")
    page.wait_for_selector(FIRST)
    page.wait_for_selector("button[data-family=axis]", state="hidden")
    page.locator("button[data-family=principal]").press("ArrowLeft")
    page.wait_for_selector("button[data-family=attribute][aria-checked=true]")


def test_another_model_begins_without_moves_and_undo_brings_both_back(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address)
    models = page.evaluate("noisewalkPage.knobs.latent.model.choices")
    if len(models) < 2:
        pytest.skip("there is one latent model only")
    page.evaluate("noisewalk.jump('latent', { moves: { 'principal-1': 1 } })")
    page.evaluate("name => noisewalk.turned('latent', 'model', name)", models[1])
    assert value(page, "latent", "moves") == {}
    page.wait_for_selector(FIRST)
    page.evaluate("noisewalk.undo('latent')")
    assert value(page, "latent", "moves") == {"principal-1": 1} and value(page, "latent", "model") == models[0]
