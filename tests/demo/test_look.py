"""Colors can be read by everyone: contrast by WCAG's formula, and actors apart for color-blind eyes."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

CSS = (Path(__file__).resolve().parents[2] / "demo" / "assets" / "page.css").read_text("utf-8")
ACTORS = ("real", "generated", "noise", "generator", "discriminator")
# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


def palette(selector: str) -> dict[str, np.ndarray]:
    block = re.search(rf"^{re.escape(selector)} {{(.*?)}}", CSS, re.S | re.M)
    assert block
    found = re.findall(r"--nw-([\w-]+): #([0-9a-f]{6})", block[1])
    return {name: linear(np.array([int(code[k : k + 2], 16) for k in (0, 2, 4)]) / 255) for name, code in found}


def linear(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(a: np.ndarray, b: np.ndarray) -> float:
    light, dark = sorted((float(color @ [0.2126, 0.7152, 0.0722]) for color in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """OKLab of linear RGB: distances there are about as large as they look."""
    m1 = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    m2 = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(m2) @ np.cbrt(np.array(m1) @ rgb.clip(0, 1))


def test_black_on_white_is_21_to_1() -> None:
    assert contrast(np.ones(3), np.zeros(3)) == pytest.approx(21)


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
@pytest.mark.parametrize("ink", ["ink", "muted", "accent", *ACTORS])
def test_words_are_readable(selector: str, ground: str, ink: str) -> None:
    colors = palette(selector)
    assert contrast(colors[ink], colors[ground]) >= 4.5


@pytest.mark.parametrize("selector", [":root", ".dark"])
def test_buttons_are_readable(selector: str) -> None:
    colors = palette(selector)
    assert contrast(colors["accent-ink"], colors["accent"]) >= 4.5


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize("eyes", ["usual", *BLIND])
def test_actors_are_told_apart(selector: str, eyes: str) -> None:
    """A tenth of OKLab's lightness range is easily seen side by side; noise is grey and needs less."""
    colors, view = palette(selector), np.array(BLIND.get(eyes, np.eye(3)))
    for a, b in itertools.combinations(ACTORS, 2):
        assert np.linalg.norm(lab(view @ colors[a]) - lab(view @ colors[b])) > 0.045, (a, b)
