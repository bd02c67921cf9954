"""Sixteen people dragging at once: how long they wait, and whether each sees what is theirs, to the last value.

Every picture that comes is held against the one that the view itself makes of that place, before anyone asks.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from demo.app import build, launch_settings
from demo.checks import accept
from demo.views.latent_here import picture
from tests.benchmarks import hands
from tests.benchmarks.hands import PLACES, SECONDS, VISITORS, Album, Visit, asked, faults, painted

ROOT = Path(__file__).resolve().parents[2]
PROMISED = 400  # milliseconds for 19 pictures of 20
WAYS = {"paced": "as pump.js", "deep": f"always {hands.DEPTH} in the air"}
TOLD = 5  # faults that are told in words


def measure() -> dict[str, Any]:
    album(0)  # the model is there, and the way to paint is chosen
    began = time.perf_counter()
    albums = [album(visitor) for visitor in range(VISITORS)]
    round_of_all = (time.perf_counter() - began) / len(PLACES)
    demo = build()
    _, address, _ = demo.launch(**launch_settings(demo, prevent_thread_lock=True, quiet=True))
    component = next(key for key, block in demo.blocks.items() if getattr(block, "elem_id", "") == "latent-picture")
    rows: dict[str, Any] = {"visitors": f"{VISITORS}, a move every {1000 * hands.EVERY:.0f} ms each"}
    try:
        for way, said in WAYS.items():
            visits = dragged(address, component, way)
            hold(visits, albums)
            rows |= {f"{said}: {name}": value for name, value in figures(visits, round_of_all).items()}
    finally:
        demo.close(verbose=False)
    return rows


def album(visitor: int) -> Album:
    """What this visitor must see at every place."""
    return {place: picture(**accept(picture, asked(visitor, place)))["image"] for place in PLACES}


def dragged(address: str, component: int, way: str) -> list[Visit]:
    """What everyone saw; their hands must not take Python's one lock from the server."""
    command = [sys.executable, "-m", "tests.benchmarks.hands", address, str(component), way]
    return hands.read(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


def hold(visits: list[Visit], albums: list[Album]) -> None:
    """Fail the part where anything was crossed, lost or refused."""
    if found := faults(visits, albums):
        raise AssertionError(f"{len(found)} faults under load: " + "; ".join(found[:TOLD]))


def figures(visits: list[Visit], round_of_all: float) -> dict[str, Any]:
    """What was felt; waits also as multiples of the time in which one picture for each visitor is painted."""
    pictures = [[*painted(visit.replies)] for visit in visits]
    waits = sorted(reply.wait for seen in pictures for reply in seen)
    replies = [reply for visit in visits for reply in visit.replies]
    middle, late = statistics.median(waits), waits[int(0.95 * len(waits))]
    each = [len(seen) / SECONDS for seen in pictures]
    return {
        "wait for a picture, p50 / p95": f"{1000 * middle:.0f} / {1000 * late:.0f} ms ({PROMISED} promised)",
        f"against {len(visits)} pictures in a row": f"{middle / round_of_all:.1f} / {late / round_of_all:.1f} ×",
        "pictures a second": f"{sum(each):.0f} in all, {min(each):.1f} to {max(each):.1f} to one visitor",
        "last value painted": f"by all {len(visits)}, {1000 * max(seen[-1].wait for seen in pictures):.0f} ms at most",
        "superseded": f"{sum('superseded' in reply.answer for reply in replies)} of {len(replies)} requests",
        "in the air at the end": f"{statistics.median(visit.depth for visit in visits):.0f} requests a page",
    }
