"""What a generator and a discriminator play for, and what holds the discriminator back while they do.

Everything here works on scores (B,) and on samples of any shape: points (B, 2) as well as pictures (B, C, H, W).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from genmodels.errors import Refused
from genmodels.latents import LatentModel

Painter = TypeVar("Painter", bound=LatentModel)
Score = Callable[[Tensor], Tensor]
Terms = Callable[[Tensor, Tensor], Tensor]

SMOOTH = 0.1  # the share of real samples that label smoothing calls generated
CLIP = 0.01  # the largest weight of a clipped critic
UNLABELED = 0.2  # the share of pictures whose label both players do not hear
NEARBY = 0.5  # how far from real samples DRAGAN looks, in units of their spread


class Game(nn.Module, Generic[Painter]):
    """The two players, in one module so that one checkpoint keeps both."""

    def __init__(self, generator: Painter, discriminator: nn.Module) -> None:
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator

    def settle(self, seed: int) -> None:
        """Before an average is shown or kept: measure again what was measured on the weights it was made from."""


class Loss(NamedTuple):
    """Each function takes the scores of real and of generated samples, both (B,), and is to be made small."""

    discriminator: Terms
    generator: Terms
    misled: Terms  # what the discriminator would pay if the real samples were called generated too


class Penalty(NamedTuple):
    """One way to hold a discriminator back: a function at the moment when it acts, None at the others."""

    loss: Callable[[Loss], Loss] | None = None  # before training: changes what is played for
    layers: Callable[[nn.Module], None] | None = None  # before training: changes the discriminator's layers in place
    slope: Callable[[Score, Tensor, Tensor, torch.Generator], Tensor] | None = None  # in a step: one more term
    after: Callable[[nn.Module], None] | None = None  # after each step of the discriminator


def alone(as_real: Score, as_fake: Score, wish: Score) -> Loss:
    """A loss that judges each score by itself; `wish` is what the generator pays for its own."""
    return Loss(
        lambda real, fake: (as_real(real) + as_fake(fake)).mean(),
        lambda real, fake: wish(fake).mean(),
        lambda real, fake: (as_fake(real) + as_fake(fake)).mean(),
    )


def relativistic(better: Tensor, worse: Tensor) -> Tensor:
    """Only the difference counts: each real sample against the generated one beside it (R3GAN's pairing)."""
    return F.softplus(worse - better).mean()


def smoothed(loss: Loss, share: float = SMOOTH) -> Loss:
    """Label smoothing: nobody may be surer than 1 - share that a sample is real.

    It is one-sided where each score is judged by itself. A relativistic loss knows no sides, only which of two samples
    is the realer: there nobody may be surer than that of either.
    """

    def discriminator(real: Tensor, fake: Tensor) -> Tensor:
        return (1 - share) * loss.discriminator(real, fake) + share * loss.misled(real, fake)

    return loss._replace(discriminator=discriminator)


def steepness(score: Score, x: Tensor) -> Tensor:
    """The squared norm of the score's gradient at each sample (B,), itself differentiable."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
    return gradient.square().flatten(1).sum(1)


def off_one(score: Score, x: Tensor) -> Tensor:
    """How far the gradient's norm is from 1, squared and averaged."""
    norm = (steepness(score, x) + 1e-12).sqrt()  # the root of 0 has no slope of its own
    return (norm - 1).square().mean()


def r1(score: Score, real: Tensor, fake: Tensor, chance: torch.Generator) -> Tensor:
    return steepness(score, real).mean() / 2


def r2(score: Score, real: Tensor, fake: Tensor, chance: torch.Generator) -> Tensor:
    return steepness(score, fake).mean() / 2


def gradient_penalty(score: Score, real: Tensor, fake: Tensor, chance: torch.Generator) -> Tensor:
    """Slope 1 somewhere between each real sample and a generated one, as a perfect critic has it."""
    amount = torch.rand(len(real), generator=chance).to(real).reshape(-1, *[1] * (real.ndim - 1))
    return off_one(score, torch.lerp(real, fake.detach(), amount))


def dragan(score: Score, real: Tensor, fake: Tensor, chance: torch.Generator) -> Tensor:
    """Slope 1 around the real samples, wherever the generated ones are."""
    step = torch.randn(real.shape, generator=chance).to(real)
    return off_one(score, real + NEARBY * real.std() * step)


def bound_layers(judge: nn.Module) -> None:
    """Every layer divides its weight, as a matrix of one row per output, by its largest singular value.

    That bounds how far a linear layer stretches a difference, to 1. A convolution's kernels overlap, so it may still
    stretch one, by up to the root of how many times its kernel covers a pixel (Miyato et al. 2018 leave it at that).
    """
    for layer in list(judge.modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d):
            spectral_norm(layer)


@torch.no_grad()
def clip(judge: nn.Module, most: float = CLIP) -> None:
    for parameter in judge.parameters():
        parameter.clamp_(-most, most)


class Rules:
    """A loss and any number of penalties, put together for a trainer.

    `gamma` weighs the slopes. They are taken in every `every`-th step only and then count for the steps between.
    """

    def __init__(self, loss: str, penalties: Sequence[str] = (), gamma: float = 1.0, every: int = 1) -> None:
        for penalty in penalties:
            if (loss, penalty) in UNFIT:
                raise Refused("unfit-penalty", loss=loss, penalty=penalty)
        chosen = [PENALTIES[name] for name in penalties]
        self.loss = LOSSES[loss]
        for penalty in chosen:
            self.loss = penalty.loss(self.loss) if penalty.loss else self.loss
        self.layers = [penalty.layers for penalty in chosen if penalty.layers]
        self.slopes = [penalty.slope for penalty in chosen if penalty.slope]
        self.afterwards = [penalty.after for penalty in chosen if penalty.after]
        self.gamma, self.every = gamma, every

    def prepare(self, judge: nn.Module) -> None:
        """Once, before the optimizer is told of the parameters."""
        each(self.layers, judge)

    def due(self, step: int) -> bool:
        return bool(self.slopes) and step % self.every == 0

    def slope(self, score: Score, real: Tensor, fake: Tensor, chance: torch.Generator) -> Tensor:
        """The sum of the slopes in a step in which they are due; times `weight` it is the term of the loss."""
        return torch.stack([slope(score, real, fake, chance) for slope in self.slopes]).sum()

    @property
    def weight(self) -> float:
        return self.gamma * self.every

    def finish(self, judge: nn.Module) -> None:
        """After each step of the discriminator."""
        each(self.afterwards, judge)


def each(functions: Iterable[Callable[[nn.Module], None]], judge: nn.Module) -> None:
    for function in functions:
        function(judge)


class Aside(NamedTuple):
    """What each player is also to make small: the first depends on real samples only, the second on generated ones."""

    discriminator: Tensor
    generator: Tensor


def play(loss: Loss, scores: Tensor, leaf: Tensor, fake: Tensor | None, aside: Aside | None = None) -> dict[str, float]:
    """Gradients of both players from one pass back through the discriminator, of it alone where `fake` is None.

    `scores` are of real samples and then of `leaf`, the cut off copy of `fake`. Each depends on its own sample only,
    so at each sample one player's gradient is the other's, rescaled. Where that is 0 (a hinge that is content) there
    is nothing to rescale, and a second pass is made, as it is for what the generator wants aside.
    """
    real_score, fake_score = (half.detach().requires_grad_() for half in scores.chunk(2))
    judged, fooled = loss.discriminator(real_score, fake_score), loss.generator(real_score, fake_score)
    at_real, at_fake = torch.autograd.grad(judged, [real_score, fake_score])
    roots, seeds = [scores], [torch.cat([at_real, at_fake])]
    if aside is not None:
        roots, seeds = [*roots, aside.discriminator], [*seeds, torch.ones_like(aside.discriminator)]
    if fake is None:
        torch.autograd.backward(roots, seeds)
    else:
        more = () if aside is None else torch.autograd.grad(aside.generator, leaf, retain_graph=True)
        (wish,) = torch.autograd.grad(fooled, [fake_score])
        shared = bool(at_fake.abs().min() > 1e-20)
        torch.autograd.backward(roots, seeds, retain_graph=not shared)
        if shared:
            assert leaf.grad is not None
            toward = leaf.grad * (wish / at_fake).reshape(-1, *[1] * (leaf.ndim - 1))
        else:
            (toward,) = torch.autograd.grad(scores, [leaf], torch.cat([torch.zeros_like(wish), wish]))
        fake.backward(sum(more, toward))
    return {
        "discriminator": judged.item(),
        "generator": fooled.item(),
        "lead": (real_score.mean() - fake_score.mean()).item(),
    }


LOSSES: dict[str, Loss] = {
    "minimax": alone(lambda d: F.softplus(-d), F.softplus, lambda d: -F.softplus(d)),
    "non-saturating": alone(lambda d: F.softplus(-d), F.softplus, lambda d: F.softplus(-d)),
    "least-squares": alone(lambda d: (d - 1).square() / 2, lambda d: d.square() / 2, lambda d: (d - 1).square() / 2),
    "hinge": alone(lambda d: (1 - d).relu(), lambda d: (1 + d).relu(), lambda d: -d),
    "wasserstein": alone(lambda d: -d, lambda d: d, lambda d: -d),
    "relativistic": Loss(
        relativistic,
        lambda real, fake: relativistic(fake, real),
        lambda real, fake: relativistic(fake, real),
    ),
}
PENALTIES: dict[str, Penalty] = {
    "gradient-penalty": Penalty(slope=gradient_penalty),
    "r1": Penalty(slope=r1),
    "r2": Penalty(slope=r2),
    "dragan": Penalty(slope=dragan),
    "spectral-norm": Penalty(layers=bound_layers),
    "label-smoothing": Penalty(loss=smoothed),
    "weight-clipping": Penalty(after=clip),
}
# a critic that is paid more for generated samples than for real ones need only lower all its scores, without end
UNFIT = frozenset({("wasserstein", "label-smoothing")})
