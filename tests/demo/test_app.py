"""The page is built whole, its wiring private, its API public, typed and polite."""

from __future__ import annotations

import inspect
from typing import Any

import gradio as gr
import pytest

from demo.app import TABS, build, head, launch_settings
from demo.views.api import API


@pytest.fixture(scope="module")
def demo() -> gr.Blocks:
    return build()


def test_only_the_api_is_public(demo: gr.Blocks) -> None:
    public = {fn.api_name for fn in demo.fns.values() if fn.api_visibility == "public"}
    assert public == {view.__name__ for view in API}
    assert 4 <= len(public) <= 6


def test_every_public_function_says_what_it_does_and_takes(demo: gr.Blocks) -> None:
    for view in API:
        text = inspect.getdoc(view) or ""
        assert text
        for name in inspect.signature(view).parameters:
            assert f"{name}:" in text, f"{view.__name__} says nothing of {name}"


def test_events_do_not_flicker_or_run_without_bound(demo: gr.Blocks) -> None:
    for fn in demo.fns.values():
        if fn.fn and fn.api_visibility == "private":
            assert fn.show_progress == "hidden", fn.name


def test_every_tab_is_there_with_its_knobs(demo: gr.Blocks) -> None:
    page: Any = demo.noisewalk  # type: ignore[attr-defined]
    assert list(page.knobs) == list(TABS)
    for tab, knobs in page.knobs.items():
        assert set(knobs) <= set(page.facts[tab])


def test_every_live_widget_is_driven_by_knobs_that_exist(demo: gr.Blocks) -> None:
    page: Any = demo.noisewalk  # type: ignore[attr-defined]
    assert page.driven
    for widget, needs in page.driven.items():
        for argument, (tab, name) in needs.items():
            assert name in page.facts[tab], f"{widget}.{argument} hangs on {tab}.{name}"


def test_nothing_leaves_the_machine_and_nothing_is_kept(demo: gr.Blocks) -> None:
    settings = launch_settings(demo)
    assert settings["run_history"] is False and settings["ssr_mode"] is False and settings["enable_monitoring"] is False
    assert demo.analytics_enabled is False and "allowed_paths" not in settings
    assert settings["state_session_capacity"] <= 500 and demo.delete_cache == (3600, 3600)
    assert "http://" not in head(demo.noisewalk) and "https://" not in head(demo.noisewalk)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("schedule", {"name": "nope"}),
        ("schedule", {"name": "linear", "points": 10**9}),
        ("schedule", {"name": "linear", "knobs": {"beta_end": float("nan")}}),
        ("schedule", {"name": "linear", "knobs": {"nope": 1}}),
        ("schedule", {"name": "linear", "knobs": [1]}),
        ("sample", {"model": "nope", "seeds": [1]}),
        ("sample", {"model": "../../etc/passwd", "seeds": [1]}),
        ("sample", {"model": "faces-diffusion", "seeds": []}),
        ("sample", {"model": "faces-diffusion", "seeds": [1] * 17}),
        ("sample", {"model": "faces-diffusion", "seeds": [1], "steps": 1e6}),
        ("sample", {"model": "faces-diffusion", "seeds": [1], "classes": ["beard=full"]}),
        ("sample", {"model": "faces-diffusion", "seeds": [1], "classes": {"beard=blue": 1}}),
        ("sample", {"model": "faces-diffusion", "seeds": [1], "guidance": float("inf")}),
        ("denoise", {"model": "faces-diffusion", "seed": -1}),
        ("denoise", {"model": "faces-diffusion", "guidance": -1}),
        ("interpolate", {"model": "faces-gan", "seed_a": 1, "seed_b": "2"}),
    ],
)
def test_the_api_refuses_in_one_sentence(demo: gr.Blocks, name: str, bad: dict[str, Any]) -> None:
    (wired,) = [fn for fn in demo.fns.values() if fn.api_name == name]
    assert wired.fn
    with pytest.raises(gr.Error) as error:
        wired.fn(**bad)
    assert error.value.print_exception is False and "\n" not in str(error.value)
