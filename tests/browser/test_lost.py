"""The server goes away in the middle of a visit and comes back: the page says so and has kept everything."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from demo.app import TABS, build, launch_settings
from demo.words import table


def test_a_server_that_comes_back_finds_the_page_as_it_was(page: Any, launch: Callable[..., str]):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]  # none of those that other tests' servers look for: it must be free again

    def serve() -> tuple[Any, str]:
        demo = build({key: TABS[key] for key in ("schedules", "samplers")})
        return demo, launch(demo, **launch_settings(demo), server_port=port)

    words = table("zh-TW")
    page.forgive += ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "network error", "Failed to fetch"]
    page.forgive.append("500 (Internal Server Error)")  # a server that goes away may stumble over its last request
    demo, address = serve()
    page.goto(address + "?lang=zh-TW")
    page.locator("#tab-samplers-button").click()
    page.locator("#samplers-measure").wait_for()
    page.evaluate("noisewalk.turned('samplers', 'seed', 77)")
    before = page.evaluate("noisewalk.state()")
    assert before["tab"] == "samplers" and before["values"]["samplers"]["seed"] == 77

    demo.close(verbose=False)
    page.locator("#samplers-measure").click()
    page.locator(".toast-message-text", has_text=words["page.lost.text"]).wait_for()
    assert page.locator(".toast-title").inner_text().strip() == words["page.lost.title"]
    page.evaluate("noisewalk.turned('schedules', 'n', 12)")  # what is turned while it waits is kept as well

    serve()
    page.locator(".nw-notice.nw-shown", has_text=words["page.lost.back"]).wait_for()
    page.locator("#tab-samplers-button[aria-selected=true]").wait_for()
    page.wait_for_function("noisewalk.valueOf('samplers', 'seed') === 77")
    after = page.evaluate("noisewalk.state()")
    assert after["values"]["schedules"]["n"] == 12 and after["parts"] == before["parts"]


def test_who_reloads_or_comes_back_finds_the_page_as_it_was(page: Any, alone: Callable[[str], str]):
    address = alone("samplers")
    seed = "window.noisewalk?.inPlace && noisewalk.valueOf('samplers', 'seed')"
    page.goto(address)
    page.wait_for_function(f"{seed} !== undefined")
    page.evaluate("noisewalk.turned('samplers', 'seed', 77)")
    page.reload()
    page.wait_for_function(f"{seed} === 77")
    assert not page.locator(".nw-notice.nw-shown").count(), "nothing was lost"
    page.goto(address + "?tab=samplers&seed=5")  # another link says what it asks for
    page.wait_for_function(f"{seed} === 5")
    page.go_back()
    page.wait_for_function(f"{seed} === 77")
    page.goto(address)  # opened anew, it begins as always
    page.wait_for_function(f"{seed} !== undefined && {seed} !== 77")
