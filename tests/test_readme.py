"""What the README says is true: the front matter, the example, the commands, the files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
FRONT = yaml.safe_load(README.split("---")[1])


def block(containing: str) -> str:
    """The fenced block with these words, without the name of its language."""
    return next(code.split("\n", 1)[1] for code in README.split("```")[1::2] if containing in code)


def test_the_space_can_read_the_front_matter() -> None:
    assert FRONT["sdk"] == "gradio" and (ROOT / FRONT["app_file"]).is_file()
    assert isinstance(FRONT["sdk_version"], str) and isinstance(FRONT["python_version"], str)
    assert FRONT["license"] == "apache-2.0" and len(FRONT["short_description"]) <= 60
    colors = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {FRONT["colorFrom"], FRONT["colorTo"]} <= colors


def test_the_space_runs_the_gradio_that_was_tested() -> None:
    assert f"gradio=={FRONT['sdk_version']}\n" in (ROOT / "constraints.txt").read_text()


def test_the_example_runs_and_finds_two_clusters() -> None:
    run = subprocess.run([sys.executable, "-c", block("SAMPLERS[")], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    across, up = (float(number) for number in re.findall(r"\d\.\d+", run.stdout)[:2])
    assert across == pytest.approx(2, abs=0.15) and up < 0.4


def test_every_file_in_the_structure_exists() -> None:
    folder, missing = ROOT, []
    for line in block("app.py   ").splitlines():
        indent = len(line) - len(line.lstrip())
        for name in line.strip().split("  ")[0].split():
            base = folder if indent else ROOT
            if not (base / name).exists():
                missing.append(name)
            if not indent and name.endswith("/"):
                folder = ROOT / name
    assert not missing


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make (\w+)", README, re.M))))
def test_every_make_command_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_every_requirement_earns_its_place_in_the_table() -> None:
    for file in ("requirements.txt", "requirements-dev.txt"):
        for name in re.findall(r"^([a-z][\w-]*)", (ROOT / file).read_text(), re.M):
            assert re.search(rf"\b{name}\b", README.split("## What it depends on")[1]), name


def test_pictures_in_the_readme_exist() -> None:
    for path in re.findall(r"!\[[^]]*]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
