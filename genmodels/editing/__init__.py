"""What a diffusion model can do with a picture it did not make, without being trained for it."""

from __future__ import annotations

from genmodels.editing.drawing import between, redraw, strip, time_of_strength
from genmodels.editing.inpainting import repaint
from genmodels.editing.known import Kept, Known, Noisy, Pooled
from genmodels.editing.posterior import Posterior
from genmodels.editing.restoring import clean, restore
from genmodels.editing.turning import TURNINGS, turn

__all__ = [
    "TURNINGS",
    "Kept",
    "Known",
    "Noisy",
    "Pooled",
    "Posterior",
    "between",
    "clean",
    "redraw",
    "repaint",
    "restore",
    "strip",
    "time_of_strength",
    "turn",
]
