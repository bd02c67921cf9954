"""Fates of a run that grew out of others: one past, paid for as it is made, whatever becomes of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from demo.views import denoising_compare as view
from demo.views import denoising_compare_price
from demo.views.denoising import sheets, size
from demo.views.denoising_compare_costs import costs
from demo.views.denoising_compare_fates import CHANGES, Change
from demo.views.denoising_compare_truth import FOUND, known, solved
from demo.views.denoising_plan import Course, Plan, start
from demo.views.denoising_trunk import Limb
from genmodels.accuracy import Reference
from tests.demo.shelf import away
from tests.demo.test_views_denoising_compare import INSTEAD, NAME, PLAN, asked, final, models, refusal, run  # noqa: F401


def test_fates_of_a_branched_run_share_its_past() -> None:
    trunk = (Limb(3, Course("euler", seed=8)),)
    frames, end = run([Change("sampler", "heun")], trunk)
    assert end["noise"] == sheets((noise := start(Plan(NAME, trunk[0].was))) / (2 * size(noise)))[0]
    same = [frame["caption"]["apart"][1] == 0 for frame in frames]
    assert same[:4] == [True] * 4 and not any(same[4:-1])
    assert frames[-1]["frames"][0] == sheets(final(replace(PLAN, count="1"), trunk))[0]
    for thing in set(CHANGES) - {"sampler", "guidance", "class"}:
        assert refusal(lambda thing=thing: run([Change(thing, INSTEAD[thing])], trunk)) == "compare-trunk"


def test_fates_of_a_branched_run_cost_what_is_paid(asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    trunk = (Limb(2, replace(PLAN.course, guidance=1.0)), Limb(4, Course("heun", seed=8)))
    changes = (Change("sampler", "heun"), Change("guidance", 1.0))
    said = costs(PLAN, changes, ["ddim"], trunk)["compare"]["evaluations"]
    assert not asked
    _, end = run(changes, trunk)
    assert sum(asked) == said == sum(fate["evaluations"] for fate in end["fates"])
    monkeypatch.setattr(denoising_compare_price, "MOST_WORK", sum(asked) - 1)
    assert refusal(lambda: next(view.compare(PLAN, changes, trunk))) == "too-much-work"


@pytest.mark.parametrize(
    "begun",
    [lambda: solved(PLAN), lambda: view.compare(PLAN, (Change("sampler", "heun"),), (Limb(3, Course("euler")),))],
    ids=["reference", "fates"],
)
def test_what_is_on_its_way_does_not_need_its_file(begun: Callable[[], Iterator[Any]]) -> None:
    FOUND.clear()
    usual = [*begun()][-1]
    FOUND.clear()
    running = begun()
    next(running)
    with away(NAME):
        *_, last = running
    if isinstance(last, Reference):
        assert torch.equal(last.x, usual.x) and known(PLAN)
    else:
        assert last[0]["done"] and last[1] == usual[1]
