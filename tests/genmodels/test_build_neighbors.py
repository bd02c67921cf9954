"""The files of neighbors: of the present drawings, written anew by one command, and refused where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genmodels import nearness, neighbors
from genmodels.build_neighbors import SHIPPED, main
from genmodels.datasets import DATASETS
from genmodels.neighbors import nearest
from tests.genmodels.tiny import shrink


def test_what_is_shipped_is_of_the_present_drawings(capsys: pytest.CaptureFixture[str]):
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "all is of the present drawings\n"


def test_they_are_missing_then_written_then_outgrown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    shrink(monkeypatch)
    where = ["--folder", str(tmp_path)]
    names = [f"{name}_{kind}" for name in SHIPPED for kind in ("neighbors.npz", "nearness.json")]

    def checked() -> list[str]:
        code = main(["--check", *where])
        told = [line.split(":")[0] for line in capsys.readouterr().out.splitlines() if ": missing" in line]
        assert code == bool(told)
        return told

    assert checked() == names and not any(tmp_path.iterdir())
    assert main(where) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == names
    assert checked() == [] and {path.name for path in tmp_path.iterdir()} == set(names)

    monkeypatch.setattr(DATASETS["faces"](), "data_version", "of tomorrow")
    assert checked() == names[:2]
    assert main(["faces", *where]) == 0
    capsys.readouterr()
    assert checked() == [], "what was read before it was written anew is believed no more"


def test_what_is_written_is_what_brute_force_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shrink(monkeypatch)
    main(["glyphs", "--folder", str(tmp_path)])
    few = DATASETS["glyphs"]()
    train, held_out = (few.pictures(list(items)).astype(float) for items in (few.train, few.held_out))
    gaps = np.sqrt(((held_out[:, None] - train) ** 2).mean((2, 3, 4)))
    assert nearness.kept(few, tmp_path) == pytest.approx(sorted(gaps.min(1)), abs=0.006)
    index = neighbors.kept(few, tmp_path)
    found = [nearest(few, picture, 1, index=index)[0].item for picture in held_out.astype(np.uint8)]
    assert found == [few.train[k] for k in gaps.argmin(1)]


def test_other_data_sets_have_none(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        main(["faces", "ducks"])
    assert end.value.code == 2 and "ducks" in capsys.readouterr().err
