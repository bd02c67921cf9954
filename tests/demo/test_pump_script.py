"""How many requests of one page fly at once: many over a long wire, one where the server is what one waits for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.paper import facts, read, run  # noqa: F401

DEPTH = 4
PUMP = """
const props = { arguments: {} }, name = 'paper';
const language = () => 'en', here = () => true, listen = () => {}, emit = () => {};
const asked = [], painted = [], pause = () => new Promise(done => setImmediate(done));
let now = 0, deepest = 0;
Object.defineProperty(performance, 'now', { value: () => now });
const ask = message => new Promise(answer => {
  asked.push({ number: message.args.number, answer });
  deepest = Math.max(deepest, asked.length);
});
"""
DRIVE = """
const requests = pump(ask, async ({ number }, fresh) => { if (fresh()) painted.push(number); });
let number = 0;
async function turn(trip, reply) { // a new value, and the oldest request comes back
  for (let k = 0; k < 2 * DEPTH; k++) requests.set({ number: ++number });
  await pause();
  now += trip;
  const { number: place, answer } = asked.shift();
  answer({ number: place, waited: 0, ...reply });
  await pause();
  return asked.length;
}
const turns = async (count, trip, reply) => {
  for (let k = 0; k < count; k++) await turn(trip, reply);
  return asked.length;
};
"""


@pytest.fixture
def flown(facts: dict[str, Any]) -> Any:  # noqa: F811
    """What a few lines of script return after they have turned the pump."""
    (pump,) = read("widgets/pump.js")
    return lambda code: run(facts, [], f"{PUMP}{pump}{DRIVE}{code}")


def test_many_fly_over_a_long_wire(flown: Any):
    assert flown("return await turns(8, 100, { ms: 5 });") == DEPTH


def test_one_flies_where_serving_takes_longer_than_the_wire(flown: Any):
    assert flown("return await turns(8, 100, { ms: 90 });") == 1


def test_the_turns_of_others_are_not_the_wire(flown: Any):
    assert flown("return await turns(8, 100, { ms: 5, waited: 94 });") == 1


def test_who_overtakes_himself_flies_with_half_at_last_alone_and_only_slowly_with_more(flown: Any):
    code = """
    const before = await turns(8, 100, { ms: 5 });
    await turns(DEPTH, 100, { superseded: true, unasked: true });
    const unasked = asked.length;
    await turn(100, { superseded: true });
    await turns(DEPTH, 100, { ms: 5 });
    const once = asked.length, alone = await turns(DEPTH, 100, { superseded: true }), after = [];
    for (let k = 0; k < 4; k++) after.push(await turns(PATIENCE, 100, { ms: 5 }));
    return [before, unasked, once, alone, ...after];"""
    before, unasked, once, alone, *after = flown(code)
    assert (before, unasked, once, alone) == (DEPTH, DEPTH, DEPTH // 2, 1), "once may be chance"
    assert after == [1, 2, 3, DEPTH]


def test_the_last_value_is_always_asked_for_and_painted(flown: Any):
    code = """
    await turns(8, 100, { ms: 5 });
    while (asked.length) {
      const { number: place, answer } = asked.shift();
      answer({ number: place, ms: 5 });
      await pause();
    }
    return [painted, number];"""
    painted, last = flown(code)
    assert painted == sorted(painted) and painted[-1] == last
