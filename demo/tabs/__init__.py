"""The tabs in the order in which they stand on the page."""

from __future__ import annotations

from demo.tabs import latent

TABS = {"latent": latent.layout}
