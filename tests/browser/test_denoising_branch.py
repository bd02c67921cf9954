"""A run is left at a step and grows on another way in Chromium: the tree keeps both, and a poke shows what it changed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from demo.views import denoising as view
from tests.browser.conftest import fresh_page
from tests.browser.test_page import value

LEAVES = "noisewalk.denoisingBranch.leaves().map(leaf => [leaf.limb?.until ?? null, noisewalk.denoisingBranch.parent(leaf)?.number ?? null])"
STEP, STEPS = 3, 8


def opened(page: Any, address: str, known: int = 1) -> Any:
    page.goto(address)
    runs(page, known)
    for part in ("#denoising-poke-map .nw-range", ".nw-branch", ".nw-leaves button", "[data-side=left]"):
        page.locator(part).first.wait_for()
    return page


def start(young: str, sampler: str = "ddim") -> str:
    return f'{young}?tab=denoising&part=branch&steps={STEPS}&sampler="{sampler}"'


def runs(page: Any, count: int) -> None:
    """So many runs have come to their end, and none is on its way."""
    page.wait_for_function("count => window.noisewalk?.denoisingBranch?.leaves().length === count", arg=count)


def stand(page: Any, step: int) -> None:
    move = "step => dispatchEvent(new CustomEvent('noisewalk:timeline', { detail: { timeline: 'denoising-run', index: step } }))"
    page.evaluate(move, step)
    page.wait_for_function("step => noisewalk.denoisingBranch.stage().step === step", arg=step)


def test_a_branch_is_kept_in_the_tree_the_link_and_undo(page: Any, young: str) -> None:
    opened(page, start(young))
    thumb = "noisewalk.denoisingBranch.leaves()[0].thumb"
    first = page.evaluate(thumb)
    stand(page, STEP)
    page.locator("[data-branch=cut]").click()
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'trunk').length === 1")
    page.wait_for_function("step => noisewalk.denoisingBranch.stage().values.trunk[0]?.until === step", arg=STEP)
    page.wait_for_function("() => !document.querySelector('#denoising-run .nw-waiting')")
    assert page.evaluate(thumb) == first and page.evaluate(LEAVES) == [[None, None]], "nothing turned, the same run"
    page.locator("#denoising-wishes .nw-chip", has_text="7").click()
    runs(page, 2)
    assert page.evaluate(LEAVES) == [[None, None], [STEP, 1]]
    trunk = [{"until": STEP, "was": {"sampler": "ddim", "seed": 4}}]
    assert value(page, "denoising", "trunk") == trunk
    page.locator(".nw-leaves button").first.press("Enter")
    page.wait_for_function("() => !noisewalk.valueOf('denoising', 'trunk').length")
    assert value(page, "denoising", "classes") == {}
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'trunk').length === 1")
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'classes')['7'] === 1")
    opened(page, page.evaluate("() => noisewalk.link('denoising')"), known=2)
    assert value(page, "denoising", "trunk") == trunk and page.evaluate(LEAVES) == [[None, None], [STEP, 1]]
    undrawn = page.locator(".nw-leaves button:has(img:not([src]))")
    page.wait_for_function("noisewalk.denoisingBranch.leaves()[1].thumb")
    assert undrawn.count() == 1, "only what is on the stage has been drawn here"
    undrawn.press("Enter")
    page.wait_for_function("first => noisewalk.denoisingBranch.leaves()[0].thumb === first", arg=first)
    assert undrawn.count() == 0 and page.evaluate(LEAVES) == [[None, None], [STEP, 1]]
    page.locator("[data-tree=clear]").click()
    assert "tree=" not in page.evaluate("() => noisewalk.link('denoising')")


def test_a_new_seed_that_changes_nothing_is_said_to(page: Any, young: str) -> None:
    opened(page, start(young))
    stand(page, STEP)
    page.locator("[data-branch=cut]").click()
    page.wait_for_function("() => noisewalk.valueOf('denoising', 'trunk').length === 1")
    seed = page.get_by_label("number input for Seed", exact=True).first
    seed.fill("9")
    seed.press("Enter")
    page.locator(".nw-branch-said", has_text="The new seed changes nothing").wait_for()
    runs(page, 2)
    thumbs = page.evaluate("noisewalk.denoisingBranch.leaves().map(leaf => leaf.thumb)")
    assert thumbs[0] == thumbs[1]


def test_what_costs_long_waits_for_a_press_and_the_stage_says_so(page: Any, young: str) -> None:
    """The price of this machine is replaced on its way to the page, so that every run seems long."""
    page.add_init_script(
        "addEventListener('noisewalk:painted', ({ detail }) => {"
        " if (detail.canvas === 'denoising-price' && detail.reply.seconds) detail.reply.seconds = 40 })"
    )
    opened(page, start(young, "dpmpp-2m"))  # the first run begins whatever it costs
    behind = page.locator("#denoising-behind")
    assert not behind.is_visible()
    seed = page.get_by_label("number input for Seed", exact=True).first
    seed.fill("9")
    seed.press("Enter")
    page.locator("#denoising-behind", has_text="about 40 s").wait_for()
    assert page.locator(".nw-stale #denoising-run").count() == 1
    seed.fill("4")
    seed.press("Enter")
    behind.wait_for(state="hidden")  # what is shown is asked for again
    seed.fill("9")
    seed.press("Enter")
    behind.get_by_role("button").click()
    runs(page, 2)
    assert not behind.is_visible()
    stand(page, STEP)
    page.locator("[data-branch=cut]").click()  # a press
    runs(page, 3)
    page.locator(".nw-branch-said", has_text="learns from the steps before").wait_for()
    assert not behind.is_visible()
    page.locator("#denoising-texts").click()
    page.wait_for_function("() => noisewalk.denoisingBranch.stage().values.steps === 1000")
    page.locator("#denoising-stop").click()
    page.wait_for_timeout(2_000)  # whatever was about to begin would have begun
    page.wait_for_function("() => !document.querySelector('#denoising-run .nw-waiting')")


def test_stop_ends_a_run_that_has_no_number_yet(page: Any, young: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(page, start(young))
    kept: list[Any] = []
    steps, caption = [0], view.caption

    def counted(*args: Any) -> dict[str, Any]:
        steps[0] += 1
        return caption(*args)

    monkeypatch.setattr(view, "caption", counted)
    page.route("**/queue/join*", lambda route: kept.append(route))
    page.locator("#denoising-texts").click()
    while not kept:
        page.wait_for_timeout(50)
    page.locator("#denoising-stop").click()
    page.wait_for_timeout(300)
    with page.expect_response("**/cancel") as ended:
        for route in kept:
            route.continue_()
    page.unroute("**/queue/join*")
    assert ended.value.ok
    page.wait_for_timeout(1_000)
    assert not page.locator("#denoising-run .nw-waiting").count()
    made = steps[0]
    page.wait_for_timeout(500)
    assert steps[0] == made < 1000, "it goes on where nobody sees it"


def test_the_steps_are_counted_from_0_wherever_they_are_counted(page: Any, young: str) -> None:
    opened(page, start(young))
    count, here = page.locator("#denoising-run .nw-count"), page.locator("[data-key='denoising.here']")
    stand(page, STEP)
    assert count.text_content() == f"{STEP} / {STEPS}" and f"Step {STEP} of {STEPS}" in here.text_content()
    assert "ms for this step" in here.text_content()
    stand(page, STEPS)
    assert count.text_content() == f"{STEPS} / {STEPS}" and "nothing is evaluated" in here.text_content()
    assert " ms" not in here.text_content() and "log-SNR" not in here.text_content()


def test_a_blank_number_is_refused_in_words(page: Any, young: str) -> None:
    opened(page, start(young))
    steps = page.get_by_label("number input for Steps", exact=True).first
    steps.fill("")
    page.locator("#denoising-price .nw-error", has_text="Steps must be a number").wait_for()
    page.locator("#denoising-behind", has_text="cannot be made").wait_for()
    page.evaluate(
        "document.querySelector('#denoising-run-button').click()"
    )  # the field keeps the focus and stays blank
    page.locator(".toast-body", has_text="Steps").wait_for()


def test_a_poke_by_pointer_and_by_key_shows_what_it_changed(page: Any, young: str) -> None:
    opened(page, start(young))
    stand(page, STEP)
    paper = page.locator(".nw-poke-paper")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    page.locator("[data-poke=do]").click()
    runs(page, 2)
    shape = {"left": 2, "top": 2, "right": 5, "bottom": 6}
    (limb,) = value(page, "denoising", "trunk")
    assert limb["until"] == STEP and {side: limb["poke"][side] for side in shape} == shape
    counted = "() => document.querySelector('#denoising-poke-map .nw-count').textContent === '8 / 8'"
    page.wait_for_function(counted)
    stand(page, STEP + 1)
    page.wait_for_function("() => document.querySelector('#denoising-poke-map .nw-count').textContent === '4 / 8'")
    paper.press("ArrowRight")
    runs(page, 3)
    (moved,) = value(page, "denoising", "trunk")
    assert (moved["poke"]["left"], moved["poke"]["right"]) == (3, 6)
    page.locator("[data-poke=undo]").click()
    page.wait_for_function("() => !noisewalk.valueOf('denoising', 'trunk').length")


def test_a_link_with_nonsense_for_a_tree_brings_only_what_can_grow(page: Any, young: str) -> None:
    bad = [
        7,
        None,
        {"steps": 8},
        {"steps": 0.5, "values": {}},
        {"steps": 8, "values": {"trunk": [{"until": 8, "was": {}}]}},
    ]
    good = {"steps": 8, "values": {"seed": 12, "guidance": 10**9, "sampler": "<b>x</b>"}}
    page.goto(f"{start(young)}&tree={json.dumps([*bad, good])}")
    runs(page, 2)
    brought = page.evaluate("noisewalk.denoisingBranch.leaves()[0]")
    assert brought["thumb"] is None and brought["values"]["seed"] == 12
    assert brought["values"]["sampler"] != "<b>x</b>" and brought["values"]["guidance"] < 100
    assert page.locator(".nw-leaves button").count() == 2


@pytest.mark.parametrize(
    "trunk", ['"x"', "[1]", '[{"until":1}]', '[{"until":"<b>1</b>","was":{}}]', '[{"until":2,"was":{},"poke":7}]']
)
def test_a_link_with_nonsense_for_a_trunk_breaks_nothing(page: Any, young: str, trunk: str) -> None:
    page.goto(f"{start(young)}&trunk={trunk}")
    page.locator(".nw-branch-said:not(:empty)").wait_for()  # the server's refusal, or where the run may be left
    assert page.evaluate("noisewalk.denoisingBranch.values().trunk") == []


def test_a_closed_tab_ends_its_run(browser: Any, young: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps, caption = [0], view.caption

    def slowly(*args: Any) -> dict[str, Any]:
        steps[0] += 1
        time.sleep(0.02)
        return caption(*args)

    monkeypatch.setattr(view, "caption", slowly)
    with fresh_page(browser) as tab:
        tab.goto(f"{young}?tab=denoising&steps=1000")
        while steps[0] < 20:
            tab.wait_for_timeout(50)
    made = None
    while made != steps[0]:
        made = steps[0]
        time.sleep(1)
    assert made < 900, "nobody sees what it goes on with"
