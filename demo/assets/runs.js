// The ends of runs, where Gradio's client and server leave a gap between a press and its answer:
// - Stop before the server has given the run a number: the request to end it waits for that number.
// - A second request to end a run that is ending makes the server stumble (500): each run is ended once.
// - The button that began the run does nothing until its end is confirmed: a press of it is kept and given then.
(() => {
  const send = window.fetch;
  const numbers = new Map(), began = new Map(); // by function: the number its newest run will have, and its trigger
  const ended = new Set(), ending = new Set(); // runs; and the buttons that wait for a run's end
  let kept = null; // the button that was pressed too early

  const done = () => Response.json({ success: true });

  function begin(to, options, { fn_index: of, trigger_id: trigger }) {
    const answer = send(to, options);
    numbers.set(of, answer.then((said) => said.clone().json()).then((said) => said.event_id, () => null));
    began.set(of, trigger);
    return answer;
  }

  async function end(to, options, asked) {
    const button = buttonOf(began.get(asked.fn_index));
    ending.add(button);
    try {
      const run = asked.event_id ?? (await numbers.get(asked.fn_index));
      if (!run || ended.has(run)) return done();
      ended.add(run);
      return await send(to, { ...options, body: JSON.stringify({ ...asked, event_id: run }) });
    } finally {
      setTimeout(() => release(button)); // the client hears of the end first
    }
  }

  function release(button) {
    ending.delete(button);
    if (kept !== button) return;
    kept = null;
    button.click();
  }
  window.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    kept = ending.has(button) ? button : null; // of several presses the last one counts
    if (kept) event.stopImmediatePropagation();
  }, true);

  // A component stands in the page under its own name, or under its number.
  function buttonOf(number) {
    const name = window.gradio_config?.components.find(({ id }) => id === number)?.props.elem_id;
    return document.getElementById(name || `component-${number}`);
  }

  window.fetch = (to, options) => {
    const act = /\/(join|cancel|reset)\/?(?:\?|$)/.exec(String(to?.url ?? to))?.[1];
    if (!act || typeof options?.body !== "string") return send(to, options);
    if (act === "reset") return Promise.resolve(done()); // the server does nothing here: all is in /cancel
    return (act === "join" ? begin : end)(to, options, JSON.parse(options.body));
  };
})();
