"""A diffusion model in a few evaluations, fast enough to follow a slider: between two noises and between two wishes."""

from __future__ import annotations

from typing import Annotated, Any

import torch
from torch import Tensor

from demo import library
from demo.fairness import InTurn
from demo.pictures import jpeg, to_image
from demo.views.asking import Shares, label
from demo.views.denoising_plan import Guidance, Model, Seed, Share, shape
from genmodels.denoising import Conditioned, Denoiser, Guided
from genmodels.knobs import Knob
from genmodels.latents import draw, slerp
from genmodels.models.diffusion import WALKS, Diffusion, Shuffled
from genmodels.spacing import SPACINGS

Evaluations = Annotated[int, Knob(1, 8, 1, 4)]


@torch.no_grad()
def live(
    model: Model,
    seed: Seed,
    classes: Shares,
    guidance: Guidance,
    other_seed: Seed = 0,
    other_classes: Shares = {},  # noqa: B006
    amount: Share = 0.0,
    mix: Share = 0.0,
    evaluations: Evaluations = 4,
    strength: Share = 1.0,
) -> dict[str, Any]:
    """One picture, from noise between two seeds and asked for something between two wishes."""
    made = library.diffusion_model(model)
    assert isinstance(made, Diffusion)
    z = between(draw(shape(model), [seed]), draw(shape(model), [other_seed]), amount)
    wished = wish(model, classes, other_classes, mix)
    denoise = asked(made, None if wished is None else strength * wished, guidance)
    schedule, usual = made.schedule, made.usual
    times = SPACINGS[usual.spacing](schedule, evaluations)
    *_, last = WALKS[usual.sampler](denoise, z * schedule.prior_std(), times, Shuffled(z))
    return {"image": jpeg(to_image(last.x), 95), "calls": evaluations * (2 if isinstance(denoise, Guided) else 1)}


def between(a: Tensor, b: Tensor, amount: float) -> Tensor:
    """On the sphere, so that what lies between is as long as noise is."""
    return slerp(a, b, amount) if amount else a


def wish(model: str, classes: Shares, others: Shares, mix: float) -> Tensor | None:
    """Something between two labels, or None where nothing is asked."""
    if not classes and not (others and mix):
        return None
    return (1 - mix) * label(model, classes) + mix * label(model, others)


def asked(model: Diffusion, wished: Tensor | None, guidance: float) -> Denoiser:
    plain = InTurn(model)
    if wished is None:
        return plain
    told = Conditioned(plain, wished)  # type: ignore[arg-type]
    return told if guidance == 1 else Guided(told, plain, guidance)
