"""Where the run on the stage ended, beside the training pictures that lie nearest to it."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from demo import library
from demo.views.denoising_film import finished
from demo.views.denoising_plan import COUNTS, Plan
from demo.views.denoising_trunk import Trunk
from demo.views.nearness import SHOWN, beside_training, thumb
from genmodels.errors import Refused
from genmodels.knobs import Knob

MOST = max(map(int, COUNTS))


def near(plan: Plan, trunk: Trunk = (), picture: Annotated[int, Knob(0, MOST - 1, 1)] = 0) -> dict[str, Any]:
    """One picture of the finished run with its nearest training pictures."""
    return beside(finished(plan, trunk).final, library.cards()[plan.model].dataset, picture)


def beside(made: np.ndarray, dataset: str, picture: int) -> dict[str, Any]:
    """One of the pictures that were made, (B, H, W, C), beside several training pictures if it is alone, else one."""
    count = len(made)
    if picture >= count:
        raise Refused("knob", name="picture", value=picture, low=0, high=count - 1)
    data = library.dataset(dataset)
    found = beside_training(data, made[picture], SHOWN if count == 1 else 1)
    return {"made": thumb(made[picture], data), "of": count, **found}
