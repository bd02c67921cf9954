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


def at_level(level: float) -> At:
    return at(float(SCHEDULE.time_of(torch.tensor(level, dtype=torch.float64))))


OLD, NOW, NEXT = (at(float(TIMES[STEP + k])) for k in (-1, 0, 1))
OLDER = at(float(TIMES[STEP - 2]))
H, H_BEFORE = NEXT.lam - NOW.lam, NOW.lam - OLD.lam
KEPT, FORGOT = NEXT.sigma / NOW.sigma, NEXT.alpha * (1 - math.exp(-H))
Made = tuple[float, dict[float, float], float]  # of x; of estimates, by their time; of fresh noise


def lagrange(places: list[float], k: int, x: float) -> float:
    return math.prod((x - other) / (places[k] - other) for j, other in enumerate(places) if j != k)


def read(x: np.ndarray, *estimates: At, noise: float = 0.0) -> Made:
    """From a vector over x and these estimates."""
    return float(x[0]), {one.t: float(weight) for one, weight in zip(estimates, x[1:], strict=True)}, noise


def slope(x: np.ndarray, x0: np.ndarray, here: At) -> np.ndarray:
    return (x - here.alpha * x0) / here.sigma - x0


def straight(x: np.ndarray, d: np.ndarray, here: At, there: At) -> np.ndarray:
    """y' = y + (u' - u) d."""
    return (there.alpha + there.sigma) * (x / (here.alpha + here.sigma) + (there.u - here.u) * d)


def gamma(eta: float) -> float:
    return eta * NEXT.sigma * math.sqrt(1 - (NEXT.sigma * NOW.alpha / (NEXT.alpha * NOW.sigma)) ** 2)


def ddpm(variance: float = 0.0) -> Made:
    beta = NOW.sigma**2 - (NOW.alpha / NEXT.alpha) ** 2 * NEXT.sigma**2
    x = NOW.alpha * NEXT.sigma**2 / (NEXT.alpha * NOW.sigma**2)
    spread = math.sqrt(beta) * (NEXT.sigma / NOW.sigma) ** (1 - variance)
    return x, {NOW.t: NEXT.alpha * beta / NOW.sigma**2}, spread


def ddim(eta: float = 0.0) -> Made:
    new = gamma(eta)
    old = math.sqrt(NEXT.sigma**2 - new**2)
    return old / NOW.sigma, {NOW.t: NEXT.alpha - old * NOW.alpha / NOW.sigma}, new


def euler(eta: float = 0.0) -> Made:
    """Down to so much less noise than sigma' that fresh noise makes up for the rest: in noise levels, Pythagoras."""
    up = gamma(eta) / NEXT.alpha
    low = NEXT._replace(sigma=NEXT.alpha * math.sqrt(NEXT.s**2 - up**2))
    x, x0 = np.eye(2)
    return read(straight(x, slope(x, x0, NOW), NOW, low), NOW, noise=NEXT.alpha * up)


def heun(s_churn: float = 0.0, s_noise: float = 1.0) -> Made:
    """Each step starts from a raised noise level (2206.00364, algorithm 2), and there x is shown."""
    growth = 1 + min(s_churn / N, math.sqrt(2) - 1)
    here, raised = (at_level(one.s * growth) if s_churn else one for one in (NOW, NEXT))
    x, x0, x0_next = np.eye(3)
    d = slope(x, x0, here)
    d_next = slope(straight(x, d, here, NEXT), x0_next, NEXT)
    landed = raised.alpha / NEXT.alpha * straight(x, (d + d_next) / 2, here, NEXT)
    return read(landed, here, NEXT, noise=raised.alpha * math.sqrt(raised.s**2 - NEXT.s**2) * s_noise)


def dpm_2() -> Made:
    middle = at_level((NOW.u + NEXT.u) / (2 - NOW.u - NEXT.u))
    x, x0, x0_middle = np.eye(3)
    d = slope(straight(x, slope(x, x0, NOW), NOW, middle), x0_middle, middle)
    return read(straight(x, d, NOW, NEXT), NOW, middle)


def dpmpp_sde(eta: float = 1.0) -> Made:
    new = gamma(eta)
    old = math.sqrt(NEXT.sigma**2 - new**2) / NOW.sigma
    return old, {at_level(math.exp(-(NOW.lam + NEXT.lam) / 2)).t: NEXT.alpha - old * NOW.alpha}, new


def dpmpp_2s() -> Made:
    return KEPT, {at_level(math.exp(-(NOW.lam + NEXT.lam) / 2)).t: FORGOT}, 0.0


def dpmpp_2m() -> Made:
    bent = H / (2 * H_BEFORE)
    return KEPT, {NOW.t: FORGOT * (1 + bent), OLD.t: -FORGOT * bent}, 0.0


def dpmpp_2m_sde(eta: float = 1.0) -> Made:
    bent, share = H / (2 * H_BEFORE), NEXT.alpha * (1 - math.exp(-(1 + eta) * H))
    noise = NEXT.sigma * math.sqrt(1 - math.exp(-2 * eta * H))
    return math.exp(-eta * H) * KEPT, {NOW.t: share * (1 + bent), OLD.t: -share * bent}, noise


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


READ: dict[str, Callable[..., Made]] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "euler": euler,
    "heun": heun,
    "dpm-2": dpm_2,
    "dpmpp-2s": dpmpp_2s,
    "dpmpp-2m": dpmpp_2m,
    "dpmpp-sde": dpmpp_sde,
    "dpmpp-2m-sde": dpmpp_2m_sde,
    "dpmpp-3m": dpmpp_3m,
    "dpmpp-3m-fixed": lambda: on_parabola(NOW, OLD, OLDER),
    "unipc-1": unipc_1,
    "unipc-2": lambda: on_parabola(OLD, NOW, NEXT),
}


TURNED: list[tuple[str, dict[str, float]]] = [  # knobs off their rest
    ("ddpm", {"variance": 0.4}),
    ("ddpm", {"variance": 1.0}),
    ("ddim", {"eta": 0.6}),
    ("ddim", {"eta": 1.0}),
    ("euler", {"eta": 0.6}),
    ("heun", {"s_churn": 1.0, "s_noise": 1.05}),
    ("heun", {"s_churn": 100.0}),
    ("dpmpp-sde", {"eta": 0.4}),
    ("dpmpp-2m-sde", {"eta": 0.4}),
]


@pytest.mark.parametrize(("name", "knobs"), [*((name, {}) for name in READ), *TURNED], ids=str)
def test_the_letters_say_what_the_method_does(name: str, knobs: dict[str, float]) -> None:
    made = list(weights(name, SCHEDULE, TIMES, **knobs))[STEP]
    x, estimates, noise = READ[name](**knobs)
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
