"""Formulas in letters, read by a second hand in numbers: they must give the weights that the methods have."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from demo.tabs.denoising_formula import FORMULAS, LETTERS
from demo.views.denoising_plan import PRICED
from genmodels.samplers.weights import weights
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS

N, STEP = 8, 3
SCHEDULE = SCHEDULES["cosine"]()
TIMES = SPACINGS["karras"](SCHEDULE, N, rho=4)  # steps of different length


class At(NamedTuple):
    t: float
    alpha: float
    sigma: float

    @property
    def u(self) -> float:
        return self.sigma / (self.alpha + self.sigma)

    @property
    def s(self) -> float:
        return self.sigma / self.alpha

    @property
    def lam(self) -> float:
        return -math.log(self.s)


def at(time: float) -> At:
    t = torch.tensor(time, dtype=torch.float64)
    return At(time, float(SCHEDULE.alpha(t)), float(SCHEDULE.sigma(t)))


OLD, NOW, NEXT = (at(float(TIMES[STEP + k])) for k in (-1, 0, 1))
OLDER = at(float(TIMES[STEP - 2]))
H, H_BEFORE = NEXT.lam - NOW.lam, NOW.lam - OLD.lam
KEPT, FORGOT = NEXT.sigma / NOW.sigma, NEXT.alpha * (1 - math.exp(-H))
Made = tuple[float, dict[float, float], float]  # of x; of estimates, by their time; of fresh noise


def lagrange(places: list[float], k: int, x: float) -> float:
    return math.prod((x - other) / (places[k] - other) for j, other in enumerate(places) if j != k)


def ddpm() -> Made:
    beta = NOW.sigma**2 - (NOW.alpha / NEXT.alpha) ** 2 * NEXT.sigma**2
    x = NOW.alpha * NEXT.sigma**2 / (NEXT.alpha * NOW.sigma**2)
    return x, {NOW.t: NEXT.alpha * beta / NOW.sigma**2}, math.sqrt(beta) * NEXT.sigma / NOW.sigma


def ddim() -> Made:
    return KEPT, {NOW.t: NEXT.alpha - KEPT * NOW.alpha}, 0.0


def euler() -> Made:
    """y' = y + (u' - u) d, where d = (x - alpha x0) / sigma - x0."""
    du, scale = NEXT.u - NOW.u, NEXT.alpha + NEXT.sigma
    x = scale * (1 / (NOW.alpha + NOW.sigma) + du / NOW.sigma)
    return x, {NOW.t: -scale * du * (NOW.alpha / NOW.sigma + 1)}, 0.0


def dpmpp_2s() -> Made:
    level = math.exp(-(NOW.lam + NEXT.lam) / 2)
    return KEPT, {float(SCHEDULE.time_of(torch.tensor(level, dtype=torch.float64))): FORGOT}, 0.0


def dpmpp_2m() -> Made:
    bent = H / (2 * H_BEFORE)
    return KEPT, {NOW.t: FORGOT * (1 + bent), OLD.t: -FORGOT * bent}, 0.0


def dpmpp_2m_sde() -> Made:
    """With the knob at rest, eta = 1."""
    bent, share = H / (2 * H_BEFORE), NEXT.alpha * (1 - math.exp(-2 * H))
    noise = NEXT.sigma * math.sqrt(1 - math.exp(-2 * H))
    return math.exp(-H) * KEPT, {NOW.t: share * (1 + bent), OLD.t: -share * bent}, noise


def on_parabola(*through: At) -> Made:
    places = [one.lam - NOW.lam for one in through]
    shares = [
        NEXT.alpha * quad(lambda tau, k=k: math.exp(tau - H) * lagrange(places, k, tau), 0, H)[0]
        for k in range(len(places))
    ]
    return KEPT, {one.t: share for one, share in zip(through, shares, strict=True)}, 0.0


def dpmpp_3m() -> Made:
    """The parabola of the fixed one with half its curvature: half way from its tangent-and-secant line."""
    places = np.array([NOW.lam, OLD.lam, OLDER.lam]) - NOW.lam
    shares = []
    for k in range(3):
        second, first, start = np.polyfit(places, np.eye(3)[k], 2)
        value = quad(lambda tau, a=second, b=first, c=start: math.exp(tau - H) * (a / 2 * tau**2 + b * tau + c), 0, H)[
            0
        ]
        shares.append(NEXT.alpha * value)
    return KEPT, dict(zip((NOW.t, OLD.t, OLDER.t), shares, strict=True)), 0.0


def unipc_1() -> Made:
    return KEPT, {NOW.t: FORGOT / 2, NEXT.t: FORGOT / 2}, 0.0


READ: dict[str, Callable[[], Made]] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "euler": euler,
    "dpmpp-2s": dpmpp_2s,
    "dpmpp-2m": dpmpp_2m,
    "dpmpp-2m-sde": dpmpp_2m_sde,
    "dpmpp-3m": dpmpp_3m,
    "dpmpp-3m-fixed": lambda: on_parabola(NOW, OLD, OLDER),
    "unipc-1": unipc_1,
    "unipc-2": lambda: on_parabola(OLD, NOW, NEXT),
}


@pytest.mark.parametrize("name", READ)
def test_the_letters_say_what_the_method_does(name: str) -> None:
    made = list(weights(name, SCHEDULE, TIMES))[STEP]
    x, estimates, noise = READ[name]()
    assert made.x == pytest.approx(x, rel=1e-9) and made.noise == pytest.approx(noise, abs=1e-9)
    found = dict(made.estimates)
    assert sorted(found) == pytest.approx(sorted(estimates), abs=1e-9)
    for time, weight in estimates.items():
        nearest = min(found, key=lambda other, time=time: abs(other - time))
        assert found[nearest] == pytest.approx(weight, rel=1e-6, abs=1e-9), time


def test_every_sampler_of_the_menu_has_its_formula_and_its_letters() -> None:
    assert set(FORMULAS) == set(PRICED)
    assert set().union(*LETTERS.values()) <= set(PRICED)
    for formula in FORMULAS.values():
        assert ElementTree.fromstring(formula).tag == "mrow"
