"""How a diffusion model is trained: at which times it is asked, what counts as an error, which labels it is told."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from genmodels.datasets.dataset import Batch
from genmodels.latents import draw
from genmodels.models.diffusion import Diffusion
from genmodels.muon import Muon
from genmodels.schedules.schedule import NoiseSchedule
from genmodels.training import EMA, ModelTrainer, anneal, autocast

HEAVIEST = 20.0  # the largest weight a nearly clean picture gets
CLEAR = 2.0  # log-SNR: with less noise it is decided what a picture shows, and every pixel counts alike
NEARLY = (0.0015, 0.08)  # times at which a picture is nearly clean
Focus = Sequence[Sequence[float]]  # hills: how far down and right of the corner, their reach (in sides), their height


def error_of_output(
    model: Diffusion, x0: Tensor, eps: Tensor, t: Tensor, label: Tensor | None = None, focus: Focus = ()
) -> Tensor:
    """The plain squared error of what the network predicts, be it x0, eps, v, a flow or EDM's F."""
    said = model.output(model.schedule.add_noise(x0, eps, t), t, label)
    target = model.predicts.target(x0, eps, model.schedule.alpha(t), model.schedule.sigma(t))
    return squared(said, target, focus)


def error_of_x0(
    model: Diffusion,
    x0: Tensor,
    eps: Tensor,
    t: Tensor,
    label: Tensor | None = None,
    focus: Focus = (),
    heaviest: float = HEAVIEST,
) -> Tensor:
    """The squared error of x0, weighted as that of v would be, but never above `heaviest`."""
    said = model(model.schedule.add_noise(x0, eps, t), t, label).x0
    error = squared(said, x0, focus)
    if focus:
        error = torch.where(model.schedule.log_snr(t).to(x0) > CLEAR, squared(said, x0), error)
    return weight(model.schedule, t, heaviest).to(x0) * error


def weight(schedule: NoiseSchedule, t: Tensor, heaviest: float = HEAVIEST) -> Tensor:
    """How much an error of x0 counts: the less noise, the more."""
    return (1 / schedule.sigma(t) ** 2).clamp(max=heaviest)


def squared(said: Tensor, target: Tensor, focus: Focus = ()) -> Tensor:
    """The mean squared error of each picture (B,), where some places may count more than others.

    What is best to say of a pixel stays the same: only where the network spends itself changes.
    """
    error = (said.to(target) - target).square()
    return (error * landscape(target, focus) if focus else error).flatten(1).mean(1)


def landscape(pictures: Tensor, focus: Focus) -> Tensor:
    """How much each pixel (H, W) counts, on average 1: a plain with hills of so many times its height."""
    y, x = (torch.linspace(0, 1, side, device=pictures.device) for side in pictures.shape[-2:])
    ground = torch.ones(pictures.shape[-2:], device=pictures.device)
    for down, right, reach, height in focus:
        ground += height * torch.exp(-((y[:, None] - down) ** 2 + (x - right) ** 2) / (2 * reach**2))
    return ground / ground.mean()


class DiffusionTrainer(ModelTrainer[Diffusion]):
    """Learns at times spread evenly over the batch, bent by a law; labels are hidden often and in every mixture."""

    def __init__(
        self,
        model: Diffusion,
        seed: int,
        device: torch.device,
        by: str = "adam",
        lr: float = 6e-4,
        decay: float = 0.9995,  # unless the model says which averages it keeps
        unlabeled: float = 0.3,  # the share of pictures of which nothing is told
        partly: float = 1.0,  # of the others', any one block is hidden with odds of up to this
        clip: float = 1.0,
        error: str = "x0",
        times: str = "even",
        falls: Sequence[int] = (),  # from which step to which the rate falls, if it does
        focus: Focus = (),  # where an error counts more
    ) -> None:
        super().__init__(model, seed, device, decay)
        if model.averages:
            self.ema = Averages(model)
            model.hold([model.net])
        self.optimizer = OPTIMIZERS[by](self.model, lr)
        self.optimizers = {"optimizer": self.optimizer}
        self.unlabeled, self.partly, self.clip = unlabeled, partly, clip
        self.error, self.times = ERRORS[error], TIMES[times]
        self.falls, self.focus = falls, focus

    def update(self, batch: Batch, dice: torch.Generator) -> dict[str, float]:
        if self.falls:
            since, until = self.falls
            anneal(self.optimizer, self.done, until, since)
        x0, size = batch.x0.to(self.device), len(batch.x0)
        t = self.times((torch.arange(size) + torch.rand(size, generator=dice, dtype=torch.float64)) / size)
        eps = torch.randn(batch.x0.shape, generator=dice).to(self.device)
        label = None
        if self.model.labels:
            label = hidden(batch.label, self.model.labels, self.unlabeled, dice, self.partly).to(self.device)
        with autocast(self.device):
            loss = self.errors(x0, eps, t.to(self.device), label).mean()
        self.optimizer.zero_grad()
        loss.backward()
        gradient = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        self.optimizer.step()
        return {"loss": loss.item(), "gradient": gradient.item()}

    def errors(self, x0: Tensor, eps: Tensor, t: Tensor, label: Tensor | None) -> Tensor:
        """What is to become small, for each picture (B,)."""
        return self.error(self.model, x0, eps, t, label, self.focus)

    def sheet(self, count: int) -> Tensor:
        """Always from the same noise; where there is one field, of each of its values in turn."""
        model, label = self.ema.net, None
        if len(model.labels) == 1:
            label = torch.eye(*model.labels)[torch.arange(count) % model.labels[0]].to(self.device)
        return model.decode(draw(model.latent_shape, range(count)).to(self.device), label)


class Averages(EMA[Diffusion]):
    """An average for each decay that the model names, all in one model."""

    def __init__(self, model: Diffusion) -> None:
        self.each = [EMA(model.net, decay) for decay in model.averages]
        self.net = copy.deepcopy(model).eval().requires_grad_(False)
        self.net.hold([one.net for one in self.each])

    def update(self, net: Diffusion, step: int) -> None:
        for one in self.each:
            one.update(net.net, step)


def hidden(
    label: Tensor, blocks: Sequence[int], unlabeled: float, dice: torch.Generator, partly: float = 1.0
) -> Tensor:
    """The label with blocks zeroed: all of them in a share of the pictures, else each with that picture's own odds."""
    size = len(label)
    odds = partly * torch.rand(size, 1, generator=dice)
    odds[torch.rand(size, generator=dice) < unlabeled] = 1
    keep = torch.rand(size, len(blocks), generator=dice) >= odds
    return label * keep.repeat_interleave(torch.tensor(blocks, dtype=torch.long), dim=1)


Error = Callable[[Diffusion, Tensor, Tensor, Tensor, Tensor | None, Focus], Tensor]

ERRORS: dict[str, Error] = {
    "output": error_of_output,
    "x0": error_of_x0,
    "fine-x0": partial(error_of_x0, heaviest=5 * HEAVIEST),  # else the last grain, a few levels of 256, stays
}

OPTIMIZERS: dict[str, Callable[[nn.Module, float], torch.optim.Optimizer]] = {
    "adam": lambda model, lr: torch.optim.Adam(model.parameters(), lr, betas=(0.9, 0.99)),
    "muon": Muon,
}

TIMES: dict[str, Callable[[Tensor], Tensor]] = {  # from numbers spread evenly between 0 and 1
    "even": lambda u: u,
    "thousandths": lambda u: ((1000 * u).floor() + 1) / 1000,  # DDPM's own (2006.11239)
    "half-nearly-clean": lambda u: torch.where(u < 0.5, 2 * u, NEARLY[0] * (NEARLY[1] / NEARLY[0]) ** (2 * u - 1)),
    "logit-normal": lambda u: torch.special.ndtri(u).sigmoid(),  # mostly in the middle (2403.03206)
}
