"""What is saved of a run is that run: its pictures, and a recipe that makes the same file again."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demo import library
from demo.checks import accept
from demo.export import KINDS, offered, recipe_in
from demo.pictures import to_image
from demo.views import denoising_film
from demo.views.denoising import run, tiled
from demo.views.denoising_film import FILMS, OF_ONE, Film, Films, film_of, written
from demo.views.denoising_keep import PANES, again, opened, run_of, save
from demo.views.denoising_plan import Course, Plan, schedule_of
from demo.views.denoising_trunk import grown, read_trunk
from genmodels import checkpoints
from genmodels.errors import Refused
from genmodels.zoo import ZOO
from tests.demo.shelf import away, put

ASKED = {"model": "young", "steps": 5, "sampler": "ddim", "seed": 3, "knobs": {"ddim": {"eta": 0.5}}}
TRUNK = [
    {"until": 2, "was": {"seed": 9, "guidance": 2.0, "sampler": "heun"}},
    {"until": 3, "was": {"seed": 4}, "poke": {"left": 1, "top": 2, "right": 5, "bottom": 4, "seed": 6, "amount": 0.5}},
]


@pytest.fixture(scope="module", autouse=True)
def young(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small untrained diffusion model in the place of the shipped ones, and no films of other tests."""
    folder = tmp_path_factory.mktemp("checkpoints")
    recipe = ZOO["digits-diffusion"]
    put(folder, "young", "digits-diffusion", dict(recipe.full_config(recipe.data())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FOLDER", folder)
        patch.setattr(library, "LOADED", library.Loaded())
        yield folder


def through(**asked: Any) -> None:
    """A run from its first step to its last, as a page has it."""
    for _ in run(**accept(run, {**ASKED, **asked})):
        pass


def saved(**values: Any) -> dict[str, Any]:
    return save(**accept(save, {**ASKED, "kind": "png", **values}))


def data(reply: dict[str, Any]) -> bytes:
    return base64.b64decode(reply["file"])


def shown(reply: dict[str, Any]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data(reply))))


def test_the_last_picture_and_the_strip_are_those_of_the_run():
    through(count="4")
    steps = list(grown(Plan("young", Course("ddim", 3, {"ddim": {"eta": 0.5}}), steps=5, count="4"), ()))
    assert np.array_equal(shown(saved(count="4")), np.asarray(to_image(steps[-1].x0, 2)))
    strip = shown(saved(count="4", frames=6))
    assert strip.shape == (16, 6 * 16)
    for k, step in enumerate(steps):
        assert np.array_equal(strip[:, 16 * k : 16 * k + 16], np.asarray(to_image(step.x0, 2)))
    schedule = schedule_of(Plan("young"))
    noisy = shown(saved(count="4", frames=6, panes="all"))
    for k, step in enumerate(steps):
        fit = float((schedule.alpha(step.t) ** 2 + 4 * schedule.sigma(step.t) ** 2).sqrt())
        column = noisy[:, 16 * k : 16 * k + 16]
        assert np.array_equal(column[:16], np.asarray(to_image(step.x / fit, 2)))
        assert np.array_equal(column[-16:], np.asarray(to_image(step.eps / 3, 2)))


@pytest.mark.parametrize("kind", offered(*KINDS))
@pytest.mark.parametrize("panes", PANES)
def test_the_recipe_in_a_file_makes_the_same_file_from_nothing(kind: str, panes: str, monkeypatch: pytest.MonkeyPatch):
    through(trunk=TRUNK)
    made = saved(trunk=TRUNK, kind=kind, panes=panes, frames=4, zoom=2)
    assert recipe_in(data(made)) == made["recipe"]
    monkeypatch.setattr(FILMS, "_films", type(FILMS._films)())
    assert data(again(made["recipe"])) == data(made)


@pytest.mark.parametrize("trunk", [[], TRUNK])
def test_a_run_is_written_as_the_page_sends_it(trunk: list[Any]):
    taken = accept(run, {**ASKED, "classes": {"7": 0.5}, "guidance": 3.0, "limit": "clip", "trunk": trunk})
    there = json.loads(json.dumps(written(taken["plan"], taken["trunk"])))
    assert run_of({"run": there}) == (taken["plan"], taken["trunk"])
    assert read_trunk(there["trunk"]) == taken["trunk"]


@pytest.mark.parametrize("trunk", [[], TRUNK])
def test_a_run_whose_model_goes_on_the_way_comes_to_its_end(trunk: list[Any]):
    """Somebody may take a file out of the folder, and put it back."""
    running = run(**accept(run, {**ASKED, "seed": 12, "trunk": trunk}))
    pieces = [next(running)]
    with away("young"):
        pieces += running
    assert pieces[-1]["done"] and sum(len(piece["add"]) for piece in pieces) == 6
    assert shown(saved(seed=12, trunk=trunk)).shape == (8, 8), "and it is kept as a run of those weights"


def test_a_file_turns_the_knobs_to_its_run():
    through()
    found = opened(base64.b64encode(data(saved())).decode())
    assert found["same"] and {name: found["knobs"][name] for name in ASKED} == ASKED
    other = {**saved()["recipe"], "weights": "0"}
    assert opened(base64.b64encode(json.dumps(other).encode()).decode())["same"] is False
    with pytest.raises(Refused) as refusal:
        again(other)
    assert refusal.value.key == "other-weights"


@pytest.mark.parametrize(
    "recipe",
    [
        {"noisewalk": 1, "tab": "latent"},
        {"noisewalk": 1, "tab": "denoising"},
        {"noisewalk": 1, "tab": "denoising", "run": {"model": "gone"}},
        {"noisewalk": 1, "tab": "denoising", "run": {**ASKED, "steps": 10**9}},
        {"noisewalk": 1, "tab": "denoising", "run": {**ASKED, "trunk": [{"until": "x"}]}},
        {"noisewalk": 1, "tab": "denoising", "run": {**ASKED, "evil": 1}},
        [],
    ],
)
def test_a_foreign_recipe_is_refused(recipe: Any):
    with pytest.raises(Refused):
        opened(base64.b64encode(json.dumps(recipe).encode()).decode())


def test_only_a_run_that_came_to_its_end_is_saved():
    broken: Any = run(**accept(run, {**ASKED, "seed": 77}))
    next(broken)
    broken.close()
    with pytest.raises(Refused) as refusal:
        saved(seed=77)
    assert refusal.value.key == "no-run"
    assert saved(seed=77, kind="json")["recipe"]["run"]["seed"] == 77


@pytest.mark.parametrize("values", [{"kind": "exe"}, {"panes": "y"}, {"frames": 0}, {"frames": 97}, {"zoom": 9}])
def test_what_would_be_too_much_is_refused(values: dict[str, Any]):
    with pytest.raises(Refused):
        saved(**values)


def test_films_stay_within_their_bytes(monkeypatch: pytest.MonkeyPatch):
    long = film_of(1001, 16, (3, 64, 64))
    assert long.numbers[0] == 0 and long.numbers[-1] == 1000
    assert len(long.numbers) * 3 * 16 * 3 * 64 * 64 <= denoising_film.OF_ONE
    films, picture = Films(most=100), np.zeros((3, 1, 4, 4, 1), np.uint8)  # 48 bytes
    for seed in range(4):
        films.keep(str(seed), Film([0], [picture]))
    assert films.get("1") is None and films.get("3") is not None


def test_a_thousand_steps_of_sixteen_faces_stay_within_300_megabytes():
    """Pure noise, which no encoding makes smaller than it has to; kept as it is sent, and what is saved beside it."""
    noise = np.random.default_rng(0).integers(0, 256, (16, 64, 64, 3), dtype=np.uint8)
    frame = sum(map(len, tiled(noise, noise, noise)))
    assert 1001 * frame + OF_ONE < 300e6
