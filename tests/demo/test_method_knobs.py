"""The samplers' own knobs: whether they draw noise is found by drawing it, their order by measuring it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
import torch

from demo.checks import accept
from demo.views.method_knobs import NOISY, catalog, draws_noise, order, read_knobs
from demo.views.samplers import judge, walk
from demo.views.samplers_demos import RING
from demo.views.samplers_errors import Curve, error, silence, slope
from demo.views.samplers_setting import at_times
from demo.words import LANGUAGES, table
from genmodels.errors import Refused
from genmodels.samplers import SAMPLERS

TURNED = [(name, {}) for name in SAMPLERS] + [
    (name, {key: value}) for name, knobs in catalog().items() for key in knobs if key in NOISY for value in (0.0, 1.0)
]
ASKED = {
    "law": "grid", "dots": [[0.0, 0.0]], "wide": 1.2, "narrow": 0.4, "angle": 30, "schedule": "log-linear",
    "spacing": "exponential", "steps": 6, "endpoint": "stop", "methods": ["euler", "ddim", "dpmpp-2m"], "seed": 3,
}  # fmt: skip


@pytest.mark.parametrize(("method", "knobs"), TURNED, ids=str)
def test_a_method_draws_noise_exactly_when_the_page_says_so(method: str, knobs: dict[str, float]) -> None:
    denoise, times = RING.world.denoiser(RING.noising()), RING.times(6)
    x = RING.start([1, 2], times[0])
    ends = [at_times(denoise, method, x, times, seeds, knobs)[-1].x for seeds in ([5, 6], [7, 8])]
    assert draws_noise(method, knobs) == (not torch.equal(*ends))


@pytest.mark.parametrize(("own", "known"), [(1, 1), (2, 2), (3, 3)])
def test_the_order_of_lms_is_the_one_it_is_turned_to(own: int, known: int) -> None:
    curve = Curve("lms", RING, "", knobs={"order": own})
    measured = slope(tuple((n, error(curve, n, 1)) for n in (64, 128, 256)))  # type: ignore[misc]
    assert measured == pytest.approx(known, abs=0.25)
    assert order("lms", {"order": own}) == known == curve.theory


def test_a_stochastic_method_at_rest_has_a_curve_but_no_theory() -> None:
    quiet = Curve("dpmpp-2m-sde", RING, "", knobs={"eta": 0.0})
    assert silence(quiet) is None and quiet.theory is None
    assert silence(Curve("dpmpp-2m-sde", RING, "")) == "chance"
    assert silence(Curve("euler", RING, "", knobs={"eta": 0.5})) == "chance"


def frames(reply: dict[str, Any]) -> dict[str, np.ndarray]:
    return {run["method"]: np.frombuffer(base64.b64decode(run["frames"]), "<f2") for run in reply["runs"]}


def test_the_knobs_reach_the_cloud_and_its_judge() -> None:
    """Euler-ancestral and DDIM with all of their noise are one method, and another than both at rest."""
    full = {"euler": {"eta": 1.0}, "ddim": {"eta": 1.0}}
    rest, turned = (frames(walk(**accept(walk, {**ASKED, "knobs": knobs}))) for knobs in ({}, full))
    np.testing.assert_allclose(
        turned["euler"].astype(float), turned["ddim"].astype(float), atol=2e-3
    )  # float16 on the wire
    assert np.abs(turned["euler"].astype(float) - rest["euler"]).max() > 0.5
    np.testing.assert_array_equal(turned["dpmpp-2m"], rest["dpmpp-2m"])
    rows = judge(**accept(judge, {**ASKED, "knobs": full, "dot": -1}))["rows"]
    assert [row["error"] is None for row in rows] == [True, True, False]


@pytest.mark.parametrize(
    "bad",
    [
        [], "x", {"magic": {}}, {"ddim": 1}, {"ddim": {"eta": 2}}, {"ddim": {"eta": float("nan")}}, {"ddim": {"x": 1}},
        {"dpmpp-2m": {"eta": 0}}, {"lms": {"order": 2.5}}, {"heun": {"s_churn": "40"}},
    ],
    ids=str,
)  # fmt: skip
def test_other_knobs_are_refused(bad: Any) -> None:
    with pytest.raises(Refused):
        read_knobs(bad)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_knob_has_its_word_and_its_sentence(language: str) -> None:
    keys = {key for knobs in catalog().values() for name in knobs for key in (f"knobs.{name}", f"knobs.{name}.info")}
    assert keys and keys <= set(table(language))
