"""A few evaluations that follow a slider: the ends are the ends, and what lies between lies between."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from demo.checks import accept
from demo.views.denoising_live import live
from genmodels.errors import Refused
from tests.demo.test_views_denoising import MODEL, model  # noqa: F401


def picture(**asked) -> np.ndarray:
    values = {"model": MODEL, "seed": 3, "classes": {}, "guidance": 1.0} | asked
    answer = live(**accept(live, values))["image"]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(answer)))).astype(float)


def test_the_far_end_of_the_noise_is_the_other_seed():
    assert np.array_equal(picture(other_seed=8, amount=0.0), picture(other_seed=9, amount=0.0))
    assert np.abs(picture(other_seed=8, amount=1.0) - picture(seed=8)).max() < 3
    assert not np.array_equal(picture(other_seed=8, amount=0.5), picture())


def test_the_far_end_of_the_mix_is_what_was_kept():
    seven, three = {"classes": {"7": 1}}, {"classes": {"3": 1}}
    kept = {"other_classes": {"3": 1}}
    assert np.array_equal(picture(**seven, **kept, mix=0.0), picture(**seven))
    assert np.array_equal(picture(**seven, **kept, mix=1.0), picture(**three))
    assert np.array_equal(picture(**kept, mix=0.0), picture())
    assert not np.array_equal(picture(**seven, guidance=4.0), picture(**seven))


def test_it_is_asked_as_strongly_as_the_slider_says():
    seven = {"classes": {"7": 1}}
    assert np.array_equal(picture(**seven, strength=1.0), picture(**seven))
    assert np.abs(picture(**seven, strength=0.0) - picture()).max() < 3
    faint, strong = (np.abs(picture(**seven, strength=s) - picture()).mean() for s in (0.2, 1.0))
    assert 0 < faint < strong


@pytest.mark.parametrize("evaluations", [1, 4, 8])
def test_so_many_evaluations_and_no_more(evaluations: int, monkeypatch: pytest.MonkeyPatch, request):
    made = request.getfixturevalue("model")
    count, forward = [], type(made).forward
    monkeypatch.setattr(type(made), "forward", lambda *args: (count.append(1), forward(*args))[1])
    picture(evaluations=evaluations)
    assert len(count) == evaluations


@pytest.mark.parametrize("asked", [{}, {"classes": {"7": 1}}, {"classes": {"7": 1}, "guidance": 3.0}])
def test_it_says_how_often_the_network_looked(asked: dict, monkeypatch: pytest.MonkeyPatch, request):
    made = request.getfixturevalue("model")
    looks, forward = [], type(made).forward
    monkeypatch.setattr(
        type(made), "forward", lambda self, x, *rest: (looks.append(len(x)), forward(self, x, *rest))[1]
    )
    values = {"model": MODEL, "seed": 3, "classes": {}, "guidance": 1.0, "evaluations": 3} | asked
    assert live(**accept(live, values))["calls"] == sum(looks)


@pytest.mark.parametrize(
    "bad", [{"evaluations": 0}, {"evaluations": 9}, {"amount": 2}, {"other_classes": {"x": 1}, "mix": 1}]
)
def test_what_a_browser_may_not_ask(bad):
    with pytest.raises(Refused):
        picture(**bad)
