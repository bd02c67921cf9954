"""A branch with nothing changed is the run it came from; with one thing changed, only that is different."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from genmodels.branches import CHANCE, REMEMBERING, Fate, Rectangle, branch, poke
from genmodels.denoising import GaussianDenoiser
from genmodels.errors import Refused
from genmodels.knobs import knobs_of
from genmodels.samplers import METHODS, Step
from genmodels.schedules import SCHEDULES
from genmodels.spacing import SPACINGS
from tests.genmodels import laws

STEPS, AT, SEEDS = 6, 2, (3, 4, 5)
FORGETFUL = [name for name in METHODS if name not in REMEMBERING]
LIVELY = [  # every sampler at rest, and with chance where it has a knob for it
    (name, knobs)
    for name, method in METHODS.items()
    for knobs in ({}, *({knob: bounds.high / 2} for knob, bounds in knobs_of(method.run).items() if knob in CHANCE))
]


def fate(sampler: str, world: str = "flow", endpoint: str = "zero", **knobs: float) -> Fate:
    schedule = SCHEDULES[world]()
    return Fate(laws.mixture(schedule), sampler, SPACINGS["exponential"](schedule, STEPS, endpoint), SEEDS, knobs)


def run(chosen: Fate) -> list[Step]:
    return list(chosen.run(chosen.start((2,))))


def same(steps: list[Step], others: list[Step]) -> bool:
    return all(
        torch.equal(a, b) for one, other in zip(steps, others, strict=True) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("world", ["flow", "sigmoid"])
@pytest.mark.parametrize(("sampler", "knobs"), [row for row in LIVELY if row[0] in FORGETFUL])
def test_nothing_changed_is_the_run_itself(sampler: str, knobs: dict, world: str) -> None:
    chosen = fate(sampler, world, **knobs)
    whole = run(chosen)
    assert whole[0].x.dtype == torch.float32
    for k in (0, AT, STEPS - 1):
        assert same(list(branch(chosen, whole[k], k)), whole[k:])


@pytest.mark.parametrize("sampler", [name for name in METHODS if name != "rk45"])
def test_who_remembers_starts_anew_by_one_step_of_ddim(sampler: str) -> None:
    chosen = fate(sampler, endpoint="stop")
    whole = run(chosen)
    steps = list(branch(chosen, whole[3], 3))
    assert same(steps, whole[3:]) != chosen.remembers
    if chosen.remembers and not sampler.startswith("unipc") and not chosen.draws:  # UniPC corrects its first step
        first = list(branch(dataclasses.replace(chosen, sampler="ddim"), whole[3], 3))[1]
        assert torch.allclose(steps[1].x, first.x, atol=1e-5)


@pytest.mark.parametrize(("sampler", "knobs"), LIVELY)
def test_seeds_matter_where_chance_is_drawn(sampler: str, knobs: dict) -> None:
    chosen = fate(sampler, endpoint="stop", **knobs)
    step = run(fate("ddim", endpoint="stop"))[AT]
    *_, end = branch(chosen, step, AT)
    *_, other = branch(dataclasses.replace(chosen, seeds=(7, 8, 9)), step, AT)
    assert bool((end.x != other.x).flatten(1).any(1).all()) == chosen.draws
    assert chosen.draws or torch.equal(end.x, other.x)


def test_another_sampler_goes_on_from_where_the_first_was() -> None:
    step = run(fate("euler"))[AT]
    steps = list(branch(fate("heun"), step, AT))
    assert len(steps) == STEPS - AT + 1
    assert torch.equal(steps[0].x, step.x) and torch.equal(steps[0].x0, step.x0)
    assert not torch.equal(steps[-1].x, run(fate("euler"))[-1].x)


def test_a_pair_of_a_batch_branches_alone() -> None:
    chosen = fate("ddpm")
    whole = run(chosen)
    alone = Step(whole[AT].t, *(part[1:2] for part in whole[AT][1:]))
    *_, end = branch(dataclasses.replace(chosen, seeds=SEEDS[1:2]), alone, AT)
    assert torch.allclose(end.x, whole[-1].x[1:2], atol=1e-6)


def test_an_adaptive_run_is_taken_up_where_its_pictures_stand_together() -> None:
    chosen = dataclasses.replace(fate("rk45"), seeds=range(16))
    scattered = next(step for step in run(chosen) if len(step.t.unique()) > 1)
    with pytest.raises(Refused, match="different times"):
        branch(fate("heun"), scattered, AT)
    alone = Step(scattered.t[:1], *(part[:1] for part in scattered[1:]))
    times = torch.tensor([1.0, float(alone.t) / 2, 0.0], dtype=torch.float64)
    steps = list(branch(dataclasses.replace(fate("heun"), times=times, seeds=SEEDS[:1]), alone, 0))
    assert len(steps) == 3 and torch.isfinite(steps[-1].x).all()


@pytest.mark.parametrize("k", [-1, STEPS, 1.0, True])
def test_there_is_no_such_step(k: int) -> None:
    with pytest.raises(Refused, match="step 0 to 5"):
        branch(fate("ddim"), run(fate("ddim"))[AT], k)


def test_seeds_fit_the_pictures() -> None:
    chosen = dataclasses.replace(fate("ddim"), seeds=(1, 2))
    with pytest.raises(Refused):
        branch(chosen, run(fate("ddim"))[AT], AT)


def picture_step(t: float = 0.4, side: int = 16) -> tuple[GaussianDenoiser, Step]:
    schedule = SCHEDULES["linear"]()
    denoise = GaussianDenoiser(schedule, torch.zeros(1, side, side), 0.25 * torch.eye(side**2))
    time = torch.tensor(t, dtype=torch.float64)
    x0 = denoise.sample(16, torch.Generator().manual_seed(1)).float()
    x = schedule.add_noise(x0, torch.randn(x0.shape, generator=torch.Generator().manual_seed(2)), time)
    return denoise, Step(time, x, *denoise(x, time))


def poked(step: Step, schedule: object, where: Tensor, **changes: float) -> Step:
    return poke(schedule, step, where, range(16), 3, **changes)  # type: ignore[arg-type]


def test_a_poke_changes_the_noise_inside_and_nothing_else() -> None:
    denoise, step = picture_step()
    where = Rectangle(2, 5, 12, 16).mask(step.x.shape)
    after = poked(step, denoise.schedule, where)
    assert int(where.sum()) == 10 * 11
    assert torch.equal(after.x[..., ~where], step.x[..., ~where])
    assert torch.equal(after.x0, step.x0) and torch.equal(after.eps[..., ~where], step.eps[..., ~where])
    assert torch.allclose(denoise.schedule.add_noise(after.x0, after.eps, after.t), after.x, atol=1e-6)
    fresh = after.eps[..., where]
    assert abs(float(fresh.mean())) < 4 / fresh.numel() ** 0.5
    assert abs(float(fresh.square().mean()) - 1) < 4 * (2 / fresh.numel()) ** 0.5


def test_a_gentle_poke_keeps_noise_as_strong_as_noise_is() -> None:
    denoise, step = picture_step()
    noise = torch.randn(step.eps.shape, generator=torch.Generator().manual_seed(9))
    eps = poked(step._replace(eps=noise), denoise.schedule, torch.ones(16, 16).bool(), amount=0.6).eps
    assert abs(float(eps.square().mean()) - 1) < 4 * (2 / eps.numel()) ** 0.5
    assert abs(float((eps * noise).mean()) - 0.8) < 0.05


def test_pokes_of_other_seeds_and_steps_are_others() -> None:
    denoise, step = picture_step()
    everywhere = torch.ones(16, 16).bool()
    pokes = [
        poke(denoise.schedule, step, everywhere, seeds, k).eps for seeds in (range(16), range(16, 32)) for k in (1, 2)
    ]
    assert all(abs(float((a * b).mean())) < 0.1 for i, a in enumerate(pokes) for b in pokes[:i])
    assert torch.equal(pokes[0], poke(denoise.schedule, step, everywhere, range(16), 1).eps)


@pytest.mark.parametrize("corners", [(0, 0, 0, 4), (4, 0, 2, 4), (-1, 0, 4, 4), (0, 0, 17, 4), (0, 9, 4, 17)])
def test_a_rectangle_lies_inside(corners: tuple[int, int, int, int]) -> None:
    with pytest.raises(Refused):
        Rectangle(*corners).mask((1, 1, 16, 16))


@pytest.mark.parametrize("amount", [0.0, -1.0, 1.1, float("nan")])
def test_an_amount_is_a_share(amount: float) -> None:
    denoise, step = picture_step()
    with pytest.raises(Refused):
        poked(step, denoise.schedule, torch.ones(16, 16).bool(), amount=amount)
