"""The hand-drawn schedule: scipy's monotone spline, and what is refused; and schedules written down and read again."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.interpolate import PchipInterpolator

from genmodels.errors import Refused
from genmodels.schedules import (
    SCHEDULES,
    Cosine,
    Drawn,
    FromBetas,
    LinearBeta,
    NoiseSchedule,
    ZeroTerminal,
    from_spec,
    to_spec,
)

F64 = torch.float64
T = torch.linspace(0, 1, 501, dtype=F64)[1:]
CURVES: dict[str, Drawn] = {
    "line": Drawn(((0.0, 8.0), (1.0, -8.0))),
    "three": Drawn(((0.0, 8.0), (0.1, -1.0), (1.0, -1.5))),
    "stairs": Drawn(((0.0, 12.0), (0.2, 11.9), (0.25, 3.0), (0.6, 2.9), (0.61, -4.0), (1.0, -9.0))),
    "flat start": Drawn(((0.0, 5.0), (0.5, 4.9), (0.7, -8.0), (1.0, -8.1))),
    "alpha-bar": Drawn(((0.0, 1.0), (0.3, 0.8), (0.5, 0.2), (1.0, 0.0)), "alpha-bar"),
    "alpha-bar with a floor": Drawn(((0.0, 0.99), (0.9, 0.5), (1.0, 0.01)), "alpha-bar"),
}


@pytest.mark.parametrize("key", CURVES)
def test_is_the_monotone_spline_through_the_points(key: str):
    curve = CURVES[key]
    spline = PchipInterpolator(*np.array(curve.points).T)
    drawn = curve.log_snr(T) if curve.quantity == "log-snr" else curve.alpha_bar(T)
    np.testing.assert_allclose(drawn[:-1], spline(T)[:-1], atol=1e-11)
    assert (curve.alpha(T) ** 2 + curve.sigma(T) ** 2 - 1).abs().max() < 1e-14


def test_small_noise_keeps_its_digits():
    curve = Drawn(((0.0, 1.0), (1.0, 0.0)), "alpha-bar")
    t = torch.logspace(-30, -3, 10, dtype=F64)
    torch.testing.assert_close(curve.sigma(t), t.sqrt(), rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    ("points", "quantity", "key"),
    [
        (((0.0, 1.0),), "log-snr", "drawn-count"),
        (tuple((i / 64, -i / 2) for i in range(65)), "log-snr", "drawn-count"),
        (((0.0, 1.0), (1.0, math.nan)), "log-snr", "drawn-range"),
        (((0.0, math.inf), (1.0, 0.0)), "log-snr", "drawn-range"),
        (((0.0, 41.0), (1.0, 0.0)), "log-snr", "drawn-range"),
        (((0.0, 1.1), (1.0, 0.0)), "alpha-bar", "drawn-range"),
        (((0.1, 1.0), (1.0, 0.0)), "log-snr", "drawn-ends"),
        (((0.0, 1.0), (0.9, 0.0)), "log-snr", "drawn-ends"),
        (((0.0, 1.0), (0.5, 1.0), (1.0, 0.0)), "log-snr", "drawn-order"),
        (((0.0, 1.0), (0.5, 2.0), (1.0, 0.0)), "log-snr", "drawn-order"),
        (((0.0, 3.0), (0.5, 2.0), (0.5, 1.0), (1.0, 0.0)), "log-snr", "drawn-order"),
        (((0.0, 1.0), (1.0, 0.0)), "beta", "drawn-quantity"),
    ],
)
def test_what_is_no_schedule_is_refused(points: tuple, quantity: Any, key: str):
    with pytest.raises(Refused) as refused:
        Drawn(points, quantity)
    assert refused.value.key == key


WRITTEN: dict[str, NoiseSchedule] = {
    **{key: make() for key, make in SCHEDULES.items()},
    "knobs": LinearBeta(400, 2e-4, 0.03),
    "zero-terminal": ZeroTerminal(Cosine(0.02)),
    "zero-terminal of a drawing": ZeroTerminal(CURVES["three"]),
    "drawn": CURVES["alpha-bar"],
    "from-betas": FromBetas((0.1, 0.25)),
}


@pytest.mark.parametrize("key", WRITTEN)
def test_a_schedule_survives_json(key: str):
    schedule = WRITTEN[key]
    assert from_spec(json.loads(json.dumps(to_spec(schedule)))) == schedule


def test_whole_numbers_may_arrive_as_floats():
    schedule = from_spec({"kind": "linear", "T": 500.0})
    assert schedule == LinearBeta(T=500) and isinstance(schedule, LinearBeta) and isinstance(schedule.T, int)


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        (None, "unknown-schedule"),
        ({}, "unknown-schedule"),
        ({"kind": "nonsense"}, "unknown-schedule"),
        ({"kind": ["linear"]}, "unknown-schedule"),
        ({"kind": "linear", "gamma": 1}, "unknown-knob"),
        ({"kind": "linear", "T": 1e9}, "knob"),
        ({"kind": "linear", "T": 500.5}, "whole"),
        ({"kind": "linear", "T": math.nan}, "knob"),
        ({"kind": "linear", "T": "1000"}, "knob"),
        ({"kind": "zero-terminal"}, "unknown-schedule"),
        ({"kind": "zero-terminal", "schedule": {"kind": "flow"}}, "not-variance-preserving"),
        (
            {"kind": "zero-terminal", "schedule": {"kind": "zero-terminal", "schedule": {"kind": "cosine"}}},
            "unknown-schedule",
        ),
        ({"kind": "drawn", "points": 3}, "list-too-long"),
        ({"kind": "drawn", "points": [[0, 1]] * 65}, "list-too-long"),
        ({"kind": "drawn", "points": [[0, 1], [1]]}, "not-numbers"),
        ({"kind": "drawn", "points": [[0, "1"], [1, 0]]}, "not-numbers"),
        ({"kind": "drawn", "points": [[0, 10**400], [1, 0]]}, "not-numbers"),
        ({"kind": "from-betas", "betas": [True]}, "not-numbers"),
        ({"kind": "from-betas", "betas": [0.1] * 10_001}, "list-too-long"),
    ],
)
def test_a_bad_spec_is_refused(spec: Any, key: str):
    with pytest.raises(Refused) as refused:
        from_spec(spec)
    assert refused.value.key == key


def test_a_schedule_of_ones_own_cannot_be_written_down():
    class Mine(NoiseSchedule):
        def alpha(self, t: torch.Tensor) -> torch.Tensor:
            return 1 - t

        def sigma(self, t: torch.Tensor) -> torch.Tensor:
            return t

    with pytest.raises(Refused) as refused:
        to_spec(Mine())
    assert refused.value.key == "unknown-schedule"
