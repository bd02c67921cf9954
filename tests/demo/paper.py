"""The page's own scripts without a browser: Node runs them on a page of paper, which takes a tenth of a second."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from demo.app import build
from demo.tabs import TABS

DEMO = Path(__file__).resolve().parents[2] / "demo"
PAPER = Path(__file__).with_suffix(".js")
PATIENCE = 20  # seconds: a script that hangs is a failure


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What the page's scripts are told of the Latent space tab."""
    page: Any = build({"latent": TABS["latent"]}).noisewalk  # type: ignore[attr-defined]
    return page.config()


def node() -> str:
    """The Node that Playwright brings, or the machine's."""
    playwright = pytest.importorskip("playwright")
    own = Path(playwright.__file__).parent / "driver" / "node"
    found = str(own) if own.is_file() else shutil.which("node")
    return found or pytest.skip("no Node: the page's scripts were not run")


def read(*paths: str) -> list[str]:
    """Scripts by their paths inside demo/."""
    return [(DEMO / path).read_text("utf-8") for path in paths]


def run(facts: Mapping[str, Any], scripts: Sequence[str], code: str, query: str = "") -> Any:
    """What `code` returns after the scripts have run on a page that was opened with this query."""
    told = {"href": f"http://127.0.0.1:7860/{query}", "facts": facts, "scripts": list(scripts), "code": code}
    done = subprocess.run(
        [node(), str(PAPER)], input=json.dumps(told), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
