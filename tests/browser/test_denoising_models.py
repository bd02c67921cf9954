"""Choosing another model in Chromium: what can be asked of it, and what it is asked for at first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from demo.words import table
from tests.browser.test_denoising_branch import runs
from tests.browser.test_page import value


def choose(page: Any, name: str) -> None:
    menu = page.get_by_label(table("en")["denoising.model"], exact=True).first
    menu.click()
    page.get_by_role("option", name=table("en")[f"models.{name}"], exact=True).click()
    page.wait_for_function("name => noisewalk.valueOf('denoising', 'model') === name", arg=name)


def wishes(page: Any) -> tuple[Any, Any]:
    page.wait_for_timeout(500)  # what comes along with a model comes a moment later
    return value(page, "denoising", "classes"), page.get_by_label("number input for Guidance").first.input_value()


def test_glyphs_begin_with_a_letter_and_keep_it_from_model_to_model(page: Any, alone: Callable[[str], str]) -> None:
    page.goto(f"{alone('denoising')}?tab=denoising&steps=2")
    page.wait_for_function("() => document.querySelector('#denoising-run .nw-count')?.textContent === '2 / 2'")
    assert wishes(page) == ({}, "1")
    choose(page, "glyphs-ddpm")
    assert wishes(page) == ({"R": 1}, "2")
    page.locator("#denoising-wishes .nw-chip", has_text="7").click()
    choose(page, "glyphs-flow")
    assert wishes(page) == ({"7": 1}, "2"), "the same wish is held against another model"
    guidance = page.get_by_label("number input for Guidance").first
    guidance.fill("5")
    guidance.press("Enter")
    page.get_by_label(table("en")["denoising.model"], exact=True).first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")  # a menu that is left tells its model again
    assert wishes(page) == ({"7": 1}, "5")
    choose(page, "faces-diffusion")
    assert wishes(page) == ({}, "1")
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'model') === 'glyphs-flow'")
    assert wishes(page) == ({"7": 1}, "5"), "one thing to take back"


def test_a_link_says_what_is_asked_for_itself(page: Any, alone: Callable[[str], str]) -> None:
    page.goto(f'{alone("denoising")}?tab=denoising&steps=2&model="glyphs-ddpm"')
    page.wait_for_function("() => document.querySelector('#denoising-run .nw-count')?.textContent === '2 / 2'")
    assert wishes(page) == ({}, "1")
    page.get_by_label(table("en")["denoising.model"], exact=True).first.click()
    page.keyboard.press("Tab")
    assert wishes(page) == ({}, "1"), "nor does leaving the menu ask for anything"


def test_a_model_that_was_taught_to_jump_is_met_jumping(page: Any, alone: Callable[[str], str]) -> None:
    def way() -> list[Any]:
        page.wait_for_timeout(500)
        return [value(page, "denoising", name) for name in ("sampler", "spacing", "steps")]

    taught, blurred = (page.locator(f".nw-if-{name}") for name in ("jumping", "blurred"))
    page.goto(f"{alone('denoising')}?tab=denoising&steps=2")
    page.wait_for_function("() => document.querySelector('#denoising-run .nw-count')?.textContent === '2 / 2'")
    choose(page, "faces-fewstep")
    assert way() == ["consistency", "beta", 4]
    page.wait_for_function("() => document.querySelector('#denoising-run .nw-count')?.textContent === '4 / 4'")
    assert not taught.is_visible() and not blurred.is_visible()
    page.evaluate("noisewalk.turned('denoising', 'sampler', 'ddim')")
    assert taught.is_visible() and not blurred.is_visible()
    page.evaluate("noisewalk.turned('denoising', 'sampler', 'consistency')")
    choose(page, "faces-diffusion")
    assert way() == ["dpmpp-2m", "exponential", 2], "who comes back finds what was chosen there"
    page.evaluate("noisewalk.turned('denoising', 'sampler', 'consistency')")
    assert blurred.is_visible() and not taught.is_visible()
    for name, other in (("sampler", "heun"), ("steps", 3)):
        page.evaluate("([name, other]) => noisewalk.turned('denoising', name, other)", [name, other])
    choose(page, "faces-fewstep")
    assert way() == ["consistency", "beta", 4]
    choose(page, "faces-weak")
    assert way() == ["heun", "exponential", 3]
    choose(page, "glyphs-ddpm")
    assert wishes(page) == ({"R": 1}, "2")
    choose(page, "faces-fewstep")
    choose(page, "faces-diffusion")
    assert wishes(page) == ({}, "1"), "guidance that was chosen for glyphs stays with them"


def test_who_walks_or_jumps_unfitly_is_told(page: Any, alone: Callable[[str], str]) -> None:
    words = table("en")
    fates = [{"sampler": "ddim"}, {"model": "faces-weak"}]
    stage = 'steps=1&model="faces-fewstep"&sampler="consistency"'
    page.goto(f"{alone('denoising')}?tab=denoising&part=compare&{stage}&fates={quote(json.dumps(fates))}")
    page.wait_for_selector(".nw-fate .nw-idle:visible")
    assert page.locator(".nw-idle").all_inner_texts() == [words[f"denoising.compare.{k}"] for k in ("afoot", "soft")]
    page.evaluate("noisewalk.turned('denoising', 'sampler', 'heun')")
    page.evaluate("noisewalk.turned('denoising', 'model', 'faces-weak')")
    page.locator("[data-at=thing0]").select_option(label=words["denoising.compare.thing.model"])
    page.locator("[data-at=to0]").select_option(label=words["models.faces-fewstep"])
    assert page.locator(".nw-idle").first.inner_text() == words["denoising.compare.walking"]


@pytest.mark.parametrize(
    ("language", "glasses"), [("en", "Glasses: sunglasses"), ("zh-TW", "眼鏡: 太陽眼鏡"), ("zh-CN", "眼镜: 太阳镜")]
)
def test_the_tree_speaks_the_language_of_the_page(
    page: Any, alone: Callable[[str], str], language: str, glasses: str
) -> None:
    trunk = json.dumps([{"until": 1, "was": {"sampler": "ddim"}}])
    asked = f'&model="faces-weak"&classes={{"glasses=sunglasses":1}}&trunk={trunk}&lang={language}'
    address = alone("denoising") + '?tab=denoising&part=branch&steps=2&count="1"&sampler="ddim"' + asked
    page.goto(address)
    runs(page, 1)
    page.locator(".nw-leaves button", has_text=glasses).wait_for()
    assert glasses in page.locator(".nw-leaves button").get_attribute("aria-label")


def test_a_refusal_is_headed_and_names_the_model_in_the_pages_language(page: Any, alone: Callable[[str], str]) -> None:
    words = table("zh-TW")
    page.goto(alone("denoising") + '?tab=denoising&steps=2&model="faces-weak"&guide="weaker"&guidance=2&lang=zh-TW')
    told = words["refused.already-weak"].format(model=words["models.faces-weak"])
    page.locator(".toast-message-text", has_text=told).wait_for()
    assert page.locator(".toast-title").inner_text().strip() == words["page.refused"]
    page.evaluate("noisewalk.speak('en')")
    assert page.locator(".toast-title").inner_text().strip() == table("en")["page.refused"]


def test_who_asks_for_something_is_guided_to_it(page: Any, alone: Callable[[str], str]) -> None:
    """As strongly as the model is measured; an own choice of guidance stays."""
    page.goto(alone("denoising") + '?tab=denoising&model="faces-weak"&steps=2')
    runs(page, 1)
    menu = page.locator("#denoising-wishes select[data-field=glasses]")
    menu.select_option("round")
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'guidance') === 2")
    assert wishes(page) == ({"glasses=round": 1}, "2")
    menu.select_option("")
    assert wishes(page) == ({}, "1")
    guidance = page.get_by_label("number input for Guidance").first
    guidance.fill("3")
    guidance.press("Enter")
    menu.select_option("round")
    assert wishes(page) == ({"glasses=round": 1}, "3")


def test_a_link_to_minutes_of_work_waits_for_a_press(page: Any, alone: Callable[[str], str]) -> None:
    page.goto(alone("denoising") + '?tab=denoising&model="faces-weak"&steps=1000&count="16"')
    page.locator("#denoising-behind", has_text="waits for a press").wait_for()
    assert page.locator("#denoising-run .nw-timeline[data-at]").count() == 0
    steps = page.get_by_label("number input for Steps").first
    steps.fill("2")
    steps.press("Enter")
    page.wait_for_selector("#denoising-run .nw-timeline[data-at]")  # by itself: that costs little
    assert not page.locator("#denoising-behind").is_visible()
