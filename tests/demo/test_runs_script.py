"""Runs are begun and ended over a server that answers late: each is ended once, by the number it turns out to have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.paper import facts, read, run  # noqa: F401

SCRIPTS = read("assets/words.js", "assets/runs.js")
SERVER = """
globalThis.sent = [];
window.gradio_config = { components: [{ id: 5, props: { elem_id: 'go' } }, { id: 6, props: {} }] };
window.fetch = async (to, options) => {
  sent.push(String(to).split('/').at(-1) + (options?.body ?? ''));
  if (!String(to).endsWith('join')) return { ok: true };
  await new Promise(then => setTimeout(then, 20));
  return new Response(JSON.stringify(window.answer), { status: window.answer.event_id ? 200 : 503 });
};"""
ASK = """
const ask = (act, body) => fetch('http://x/gradio_api/' + act, { body: JSON.stringify(body) });
const clicks = [];
for (const name of ['go', 'component-6']) document.getElementById(name).click = () => clicks.push(name);
const press = id => { const button = document.getElementById(id);
  const event = Object.assign(new Event('click'), {});
  Object.defineProperty(event, 'target', { value: { closest: () => button } });
  dispatchEvent(event); };
const rest = () => new Promise(then => setTimeout(then, 40));
"""


@pytest.fixture
def told(facts: dict[str, Any]) -> Any:  # noqa: F811
    """What a few lines of script return, in a page whose server gives runs the number `answer`."""

    def ask(code: str, answer: str = "{ event_id: 'a' }") -> Any:
        return run(facts, [SERVER + f"window.answer = {answer};", *SCRIPTS], ASK + code)

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
    assert told(code, "{ detail: 'full' }") == [True, 1]


@pytest.mark.parametrize(("number", "name"), [(5, "go"), (6, "component-6")])
def test_a_press_that_comes_too_early_is_given_when_the_end_is_confirmed(told, number, name):
    code = f"""
    ask('join', {{ fn_index: 3, trigger_id: {number} }});
    press('{name}');
    const before = [...clicks], over = ask('cancel', {{ fn_index: 3 }});
    press('{name}');
    press('{name}');
    const during = [...clicks];
    await over;
    await rest();
    const after = [...clicks];
    press('{name}');
    await rest();
    return [before, during, after, clicks];"""
    assert told(code) == [[], [], [name], [name]]


def test_of_several_presses_the_last_one_counts(told):
    code = """
    ask('join', { fn_index: 3, trigger_id: 5 });
    const over = ask('cancel', { fn_index: 3 });
    press('go');
    press('stop');
    await over;
    await rest();
    return clicks;"""
    assert told(code) == []
