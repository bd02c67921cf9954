// Mode collapse: what cards say and what is measured now, a row for each model; the measuring itself streams from Python.
(() => {
  const TAB = "latent", parts = (window.noisewalk.latentParts ??= {});
  const speak = window.noisewalk.say, say = (key, values) => speak("t:latent.collapse." + key, values);
  const html = (key, values) => window.noisewalk.html("t:latent.collapse." + key, values);
  const TWICE = 1000; // milliseconds
  const VAGUE = 50; // times as high as low: an interval that says no more than its lower end
  const FIRST = ["hair-style", "character"]; // the fields worth a first look

  parts.collapse = (kit) => {
    const { element, props, watch, emit, listen } = kit, figure = element.querySelector(".nw-collapse"), find = (part) => figure.querySelector(part);
    const rows = find(".nw-rows"), progress = find(".nw-progress"), menu = find("select"), tell = parts.trouble(kit, figure), { short } = parts;
    let state = null, busy = null, halted = false;

    const node = (tag, kind, html = "") => Object.assign(document.createElement(tag), { className: kind, innerHTML: html });
    const percent = (share) => { const value = 100 * share; return (value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)) + "\u00a0%"; };
    const few = (number) => (number > 0 && number < 0.01 ? "< 0.01" : short(number));
    const whole = (number) => Number(number.toPrecision(2)).toLocaleString(window.noisewalk.language());
    const title = (name) => { const key = "t:models." + name; return window.noisewalk.known(key) ? window.noisewalk.say(key) : name; };
    const word = (key, otherwise) => (window.noisewalk.known(key) ? window.noisewalk.say(key) : otherwise);
    const fieldName = (name) => word("t:attributes." + name, name);
    const valueName = (of, name) => word(`t:attributes.${of}.${name}`, name);
    const field = () => { const names = Object.keys(state.values), asked = window.noisewalk.valueOf(TAB, "field"); return names.includes(asked) ? asked : FIRST.find((name) => names.includes(name)) ?? names[0]; };

    function sentence({ key, values, field: of, names, rare }) {
      const several = Object.keys(state.values).length > 1;
      names ??= rare?.map(({ field: of, name, made, due }) => (several ? fieldName(of) + speak("t:page.colon") : "") + `${valueName(of, name)} (${made} / ${due.toFixed(0)})`);
      if (rare?.length < values.rare) names.push("…");
      const numbers = { ...values, field: of && fieldName(of), names: (names ?? []).join(speak("t:page.comma")) };
      for (const name of ["expected", "usual"]) if (name in numbers) numbers[name] = few(numbers[name]);
      for (const name of ["sure", "real", "seen", "value", "perfect"]) if (name in numbers) numbers[name] = percent(numbers[name]);
      if (numbers.pairs) numbers.pairs = numbers.pairs.toLocaleString(window.noisewalk.language());
      if ("support" in numbers) numbers.support = whole(numbers.support);
      return node("p", "nw-finding nw-" + key, html("finding." + key, { ...numbers, space: numbers.space && "t:latent.collapse.space." + numbers.space }));
    }
    function histogram(counts, names) {
      const box = node("div", "nw-counts"), made = counts.made.reduce((a, b) => a + b), real = counts.real.reduce((a, b) => a + b);
      const highest = Math.max(...counts.made.map((count) => count / made), ...counts.real.map((count) => count / real));
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", say("histogram"));
      names.forEach((name, k) => {
        const column = node("span", "nw-count-of" + (counts.made[k] ? "" : " nw-none"), "<i></i><b></b><em></em>"), [bar, mark, label] = column.children;
        bar.style.height = (100 * counts.made[k]) / made / highest + "%";
        mark.style.bottom = (100 * counts.real[k]) / real / highest + "%";
        label.textContent = name;
        column.title = say("count", { name, made: percent(counts.made[k] / made), real: percent(counts.real[k] / real), count: counts.made[k] });
        box.append(column);
      });
      box.classList.toggle("nw-long", names.some((name) => name.length > 2));
      return box;
    }
    // Each cell is what was found and, smaller, what a perfect model would show.
    function cells({ fields, pairs, support, coverage, sure }, of) {
      const all = Object.values(fields), sum = (name) => all.reduce((total, counts) => total + counts[name], 0);
      const found = {};
      if (all.length) found.missing = [sum("missing"), few(sum("expected_missing"))];
      if (fields[of]) found.variation = [percent(fields[of].variation), percent(fields[of].expected_variation)];
      found.pairs = [pairs.made.toLocaleString(window.noisewalk.language()), few(pairs.expected)];
      const vague = !pairs.made || support.high > VAGUE * support.low;
      found.support = vague ? [say("at-least", { low: whole(support.low) }), ""] : [whole(support.value), say("range", { low: whole(support.low), high: whole(support.high) })];
      for (const [space, own] of Object.entries(coverage)) found["coverage." + space] = [percent(own.value), percent(own.expected)];
      if (all.length) found.sure = sure.map(percent);
      return found;
    }
    function table(measured, of) {
      const box = node("table", "nw-measures"), head = box.createTHead().insertRow(), body = box.createTBody();
      const column = (row, text) => { const cell = document.createElement("th"); cell.scope = row === head ? "col" : "row"; cell.textContent = text; row.append(cell); };
      column(head, say("column.model"));
      for (const { model, measured: found } of measured) {
        const own = cells(found, of), row = body.insertRow();
        if (body.rows.length === 1) for (const key of Object.keys(own)) column(head, say("column." + key, { field: fieldName(of) }));
        column(row, title(model));
        for (const [value, due] of Object.values(own)) {
          const cell = row.insertCell();
          cell.textContent = value;
          cell.append(node("small", "", window.noisewalk.escaped(due)));
        }
      }
      return box;
    }
    function card({ card: known, n }) {
      const lines = Object.entries(known).map(([key, score]) => {
        const [kind, of] = key.split(":"), count = kind.startsWith("support"), text = count ? whole : percent;
        const open = count && score.high === null && Number.isFinite(score.low); // nothing was repeated
        const between = Number.isFinite(score.low) && !open ? say("between", { low: text(score.low), high: text(score.high) }) : "";
        return html("card." + kind, { field: of && fieldName(of), value: open ? say("at-least", { low: text(score.value) }) : text(score.value), between, floor: score.floor === null ? "–" : text(score.floor) });
      });
      return node("p", "nw-said nw-card-says", lines.length ? html("card", { n: n.toLocaleString(window.noisewalk.language()) }) + lines.join(speak("t:page.semicolon")) + speak("t:page.stop") : html("card.none"));
    }
    function fill() {
      if (!state) return;
      const names = Object.keys(state.values), of = field(), some = state.rows.some((row) => row.measured);
      rows.replaceChildren(...state.rows.map((row) => {
        const box = node("section", "nw-model"), head = node("h4", "", "");
        head.textContent = title(row.model);
        box.dataset.model = row.model;
        box.append(head);
        if (row.measured) {
          box.append(...row.measured.findings.map(sentence));
          if (row.measured.fields[of]) box.append(histogram(row.measured.fields[of], state.values[of].map((name) => valueName(of, name))));
        }
        if (state.failed.includes(row.model)) box.append(node("p", "nw-finding", html("failed")));
        if (!row.measured || Object.keys(row.card).length) box.append(card(row));
        return box;
      }));
      find(".nw-table-of-all").replaceChildren(...(some ? [table(state.rows.filter((row) => row.measured), of)] : []));
      find(".nw-field").hidden = !some || names.length < 2;
      menu.replaceChildren(...names.map((name) => new Option(fieldName(name), name, false, name === of)));
      find(".nw-how").hidden = !some;
      find(".nw-how").innerHTML = html("how", { made: state.made, real: state.real.toLocaleString(window.noisewalk.language()) });
    }
    function pace() {
      progress.hidden = !busy;
      figure.dataset.busy = busy ? busy.busy : "";
      if (!busy) return;
      find(".nw-done i").style.width = (100 * busy.done) / busy.of + "%";
      find(".nw-busy").textContent = busy.busy === "real" ? say("reading") : say("painting", { model: title(busy.busy) });
    }
    // A message of the run: how far it is, now and then with all that is known; one of another data set is old.
    function hear(value) {
      if (!value?.dataset || halted) return;
      busy = value.busy ? value : null;
      if (value.rows && (!state || state.dataset === value.dataset)) { state = value; fill(); }
      pace();
    }
    watch("value", () => hear(props.value));
    // A press while it is measured already, or the second half of a double press, would start another run.
    let pressed = -TWICE;
    listen(document, "click", (e) => {
      if (!e.target.closest?.("#latent-measure")) return;
      if ((busy && !halted) || (!halted && performance.now() - pressed < TWICE)) e.stopImmediatePropagation();
      else pressed = performance.now();
    }, { capture: true });
    listen(document, "click", ({ target }) => {
      if (target.closest?.("#latent-measure")) halted = false;
      if (!target.closest?.("#latent-measure-halt")) return;
      [halted, busy] = [true, null];
      pace();
    });
    listen(menu, "change", () => emit("knob", { tab: TAB, name: "field", value: menu.value }));
    listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === TAB && detail.name === "field") fill(); });
    kit.whenPageChanges(() => { fill(); pace(); });
    const requests = kit.pump(parts.patient(figure, Object.values(kit.server)[0], () => requests.args()), async (reply, fresh) => {
      if (!fresh()) return;
      state = reply;
      tell(null);
      fill();
    }, tell);
  };
})();
