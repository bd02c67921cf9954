"""What a discriminator makes of pictures, and what its scores mean in the game that it has played."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from genmodels.adversarial import LOSSES, Score
from genmodels.checkpoints import Card
from genmodels.zoo import recipe_of

Chance = Callable[[Tensor, Tensor], Tensor]


class Standing(NamedTuple):
    """Scores (N,) of held-out real pictures and of generated ones: what one picture's score is read against."""

    real: Tensor
    fake: Tensor

    @property
    def picks(self) -> float:
        """Of two pictures, one real and one generated, the chance that the real one scores higher; a tie is half."""
        ranked, _ = self.fake.sort()
        below, not_above = (torch.searchsorted(ranked, self.real, right=right) for right in (False, True))
        return float((below + not_above).double().mean() / 2 / len(ranked))


class Judgment(NamedTuple):
    """One picture's score, with the numbers that its game reads out of it."""

    score: float
    shown: float  # the score, or where only differences count, what it lies above the mean of the real ones
    deviations: float  # from the mean of the real ones, in units of their spread
    above: float  # the share of the real ones that score lower
    odds: float | None  # of being real, as far as the game speaks of odds
    paid: float  # what the generator pays for this picture


def judge(loss: str, score: float, standing: Standing) -> Judgment:
    """A raw score, read beside those of real pictures."""
    real = standing.real.double()
    one = torch.tensor([score], dtype=torch.float64)
    mean, spread = float(real.mean()), float(real.std())
    return Judgment(
        score,
        score - mean if loss in RELATIVE else score,
        (score - mean) / max(spread, 1e-12),
        float((real < score).double().mean()),
        float(ODDS[loss](one, real)) if loss in ODDS else None,
        float(LOSSES[loss].generator(real, one.expand_as(real))),
    )


def told(judge: nn.Module, label: Tensor | None) -> Score:
    """A discriminator that knows what was asked for: one label for all pictures, or one for each."""
    if label is None:
        return judge
    return lambda x: judge(x, label.to(x).expand(len(x), -1))


def slope(score: Score, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """The scores (B,), and how each would change with every value of its picture."""
    with torch.enable_grad():
        x = pictures.detach().clone().requires_grad_()
        scores = score(x)
        (gradient,) = torch.autograd.grad(scores.sum(), x)
    return scores.detach(), gradient


def lighter(gradient: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H, W): how the score would change if a place became lighter, all its colors alike."""
    return gradient.sum(1)


def played(card: Card) -> Mapping[str, Any]:
    """The settings of a model's trainer: what its recipe says, and the trainer's own words for the rest."""
    recipe = recipe_of(card.recipe)
    known = {
        name: parameter.default
        for name, parameter in inspect.signature(recipe.trainer).parameters.items()
        if parameter.default is not parameter.empty
    }
    return known | recipe.optimizer


def certain(score: Tensor, real: Tensor) -> Tensor:
    return score.sigmoid().mean()


def against_each(score: Tensor, real: Tensor) -> Tensor:
    """The mean odds, over real pictures, that this one is the realer of the two."""
    return (score - real).sigmoid().mean()


RELATIVE = frozenset({"relativistic", "wasserstein"})  # a number added to all scores changes nothing
ODDS: dict[str, Chance] = {"minimax": certain, "non-saturating": certain, "relativistic": against_each}
