"""A Chromium that fails a test on any console error and on any request that leaves this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo import library
from demo.app import TABS, build, launch_settings
from genmodels import checkpoints
from tests.demo.shelf import put

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TINY = {"shape": [1, 8, 8], "labels": [10], "patch": 2, "channels": 8, "multiples": [1], "blocks": 1, "attention": 1}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if CHROMIUM is None:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True)
        terminalreporter.line("No Chromium found on PATH (chromium, chromium-browser, google-chrome).")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One profile for all tests: a private one would compile the page's scripts anew for each, twice the time."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH: browser tests did not run")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as play:
        profile = play.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=CHROMIUM, headless=True, args=FLAGS, locale="en-US"
        )
        yield profile
        profile.close()


@contextmanager
def fresh_page(browser: Any) -> Iterator[Any]:
    """A page of its own: `requests` is what it asks for, `problems` what went wrong, `forgive` what may go wrong."""
    tab = browser.new_page()
    tab.set_viewport_size({"width": 1200, "height": 900})
    tab.set_default_timeout(90_000)
    tab.requests, tab.forgive, tab.problems = [], [], []

    def asked(request: Any) -> None:
        tab.requests.append(request)
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ("127.0.0.1", "localhost"):
            tab.problems.append(f"request left the machine: {request.url}")

    def heard(line: Any) -> None:
        if line.type == "error":
            tab.problems.append(f"console: {line.text} ({line.location['url']})")

    tab.on("request", asked)
    tab.on("pageerror", lambda error: tab.problems.append(f"uncaught: {error}"))
    tab.on("console", heard)
    try:
        yield tab
    finally:
        browser.set_offline(False)
        address = tab.url
        tab.close()
        forget(browser, address)


def forget(browser: Any, address: str) -> None:
    """What a page has kept in the browser is gone, as if nobody had been there; what was compiled stays."""
    session = browser.new_cdp_session(browser.pages[0])
    kept = {"origin": address, "storageTypes": "cookies,local_storage,indexeddb,service_workers,cache_storage"}
    session.send("Storage.clearDataForOrigin", kept)
    session.detach()


def assert_clean(page: Any) -> None:
    """Nothing went wrong on the page since the last look, except what the test forgives."""
    found = [problem for problem in page.problems if not any(word in problem for word in page.forgive)]
    page.problems.clear()
    page.forgive.clear()
    assert found == []


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page that fails its test on console errors and on requests that leave this machine."""
    with fresh_page(browser) as tab:
        yield tab
        assert_clean(tab)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., str]]:
    """Start a Blocks on a free port and return its address; closed when the tests are done."""
    started = []

    def start(demo: Any, **settings: Any) -> str:
        demo.queue(max_size=32)
        quiet = {"prevent_thread_lock": True, "quiet": True, "server_name": "127.0.0.1", "show_error": False}
        same_as_app = {"run_history": False, "ssr_mode": False, "enable_monitoring": False, "max_file_size": "1mb"}
        _, address, _ = demo.launch(**{**quiet, **same_as_app, **settings})
        started.append(demo)
        return address

    yield start
    for demo in started:
        demo.close(verbose=False)


@pytest.fixture(scope="session")
def alone(launch: Callable[..., str]) -> Callable[[str], str]:
    """The address of the app with one tab only, which opens in half the time of the whole."""

    @cache
    def start(key: str) -> str:
        demo = build({key: TABS[key]})
        return launch(demo, **launch_settings(demo))

    return start


@pytest.fixture(scope="module")
def young(launch: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the denoising tab alone, over one tiny network that was never trained."""
    folder = tmp_path_factory.mktemp("checkpoints")
    put(folder, "digits-diffusion", "digits-diffusion", TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FOLDER", folder)
        patch.setattr(library, "LOADED", library.Loaded())
        demo = build({"denoising": TABS["denoising"]})
        yield launch(demo, **launch_settings(demo))
