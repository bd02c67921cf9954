"""Real pictures score at the floor, noise far from it, copies are caught, and what was asked for is read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from genmodels.datasets.dataset import HELD_OUT, Dataset
from genmodels.datasets.digits import Digits
from genmodels.datasets.faces import Faces
from genmodels.datasets.glyphs import Glyphs
from genmodels.errors import Refused
from genmodels.evaluation import CHOSEN, enough, evaluate
from genmodels.latents import LatentModel
from genmodels.models.diffusion import Diffusion
from genmodels.sight import Sight, portions, reader_of
from genmodels.zoo import ZOO

N = {"digits": 180, "glyphs": 400}


class FewGlyphs(Glyphs):
    """As many as are drawn in a second."""

    train = range(9_000)


DATA: dict[str, Dataset] = {"digits": Digits(), "glyphs": FewGlyphs()}


class Shown(LatentModel):
    """Instead of painting, shows pictures of a list, one after the other."""

    latent_shape = (1,)

    def __init__(self, pictures: Tensor) -> None:
        super().__init__()
        self.pictures, self.next = pictures, 0

    def decode(self, z: Tensor) -> Tensor:
        self.next += len(z)
        return self.pictures[self.next - len(z) : self.next]


class Asked(Shown):
    """Shows a picture of the class that was asked for, or of the one after it."""

    labels = (36,)

    def __init__(self, beside: int) -> None:
        super().__init__(torch.empty(0))
        self.beside = beside

    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        assert label is not None and label.shape == (len(z), 36)
        classes = (label.argmax(1) + self.beside) % 36
        rounds = torch.arange(self.next, self.next + len(z)) % 250
        self.next += len(z)
        return DATA["glyphs"].batch((rounds * 36 + classes).tolist()).x0


@cache
def scored(name: str, kind: str) -> dict[str, Any]:
    """Held-out pictures that were not picked, noise, or copies of training pictures, in place of painted ones."""
    data, n = DATA[name], N[name]
    order = torch.randperm(len(data.held_out), generator=torch.Generator().manual_seed(0))  # as `evaluate` picks
    spare = torch.cat(list(portions(data, [data.held_out[int(k)] for k in order[n : 2 * n]])))
    pictures = {
        "held-out": spare,
        "noise": torch.rand(n, *data.shape, generator=torch.Generator().manual_seed(1)) * 2 - 1,
        "copies": torch.cat(list(portions(data, data.train[100 : 100 + n]))),
        "one": spare[:1].expand(n, -1, -1, -1),
    }
    return evaluate(Shown(pictures[kind]), data, n, 0, reader_of(data))["metrics"]


@pytest.mark.parametrize("name", DATA)
def test_held_out_pictures_score_at_the_floor(name: str):
    """The floor is that of training pictures, of other typefaces and writers: held-out ones may do better than it."""
    found = scored(name, "held-out")
    for key, measure in found.items():
        slack = ((measure["high"] or measure["value"]) - measure["low"]) / 2
        if key.startswith(("precision", "recall", "density", "coverage", "rarest")):
            assert measure["value"] > measure["floor"] - slack - 0.02, key
        elif key.startswith(("fd", "kid", "c2st", "tv")):
            assert measure["value"] < measure["floor"] + slack + 0.02, key
    assert found["neighbor-ratio"]["low"] < 1 < found["neighbor-ratio"]["high"]
    assert found["copies"]["value"] < 0.05  # some typefaces are near twins of others


@pytest.mark.parametrize("name", DATA)
def test_noise_is_far_from_the_floor(name: str):
    """Density alone is fooled: along smooth axes noise averages out, and lies where real pictures are dense."""
    found = scored(name, "noise")
    for space in ("clf", "pca") if "fd-clf" in found else ("pca",):
        assert found[f"fd-{space}"]["low"] > 5 * found[f"fd-{space}"]["floor"]
        assert found[f"kid-{space}"]["low"] > 5 * abs(found[f"kid-{space}"]["floor"])
        assert found[f"coverage-{space}"]["high"] < 0.1 * found[f"coverage-{space}"]["floor"]
        assert found[f"c2st-{space}"]["low"] > 0.95
    assert found["neighbor-ratio"]["low"] > 1.5


@pytest.mark.parametrize("name", DATA)
def test_copies_are_caught(name: str):
    found = scored(name, "copies")
    assert found["neighbor-ratio"]["high"] < 1e-6 and found["copies"]["low"] > 0.95
    assert found["copies"]["floor"] < 0.1


@pytest.mark.parametrize("name", DATA)
def test_one_picture_over_and_over_is_caught(name: str):
    found = scored(name, "one")
    assert found["support-pca"]["value"] == pytest.approx(1) and found["support-pca"]["floor"] > 4_000
    assert found["coverage-pca"]["high"] < 0.2 and found["recall-pca"]["high"] < 0.2


def test_what_is_read_is_told_with_a_reader_alone():
    with_reader, without = scored("glyphs", "held-out"), scored("digits", "held-out")
    assert {"fd-clf", "fd-pca", "tv:character", "rarest:character"} <= with_reader.keys()
    assert not any("clf" in key or ":" in key for key in without)
    noise = scored("glyphs", "noise")["tv:character"]
    assert noise["low"] > 0.5 > with_reader["tv:character"]["high"]
    assert scored("glyphs", "one")["rarest:character"]["value"] == 0 < with_reader["rarest:character"]["value"]


def test_what_was_asked_for_is_read():
    data = DATA["glyphs"]
    reader = reader_of(data)
    heard = evaluate(Asked(0), data, 360, 0, reader)["metrics"]["accuracy:character"]
    assert heard["high"] > heard["floor"] - 0.02 > 0.95
    deaf = evaluate(Asked(1), data, 360, 0, reader)["metrics"]["accuracy:character"]
    assert deaf["high"] < 0.1 and deaf["floor"] == heard["floor"]


def test_sight_is_fitted_on_training_pictures():
    """Training pictures have variance 1 in each coordinate, or on average over them; and look the same in portions."""
    data = DATA["glyphs"]
    sight = Sight.of(data, reader_of(data))
    items = [data.train[k] for k in range(0, 9_000, 7)]
    seen = sight.look(portions(data, items))
    assert seen.features is not None and seen.shown is not None
    assert seen.pixels.dtype == seen.features.dtype == torch.float64
    assert seen.pixels.shape == (len(items), 64)
    assert seen.pixels.var(0).mean().item() == pytest.approx(1, rel=0.1)
    assert seen.features.var(0).mean().item() == pytest.approx(1, rel=0.1)
    assert torch.allclose(sight.look([data.batch(items[:3]).x0]).pixels, seen.pixels[:3], atol=1e-5)


def test_few_and_too_many_pictures_are_refused():
    for n in (9, 361):
        with pytest.raises(Refused, match="n"):
            evaluate(Shown(torch.zeros(n, 1, 8, 8)), DATA["digits"], n, 0)


def test_enough_pictures_for_each_kind():
    data = Glyphs()
    models = {name: ZOO[name].build(**ZOO[name].full_config(data)) for name in ("glyphs-reader", "glyphs-gan")}
    assert {name: enough(model, data) for name, model in models.items()} == {
        "glyphs-reader": 10_000,
        "glyphs-gan": 5_000,
    }
    assert enough(models["glyphs-gan"], DATA["digits"]) == 360


class Attentive(Diffusion):
    """Instead of painting, shows the training face of which just this is said, or (deaf) the one after it."""

    def __init__(self, data: Dataset, beside: int = 0) -> None:
        sizes = [len(values) for values in data.fields.values()]
        super().__init__(data.shape, sizes, patch=4, channels=8, multiples=[1], blocks=1, attention=0)
        self.data, self.beside, self.heard = data, beside, []
        self.known = torch.from_numpy(data.labels(data.train))

    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        if label is None:
            return self.data.batch(self.data.held_out[80 : 80 + len(z)]).x0
        self.heard.append(label)
        matching = (self.known @ label.T == label.sum(1)).float().argmax(0)
        return self.data.batch(((matching + self.beside) % len(self.data.train)).tolist()).x0


class FewFaces(Faces):
    """Drawn once."""

    train, held_out = range(120), range(HELD_OUT, HELD_OUT + 120)

    def pictures(self, items: Sequence[int]) -> np.ndarray:
        return np.stack([face(item) for item in items])


@cache
def face(item: int) -> np.ndarray:
    return Faces().pictures([item])[0]


@pytest.mark.parametrize("beside", [0, 1])
def test_a_model_of_many_fields_is_asked_for_the_chosen_ones(beside: int):
    data = FewFaces()
    reader = reader_of(data)
    model = Attentive(data, beside)
    found = evaluate(model, data, 80, 0, reader, {"steps": 3, "guidance": 1.5})
    assert found["run"]["steps"] == 3 and found["run"]["guidance"] == 1.5
    heard = torch.cat(model.heard)
    assert heard.shape == (80, sum(map(len, data.fields.values()))) and (heard.sum(1) == 6).all()
    accuracies = {key for key in found["metrics"] if key.startswith("accuracy:")}
    assert accuracies == {f"accuracy:{name}" for name in (*CHOSEN["faces"], "jointly")}
    jointly = found["metrics"]["accuracy:jointly"]
    if beside:
        assert jointly["high"] < 0.1 < 0.5 * jointly["floor"]
    else:
        assert jointly["high"] > jointly["floor"] - 0.1
        assert jointly["floor"] <= min(found["metrics"][f"accuracy:{name}"]["floor"] for name in CHOSEN["faces"])
