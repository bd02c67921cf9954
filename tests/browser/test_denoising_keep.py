"""Forward first, nearest training pictures and saved runs in Chromium: turned over, looked up, saved and opened again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from demo.export import recipe_in

OVER = """() => document.querySelector('#denoising-run .nw-range')?.max === '4'
  && !document.querySelector('#denoising-run .nw-waiting')"""


@pytest.fixture
def tab(page: Any, young: str) -> Any:
    page.goto(young + "?tab=denoising&steps=4")
    page.wait_for_function(OVER)
    return page


def part(page: Any, key: str) -> None:
    page.locator(f"#denoising-part-{key}-button").first.click()


def value(page: Any, name: str) -> Any:
    return page.evaluate("name => noisewalk.valueOf('denoising', name)", name)


def test_a_cell_is_turned_over_by_pointing_and_the_arrows_lead_on(tab: Any) -> None:
    part(tab, "forward")
    tab.locator(".nw-looks[data-painted]").wait_for()
    guess = "([row, column]) => getComputedStyle(document.querySelector(`.nw-looks button[data-row='${row}'][data-column='${column}'] .nw-guess`)).opacity"
    assert tab.evaluate(guess, [1, 2]) == "0"
    tab.locator(".nw-looks button[data-row='1'][data-column='2']").hover()
    assert tab.evaluate(guess, [1, 2]) == "1"
    tab.locator(".nw-looks button[data-row='0'][data-column='0']").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("() => [document.activeElement.dataset.row, document.activeElement.dataset.column]") == [
        "1",
        "1",
    ]
    assert tab.evaluate(guess, [1, 1]) == "1"


def test_once_a_run_is_over_its_picture_is_looked_up(tab: Any) -> None:
    part(tab, "nearest")
    tab.locator("#denoising-nearest .nw-nearest[data-kind]").wait_for()
    assert tab.locator("#denoising-nearest .nw-near figure").count() == 4, "what was made, and the three nearest"


@pytest.mark.parametrize(("count", "figures"), [("1", 3), ("4", 8)])
def test_beside_the_run_stand_the_training_pictures_nearest_to_it(page: Any, young: str, count: str, figures: int):
    """Of one picture the three nearest, of several each with its own, and what it means; nothing moves for it."""
    page.goto(f"{young}?tab=denoising&steps=4&count={count}")
    page.wait_for_function(OVER)
    room = "document.querySelector('#denoising-beside').parentElement.getBoundingClientRect().height"
    before = page.evaluate(room)
    page.locator("#denoising-beside [data-kind]").first.wait_for()
    page.wait_for_function(f"document.querySelectorAll('#denoising-beside .nw-near figure').length === {figures}")
    page.locator("#denoising-beside .nw-copy b").first.wait_for()
    assert page.locator("#denoising-beside figcaption").first.inner_text() == "Nearest training pictures"
    assert page.evaluate(room) == before


def test_a_saved_run_is_opened_again_and_a_foreign_file_is_not(tab: Any, tmp_path: Path) -> None:
    with tab.expect_download() as saved:
        tab.locator("#denoising-save [data-kind=strip]").click()
    saved.value.save_as(tmp_path / "strip.png")
    recipe = recipe_in((tmp_path / "strip.png").read_bytes())
    assert (recipe["run"]["steps"], recipe["run"]["model"], recipe["frames"]) == (4, "digits-diffusion", 8)
    recipe["run"] |= {"seed": 321, "sampler": "heun"}
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    tab.locator("#denoising-save input[type=file]").set_input_files(tmp_path / "recipe.json")
    tab.wait_for_function("() => noisewalk.valueOf('denoising', 'seed') === 321")
    assert value(tab, "sampler") == "heun"
    tab.wait_for_function(
        "() => [...document.querySelectorAll('input[type=number]')].some(({ value }) => value === '321')"
    )
    (tmp_path / "foreign.json").write_text('{"hello": 1}')
    tab.locator("#denoising-save input[type=file]").set_input_files(tmp_path / "foreign.json")
    tab.locator("#denoising-save .nw-error-line", has_text="no recipe").wait_for()
    assert value(tab, "seed") == 321
