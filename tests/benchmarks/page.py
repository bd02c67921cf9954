"""What a visitor feels, in Chromium: a move to the painted face, against Gradio's stock slider → image wiring."""

from __future__ import annotations

import statistics
import time
from typing import Any

import gradio as gr
import torch

from demo import library
from demo.app import build, launch_settings
from demo.pictures import to_image
from genmodels.latents import draw, slerp
from tests.browser.conftest import CHROMIUM, FLAGS

MOVES = 40
DRAG_SECONDS = 4.0
ROUND_TRIP = 100  # milliseconds, put on by Chromium
TABLE = ("latent-picture", "latent", "x")  # a canvas, and the knob that moves it
LIVE = ("denoising-live", "denoising", "live_amount")
FEW = "%22glyphs-flow%22"

ONE_MOVE = """
([canvas, tab, knob, amount]) => new Promise(done => {
  const began = performance.now();
  addEventListener('noisewalk:painted', function heard(e) {
    if (e.detail.canvas !== canvas) return;
    removeEventListener('noisewalk:painted', heard);
    done(performance.now() - began);
  });
  noisewalk.turned(tab, knob, amount);
})
"""
OUR_DRAG = """
([canvas, tab, knob, seconds]) => new Promise(done => {
  const shown = new Set();
  addEventListener('noisewalk:painted', e => { if (e.detail.canvas === canvas) shown.add(performance.now()); });
  let k = 0;
  const timer = setInterval(() => noisewalk.turned(tab, knob, (k++ % 101) / 100), 20);
  setTimeout(() => { clearInterval(timer); done(shown.size / seconds); }, seconds * 1000);
})
"""
STOCK_DRAG = """
(seconds) => new Promise(done => {
  let loads = 0;
  const see = () => document.querySelectorAll('#picture img').forEach(img => { if (!img.seen) { img.seen = 1; img.addEventListener('load', () => loads++); } });
  const watching = new MutationObserver(see);
  watching.observe(document.body, { childList: true, subtree: true });
  see();
  const slider = document.querySelector('#amount input[type=range]');
  let k = 0;
  const timer = setInterval(() => { slider.value = (k++ % 101) / 100; slider.dispatchEvent(new Event('input', { bubbles: true })); }, 20);
  setTimeout(() => { clearInterval(timer); watching.disconnect(); done(loads / seconds); }, seconds * 1000);
})
"""
CURVE_MOVE = """
(value) => new Promise(done => {
  const plot = document.querySelector('#schedules-plot .nw-plot'), drawn = plot.dataset.drawn, began = performance.now();
  const look = () => plot.dataset.drawn !== drawn ? done(performance.now() - began) : requestAnimationFrame(look);
  noisewalk.turned('schedules', 'T', value);
  look();
})
"""


def measure() -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        return {"skipped": "no Chromium on PATH"}
    demo, stock = build(), stock_wiring()
    _, address, _ = demo.launch(**launch_settings(demo, prevent_thread_lock=True, quiet=True))
    _, stock_address, _ = stock.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False)
    rows: dict[str, Any] = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        page = browser.new_page()
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_function("() => document.querySelector('#latent-picture .nw-painted')", timeout=60_000)
        rows["page opened until its first face is painted"] = f"{time.perf_counter() - began:.2f} s"
        rows["move → painted face, p50 / p90"] = moved(page, *TABLE)
        other = browser.new_page()
        other.goto(stock_address)
        other.wait_for_selector("#amount input[type=range]")
        for latency in (0, ROUND_TRIP):
            for shown in (page, other):
                slow(shown, latency)
            mine, theirs = page.evaluate(OUR_DRAG, [*TABLE, DRAG_SECONDS]), other.evaluate(STOCK_DRAG, DRAG_SECONDS)
            ratio = f"{mine / theirs:.1f} ×" if theirs else "stock painted none"
            rows[f"pictures a second at {latency} ms round trip, ours / stock"] = f"{mine:.1f} / {theirs:.1f} = {ratio}"
        slow(page, 0)
        page.goto(address + "?tab=schedules")
        page.wait_for_selector("#schedules-plot .nw-plot[data-drawn]", timeout=60_000)
        curves = sorted(page.evaluate(CURVE_MOVE, 100 + 10 * k) for k in range(MOVES))
        rows["knob → redrawn curves, p50 / p90"] = spread(curves)
        page.goto(f"{address}?tab=denoising&part=live&model={FEW}&classes=%7B%22R%22%3A1%7D&steps=1")
        page.wait_for_selector("#denoising-live .nw-painted", timeout=60_000)
        page.wait_for_function("() => document.querySelector('#denoising-run .nw-count').textContent === '1 / 1'")
        rows["few evaluations (glyphs-flow, 4, guided): move → picture, p50 / p90"] = moved(page, *LIVE)
        rows["the same, pictures a second"] = f"{page.evaluate(OUR_DRAG, [*LIVE, DRAG_SECONDS]):.1f}"
        browser.close()
    demo.close(verbose=False)
    stock.close(verbose=False)
    return rows


def moved(page: Any, *what: str) -> str:
    return spread(sorted(page.evaluate(ONE_MOVE, [*what, 0.01 * (1 + k % 97)]) for k in range(MOVES)))


def spread(waits: list[float]) -> str:
    return f"{statistics.median(waits):.0f} / {waits[int(MOVES * 0.9)]:.0f} ms"


def slow(page: Any, latency: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def stock_wiring() -> gr.Blocks:
    """The same model behind what Gradio's documentation would have one write."""

    def picture(amount: float):
        model = library.latent_model("faces-gan")
        a, b = draw(model.latent_shape, [7, 21]).split(1)
        with torch.no_grad():
            return to_image(model.decode(slerp(a, b, amount)), zoom=6)

    with gr.Blocks() as stock:
        slider = gr.Slider(0, 1, 0.5, step=0.01, elem_id="amount")
        image = gr.Image(elem_id="picture")
        slider.change(picture, slider, image)
    return stock
