"""What the denoising tab emits adds up: the panes to each other, and the formula's numbers to the next picture."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from demo import library
from demo.views import denoising as view
from demo.views.denoising_plan import FITS, PRICED, Course, Plan, schedule_of
from demo.views.denoising_trunk import grown
from genmodels import checkpoints
from genmodels.zoo import ZOO
from tests.demo.shelf import put

MODEL = "digits-diffusion"


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("checkpoints")
    put(folder, MODEL, MODEL, dict(ZOO[MODEL].full_config(ZOO[MODEL].data())))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checkpoints, "FOLDER", folder)
        patched.setattr(library, "LOADED", library.Loaded())
        yield


@pytest.mark.parametrize("sampler", PRICED)
def test_every_triple_adds_up(sampler: str):
    adds_up(Plan(MODEL, Course(sampler, 3, classes={"7": 1.0}, guidance=3.0, limit="dynamic"), steps=6, count="4"))


@pytest.mark.parametrize("schedule", ["own", "flow", "edm"])
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    "changes",
    [{"rescale": 0.7}, {"guide": "projected"}, {"limit": "clip"}, {"guide_from": 0.3, "guide_to": 0.6}],
    ids=str,
)
def test_every_triple_adds_up_however_it_was_bent(changes: dict[str, Any], fit: str, schedule: str):
    course = Course("ddim", 3, classes={"7": 1.0}, guidance=9.0, **changes)
    adds_up(Plan(MODEL, course, steps=6, count="4", schedule=schedule, fit=fit))


def adds_up(plan: Plan) -> None:
    schedule = schedule_of(plan)
    for step in grown(plan, ()):
        whole = float(schedule.alpha(step.t)) * step.x0 + float(schedule.sigma(step.t)) * step.eps
        torch.testing.assert_close(whole, step.x, rtol=0, atol=2e-4 * float(step.x.abs().max()))


@pytest.mark.parametrize("sampler", PRICED)
def test_the_formula_on_the_page_gives_the_next_picture(sampler: str, monkeypatch: pytest.MonkeyPatch):
    """Read back what is written under the panes, and compute with it; what it leaves over is noise of its weight."""
    plan, kind = Plan(MODEL, Course(sampler), steps=5, count="16"), type(library.diffusion_model(MODEL))
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
