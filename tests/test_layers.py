"""Imports point one way: app.py → demo.app → demo.tabs → demo.views → genmodels."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path for folder in ("genmodels", "demo") for path in (ROOT / folder).rglob("*.py"))

# Where (a path begins so) these must not be imported (a module begins so).
FORBIDDEN = {
    "genmodels/": ("demo", "gradio", "plotly", "spaces", "scipy", "diffusers", "sklearn"),
    "demo/views/": ("gradio", "demo.tabs", "demo.widgets", "demo.wiring", "demo.app"),
    "demo/tabs/": ("torch", "numpy", "demo.app"),
    "demo/widgets/": ("torch", "genmodels", "demo.tabs", "demo.views", "demo.app"),
    "demo/wiring.py": ("torch", "demo.tabs", "demo.views", "demo.app"),
}
GRADIO_LIVES_IN = ("demo/app.py", "demo/wiring.py", "demo/tabs/", "demo/widgets/")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute here"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    used = set(imports(path))
    for place, packages in FORBIDDEN.items():
        if here.startswith(place):
            wrong = {module for module in used for package in packages if within(module, package)}
            assert not wrong, f"{here} imports {wrong}"
    if not here.startswith(GRADIO_LIVES_IN):
        assert not any(within(module, "gradio") for module in used), f"{here} imports gradio"


def test_the_rule_can_fail(tmp_path: Path) -> None:
    stray = tmp_path / "stray.py"
    stray.write_text("import gradio as gr\nfrom demo.tabs import latent\n")
    assert any(within(module, "gradio") for module in imports(stray))
    assert any(within(module, "demo.tabs") for module in imports(stray))


@pytest.mark.parametrize("path", [ROOT / "app.py"])
def test_the_entry_knows_only_the_app(path: Path) -> None:
    assert {module.split(".")[0] for module in imports(path)} == {"demo"}


def test_no_file_knows_too_much() -> None:
    folders = [*FILES, *(ROOT / "demo").rglob("*.js")]
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in folders
        if (lines := len(path.read_text("utf-8").splitlines())) > 250
    }
    assert not long
