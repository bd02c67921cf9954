"""What each of the three comparisons would cost, or why it would be refused, said while knobs are turned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.views.denoising_compare_errors import Judged, cost
from demo.views.denoising_compare_fates import Fates, plans
from demo.views.denoising_compare_ladder import rungs
from demo.views.denoising_compare_price import afford
from demo.views.denoising_plan import Plan
from demo.views.denoising_trunk import Trunk
from genmodels.errors import Refused


def costs(plan: Plan, fates: Fates, judged: Judged, trunk: Trunk = ()) -> dict[str, Any]:
    """The bill of each by its name."""
    return {
        "compare": priced(lambda: afford(plans(plan, trunk, fates), trunk=trunk)),
        "ladder": priced(lambda: afford(rungs(plan))),
        "errors": priced(lambda: cost(plan, judged)),
    }


def priced(bill: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return bill()
    except Refused as refused:
        return {"error": {"key": refused.key, "values": {name: str(value) for name, value in refused.values.items()}}}
