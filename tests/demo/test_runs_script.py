"""Runs are begun and ended over a server that answers late: each is ended once, by the number it turns out to have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.demo.paper import facts, read, run  # noqa: F401

SERVER = (Path(__file__).parent / "late_server.js").read_text("utf-8")
SCRIPTS = [SERVER, *read("assets/words.js", "assets/runs.js")]


@pytest.fixture
def told(facts: dict[str, Any]) -> Any:  # noqa: F811
    """What a few lines of script return, in a page whose server gives runs these numbers."""

    def ask(code: str, *numbers: str) -> Any:
        answers = [{"event_id": number} if number else {"detail": "full"} for number in numbers or ("a",)]
        return run(facts, [f"window.answers = {json.dumps(answers)};", *SCRIPTS], code)

    return ask


def test_a_run_is_ended_once(told):
    code = """
    const answers = await Promise.all(['a', 'a', 'b'].map(run => ask('cancel', { event_id: run })));
    await fetch('http://x/config');
    return [answers.map(answer => answer.ok), sent];"""
    assert told(code) == [[True] * 3, ['cancel{"event_id":"a"}', 'cancel{"event_id":"b"}', "config"]]


def test_a_run_that_has_no_number_yet_is_ended_by_the_one_it_gets(told):
    code = """
    const begun = ask('join', { fn_index: 3, trigger_id: 5 });
    const over = ask('cancel', { fn_index: 3 });
    const reset = await ask('reset', {});
    await over;
    return [(await (await begun).json()).event_id, reset.ok, sent.slice(1)];"""
    assert told(code) == ["a", True, ['cancel{"fn_index":3,"event_id":"a"}']]


def test_a_run_that_was_refused_needs_no_end(told):
    code = """
    ask('join', { fn_index: 3, trigger_id: 5 });
    const over = await ask('cancel', { fn_index: 3 });
    return [over.ok, sent.length];"""
    assert told(code, "") == [True, 1]


@pytest.mark.parametrize(("number", "name"), [(5, "go"), (6, "component-6")])
def test_a_press_that_comes_too_early_is_given_when_the_end_is_confirmed(told, number, name):
    code = f"""
    ask('join', {{ fn_index: 3, trigger_id: {number} }});
    press('{name}');
    const before = through, over = ask('cancel', {{ fn_index: 3 }});
    press('{name}');
    press('{name}');
    press('play');
    const during = [through, ...clicks];
    await over;
    await rest();
    press('{name}');
    return [before, during, through, clicks];"""
    assert told(code) == [1, [2], 3, [name]]


def test_stop_takes_back_a_press_that_came_too_early(told):
    code = """
    ask('join', { fn_index: 3, trigger_id: 5 });
    const over = ask('cancel', { fn_index: 3 });
    press('go');
    press('some-stop');
    await over;
    await rest();
    return clicks;"""
    assert told(code) == []


def test_what_a_script_presses_is_never_kept(told):
    code = """
    ask('join', { fn_index: 3, trigger_id: 5 });
    const over = ask('cancel', { fn_index: 3 }), ending = [noisewalk.ending(document.getElementById('go'))];
    press('go', false);
    await over;
    await rest();
    return [clicks, [...ending, noisewalk.ending(document.getElementById('go'))]];"""
    assert told(code) == [[], [True, False]]


def test_a_second_stop_waits_for_the_same_end(told):
    """Else a run that is begun after it would be taken for the one that still ends."""
    code = """
    window.slow = { cancel: 80 };
    await ask('join', { fn_index: 3, trigger_id: 5 });
    const order = [], first = ask('cancel', { fn_index: 3, event_id: 'a' }).then(() => order.push('first'));
    const second = ask('cancel', { fn_index: 3, event_id: 'a' }).then(() => order.push('second'));
    await rest(20);
    const early = [...order];
    press('go');
    await Promise.all([first, second]);
    await rest();
    return [early, order, clicks, cancels()];"""
    assert told(code) == [[], ["first", "second"], ["go"], ["a"]]


def test_an_end_that_was_lost_on_the_way_may_be_tried_again(told):
    code = """
    window.broken = [true];
    await ask('join', { fn_index: 3, trigger_id: 5 });
    const lost = await ask('cancel', { fn_index: 3, event_id: 'a' }).then(() => false, () => true);
    const again = await ask('cancel', { fn_index: 3, event_id: 'a' });
    return [lost, again.ok, cancels()];"""
    assert told(code) == [True, True, ["a", "a"]]


def test_a_run_stopped_before_it_is_asked_for_is_ended_when_it_is(told):
    """Uploads go first: until then the newest number known is that of the run before."""
    code = """
    await ask('join', { fn_index: 3, trigger_id: 5 });
    await rest(600);
    const over = ask('cancel', { fn_index: 3 });
    await rest();
    const before = cancels();
    ask('join', { fn_index: 3, trigger_id: 5 });
    await over;
    return [before, cancels()];"""
    assert told(code, "a", "b") == [[], ["b"]]


def test_a_run_that_no_button_began_is_ended_too(told):
    code = """
    ask('join', { fn_index: 3, trigger_id: 7 });
    const over = await ask('cancel', { fn_index: 3 });
    await rest();
    return [over.ok, cancels()];"""
    assert told(code) == [True, ["a"]]


def test_what_shows_a_run_hears_when_it_is_asked_for_and_if_it_was_stopped_by_then(told):
    code = """
    const heard = [];
    window.addEventListener('noisewalk:joined', ({ detail }) => heard.push(detail));
    await ask('join', { fn_index: 3, trigger_id: 5 });
    await rest(600);
    const over = ask('cancel', { fn_index: 3 });
    await ask('join', { fn_index: 3, trigger_id: 5 });
    await over;
    await ask('join', { fn_index: 4, trigger_id: 5 });
    return heard;"""
    shows = ["stage", "component-6"]
    wanted = [{"shows": shows, "stopped": False}, {"shows": shows, "stopped": True}, {"shows": [], "stopped": False}]
    assert told(code, "a", "b", "c") == wanted
