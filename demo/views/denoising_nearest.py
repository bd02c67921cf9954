"""Where the run on the stage ended, beside the training pictures that lie nearest to it."""

from __future__ import annotations

from typing import Annotated, Any

from demo import library
from demo.views.denoising_film import FILMS
from demo.views.denoising_plan import COUNTS, Plan
from demo.views.denoising_trunk import Trunk
from demo.views.nearness import SHOWN, beside_training, thumb
from genmodels.errors import Refused
from genmodels.knobs import Knob

MOST = max(map(int, COUNTS))


def near(plan: Plan, trunk: Trunk = (), picture: Annotated[int, Knob(0, MOST - 1, 1)] = 0) -> dict[str, Any]:
    """One picture of the finished run with its nearest training pictures: several of one alone, one each of many."""
    count = int(plan.count)
    if picture >= count:
        raise Refused("knob", name="picture", value=picture, low=0, high=count - 1)
    made = FILMS.get(plan, trunk).final[picture]
    data = library.dataset(library.cards()[plan.model].dataset)
    return {"made": thumb(made, data), "of": count, **beside_training(data, made, SHOWN if count == 1 else 1)}
