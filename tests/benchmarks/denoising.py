"""What a visitor of the denoising tab waits for: whole runs, what they cost beside the network, Stop, company, memory.

The runs are those of the page, message by message; only the way through the server and the browser is left out.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from torch import Tensor, nn

from demo import library
from demo.fairness import PROCESSOR
from demo.streaming import RUNS
from demo.views import denoising as view
from demo.views.denoising_plan import Course, Plan, fate, shape, start
from genmodels import checkpoints
from genmodels.models.diffusion import Diffusion
from genmodels.zoo import ZOO
from tests.benchmarks.clocks import Clock, seconds, watched
from tests.benchmarks.startup import resident
from tests.genmodels.test_checkpoints import CARD

FACES = Plan("faces-diffusion", steps=30, count="16")
GLYPHS = Plan("glyphs-cosine-v", steps=20, count="16")
LONGEST = replace(FACES, course=Course("ddpm"), spacing="linspace", steps=1000)  # the texts' way
TRIES = 3
STOPS = 8


@dataclass(frozen=True)
class Spent:
    """Seconds of one run as the page has it, and what they went into."""

    whole: float
    first: float  # until the first frame was there
    network: float
    sampler: float  # with all that is around the network: guidance, thresholds, the turn at the processor
    encoding: float
    evaluations: int
    steps: int

    @property
    def rest(self) -> float:
        """Numbers under the panes, formulas, films, messages."""
        return self.whole - self.network - self.sampler - self.encoding


def measure() -> dict[str, Any]:
    rows: dict[str, Any] = {}
    with glyphs() as (plan, which):
        rows |= whole_run(plan, f"16 glyphs × 20 evaluations ({which})", "0.6 s")
    rows |= whole_run(FACES, "16 faces × 30 evaluations", "2.5 s; 0.3 s")
    rows |= beside_the_network(FACES)
    rows |= stopping(FACES)
    rows |= company(FACES)
    with get_context("spawn").Pool(1) as pool:  # a process of its own: what was freed before would hide what it takes
        rows |= pool.apply(memory)
    return rows


@contextmanager
def glyphs() -> Iterator[tuple[Plan, str]]:
    """A run of a model of the glyphs; where none is shipped, random weights cost the same."""
    shipped = [name for name in library.diffusion_models() if library.cards()[name].dataset == "glyphs"]
    if shipped:
        yield replace(GLYPHS, model=shipped[0]), shipped[0]
        return
    row = ZOO[GLYPHS.model]
    data = row.data()
    fields = {name: list(values) for name, values in data.fields.items()}
    card = replace(CARD, recipe=GLYPHS.model, config=row.full_config(data), dataset=data.name, fields=fields)
    with tempfile.TemporaryDirectory() as folder, patch.object(checkpoints, "FOLDER", Path(folder)):
        checkpoints.save(Path(folder, f"{GLYPHS.model}.safetensors"), row.build(**card.config), card)
        yield GLYPHS, f"{GLYPHS.model}, random weights"


def network(model: str) -> nn.Module:
    return library.diffusion_model(model).net  # type: ignore[attr-defined]


def as_the_page(plan: Plan) -> Spent:
    """The run of the page, with a clock in each of its parts."""
    made, drawn, first, steps = Clock(), Clock(), 0.0, 0
    began = time.perf_counter()
    with (
        watched(network(plan.model)) as net,
        patch.object(view, "grown", lambda *run, grown=view.grown: made.along(grown(*run))),
        patch.object(view, "shades", drawn.around(view.shades)),
        patch.object(view, "tiled", drawn.around(view.tiled)),
    ):
        for piece in view.run(plan):
            first = first or time.perf_counter() - began
            steps = piece["total"] - 1
    whole = time.perf_counter() - began
    return Spent(whole, first, net.seconds, made.seconds - net.seconds, drawn.seconds, net.times, steps)


def as_the_library(plan: Plan) -> None:
    for _ in fate(plan).run(start(plan)):
        pass


def whole_run(plan: Plan, name: str, hold: str) -> dict[str, str]:
    cold = as_the_page(plan)
    both = [(as_the_page(plan), seconds(lambda: as_the_library(plan))) for _ in range(TRIES)]  # a machine has its moods
    best, alone = min((run for run, _ in both), key=lambda run: run.whole), min(time for _, time in both)
    return {
        f"{name}: page": f"{best.whole:.2f} s, first frame {best.first:.2f} s, at first {cold.first:.2f} s (≤ {hold})",
        f"{name}: library": f"{alone:.2f} s = {alone / best.whole:.2f} of the page's",
    }


def beside_the_network(plan: Plan) -> dict[str, str]:
    """By the median run: what the page adds to each step."""
    runs = [as_the_page(plan) for _ in range(2 * TRIES - 1)]

    def share(part: Callable[[Spent], float]) -> str:
        each = median(part(run) / run.steps for run in runs) * 1e3
        return f"{each:.1f} ms, {median(part(run) / run.network for run in runs):.1%}"

    return {
        "network, a step": f"{median(run.network / run.evaluations for run in runs) * 1e3:.1f} ms",
        "sampler and wrappers, a step, of the network's time": share(lambda run: run.sampler),
        "encoding three panes": share(lambda run: run.encoding),
        "numbers, films, messages": share(lambda run: run.rest),
        "all beside the network": f"{share(lambda run: run.whole - run.network)} (≤ 10 %)",
    }


def stopping(plan: Plan) -> dict[str, str]:
    """At a moment nobody chose, as the button does: what is being made is still made, and nothing after it."""
    step = median(run.network / run.evaluations for run in (as_the_page(plan) for _ in range(TRIES)))
    luck = random.Random(0)
    waits = sorted(stop_after(plan, (2 + 6 * luck.random()) * step) for _ in range(STOPS))
    middle, worst = median(waits) / step, waits[-1] / step
    return {"Stop → processor free, in steps of the network": f"{middle:.2f}, at worst {worst:.2f} (≤ 1)"}


def stop_after(plan: Plan, wait: float) -> float:
    """Seconds from the wish to stop until the run is closed and the processor is anyone's."""
    asked, closed, begun = threading.Event(), threading.Event(), threading.Event()

    def visit() -> None:
        run = view.run(plan)
        for _ in run:
            begun.set()
            if asked.is_set():
                break
        run.close()  # type: ignore[attr-defined]
        closed.set()

    threading.Thread(target=visit).start()
    begun.wait()
    time.sleep(wait)
    asked.set()
    began = time.perf_counter()
    closed.wait()
    with PROCESSOR:
        return time.perf_counter() - began


def company(plan: Plan) -> dict[str, str]:
    """Two visitors begin together; where turns are fair, they also end together."""
    alone = min(seconds(lambda: as_the_library(plan)) for _ in range(TRIES))
    together, done, ends = threading.Barrier(2), [0, 0], [0.0, 0.0]
    behind: list[float] = []

    def visit(who: int) -> None:
        together.wait()
        began = time.perf_counter()
        for piece in view.run(replace(plan, course=Course(seed=who))):
            done[who] += len(piece["add"])
        ends[who] = time.perf_counter() - began
        behind.append(done[1 - who] / done[who])

    visitors = [threading.Thread(target=visit, args=(who,)) for who in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return {
        "two visitors, steps of one when the other is done": f"{behind[0]:.2f} (1 is fair)",
        "their times, slower / quicker": f"{max(ends) / min(ends):.2f}, slower / one alone {max(ends) / alone:.2f}",
    }


class Painted(nn.Module):
    """Stands in for a network that predicts the picture: faces of the data set, which take as much room as its own."""

    def __init__(self, pictures: Tensor) -> None:
        super().__init__()
        self.pictures = pictures

    def forward(self, x: Tensor, log_snr: Tensor, label: Tensor | None = None) -> Tensor:
        return self.pictures[: len(x)]


def memory() -> dict[str, str]:
    """How much more the process holds at most while a run of a thousand steps is made and kept, in MB.

    What the network itself needs is taken before; then it is stood in for, unless BENCH_WHOLE asks for the minutes.
    """
    as_the_page(replace(LONGEST, steps=2))
    model = library.diffusion_model(LONGEST.model)
    assert isinstance(model, Diffusion) and shape(LONGEST.model) == (3, 64, 64)
    stand_in, whole = model.averaged(0), "BENCH_WHOLE" in os.environ
    data = library.dataset("faces")
    stand_in.hold([Painted(data.batch(data.held_out[:16]).x0)])
    before, most = resident(os.getpid()), 0.0
    with patch.object(library, "diffusion_model", lambda name: model if whole else stand_in):
        for _ in view.run(LONGEST):
            most = max(most, resident(os.getpid()))
    run = next(reversed(RUNS._runs.values()))
    how = "as it is" if whole else "pictures for the network's"
    return {
        f"1000 steps × 16 faces, resident growth ({how})": f"{most - before:.0f} MB (≤ 300 MB)",
        "frames kept": f"{len(run.frames)} of {len(run.panes)} pictures, {run.letters / 1e6:.0f} MB (≤ 3000)",
    }
