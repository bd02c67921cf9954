"""The tabs in the order in which they stand on the page."""

from __future__ import annotations

from collections.abc import Callable

from demo.tabs import denoising, latent, samplers, schedules
from demo.tabs.page import Tab

TABS: dict[str, Callable[[Tab], None]] = {
    "latent": latent.layout,
    "denoising": denoising.layout,
    "schedules": schedules.layout,
    "samplers": samplers.layout,
}
