"""Sixteen people dragging at once, as their pages would ask: four requests in flight, the newest wins."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import httpx

from demo.app import build, launch_settings

VISITORS = 16
SECONDS = 8.0
EVERY = 0.1  # seconds between two moves of one hand


def measure() -> dict[str, Any]:
    demo = build()
    _, address, _ = demo.launch(**launch_settings(demo, prevent_thread_lock=True, quiet=True))
    component = next(key for key, block in demo.blocks.items() if getattr(block, "elem_id", "") == "latent-picture")
    try:
        visits = asyncio.run(everyone(address, component))
    finally:
        demo.close(verbose=False)
    waits = sorted(wait for visit in visits for wait in visit["waits"])
    middle, late = statistics.median(waits) * 1e3, waits[int(len(waits) * 0.95)] * 1e3
    return {
        "visitors": VISITORS,
        "wait for a picture, p50 / p95": f"{middle:.0f} / {late:.0f} ms",
        "pictures a second, all together": f"{len(waits) / SECONDS:.0f}",
        "visitors whose last value was painted": f"{sum(visit['last'] for visit in visits)} of {VISITORS}",
        "requests dropped because a newer one had come": sum(visit["superseded"] for visit in visits),
        "errors": sum(visit["errors"] for visit in visits),
    }


async def everyone(address: str, component: int) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=address, timeout=30, limits=httpx.Limits(max_connections=128)) as client:
        return await asyncio.gather(*(visitor(client, component, number) for number in range(VISITORS)))


async def visitor(client: httpx.AsyncClient, component: int, number: int) -> dict[str, Any]:
    """One hand on one slider; like the page, it keeps one request in the air while serving is the slow part."""
    seen: dict[str, Any] = {"waits": [], "superseded": 0, "errors": 0, "last": False}
    end, asked = time.perf_counter() + SECONDS, 0
    await asyncio.sleep(EVERY * number / VISITORS)
    while time.perf_counter() < end:
        asked += 1
        await ask(client, component, number, asked, seen)
        await asyncio.sleep(EVERY)
    seen["last"] = await ask(client, component, number, asked + 1, seen)
    return seen


async def ask(client: httpx.AsyncClient, component: int, number: int, asked: int, seen: dict[str, Any]) -> bool:
    amount = (asked % 101) / 100
    args = {"model": "faces-gan", "start": {"of": "seed", "seed": number}, "x": amount, "y": 0.5}
    message = {"page": f"visitor-{number}", "id": asked, "language": "en", "args": args}
    body = {"data": message, "component_id": component, "fn_name": "picture", "session_hash": f"visitor{number}"}
    began = time.perf_counter()
    reply = (await client.post("/gradio_api/component_server/", json=body)).json()
    if isinstance(reply, dict) and "image" in reply:
        seen["waits"].append(time.perf_counter() - began)
        return True
    seen["superseded" if isinstance(reply, dict) and reply.get("superseded") else "errors"] += 1
    return False
