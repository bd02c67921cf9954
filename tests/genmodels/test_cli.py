"""The command line's manners: exit codes, one line of complaint, a bar, and stopping when asked."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from genmodels import __main__ as command_line
from genmodels.__main__ import main, ready, whole
from genmodels.datasets import DATASETS
from genmodels.reporting import bar
from genmodels.training import Progress
from genmodels.zoo import ZOO
from tests.genmodels.tiny import shrink


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shrink(monkeypatch)
    return ["--runs", str(tmp_path / "runs"), "--checkpoints", str(tmp_path / "checkpoints")]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["train"],
        ["train", "no-such"],
        ["train", "digits-gan", "--steps", "0"],
        ["train", "digits-gan", "--steps", "many"],
        ["train", "digits-gan", "--device", "abacus"],
        ["sample", "digits-gan"],
        ["sample", "digits-gan", "--n", "-1"],
        ["evaluate", "../digits-gan"],
        ["evaluate", "digits-gan", "--n", "9"],
        ["evaluate", "digits-gan", "--sampler", "evil"],
        ["export", "digits-gan"],
    ],
)
def test_a_bad_argument_gets_one_line_and_2(words: list[str], places: list[str], capsys: pytest.CaptureFixture[str]):
    try:
        code = main([*words, *(places if len(words) > 1 else [])])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1


def test_a_failure_gets_one_line_and_1(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "digits-gan.safetensors").write_bytes(b"nothing")
    assert main(["sample", "digits-gan", *places]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1 and "digits-gan.safetensors" in said.err
    assert main(["list", *places]) == 0
    said = capsys.readouterr()
    assert "digits-gan.safetensors" in said.err and said.out.count("not trained") == len(ZOO)


def test_too_many_to_measure_with_is_refused(places: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["train", "digits-gan", "--steps", "1", *places]) == 0
    assert main(["export", "digits-gan", "--n", "0", *places]) == 0
    assert main(["evaluate", "digits-gan", "--n", "25", *places]) == 2


def test_words_for_people(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["train", "digits-diffusion", "--steps", "2", *places]) == 0
    said = capsys.readouterr()
    assert said.out == "" and "2/2" in said.err and "loss" in said.err and "steps done" in said.err
    assert main(["export", "digits-diffusion", "--n", "10", *places]) == 0
    assert "file: digits-diffusion.safetensors" in capsys.readouterr().out
    assert main(["evaluate", "digits-diffusion", "--n", "12", *places]) == 0
    said, aside = capsys.readouterr()
    assert "real against real" in said and "denoising-mse" in said
    assert said.startswith("N = 12, seed 0;")
    assert aside.splitlines() == ["genmodels: digits has no trained reader; measured by pixels alone"]
    assert main(["evaluate", "digits-diffusion", "--n", "12", "--sampler", "ddim", "--json", *places]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["sampler"] == "ddim"
    assert main(["sample", "digits-diffusion", "--n", "1", "--out", str(tmp_path / "out"), *places]) == 0
    assert "sha256" in capsys.readouterr().out


def test_what_is_asked_for_is_drawn_and_what_cannot_be_is_refused(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for name in ("digits-diffusion", "digits-gan"):
        assert main(["train", name, "--steps", "5", *places]) == 0
        assert main(["export", name, "--n", "0", *places]) == 0
    drawn = ["sample", "digits-diffusion", "--n", "2", "--out", str(tmp_path), "--json", *places]
    digests = []
    for wish in ([], ["--ask", "3"], ["--ask", "8"], ["--ask", "3"]):
        capsys.readouterr()
        assert main([*drawn, *wish]) == 0
        digests.append(json.loads(capsys.readouterr().out)["sha256"])
    assert digests[1] == digests[3] and len(set(digests)) == 3
    assert main([*drawn, "--ask", "queen"]) == 2
    assert "0, 1, 2, 3" in capsys.readouterr().err
    assert main(["sample", "digits-gan", "--ask", "3", *places]) == 2
    assert "cannot be asked" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_after_the_step_and_goes_on(
    number: int, places: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    before = signal.getsignal(number)
    told = command_line.shown

    def stopping(*arguments):
        for progress in told(*arguments):
            if progress.step == 3:
                os.kill(os.getpid(), number)
            yield progress

    monkeypatch.setattr(command_line, "shown", stopping)
    assert main(["train", "digits-gan", "--steps", "50", *places]) == 0
    assert "stopped at step 3" in capsys.readouterr().err
    assert signal.getsignal(number) is before
    monkeypatch.setattr(command_line, "shown", told)
    assert main(["train", "digits-gan", "--steps", "5", "--json", *places]) == 0
    assert [line[:9] for line in capsys.readouterr().out.splitlines()] == ['{"step": ', '{"step": ']


def test_the_bar_fills_and_counts_down():
    half = bar(Progress(50, 2.0, 25.0, {"loss": 0.5}), 100)
    assert half.count("█") == half.count("·") == 12
    assert "50/100" in half and "2.00/s" in half and "0:00:25 left" in half and "loss 0.5000" in half
    assert "30:00:01 left" in bar(Progress(1, 1.0, 108_001.0, {}), 100)
    assert bar(Progress(100, 2.0, 0.0, {}), 100).count("█") == 24


def test_a_live_bar_stays_on_its_line(places: list[str], monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(command_line.sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["train", "digits-gan", "--steps", "2", *places]) == 0
    assert capsys.readouterr().err.count("\r") >= 1


def test_a_large_data_set_is_drawn_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    small = DATASETS["digits"]()
    assert ready(small, tmp_path, quiet=True) is small
    monkeypatch.setattr(command_line, "SLOW_TO_DRAW", 10)
    cached = ready(small, tmp_path / "log", quiet=False)
    assert capsys.readouterr().err == "drawing digits: 1,437\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ready(small, tmp_path / "screen", quiet=False)
    assert capsys.readouterr().err.endswith("\rdrawing digits: 1,437 of 1,437\n")
    assert (cached.pictures([4]) == small.pictures([4])).all()


@pytest.mark.parametrize("text", ["3.5", "-2", "1e3", "", "９" * 10, "9999999999"])
def test_a_number_is_whole_and_bounded(text: str):
    with pytest.raises(command_line.argparse.ArgumentTypeError):
        whole(0)(text)
