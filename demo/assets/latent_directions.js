// Directions: a slider for each, which writes the hidden knob `moves`; names and stars stay in this browser.
(() => {
  const TAB = "latent", parts = (window.noisewalk.latentParts ??= {});
  const { say: speak, known, kept } = window.noisewalk;
  const say = (key, values) => speak("t:latent.directions." + key, values);
  const knob = (name) => window.noisewalk.valueOf(TAB, name);
  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  const REST = 250, AGAIN = 700; // ms
  const FARTHEST = 4, AWAY = 8, STEP = 0.05, MOST = 24;
  const ALONE = "-alone", FIRST = "principal", STORE = "noisewalk.directions";
  const round = (value) => Number((Math.round(value / STEP) * STEP).toFixed(2));
  const within = (value, most) => Math.max(-most, Math.min(most, value));
  const signed = (value, digits = 2) => (value < 0 ? "−" : value > 0 ? "+" : "") + Math.abs(value).toFixed(digits);

  // What the visitor called a direction and whether it is kept, by model and key.
  const all = () => { try { return JSON.parse(kept.get(STORE)) ?? {}; } catch { return {}; } };
  const own = (key) => all()[knob("model")]?.[key] ?? {};
  function note(key, change) {
    const store = all(), model = (store[knob("model")] ??= {});
    model[key] = { ...model[key], ...change };
    kept.set(STORE, JSON.stringify(store));
  }

  const word = (key, otherwise) => (known("t:attributes." + key) ? speak("t:attributes." + key) : otherwise);
  const fieldName = (name) => word(name, name);
  const valueName = (field, value) => word(field + "." + value, value);
  function attribute({ name, ends }) {
    const [field, value] = name.split("=");
    const what = value === undefined ? ends.map((end) => valueName(field, end)).join(" → ") : valueName(field, value);
    return say("attribute-name", { field: fieldName(field), value: what });
  }
  // An arrow says on which side there is more of it.
  function title(row) {
    const numbered = say("number", { family: say(row.family), number: row.number });
    if (own(row.key).name) return own(row.key).name;
    if (!row.name) return numbered;
    if (row.family === "attribute") return attribute(row);
    if (row.values) return fieldName(row.name);
    return row.correlation < 0 ? "← " + attribute(row) : attribute(row) + " →";
  }
  function facts(row) {
    if (row.values) return [own(row.key).name && fieldName(row.name), row.value && say("obeyed", { share: (100 * row.value).toFixed(0) })].filter(Boolean).join(" · ");
    const said = [], numbered = say("number", { family: say(row.family), number: row.number });
    if (row.family !== "attribute" && title(row) !== numbered) said.push(numbered);
    said.push(row.family === "attribute" ? say("fit", { fit: row.value.toFixed(2) }) : say("share." + row.family, { share: (100 * row.value).toFixed(1) }));
    if (row.name) said.push(say(own(row.key).name ? "goes-with" : "goes", { name: attribute(row), correlation: signed(row.correlation) }));
    return said.join(" · ");
  }

  // What the three widgets share: the direction that is looked at, and the key of its slider.
  const ways = { rows: new Map(), selected: null, reads: true, title, fieldName, valueName, signed, say, REST };
  parts.ways = ways;
  ways.row = () => ways.rows.get(ways.selected);
  ways.keyOf = (row) => (knob("hold") && row.alone ? row.key + ALONE : row.key);
  ways.amount = (key, moves = knob("moves")) => moves[key] ?? moves[key + ALONE] ?? 0;
  ways.move = (row, amount) => {
    const { [row.key]: plain, [row.key + ALONE]: alone, ...rest } = knob("moves");
    if (amount && Object.keys(rest).length >= MOST) return emit("direction", { key: ways.selected }), window.noisewalk.notice?.("t:latent.directions.most");
    emit("knob", { tab: TAB, name: "moves", value: amount ? { ...rest, [ways.keyOf(row)]: amount } : rest });
  };
  // A coordinate's knob lies where the picture does; any other tells how far it was moved.
  ways.bring = (row, place) => {
    const { key, start } = ways.rows.get(row.key);
    ways.move(row, within(round(place - start), AWAY));
    emit("brought", { key, place, amount: ways.amount(key) });
  };
  ways.lies = (row) => (row.values ? row.start : 0) + ways.amount(row.key);
  ways.select = (key) => { ways.selected = key; emit("direction", { key }); };
  // All moves change over, so that what the box says is true of every slider.
  ways.hold = (hold) => {
    const moves = Object.entries(knob("moves")).map(([key, amount]) => {
      const plain = key.endsWith(ALONE) ? key.slice(0, -ALONE.length) : key;
      return [hold && ways.rows.get(plain)?.alone ? plain + ALONE : plain, amount];
    });
    window.noisewalk.jump(TAB, { hold, moves: Object.fromEntries(moves) });
  };

  parts.board = (kit) => {
    const { element, listen } = kit, figure = element.querySelector(".nw-board"), find = (part) => figure.querySelector(part);
    const list = find(".nw-ways"), late = find(".nw-board-late"), tell = parts.trouble(kit, figure);
    let family = FIRST, reply = null, built = "", brought = null;

    const node = (tag, kind, text = "") => Object.assign(document.createElement(tag), { className: kind, textContent: text });
    const shown = () => [...ways.rows.values()].filter((row) => row.family === family || own(row.key).star)
      .sort((a, b) => Boolean(own(b.key).star) - Boolean(own(a.key).star));

    function line(row) {
      const item = node("div", "nw-way"), star = node("button", "nw-star", own(row.key).star ? "★" : "☆"), said = node("div", "nw-way-said");
      const name = node("button", "nw-way-name"), pen = node("button", "nw-rename", "✎"), slide = node("div", "nw-way-slide"), zero = node("button", "nw-way-zero");
      const input = Object.assign(node("input", ""), { type: "range", min: -FARTHEST, max: FARTHEST, step: STEP });
      item.dataset.key = row.key;
      star.setAttribute("aria-pressed", Boolean(own(row.key).star));
      star.title = say("keep");
      pen.title = say("rename");
      zero.title = say(row.values ? "to-start" : "to-zero");
      name.textContent = title(row);
      input.setAttribute("aria-label", name.textContent);
      for (const button of [star, pen, zero]) button.setAttribute("aria-label", button.title + ": " + name.textContent);
      said.append(name, pen, node("small", "", facts(row)));
      slide.append(input, node("i", ""));
      if (row.values) slide.append(...band(row));
      item.append(star, said, slide, zero);
      star.addEventListener("click", () => { note(row.key, { star: !own(row.key).star }); build(); });
      name.addEventListener("click", () => ways.select(row.key));
      pen.addEventListener("click", () => rename(row, name));
      zero.addEventListener("click", () => ways.move(row, 0));
      input.addEventListener("input", () => (row.values ? ways.bring(row, Number(input.value)) : ways.move(row, round(input.value))));
      input.addEventListener("change", () => { if (ways.selected !== row.key) ways.select(row.key); });
      return item;
    }
    // Under a coordinate that calls for values: a stretch and a word for each.
    function band(row) {
      const stretches = node("div", "nw-way-values"), words = node("small", "nw-way-calls");
      stretches.setAttribute("aria-hidden", "true");
      row.values.forEach(([value, upto, middle], k) => {
        const stretch = node("span", ""), word = node("button", ""), from = k ? row.values[k - 1][1] : -FARTHEST;
        stretch.style.width = (50 * (upto - from)) / FARTHEST + "%";
        word.textContent = stretch.title = valueName(row.name, value);
        word.setAttribute("aria-label", say("attribute-name", { field: fieldName(row.name), value: word.textContent }));
        word.addEventListener("click", () => (ways.selected === row.key ? ways.bring(row, middle) : ways.select(row.key)));
        stretches.append(stretch);
        words.append(word, " ");
      });
      return [stretches, words];
    }
    function rename(row, name) {
      const input = Object.assign(node("input", ""), { value: own(row.key).name ?? "", placeholder: title(row), maxLength: 40 });
      ways.select(row.key);
      name.replaceWith(input);
      input.setAttribute("aria-label", say("rename"));
      input.addEventListener("keydown", (e) => {
        if (e.key === "Enter") input.blur();
        if (e.key === "Escape") { input.value = own(row.key).name ?? ""; input.blur(); }
      });
      input.addEventListener("blur", () => {
        note(row.key, { name: input.value.trim() });
        window.noisewalk.afterPress(() => { build(); ways.select(ways.selected); });
      }, { once: true });
      input.focus();
    }
    function build() {
      list.replaceChildren(...shown().map(line));
      for (const part of figure.querySelectorAll("p[data-family]")) part.hidden = part.dataset.family !== family;
      find("[data-say='latent.directions.tick']").hidden = !shown().some((row) => !row.values);
      find("[data-say='latent.directions.axis.tick']").hidden = !shown().some((row) => row.values);
      find(".nw-board-blind").hidden = !(reply && !reply.reads && family === "attribute");
      update();
    }
    // A thumb's middle stays half its width away from the ends.
    function across(sigmas) {
      const share = (within(sigmas, FARTHEST) + FARTHEST) / FARTHEST / 2;
      return `calc(${100 * share}% + ${(0.5 - share) * 14}px)`;
    }
    // Sliders follow Undo, links and each other; nothing is built anew under the finger.
    function update() {
      const moves = knob("moves");
      for (const item of list.children) {
        const row = ways.rows.get(item.dataset.key), amount = ways.amount(row.key, moves), input = item.querySelector("input[type=range]");
        const lies = ways.lies(row), from = lies - amount, tick = row.values ? row.start : row.place;
        if (Number(input.value) !== lies) input.value = lies;
        item.querySelector(".nw-way-zero").textContent = amount ? signed(amount) + " σ" : "0 σ";
        item.querySelector(".nw-way-zero").classList.toggle("nw-moved", amount !== 0);
        item.querySelector(".nw-way-slide i").style.left = across(tick);
        item.querySelector(".nw-way-slide").style.setProperty("--from", across(Math.min(from, lies)));
        item.querySelector(".nw-way-slide").style.setProperty("--to", across(Math.max(from, lies)));
        item.setAttribute("aria-current", row.key === ways.selected);
        if (!row.values) continue;
        const here = row.values.findIndex(([, upto], k) => lies <= upto || k === row.values.length - 1);
        for (const kind of [".nw-way-values span", ".nw-way-calls button"]) item.querySelectorAll(kind).forEach((part, k) => part.classList.toggle("nw-here", k === here));
        item.querySelectorAll(".nw-way-calls button").forEach((word, k) => word.setAttribute("aria-pressed", k === here));
        input.setAttribute("aria-valuetext", `${signed(lies)} σ, ${valueName(row.name, row.values[here][0])}`);
      }
      for (const button of figure.querySelectorAll("button[data-family]")) {
        const count = Object.keys(moves).filter((key) => key.startsWith(button.dataset.family)).length;
        button.setAttribute("aria-checked", button.dataset.family === family);
        button.querySelector("sup").textContent = count || "";
        button.hidden = button.dataset.family === "axis" && ![...ways.rows.values()].some((row) => row.values);
      }
    }
    function surprise() {
      const rows = [...ways.rows.values()].filter((row) => row.family === family), moves = {};
      const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
      for (let k = 0; k < Math.min(4, rows.length); k++) {
        const [row] = rows.splice(Math.floor(Math.random() * rows.length), 1);
        moves[ways.keyOf(row)] = round(within(1.5 * normal(), 3) || 1);
      }
      window.noisewalk.jump(TAB, { moves: Object.fromEntries(Object.entries(moves).filter(([, amount]) => amount)) });
    }
    function take(fresh) {
      const rows = new Map(fresh.rows.map((row) => [row.key, row]));
      const keys = JSON.stringify([knob("model"), fresh.reads, fresh.rows.map(({ place, start, ...rest }) => rest)]);
      [reply, ways.rows, ways.reads] = [fresh, rows, fresh.reads];
      late.hidden = fresh.searching === null;
      if (fresh.searching !== null) {
        late.innerHTML = "<i></i><span></span>";
        late.style.setProperty("--share", 100 * fresh.searching + "%");
        late.lastChild.textContent = say(rows.size ? "naming" : "searching");
        setTimeout(() => requests.set({}), AGAIN);
      }
      if (!rows.has(ways.selected) && rows.size) {
        const moving = Object.keys(knob("moves")).map((key) => key.replace(ALONE, "")).find((key) => rows.has(key));
        ways.select(moving ?? rows.keys().next().value);
        family = ways.row().family;
      }
      // Where its knob was brought was reckoned from where the picture lay when last heard of.
      const behind = brought && rows.has(brought.key) && ways.amount(brought.key) === brought.amount ? brought.place - ways.lies(rows.get(brought.key)) : 0;
      if (Math.abs(behind) > STEP && Math.abs(ways.amount(brought.key) + behind) <= AWAY) ways.bring(rows.get(brought.key), brought.place);
      brought = null;
      if (keys !== built) { built = keys; build(); ways.select(ways.selected); } else update();
    }
    listen(figure, "click", (e) => {
      const choice = e.target.closest("button[data-family]"), act = e.target.closest("[data-moves]")?.dataset.moves;
      if (choice) {
        family = choice.dataset.family;
        build();
        if (!shown().some((row) => row.key === ways.selected)) ways.select(shown()[0]?.key ?? ways.selected); // what is measured below is one of these
      }
      if (act === "zero" && Object.keys(knob("moves")).length) window.noisewalk.jump(TAB, { moves: {} });
      if (act === "surprise") surprise();
    });
    listen(figure, "keydown", (e) => {
      const choices = [...figure.querySelectorAll("button[data-family]:not([hidden])")], at = choices.indexOf(e.target), step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (at >= 0 && step) choices.at((at + step) % choices.length).focus(), document.activeElement.click();
    });
    listen(window, "noisewalk:turned", ({ detail }) => {
      if (detail.tab !== TAB) return;
      if (["moves", "hold"].includes(detail.name)) update();
      if (detail.name !== "model") return;
      [reply, ways.rows, built] = [null, new Map(), ""];
      build();
      ways.select(null);
    });
    listen(window, "noisewalk:brought", ({ detail }) => { brought = detail; update(); });
    listen(window, "noisewalk:direction", update);
    listen(window, "noisewalk:language", () => { build(); ways.select(ways.selected); });
    build();
    const ask = parts.patient(figure, Object.values(kit.server)[0], () => requests.args(), REST);
    const requests = kit.pump(ask, async (fresh, isNew) => { if (isNew()) { tell(null); take(fresh); } }, tell);
    parts.follow(kit, requests);
  };
})();
