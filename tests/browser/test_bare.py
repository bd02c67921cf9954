"""The app with no checkpoints at all: every tab opens and says kindly what is missing; and the page of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.app import TABS, build, launch_settings
from demo.words import table
from genmodels import checkpoints


@pytest.fixture(scope="module")
def address(launch: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    empty: Path = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checkpoints, "FOLDER", empty)
        demo = build()
        yield launch(demo, **launch_settings(demo))


@pytest.mark.parametrize("key", list(TABS))
@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_every_tab_opens_without_a_model(page: Any, address: str, key: str, language: str) -> None:
    page.goto(f"{address}?tab={key}&lang={language}")
    words = table(language)
    page.get_by_role("tab", name=words[f"{key}.tab"]).click()
    page.get_by_text(words[f"{key}.lead"]).wait_for()
    if f"{key}.none" in words:
        page.get_by_text(words[f"{key}.none"]).wait_for()
        assert "python -m genmodels train" in words[f"{key}.none"]
    else:
        page.locator(f"#tab-{key} canvas").first.wait_for()


@pytest.mark.parametrize("query", ["?tab=schedules", "?view=api"])
def test_our_own_button_opens_the_page_of_the_api(page: Any, address: str, query: str) -> None:
    page.forgive += ["403", "404"]  # Gradio's page looks for parts that are not served here
    page.goto(address + query)
    page.locator("[data-press=api]").click()
    page.locator(".api-docs").get_by_text("list_models").first.wait_for(state="attached")
    assert not page.locator("footer").is_visible()


def test_a_refusal_on_the_page_calls_the_knob_by_its_name(page: Any, address: str) -> None:
    page.goto(f"{address}?tab=samplers&lang=zh-TW")
    page.wait_for_selector(".nw-samplers[data-painted]")
    page.evaluate("noisewalk.turned('samplers', 'seed', -5)")
    error = page.locator(".nw-samplers .nw-error")
    error.wait_for()
    assert table("zh-TW")["samplers.seed"] in error.inner_text() and "seed" not in error.inner_text()
