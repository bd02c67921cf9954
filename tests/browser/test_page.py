"""The whole page in Chromium: languages, link, Undo, dark, narrow screens, keyboard, and nothing that leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.app import TABS, build, launch_settings
from demo.tabs.latent_between import ENDS
from demo.words import table

# Wraps every sentence of every language before the page's own script sees the tables.
PSEUDO = """
Object.defineProperty(window, 'noisewalkPage', {
  set(facts) {
    for (const words of Object.values(facts.words)) for (const key of Object.keys(words)) words[key] = `⟦${words[key]}⟧`;
    this.kept = facts;
  },
  get() { return this.kept; },
});
"""
# Text in the order of the page, then what is read out; a letter outside brackets was not said by the locales.
STRAYS = """
() => {
  const page = document.querySelector('.gradio-container');
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  const strays = [];
  let depth = 0;
  const outsideOf = text => {
    let outside = '';
    for (const sign of text) {
      if (sign === '⟦') depth += 1;
      else if (sign === '⟧') depth = Math.max(0, depth - 1);
      else if (!depth) outside += sign;
    }
    if (/[A-Za-z\\u4e00-\\u9fff]{2,}/.test(outside)) strays.push(outside.trim());
  };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent, holder = node.parentElement;
    if (!holder || holder.closest('footer, style, script, math, .nw-brand h1, #nw-language, [hidden]')) continue;
    if (!holder.checkVisibility() && !holder.closest('svg')) continue;
    outsideOf(text);
  }
  for (const node of page.querySelectorAll('[aria-label]')) {
    if (!node.checkVisibility() || node.closest('footer, math, #nw-language')) continue;
    depth = 0;
    outsideOf(node.getAttribute('aria-label'));
  }
  return strays;
}
"""


SPOKEN = "() => [...document.querySelectorAll('main [aria-label]')].map(node => node.getAttribute('aria-label'))"


@pytest.fixture(scope="module")
def address(launch: Callable[..., str]) -> str:
    demo = build()
    return launch(demo, **launch_settings(demo))


def opened(page: Any, address: str, query: str = "") -> Any:
    page.goto(address + query)
    page.wait_for_function("() => window.noisewalk && document.querySelector('.nw-tools button')")
    page.wait_for_function("() => document.querySelectorAll('.nw-painted').length > 0")
    return page


def resting(page: Any, rest: int = 1_000) -> list[str]:
    """What the page has asked for so far, once it has asked for nothing new for so many milliseconds."""
    asked = -1
    while asked != (asked := len(page.requests)):
        page.wait_for_timeout(rest)
    return [request.url for request in page.requests if not request.url.startswith(("blob:", "data:"))]


def show(page: Any, key: str, language: str = "en") -> None:
    page.get_by_role("tab", name=table(language)[f"{key}.tab"]).click()
    page.wait_for_timeout(300)


def value(page: Any, tab: str, name: str) -> Any:
    return page.evaluate("([tab, name]) => noisewalk.valueOf(tab, name)", [tab, name])


def between(page: Any) -> Any:
    """The slider from A to B, once its part of the tab is open and painted."""
    page.locator(".nw-parts [role=tab]", has_text=table("en")["latent.part.between"]).click()
    page.wait_for_selector("#latent-walk .nw-painted")
    return page.locator("#latent-between input[type=range]")


def test_a_picture_is_painted_before_anything_is_touched(page: Any, alone: Callable[[str], str]) -> None:
    opened(page, alone("latent"))
    ink = "() => { const c = document.querySelector('#latent-picture canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
    assert page.evaluate(ink + " return new Set(d).size > 20; }")


def test_one_request_per_move_and_the_last_value_wins(page: Any, alone: Callable[[str], str]) -> None:
    opened(page, alone("latent"))
    slider = between(page)
    page.wait_for_timeout(500)
    page.evaluate(
        "window.last = null; addEventListener('noisewalk:painted', e => { if (e.detail.canvas === 'latent-walk') window.last = e.detail.reply; })"
    )
    slider.focus()
    before = len([r for r in page.requests if "component_server" in r.url])
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => window.last")
    page.wait_for_timeout(300)
    assert len([r for r in page.requests if "component_server" in r.url]) == before + 1
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'amount') > 0.62")
    page.wait_for_timeout(800)
    asked = [r.post_data_json for r in page.requests if "component_server" in r.url]
    newest = [message["data"] for message in asked if "amount" in str(message)][-1]
    assert "0.63" in str(newest)


def test_undo_reset_and_surprise(page: Any, alone: Callable[[str], str]) -> None:
    opened(page, alone("latent"))
    slider = between(page)
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'amount') === 1")
    page.get_by_role("button", name=table("en")["page.undo"]).first.click()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'amount') === 0.5")
    page.wait_for_function("() => document.querySelector('#latent-between input[type=range]').value === '0.5'")
    page.get_by_role("button", name=table("en")["page.surprise"]).first.click()
    page.wait_for_function(f"() => noisewalk.valueOf('latent', 'a').start.seed !== {ENDS['a']['start']['seed']}")
    page.get_by_role("button", name=table("en")["page.reset"]).first.click()
    page.wait_for_function(f"() => noisewalk.valueOf('latent', 'a').start.seed === {ENDS['a']['start']['seed']}")


@pytest.mark.parametrize(
    ("tab", "part", "name", "wanted"), [("latent", "between", "path", "lerp"), ("denoising", "edit", "steps", 12)]
)
def test_a_link_brings_tab_part_and_knobs_back(
    page: Any, address: str, tab: str, part: str, name: str, wanted: Any
) -> None:
    text = f'"{wanted}"' if isinstance(wanted, str) else str(wanted)
    page.goto(f"{address}?tab={tab}&part={part}&{name}={text}&lang=zh-CN")
    page.locator(f"#{tab}-part-{part}-button[aria-selected=true]").first.wait_for()
    page.wait_for_function(f"() => noisewalk.valueOf('{tab}', '{name}') === {text}")
    page.wait_for_function("() => document.documentElement.lang === 'zh-CN'")
    assert part in parse_qs(urlsplit(page.evaluate(f"noisewalk.link('{tab}')")).query)["part"]


@pytest.mark.parametrize(
    "query",
    [
        "?tab=latent&amount=1e9&path=%22x%22&x=nope",
        "?tab=nowhere&lang=xx",
        "?tab=latent&part=nowhere",
        "?tab=denoising&steps=NaN&sampler=%22evil%22",
    ],
)
def test_a_hostile_link_does_nothing(page: Any, address: str, query: str) -> None:
    page.goto(address + query)
    page.wait_for_function("() => window.noisewalk && document.querySelector('.nw-tools button')")
    page.wait_for_timeout(800)
    assert value(page, "latent", "amount") == 0.5 and value(page, "denoising", "sampler") == "dpmpp-2m"
    page.locator("#latent-part-map-button").wait_for(state="attached")
    if "tab=denoising" not in query:
        page.locator("#latent-part-map-button[aria-selected=true]").first.wait_for()


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?tab=latent&psi=9&x=1", "latent.psi"),
        ("?tab=latent&model=nobody", "latent.model"),
        ('?tab=latent&start={"of":"nowhere"}', "latent.start"),
        ("?tab=latent&psi=0.7", None),
    ],
)
def test_what_a_link_asks_for_in_vain_is_said(page: Any, address: str, query: str, left: str | None) -> None:
    page.add_init_script("addEventListener('noisewalk:models', () => { window.asked = true; }, { once: true })")
    page.goto(address + query)
    page.wait_for_function("() => window.asked")
    said = page.evaluate("document.querySelector('.nw-notice')?.textContent ?? ''")
    assert said == (
        table("en")["page.link-left"].format(names=table("en").get(left, left.partition(".")[2])) if left else ""
    )


def test_languages_switch_without_a_request_and_are_remembered(page: Any, address: str) -> None:
    opened(page, address)
    resting(page)
    before, spoken = len(page.requests), page.evaluate(SPOKEN)
    for language in ("zh-TW", "en", "zh-CN"):
        page.locator("#nw-language label").nth(["en", "zh-TW", "zh-CN"].index(language)).click()
        page.get_by_text(table(language)["latent.lead"]).wait_for()
        page.get_by_role("tab", name=table(language)["schedules.tab"]).wait_for()
        page.get_by_label(table(language)["spoken.reset"]).first.wait_for()
        assert (page.evaluate(SPOKEN) == spoken) == (language == "en")
    assert [r.url for r in page.requests[before:] if r.method == "POST"] == []
    opened(page, address)
    page.get_by_text(table("zh-CN")["latent.lead"]).wait_for()


@pytest.mark.parametrize("key", list(TABS))
def test_every_visible_word_comes_from_the_locales(page: Any, alone: Callable[[str], str], key: str) -> None:
    page.add_init_script(PSEUDO)
    page.goto(f"{alone(key)}?tab={key}&lang=zh-TW")
    page.wait_for_function("() => window.noisewalk && document.querySelector('.nw-tools button')")
    page.get_by_role("tab", name=f"⟦{table('zh-TW')[f'{key}.tab']}⟧").wait_for()
    page.wait_for_timeout(3000)
    for _ in range(40):  # a starved browser is still saying what it has to say
        if not page.evaluate(STRAYS):
            break
        page.wait_for_timeout(500)
    assert page.evaluate(STRAYS) == []


def test_a_narrow_screen_needs_no_sideways_scrolling(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address)
    for key in TABS:
        show(page, key)
        page.wait_for_timeout(1500)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390, key
    page.locator("#nw-language label").nth(1).click()
    page.get_by_label(table("zh-TW")["spoken.more-tabs"]).first.wait_for(state="attached")


def test_dark_is_remembered(page: Any, alone: Callable[[str], str]) -> None:
    opened(page, alone("latent"))
    page.locator("[data-press=theme]").click()
    assert page.evaluate("() => document.body.classList.contains('dark')")
    opened(page, alone("latent"))
    page.wait_for_function("() => document.body.classList.contains('dark')")


def test_the_tour_goes_through_five_stops_by_keyboard(page: Any, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name=table("en")["page.tour"]).click()
    for stop in range(1, 6):
        page.get_by_text(table("en")[f"tour.{stop}"]).wait_for()
        page.wait_for_function("() => document.querySelector('.nw-lit')")
        page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('.nw-tour')")
