"""What the denoising tab emits adds up: the panes to each other, and the formula's numbers to the next picture."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from demo import library
from demo.views import denoising as view
from demo.views.denoising_plan import FITS, PRICED, Course, Plan, schedule_of
from demo.views.denoising_trunk import Limb, Poke, Trunk, grown
from genmodels import checkpoints
from genmodels.branches import Rectangle
from genmodels.samplers import Step
from genmodels.zoo import ZOO
from tests.demo.shelf import put

MODEL, WEAKER = "digits-diffusion", "digits-weak"
SEVEN: dict[str, Any] = {"classes": {"7": 1.0}, "guidance": 3.0}
TURNED: list[tuple[str, dict[str, float]]] = [  # knobs off their rest, by which chance comes in or is made another
    ("ddpm", {"variance": 1.0}),
    ("ddim", {"eta": 0.6}),
    ("euler", {"eta": 0.6}),
    ("heun", {"s_churn": 8.0, "s_noise": 1.05}),
    ("dpmpp-sde", {"eta": 0.4}),
    ("dpmpp-2m-sde", {"eta": 0.4}),
    ("lms", {"order": 2.0}),
]
WAS = Course("heun", 5, {"heun": {"s_churn": 8.0}})
POKED = Poke(Rectangle(1, 2, 4, 6), seed=9, amount=0.7)
TRUNKS: dict[str, tuple[Limb, ...]] = {
    "branched": (Limb(2, WAS),),
    "poked": (Limb(0, WAS), Limb(3, Course("ddpm", 4, **SEVEN), POKED)),
}


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory: pytest.TempPathFactory):
    folder, config = tmp_path_factory.mktemp("checkpoints"), dict(ZOO[MODEL].full_config(ZOO[MODEL].data()))
    put(folder, MODEL, MODEL, config)
    put(folder, WEAKER, MODEL, config | {"channels": 8})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checkpoints, "FOLDER", folder)
        patched.setattr(library, "LOADED", library.Loaded())
        yield


def course(sampler: str, knobs: dict[str, float], **more: Any) -> Course:
    return Course(sampler, 3, {sampler: knobs}, **more)


@pytest.mark.parametrize(("sampler", "knobs"), [*((name, {}) for name in PRICED), *TURNED], ids=str)
def test_every_triple_adds_up(sampler: str, knobs: dict[str, float]):
    adds_up(Plan(MODEL, course(sampler, knobs, **SEVEN, limit="dynamic"), steps=6, count="4"))


@pytest.mark.parametrize("schedule", ["own", "flow", "edm"])
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    "changes",
    [
        {"rescale": 0.7},
        {"guide": "projected"},
        {"guide": "weaker"},
        {"limit": "clip"},
        {"guide_from": 0.3, "guide_to": 0.6},
        {"sampler": "heun", "knobs": {"heun": {"s_churn": 8.0}}},
    ],
    ids=str,
)
def test_every_triple_adds_up_however_it_was_bent(changes: dict[str, Any], fit: str, schedule: str):
    bent = Course(**{"sampler": "ddim", "seed": 3, "classes": {"7": 1.0}, "guidance": 9.0, **changes})
    adds_up(Plan(MODEL, bent, steps=6, count="4", schedule=schedule, fit=fit))


@pytest.mark.parametrize("schedule", ["own", "flow", "edm"])
@pytest.mark.parametrize("grew", TRUNKS)
def test_every_triple_adds_up_after_a_branch_and_a_poke(grew: str, schedule: str):
    adds_up(Plan(MODEL, course("dpmpp-2m", {}, **SEVEN), steps=6, count="4", schedule=schedule), TRUNKS[grew])


def adds_up(plan: Plan, trunk: Trunk = ()) -> None:
    """In every frame that the page gets: by what is said under it, and by the run that it shows."""
    schedule, captions = schedule_of(plan), [frame["caption"] for frame in view.frames_of(plan, trunk)]
    for said, step in zip(captions, grown(plan, trunk), strict=True):
        whole = float(schedule.alpha(step.t)) * step.x0 + float(schedule.sigma(step.t)) * step.eps
        rounding = 2e-4 * float(step.x.abs().max())
        torch.testing.assert_close(whole, step.x, rtol=0, atol=rounding)
        assert float(said["off"]) <= rounding and said["t"] == pytest.approx(float(step.t), abs=1e-4)
        assert said["size_x"] == pytest.approx(float(step.x.square().mean().sqrt()), rel=1e-3, abs=1e-3)


def test_what_does_not_add_up_is_said():
    plan = Plan(MODEL, Course("ddim", 3), steps=6)
    schedule = schedule_of(plan)
    for t, x, x0, eps in grown(plan, ()):
        said = view.caption(Step(t, x, x0, eps + 0.5), view.node_at(t, schedule), 0.0, schedule.betas(1000))
        assert float(said["off"]) == pytest.approx(0.5 * float(schedule.sigma(t)), rel=0.35)  # one digit


@pytest.mark.parametrize("schedule", ["own", "flow", "edm"])
def test_the_pictures_in_the_panes_add_up_as_the_caption_says(schedule: str):
    """As far as their encoding lets them, wherever none of the three is cut off, while most of them is not."""
    judged = 0
    for frame in view.frames_of(Plan(MODEL, Course("ddim", 3), steps=6, count="16", schedule=schedule)):
        x, x0, eps = (pixels(picture) for picture in frame["frames"])
        alpha, sigma = frame["caption"]["alpha"], frame["caption"]["sigma"]
        seen = (abs(x) < 0.95) & (abs(x0) < 0.95) & (abs(eps) < 0.95)
        off = x - (alpha * x0 + sigma * 3 * eps) / np.hypot(alpha, 2 * sigma)
        if seen.mean() > 0.5:
            judged += 1
            assert off[seen].std() < 0.07 and abs(off[seen].mean()) < 0.01 and x[seen].std() > 0.25
    assert judged >= 4


def pixels(picture: str) -> np.ndarray:
    return (np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))), dtype=float) - 127.5) / 127.5


@pytest.mark.parametrize(("sampler", "knobs"), [*((name, {}) for name in PRICED), *TURNED], ids=str)
def test_the_formula_on_the_page_gives_the_next_picture(
    sampler: str, knobs: dict[str, float], monkeypatch: pytest.MonkeyPatch
):
    """Read back what is written under the panes, and compute with it; what it leaves over is noise of its weight."""
    plan, kind = Plan(MODEL, course(sampler, knobs), steps=5, count="16"), type(library.diffusion_model(MODEL))
    written = [frame["caption"]["formula"] for frame in view.frames_of(plan)]
    said, forward = [], kind.forward

    def overheard(self: Any, x: torch.Tensor, t: torch.Tensor, *label: torch.Tensor) -> Any:
        estimate = forward(self, x, t, *label)
        said.append((float(t), estimate.x0))
        return estimate

    monkeypatch.setattr(kind, "forward", overheard)
    steps = list(grown(plan, ()))
    assert len(written) == len(steps) == 6 and written[-1] == ""
    for number, (text, here, there) in enumerate(zip(written, steps, steps[1:], strict=False)):
        terms = re.findall(r"([−+]?) ?([\d.e-]+)·(x̂₀\[−\d\]|x̂₀\(t=[\d.]+\)|x̂₀|x|z)", text.removeprefix("x′ = "))
        pictures = {"x": [here.x], "z": [torch.zeros_like(here.x)]}
        pictures |= {"x̂₀" + f"[−{ago}]" * (ago > 0): [steps[number - ago].x0] for ago in range(number + 1)}
        names = [name for *_, name in terms]
        for name in filter(lambda name: "(t=" in name, names):  # of several at one time, the latest is written first
            time = float(name.split("=")[1][:-1])
            pictures[name] = [x0 for t, x0 in said if abs(t - time) < 6e-4][: names.count(name)][::-1]
        signed = [(name, float(weight) * (-1 if sign == "−" else 1)) for sign, weight, name in terms]
        rest = there.x - sum(weight * pictures[name].pop(0) for name, weight in signed)
        noise = abs(dict(signed).get("z", 0.0))
        assert float(rest.std()) == pytest.approx(noise, rel=0.1, abs=2e-3)
        assert noise or float(rest.abs().max()) < 4e-3
