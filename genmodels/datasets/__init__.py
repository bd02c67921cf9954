"""What there is to learn from: pictures and points that a number names for ever."""

from __future__ import annotations

from collections.abc import Callable

from genmodels.datasets.dataset import Dataset
from genmodels.datasets.digits import Digits
from genmodels.datasets.faces import Faces
from genmodels.datasets.folder import Folder
from genmodels.datasets.glyphs import Glyphs
from genmodels.datasets.points import Points

DATASETS: dict[str, Callable[..., Dataset]] = {
    "faces": Faces,
    "glyphs": Glyphs,
    "points": Points,
    "digits": Digits,
    "folder": Folder,
}
