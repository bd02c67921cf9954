"""What only some models can, in Chromium: styles by layer, classes and their mixes, and a checkpoint of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from demo import guests, library
from genmodels.checkpoints import Card, save
from genmodels.datasets import DATASETS
from genmodels.zoo import ZOO
from tests.browser.test_page import opened, value

CHOOSE = "input[data-testid$='.safetensors file-upload-button']"


def shown(page: Any, widget: str) -> str:
    """What a canvas shows, once it shows something."""
    page.locator(f"#{widget} .nw-painted").wait_for()
    return picture(page, widget)


def picture(page: Any, widget: str) -> str:
    return page.evaluate(f"() => document.querySelector('#{widget} canvas').toDataURL()")


def turned(page: Any, widget: str, before: str, **knobs: Any) -> str:
    """What a canvas shows after knobs were turned, which must be something else."""
    page.evaluate("(knobs) => noisewalk.jump('latent', knobs)", knobs)
    page.wait_for_function(f"(was) => document.querySelector('#{widget} canvas').toDataURL() !== was", arg=before)
    return picture(page, widget)


def meets(page: Any, alone: Callable[[str], str], model: str, part: str) -> None:
    opened(page, f"{alone('latent')}?tab=latent&part={part}&model={model}")
    assert value(page, "latent", "model") == model


def test_layers_of_other_pictures_are_mixed_in(page: Any, alone: Callable[[str], str]) -> None:
    meets(page, alone, "faces-stylegan", "styles")
    grid = shown(page, "latent-mixing")
    none = turned(page, "latent-mixing", grid, last=0)
    assert turned(page, "latent-mixing", none, last=4) == grid, "and the same knobs make the same grid"
    table = shown(page, "latent-picture")
    assert turned(page, "latent-picture", table, psi=0.3) != table


def test_z_and_the_style_that_is_made_of_it_are_shown_to_their_ends(page: Any, alone: Callable[[str], str]) -> None:
    meets(page, alone, "faces-stylegan", "styles")
    page.wait_for_function("() => document.querySelectorAll('#latent-numbers .bars path').length > 64")
    inside = """() => {
      const { data, _fullLayout: drawn } = document.querySelector('#latent-numbers .js-plotly-plot');
      const within = ({ y }, { range: [low, high] }) => Math.min(...y) >= low && Math.max(...y) <= high;
      return data.length === 2 && within(data[0], drawn.yaxis) && within(data[1], drawn.yaxis2);
    }"""
    assert page.evaluate(inside)


def test_a_class_is_asked_for_and_two_are_mixed(page: Any, alone: Callable[[str], str]) -> None:
    meets(page, alone, "glyphs-cgan", "classes")
    before = shown(page, "latent-picture")
    page.locator("#latent-chips .nw-chip", has_text="K").first.click()
    page.wait_for_function("() => JSON.stringify(noisewalk.valueOf('latent', 'classes')) === '{\"K\":1}'")
    page.wait_for_function("(was) => document.querySelector('#latent-picture canvas').toDataURL() !== was", arg=before)
    page.locator("#latent-mix").click()
    page.locator("#latent-chips .nw-chip", has_text="X").first.click()
    page.locator("#latent-shares input").nth(1).fill("0.5")
    page.wait_for_function("() => noisewalk.valueOf('latent', 'classes').X === 0.5")


@pytest.fixture
def brought(tmp_path: Path) -> Any:
    """A generator of digits that somebody trained."""
    data = DATASETS["digits"]()
    fields = {name: list(values) for name, values in data.fields.items()}
    config = {"shape": list(data.shape), "latent": 8, "generator": [16, 8], "discriminator": [8, 16]}
    torch.manual_seed(0)
    file = tmp_path / "my digits.safetensors"
    save(file, ZOO["digits-gan"].build(**config), Card(
        "digits-gan", config, "digits", data.data_version, fields, 3, 64, 0, 1.0, "CPU", "test"
    ))  # fmt: skip
    yield file
    for name in list(library.OWN):
        guests.forget(name)


def test_a_checkpoint_of_ones_own_is_on_the_table_and_a_foreign_file_is_not(
    page: Any, alone: Callable[[str], str], brought: Path, tmp_path: Path
) -> None:
    opened(page, alone("latent") + "?tab=latent&part=own")
    foreign = tmp_path / "foreign.safetensors"
    foreign.write_bytes(b"no weights at all")
    page.locator(CHOOSE).set_input_files(foreign)
    page.locator(".toast-body", has_text="foreign.safetensors").first.wait_for()
    assert value(page, "latent", "model") in library.latent_models() and not library.OWN
    heavy = tmp_path / "heavy.safetensors"
    heavy.write_bytes(bytes(guests.LARGEST + 1))
    asked = len(page.requests)
    page.locator(CHOOSE).set_input_files(heavy)
    page.locator("#latent-own-told", has_text="heavy.safetensors: a checkpoint may have up to 12 MB").wait_for()
    assert not any("upload" in request.url for request in page.requests[asked:])
    page.locator(CHOOSE).set_input_files(brought)
    page.locator("#latent-own-told b").wait_for()
    page.wait_for_function("() => noisewalk.valueOf('latent', 'model') === 'own-my-digits'")
    shown(page, "latent-picture")
    page.add_init_script("addEventListener('noisewalk:models', () => { window.heard = true; })")
    page.goto(page.evaluate("() => noisewalk.link('latent')"))
    page.wait_for_function("() => window.heard && noisewalk.valueOf('latent', 'model') === 'own-my-digits'")
    assert page.evaluate("() => document.querySelector('.nw-notice')?.textContent ?? ''") == ""
