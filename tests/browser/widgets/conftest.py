"""One page with all four widgets, loaded once, because loading it is the slow part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import assert_clean, fresh_page
from tests.browser.widgets import page as widget_page
from tests.browser.widgets.driving import SET, drawn, spot_near


@pytest.fixture(scope="session")
def address(launch: Any) -> str:
    return launch(widget_page.build(), **widget_page.settings())


@pytest.fixture(scope="module")
def shared(browser: Any, address: str) -> Iterator[Any]:
    """One page for all tests of the module, because loading it is the slow part."""
    with fresh_page(browser) as page:
        yield drawn(page, address)


@pytest.fixture
def widgets(shared: Any) -> Iterator[Any]:
    """The shared page: English, light, wide, its knobs at home and nothing asked."""
    shared.set_viewport_size({"width": 1200, "height": 900})
    shared.evaluate("document.body.classList.remove('dark'); noisewalk.speak('en')")
    shared.evaluate(SET, ["plain", {"x": 0.4, "y": 0.3, "nap": 0, "crash": False, "steps": 1}])
    spot_near(shared, "#plain", 0.4, 0.3)
    shared.wait_for_timeout(100)
    widget_page.calls.clear()
    shared.requests.clear()
    yield shared
    assert_clean(shared)
