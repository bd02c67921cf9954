"""Presses in the latent tab in Chromium: each can be taken back, none is lost to a name that ends, none does too much."""

from __future__ import annotations

from typing import Any

from tests.browser.test_latent import address, opened, value  # noqa: F401
from tests.browser.test_latent_directions import FIRST, directions


def undo(page: Any) -> None:
    page.get_by_role("button", name="Undo").first.click()


def test_every_press_is_taken_back_by_itself_however_quick(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    seeds = [value(page, "latent", "start")["seed"]]
    for _ in range(3):
        page.locator("[data-latent=another]").click()
        seeds.append(value(page, "latent", "start")["seed"])
    page.get_by_role("button", name="Surprise me").first.click()
    page.wait_for_function("seed => noisewalk.valueOf('latent', 'start').seed !== seed", arg=seeds[-1])
    seeds.append(value(page, "latent", "start")["seed"])
    page.get_by_role("button", name="Reset").first.click()
    page.wait_for_function("seed => noisewalk.valueOf('latent', 'start').seed === seed", arg=seeds[0])
    for seed in reversed(seeds):
        undo(page)
        page.wait_for_function("seed => noisewalk.valueOf('latent', 'start').seed === seed", arg=seed)


def test_a_drag_is_one_thing_to_take_back_whatever_scripts_press_meanwhile(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address)
    script = "const button = document.body.appendChild(document.createElement('button'));"
    drag = "for (const psi of [0.9, 0.8, 0.7]) { noisewalk.turned('latent', 'psi', psi); button.click(); }"
    for _ in range(2):
        page.evaluate(f"() => {{ dispatchEvent(new PointerEvent('pointerdown')); {script} {drag} }}")
        page.evaluate("() => noisewalk.undo('latent')")
        assert value(page, "latent", "psi") == 1


def test_a_press_that_ends_a_name_is_still_a_press(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address)
    page.locator(f"{FIRST} .nw-rename").click()
    page.locator(f"{FIRST} .nw-way-said input").fill("sunny")
    page.locator(".nw-way[data-key='principal-2'] .nw-way-name").click()
    page.get_by_role("button", name="sunny", exact=True).wait_for()
    page.wait_for_selector(".nw-way[data-key='principal-2'][aria-current=true]")
    page.locator(".nw-keep").click()
    page.locator("[data-latent=another]").click()
    page.locator(".nw-keep").click()
    page.locator(".nw-shelf-one input").fill("second")
    kept = page.locator(".nw-kept button")
    kept.first.click()
    page.wait_for_function("() => document.querySelector('.nw-kept button').getAttribute('aria-pressed') === 'true'")
    assert page.locator(".nw-kept-name").all_inner_texts() == ["", "second"]


def test_moves_wait_beside_their_model_and_ends_push_each_other(page: Any, address: str) -> None:  # noqa: F811
    directions(page, address, "?tab=latent&model=%22faces-stylegan%22")
    page.locator(f"{FIRST} input").press("End")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'moves')['principal-1'] === 4")
    for model, moves in (("faces-gan", {}), ("faces-stylegan", {"principal-1": 4})):
        page.evaluate("model => noisewalk.turned('latent', 'model', model)", model)
        assert value(page, "latent", "moves") == moves
    first, last = (page.get_by_role("slider", name=label) for label in ("layers from", "to before"))
    highest = value(page, "latent", "layers_to")
    for slider, key, ends in ((last, "Home", (0, 0)), (first, "End", (highest, highest))):
        slider.press(key)
        page.wait_for_function(
            "([low, high]) => noisewalk.valueOf('latent', 'layers_from') === low && noisewalk.valueOf('latent', 'layers_to') === high",
            arg=ends,
        )
    assert [float(slider.input_value()) for slider in (first, last)] == [highest, highest]


def test_classes_alone_and_mixed(page: Any, address: str) -> None:  # noqa: F811
    opened(page, address, "?tab=latent&part=classes&model=%22glyphs-cgan%22")
    note = page.locator(".nw-if-unasked")
    note.wait_for()

    def press(name: str) -> Any:
        page.locator("#latent-chips .nw-chip").get_by_text(name, exact=True).click()
        return value(page, "latent", "classes")

    assert press("A") == {"A": 1}
    note.wait_for(state="hidden")
    assert press("Mix") == {"A": 1} and press("B") == {"A": 1, "B": 0.5}
    assert press("C") and list(press("D")) == ["A", "B", "C", "D"] and list(press("E")) == ["A", "B", "C", "D"]
    assert press("C") == {"A": 1, "B": 0.5, "D": 0.5}
    assert press("Mix") == {"A": 1}, "no mix goes on unseen"
    assert press("B") == {"B": 1} and press("B") == {}
