// The ends of runs, where Gradio's client and server leave a gap between a press and its answer:
// - Stop before the server has given the run a number: the request to end it waits for that number.
// - A second request to end a run that is ending makes the server stumble (500): each run is ended once.
// - The button that began the run does nothing until its end is confirmed: a press of it is kept and given then.
// What a run will be shown by hears that it is asked for, and whether it was stopped even before that.
(() => {
  const send = window.fetch;
  const joins = new Map(); // by function: its newest run, {button, number (to come), old (its client knows the number)}
  const ends = new Map(); // by the number of a run: the end it will come to
  const ending = new Map(); // by button: how many ends it waits for
  const doomed = new Map(); // by function: what waits for a run that is asked for only after it was stopped
  const LATE = 500, PATIENCE = 10_000; // milliseconds
  let kept = null; // the button that was pressed too early

  const done = () => Response.json({ success: true });
  const rest = (time) => new Promise((then) => setTimeout(then, time));

  function begin(to, options, { fn_index: of, trigger_id: trigger }) {
    const answer = send(to, options);
    const number = answer.then((said) => said.clone().json()).then((said) => said.event_id, () => null);
    const join = { button: buttonOf(trigger), number, old: false };
    joins.set(of, join);
    window.dispatchEvent(new CustomEvent("noisewalk:joined", { detail: { shows: shownBy(of), stopped: doomed.has(of) } }));
    number.then(() => setTimeout(() => { join.old = true; }, LATE));
    doomed.get(of)?.(number);
    doomed.delete(of);
    return answer;
  }

  async function numberOf({ fn_index: of, event_id: known }) {
    if (known) return known;
    const join = joins.get(of);
    if (join && !join.old) return join.number;
    return Promise.race([new Promise((then) => doomed.set(of, then)), rest(PATIENCE).then(() => doomed.delete(of) && null)]);
  }

  async function end(to, options, asked) {
    const button = joins.get(asked.fn_index)?.button;
    ending.set(button, (ending.get(button) ?? 0) + 1);
    try {
      const run = await numberOf(asked);
      if (!run) return done();
      if (!ends.has(run)) {
        const request = send(to, { ...options, body: JSON.stringify({ ...asked, event_id: run }) });
        ends.set(run, request.catch(() => ends.delete(run))); // what failed may be tried again
        return await request;
      }
      await ends.get(run);
      return done();
    } finally {
      setTimeout(() => release(button)); // the client hears of the end first
    }
  }

  function release(button) {
    ending.set(button, ending.get(button) - 1);
    if (!button || kept !== button || ending.get(button)) return;
    kept = null;
    button.click();
  }
  // Of presses by hand the last one counts, be it of the same button or of one that stops.
  window.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || !event.isTrusted) return;
    if (/-(stop|halt)$/.test(button.id)) kept = null;
    if (!ending.get(button)) return;
    kept = button;
    event.stopImmediatePropagation();
  }, true);

  // A component stands in the page under its own name, or under its number.
  function nameOf(number) {
    return window.gradio_config?.components.find(({ id }) => id === number)?.props.elem_id || `component-${number}`;
  }
  const buttonOf = (number) => document.getElementById(nameOf(number));
  const shownBy = (of) => (window.gradio_config?.dependencies?.find(({ id }) => id === of)?.outputs ?? []).map(nameOf);

  window.fetch = (to, options) => {
    const act = /\/(join|cancel|reset)\/?(?:\?|$)/.exec(String(to?.url ?? to))?.[1];
    if (!act || typeof options?.body !== "string") return send(to, options);
    if (act === "reset") return Promise.resolve(done()); // the server does nothing here: all is in /cancel
    return (act === "join" ? begin : end)(to, options, JSON.parse(options.body));
  };
  window.noisewalk.ending = (button) => Boolean(ending.get(button));
})();
