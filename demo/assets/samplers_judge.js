// The table beside the cloud: what each method cost and how far from the exact flow it ended; and one dot in numbers.
(() => {
  const parts = (window.noisewalk.samplersParts ??= {});
  const PATIENCE = 220; // ms of quiet before the exact flow is asked for: it costs more than the cloud

  parts.judge = kit => {
    const { element, say, listen, emit, why } = kit, { INKS } = window.noisewalk.samplers;
    const figure = element.querySelector(".nw-judge"), rows = figure.querySelector(".nw-verdicts"), numbers = figure.querySelector(".nw-life");
    const trouble = figure.querySelector(".nw-error"), hint = figure.querySelector(".nw-hint");
    const ask = Object.values(kit.server)[0];
    let reply = null, step = 0, lastError = null;

    const wait = () => new Promise(done => setTimeout(done, PATIENCE));
    const current = () => JSON.stringify(requests.args());
    async function patient(message) {
      const asked = JSON.stringify(message.args);
      await parts.seen(figure);
      await wait();
      if (asked !== current()) return { superseded: true, unasked: true };
      figure.classList.add("nw-waiting");
      const answer = await ask(message);
      figure.classList.remove("nw-waiting");
      return answer && { ...answer, args: message.args };
    }

    const cell = (row, text, kind = "td") => { const made = document.createElement(kind); made.textContent = text; row.append(made); return made; };
    const digits = v => { if (v === 0) return "0"; const size = Math.abs(v); return size < 1e-3 || size >= 1e4 ? v.toExponential(1) : v.toPrecision(3); };
    const pair = v => v.map(part => (part < 0 ? "−" : " ") + Math.abs(part).toFixed(Math.abs(part) >= 10 ? 1 : 3)).join(", ");
    function named(row, method, ink) {
      const head = cell(row, "", "th");
      head.scope = "row";
      head.innerHTML = '<i class="nw-swatch"></i><span></span>';
      head.firstChild.style.background = ink;
      head.lastChild.textContent = say(method);
    }
    function heading(table, keys) {
      const row = document.createElement("tr");
      for (const key of keys) cell(row, key ? say(key) : "", "th").scope = "col";
      table.replaceChildren(row);
    }

    function verdicts() {
      heading(rows, ["", "t:samplers.evaluations", "t:samplers.error"]);
      reply.rows.forEach((verdict, i) => {
        const row = document.createElement("tr");
        named(row, "t:samplers." + verdict.method, INKS[i]);
        if (verdict.refused) cell(row, why(verdict.refused)).colSpan = 2;
        else {
          cell(row, verdict.evaluations);
          cell(row, verdict.error === null ? say("t:samplers.chance") : digits(verdict.error)).classList.toggle("nw-small", verdict.error === null);
        }
        rows.append(row);
      });
    }
    function life() {
      numbers.hidden = !reply.life;
      hint.hidden = Boolean(reply.life);
      hint.textContent = say("t:samplers.click");
      if (!reply.life) return;
      heading(numbers, ["", "t:samplers.x", "t:samplers.x0", "t:samplers.eps"]);
      const at = Math.min(step, reply.life.truth.length - 1);
      const inks = Object.fromEntries(reply.rows.map((row, i) => [row.method, INKS[i]]));
      for (const path of reply.life.paths) {
        const row = document.createElement("tr");
        named(row, "t:samplers." + path.method, inks[path.method]);
        for (const part of ["x", "x0", "eps"]) cell(row, pair(path[part][at])).className = "nw-pair";
        numbers.append(row);
      }
      const row = document.createElement("tr");
      named(row, "t:samplers.exact", "var(--nw-ink)");
      cell(row, pair(reply.life.truth[at])).className = "nw-pair";
      cell(row, "").colSpan = 2;
      numbers.append(row);
    }
    function fill() { if (reply) { verdicts(); life(); } }
    function fail(error) {
      lastError = error;
      trouble.hidden = error === null;
      if (error !== null) trouble.textContent = why(error.reason);
    }

    listen(window, "noisewalk:frame", ({ detail }) => {
      if (detail.timeline !== "samplers-cloud") return;
      step = detail.index;
      if (reply?.life) life();
    });
    kit.whenPageChanges(() => { fill(); if (lastError) fail(lastError); });
    const requests = kit.pump(patient, async (answer, fresh) => {
      if (!fresh()) return;
      reply = answer;
      fail(null); fill();
      emit("judged", answer);
    }, reason => fail({ reason }));
  };
})();
