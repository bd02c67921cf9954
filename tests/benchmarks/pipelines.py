"""Our runs against diffusers' pipelines around the same network: what each takes, and what of it is not the network's.

Both walk the same times from the same noise, so that they also end in the same pictures; how far those differ is said.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from resource import RUSAGE_SELF, getrusage
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from demo import library
from demo.pictures import to_image
from demo.views import denoising as view
from demo.views.denoising_plan import Plan
from genmodels.latents import draw
from genmodels.models.diffusion import Diffusion
from genmodels.samplers import sample
from tests.benchmarks.clocks import seconds, watched

MODEL, BATCH, STEPS, TRAINED = "faces-diffusion", 16, 30, 1000
TRIES = 5
Run = Callable[[], Any]


class Unet(nn.Module):
    """Our network as a pipeline wants one: asked at the number of a timestep, it answers with a `sample`."""

    dtype, device = torch.float32, torch.device("cpu")

    def __init__(self, model: Diffusion, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.log_snr = model.schedule.log_snr(torch.arange(1, TRAINED + 1, dtype=torch.float64) / TRAINED).float()
        self.config = SimpleNamespace(in_channels=model.latent_shape[0], sample_size=model.latent_shape[-1])

    def forward(self, x: Tensor, t: Tensor) -> SimpleNamespace:
        return SimpleNamespace(sample=self.net(x, self.log_snr[t].expand(len(x)), None))


@dataclass(frozen=True)
class Spent:
    """Seconds of a run, those in the network, how often it was asked, and how many pages of memory came anew."""

    whole: float
    network: float
    evaluations: int
    faults: int

    @property
    def fetched(self) -> float:
        """Pages a step that the kernel had to clear: what the C library gave back too soon."""
        return self.faults / self.evaluations

    @property
    def beside(self) -> float:
        """Milliseconds a step that are not the network's."""
        return (self.whole - self.network) / self.evaluations * 1e3

    @property
    def within(self) -> float:
        """Milliseconds of one evaluation."""
        return self.network / self.evaluations * 1e3


def measure() -> dict[str, Any]:
    diffusers: Any = import_module("diffusers")  # here, since other parts need not wait for it
    model = library.diffusion_model(MODEL)
    assert isinstance(model, Diffusion)
    facts = {"trained_betas": model.schedule.betas(TRAINED).numpy(), "prediction_type": "sample"}
    unet = Unet(model, model.net)
    ddim = diffusers.DDIMPipeline(unet, diffusers.DDIMScheduler(**facts, clip_sample=False))
    dpm = diffusers.DDPMPipeline(unet, diffusers.DPMSolverMultistepScheduler(**facts, timestep_spacing="leading"))
    rows = alike(model, "ddim", ddim) | alike(model, "dpmpp-2m", dpm)
    # a network comes from a file in torch's own format; ours is laid out channels-last where it is built
    loaded = Unet(model, copy.deepcopy(model.net).to(memory_format=torch.contiguous_format))  # type: ignore[call-overload]
    return rows | at_rest(model, diffusers.DDIMPipeline(loaded, diffusers.DDIMScheduler(**facts)))


def alike(model: Diffusion, sampler: str, pipe: Any) -> dict[str, str]:
    """The same network, dtype, memory format, noise and times."""
    pipe.set_progress_bar_config(disable=True)
    mine, other = in_turn(model.net, lambda: ours(model, sampler, pipe), model.net, lambda: theirs(pipe))
    off = float((ours(model, sampler, pipe) - theirs(pipe)).abs().max()) * 255
    name = f"{sampler}, all equal"
    return {
        f"{name}: pictures differ": f"by {off:.2f} of 255 at most",
        f"{name}: ms a step beside the network, ours / diffusers": f"{ratio(mine.beside, other.beside)} (≤ 1)",
        f"{name}: ms a step in the network": ratio(mine.within, other.within),
        f"{name}: pages a step fetched anew": f"{mine.fetched:.0f} / {other.fetched:.0f}",
        f"{name}: s, whole run": ratio(mine.whole, other.whole),
    }


def at_rest(model: Diffusion, pipe: Any) -> dict[str, str]:
    """Each as it is when nobody chooses anything: sampler, steps, thresholds, and what comes out of it."""
    rows, z = {}, draw(model.latent_shape, range(BATCH))
    runs = {"library": lambda: to_image(model.decode(z)), "page, every frame encoded": page}
    for name, run in runs.items():
        mine, other = in_turn(model.net, run, pipe.unet.net, lambda: usual(pipe))
        whole, parts = f"{name}, each at its defaults", "    evaluations; ms of one; ms a step beside it"
        rows[f"{whole}: s, ours / diffusers"] = f"{ratio(mine.whole, other.whole)} (< 1)"
        rows[f"{name}: {parts}"] = "; ".join(
            f"{getattr(mine, part):{form}} / {getattr(other, part):{form}}"
            for part, form in {"evaluations": "d", "within": ".1f", "beside": ".2f"}.items()
        )
    return rows


def ours(model: Diffusion, sampler: str, pipe: Any) -> Tensor:
    """At the times of the pipeline, and from its noise."""
    pipe.scheduler.set_timesteps(STEPS)
    times = torch.cat([(pipe.scheduler.timesteps.double() + 1) / TRAINED, torch.zeros(1, dtype=torch.float64)])
    x = torch.randn(BATCH, *model.latent_shape, generator=torch.Generator().manual_seed(0))
    *_, last = sample(model, sampler, x, times, range(BATCH))
    return (last.x / 2 + 0.5).clamp(0, 1)


@torch.no_grad()
def theirs(pipe: Any) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return pipe(batch_size=BATCH, num_inference_steps=STEPS, output_type="pt", generator=generator).images


def usual(pipe: Any) -> None:
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar belongs to it
        pipe(batch_size=BATCH)


def page() -> None:
    for _ in view.run(Plan(MODEL, count=str(BATCH))):
        pass


def in_turn(net: nn.Module, mine: Run, their_net: nn.Module, theirs: Run) -> tuple[Spent, Spent]:
    """The median run of each, by its whole time, so that a noisy neighbor falls on both."""
    for warm in (mine, theirs):
        warm()
    pairs = [(spent(net, mine), spent(their_net, theirs)) for _ in range(TRIES)]
    first, second = (sorted(runs, key=lambda run: run.whole)[TRIES // 2] for runs in zip(*pairs, strict=True))
    return first, second


def spent(net: nn.Module, run: Run) -> Spent:
    before = getrusage(RUSAGE_SELF).ru_minflt
    with watched(net) as clock:
        whole = seconds(run)
    return Spent(whole, clock.seconds, clock.times, getrusage(RUSAGE_SELF).ru_minflt - before)


def ratio(mine: float, other: float) -> str:
    return f"{mine:.2f} / {other:.2f} = {mine / other:.2f}"
