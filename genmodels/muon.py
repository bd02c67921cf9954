"""Muon: an optimizer whose step changes a layer's output as much along every direction (Jordan et al., 2024).

A gradient of a matrix has few large singular values and many small ones; what is rare in the data hides among the
small. Here the step keeps the gradient's directions and makes all of its singular values about 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

NARROWEST = 24  # rows or columns of what is worth the multiplications
QUINTIC = (3.4445, -4.7750, 2.0315)  # brings every singular value between 0.7 and 1.2 in five rounds


class Muon(torch.optim.Optimizer):
    """Muon for wide matrices and convolutions, Adam for all the rest; both of the same rate and size of step."""

    def __init__(self, model: nn.Module, lr: float, momentum: float = 0.95, betas: tuple[float, float] = (0.9, 0.99)):
        wide = [p for p in model.parameters() if p.ndim > 1 and min(p.flatten(1).shape) >= NARROWEST]
        known = set(map(id, wide))
        rest = [p for p in model.parameters() if id(p) not in known]
        groups = [{"params": wide, "wide": True}, {"params": rest, "wide": False}]
        super().__init__([group for group in groups if group["params"]], {"lr": lr})
        self.momentum, self.betas = momentum, betas

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            move = self.turn if group["wide"] else self.adam
            for p in group["params"]:
                if p.grad is not None:
                    move(p, p.grad, self.state[p], group["lr"])

    def turn(self, p: Tensor, gradient: Tensor, state: dict[str, Tensor], rate: float) -> None:
        mean = state.setdefault("mean", torch.zeros_like(p))
        mean.lerp_(gradient, 1 - self.momentum)
        ahead = gradient.lerp(mean, self.momentum).flatten(1)  # Nesterov's
        size = 0.2 * max(ahead.shape) ** 0.5  # a root mean square of 0.2, as Adam's steps have (2502.16982)
        p.sub_(orthogonal(ahead).view(p.shape), alpha=rate * size)

    def adam(self, p: Tensor, gradient: Tensor, state: dict[str, Tensor], rate: float) -> None:
        slow, fast = self.betas
        mean = state.setdefault("mean", torch.zeros_like(p))
        square = state.setdefault("square", torch.zeros_like(p))
        steps = state.setdefault("steps", torch.zeros(()))
        steps += 1
        mean.lerp_(gradient, 1 - slow)
        square.lerp_(gradient.square(), 1 - fast)
        young, younger = 1 - slow ** steps.item(), 1 - fast ** steps.item()
        p.addcdiv_(mean / young, (square / younger).sqrt() + 1e-8, value=-rate)


def orthogonal(matrix: Tensor) -> Tensor:
    """A matrix of the same singular vectors whose singular values are about 1: no one of them has to be known."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    a, b, c = QUINTIC
    for _ in range(5):
        square = x @ x.T
        x = torch.addmm(x, torch.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return (x.T if tall else x).to(matrix).contiguous()
