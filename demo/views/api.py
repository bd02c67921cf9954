"""What programs can ask for: six typed functions over the same core as the page."""

from __future__ import annotations

import copy
from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.checks import By, Length, OneOf
from demo.fairness import PROCESSOR, InTurn
from demo.hardware import device, on_gpu
from demo.pictures import png, to_image
from demo.views import asking, denoising, latent
from demo.views import denoising_plan as plan
from genmodels.asking import names
from genmodels.denoising.estimate import Denoiser
from genmodels.errors import Refused
from genmodels.knobs import Knob, checked, knobs_of
from genmodels.latents import walk
from genmodels.samplers import METHODS, Noise, begin
from genmodels.samplers import sample as run_sampler
from genmodels.schedules import SCHEDULES

Seeds = Annotated[list[int], Knob(0, 9999, 1), Length(16, 1)]
FewSteps = Annotated[int, Knob(1, 100, 1)]


def dict_of_knobs(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("text", name="knobs")
    return value


Classes = Annotated[dict, By(asking.read_shares)]


def list_models() -> list[dict]:
    """The trained models on this server: name, kind, data set, steps trained, what it can be asked for, and quality."""
    return [
        {
            "name": name,
            "kind": card.kind,
            "data": card.dataset,
            "steps": card.steps,
            "classes": names(asking.blocks_of(card)) if "labels" in card.config else [],
            "metrics": card.metrics,
        }
        for name, card in library.cards().items()
    ]


def list_options() -> dict:
    """The noise schedules with the bounds of their knobs, the samplers with their order, and the spacings."""
    return {
        "schedules": {
            key: {name: vars(knob) for name, knob in knobs_of(made).items()} for key, made in SCHEDULES.items()
        },
        "samplers": {
            key: {"order": METHODS[key].order or None, "stochastic": METHODS[key].stochastic} for key in plan.PRICED
        },
        "spacings": plan.NAMED,
    }


def schedule(
    name: Annotated[str, OneOf(SCHEDULES)],
    points: Annotated[int, Knob(2, 1000, 1)] = 100,
    knobs: Annotated[dict, By(dict_of_knobs)] = {},  # noqa: B006
) -> dict:
    """A noise schedule at evenly spaced times: alpha, sigma, alpha_bar, log-SNR and the betas of as many steps.

    Args:
        name: a key of list_options()["schedules"]
        points: how many steps the time from 0 to 1 is cut into
        knobs: values for the schedule's knobs; what is left out keeps its default
    """
    made = SCHEDULES[name](**checked(SCHEDULES[name], knobs))
    t = torch.linspace(0, 1, points + 1, dtype=torch.float64)
    curves = {
        "t": t,
        "alpha": made.alpha(t),
        "sigma": made.sigma(t),
        "alpha_bar": made.alpha_bar(t),
        "beta": made.betas(points),
    }
    return {key: value.tolist() for key, value in curves.items()}


def sample(
    model: plan.Model,
    seeds: Seeds,
    sampler: plan.Sampler = "dpmpp-2m",
    steps: FewSteps = 30,
    spacing: plan.Spacing = "exponential",
    classes: Classes = {},  # noqa: B006
    guidance: plan.Guidance = 1.0,
) -> list[str]:
    """Pictures of a diffusion model, one per seed, as base64 PNG; the same seed always gives the same picture.

    Args:
        model: a diffusion model of list_models()
        seeds: 1 to 16 whole numbers from 0 to 9999
        sampler: a key of list_options()["samplers"]
        steps: 1 to 100
        spacing: a name of list_options()["spacings"]
        classes: what to draw, each of the model's classes with a share from 0 to 1; nothing leaves it to chance
        guidance: how strongly it follows that, 0 to 12; 1 is as trained, and anything else costs twice
    """
    asked = plan.Plan(model, plan.Course(sampler, classes=classes, guidance=guidance), spacing, steps)
    return [png(to_image(picture[None])) for picture in pictures(asked, seeds)]


def denoise(
    model: plan.Model,
    seed: latent.Seed = 0,
    sampler: plan.Sampler = "ddim",
    steps: FewSteps = 10,
    classes: Classes = {},  # noqa: B006
    guidance: plan.Guidance = 1.0,
) -> list[dict]:
    """Every step of one run: its numbers (log-SNR within ±20), and x, predicted picture and noise as base64 JPEG.

    Args:
        model: a diffusion model of list_models()
        seed: a whole number from 0 to 9999
        sampler: a key of list_options()["samplers"]
        steps: 1 to 100
        classes: what to draw, as in sample
        guidance: how strongly it follows that, as in sample
    """
    course = plan.Course(sampler, seed, classes=classes, guidance=guidance)
    told = []
    for frame in denoising.frames_of(plan.Plan(model, course, steps=steps)):
        numbers = {name: value for name, value in frame["caption"].items() if name != "there"}  # a line of the page
        told.append(numbers | dict(zip(("x", "x0", "eps"), frame["frames"], strict=True)))
    return told


def interpolate(
    model: latent.Model,
    seed_a: latent.Seed,
    seed_b: latent.Seed,
    frames: Annotated[int, Knob(2, 64, 1)] = 9,
    path: latent.Way = "slerp",
) -> list[str]:
    """The walk of a GAN from one seed to another as base64 PNG pictures.

    Args:
        model: a GAN of list_models()
        seed_a: where to start, a whole number from 0 to 9999
        seed_b: where to end
        frames: how many pictures, both ends included
        path: slerp (on the sphere) or lerp (straight)
    """
    a, b = latent.places(model, seed_a, seed_b)
    with PROCESSOR:
        walked = latent.decode(model, torch.cat(list(walk(a, b, frames, path))))
    return [png(to_image(picture[None])) for picture in walked]


@on_gpu
@torch.no_grad()
def pictures(asked: plan.Plan, seeds: list[int]) -> Tensor:
    """The last step of a batch, on a GPU where one is lent."""
    denoise, times = plan.denoiser(asked, at_hand), plan.times(asked)
    x = begin(denoise.schedule, times[0], Noise(seeds, plan.shape(asked.model), device=device()))
    *_, last = run_sampler(denoise, asked.course.sampler, x, times, seeds)
    return last.x.cpu()


def at_hand(_: str, model: Denoiser) -> InTurn:
    """A network where it computes fastest, one evaluation at a time."""
    here = copy.deepcopy(model).to(device()) if device().type == "cuda" else model  # type: ignore[attr-defined]
    return InTurn(here)


API = [list_models, list_options, schedule, sample, denoise, interpolate]
