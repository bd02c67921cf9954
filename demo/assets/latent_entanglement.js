// Of one direction: the picture along it, and what else moves, measured a few pictures at a time while nothing else does.
(() => {
  const TAB = "latent", parts = (window.noisewalk.latentParts ??= {});
  const knob = (name) => window.noisewalk.valueOf(TAB, name);
  const STOPS = [-3, -2, -1, 0, 1, 2, 3], PORTIONS = 16, AGAIN = 700, TURNS = [1, 4, PORTIONS]; // the rows find their order at these
  const SHOWN = 19; // rows
  const GAP = 8; // pixels of the strip
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  parts.along = (kit) => {
    const { ways } = parts, { element, listen } = kit, figure = element.querySelector(".nw-along"), find = (part) => figure.querySelector(part);
    const canvas = find("canvas"), stops = find(".nw-stops"), tell = parts.trouble(kit, figure);
    let answered = null;

    const buttons = STOPS.map((stop) => {
      const button = Object.assign(document.createElement("button"), { textContent: stop ? ways.signed(stop, 0) + " σ" : "0" });
      button.addEventListener("click", () => ways.row() && (ways.row().values ? ways.bring : ways.move)(ways.row(), stop));
      return button;
    });
    stops.replaceChildren(...buttons);
    function mark() {
      const row = ways.row();
      find("h3").textContent = row ? ways.title(row) : "";
      figure.classList.toggle("nw-stale", !row);
      buttons.forEach((button, k) => button.setAttribute("aria-pressed", row !== undefined && (row.values ? Math.abs(ways.lies(row) - STOPS[k]) < 0.026 : ways.amount(row.key) === STOPS[k])));
      canvas.setAttribute("aria-label", ways.say("strip", { name: find("h3").textContent }));
    }
    // The direction's own slider changes nothing here: the strip holds all of its places already.
    function question() {
      const row = ways.row(), args = requests.args(), { [row.key]: plain, [row.key + "-alone"]: alone, ...moves } = args.moves;
      return { ...args, moves, direction: ways.keyOf(row) };
    }
    const patient = parts.patient(figure, Object.values(kit.server)[0], () => (ways.row() ? question() : null), ways.REST);
    async function ask(message) {
      while (!ways.row() && element.isConnected) await pause(ways.REST);
      if (!ways.row()) return { superseded: true, unasked: true };
      const asked = JSON.stringify(question());
      if (asked === answered) return { superseded: true, unasked: true };
      const reply = await patient(message);
      if (reply?.image) answered = asked;
      return reply;
    }
    async function show(reply, fresh) {
      const bitmap = await createImageBitmap(kit.picture(reply.image));
      if (fresh()) {
        const side = bitmap.width / STOPS.length, pen = canvas.getContext("2d");
        [canvas.width, canvas.height] = [bitmap.width + GAP * (STOPS.length - 1), bitmap.height];
        STOPS.forEach((_, k) => pen.drawImage(bitmap, k * side, 0, side, bitmap.height, k * (side + GAP), 0, side, bitmap.height));
        figure.dataset.painted = Number(figure.dataset.painted ?? 0) + 1;
        tell(null);
        mark();
      }
      bitmap.close();
    }
    const requests = kit.pump(ask, show, tell);
    parts.follow(kit, requests);
    listen(canvas, "click", (e) => { const box = canvas.getBoundingClientRect(); buttons[Math.min(6, Math.floor((7 * (e.clientX - box.left)) / box.width))].click(); });
    listen(window, "noisewalk:direction", () => { mark(); requests.set({}); });
    listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === TAB) mark(); if (detail.name === "hold") requests.set({}); });
    kit.whenPageChanges(mark);
  };

  parts.meter = (kit) => {
    const { ways } = parts, { element, listen } = kit, figure = element.querySelector(".nw-meter"), find = (part) => figure.querySelector(part);
    const rows = find(".nw-meter-rows"), box = find("input"), tell = parts.trouble(kit, figure), answers = new Map();
    const send = parts.patient(figure, Object.values(kit.server)[0], () => asked);
    let asked = null, looked = null, run = 0, sent = 0, moved = 0, shown = null, order = [];

    // What the answer depends on; the picture on the table is none of it, random ones are measured.
    function question(row, key = ways.keyOf(row)) {
      const { model, psi, cutoff, grain, classes, layers_from, layers_to } = window.noisewalk.argumentsOf(kit.name);
      return { model, psi, cutoff, grain, classes, layers_from, layers_to, start: { of: "seed", seed: 0 }, direction: key };
    }
    function begin() {
      const row = ways.row();
      figure.classList.toggle("nw-blind", !ways.reads);
      if (!row || !ways.reads) {
        [looked, shown] = [null, null];
        run += 1;
        return draw();
      }
      box.checked = knob("hold") && row.alone;
      box.disabled = !row.alone;
      find(".nw-hold").classList.toggle("nw-off", !row.alone);
      const next = question(row), name = named(row, next);
      if (name === looked) return draw();
      [looked, order] = [name, []];
      if (answers.has(name)) { run += 1; return take(answers.get(name)); }
      figure.classList.add("nw-stale"); // what stands there is about another direction
      measure(++run, name, next);
    }
    const named = (row, asks) => JSON.stringify([row.name, asks]); // what is meant may become known later
    async function measure(mine, name, wanted) {
      for (let portions = 1; portions <= PORTIONS; portions++) {
        while (performance.now() - moved < 2 * ways.REST) await pause(ways.REST); // the live picture comes first
        if (mine !== run) return;
        asked = { ...wanted, portions };
        const message = { page: `${window.nwPage}.${kit.name}`, id: ++sent, language: window.noisewalk.language() };
        const reply = await send(message).catch(() => undefined);
        if (mine !== run) return;
        if (["searching", "too-fast"].includes(reply?.error?.key)) { await pause(AGAIN); portions -= 1; continue; }
        if (!reply || reply.error) { looked = null; return tell(reply?.error); }
        if (reply.superseded) continue;
        if (reply.done) answers.set(name, reply);
        take(reply);
      }
    }
    function take(reply) {
      tell(null);
      figure.classList.remove("nw-stale");
      shown = reply;
      if (!order.length || TURNS.some((portions) => reply.pictures === 4 * portions)) {
        const worth = (row) => reply.several || Math.abs(row.moved) >= 0.005;
        order = reply.rows.filter(worth).sort((a, b) => Math.abs(b.moved) - Math.abs(a.moved)).slice(0, SHOWN).map((row) => row.name);
        if (reply.meant && !order.includes(reply.meant)) order.splice(SHOWN - 1, 1, reply.meant);
      }
      draw();
    }
    const before = (row) => (shown.direction === row.key ? null : answers.get(named(row, question(row, row.key))));
    const percent = (share, digits = 0) => (100 * share).toFixed(digits);
    const sum = (reply) => reply.rows.reduce((all, row) => all + (row.name === reply.meant ? 0 : row.moved), 0);

    function bar(change, most, ghost) {
      const field = shown.several ? change.name : ways.row().name.split("=")[0], line = document.createElement("div"), width = (value) => (100 * Math.min(Math.abs(value), most)) / most + "%";
      const less = shown.several && change.moved > 0.005 ? `${ways.valueName(field, change.less)} → ${ways.valueName(field, change.more)}` : "";
      line.className = "nw-change" + (change.name === shown.meant ? " nw-meant" : "") + (change.moved < 0 ? " nw-fewer" : "");
      line.innerHTML = '<span></span><span class="nw-change-bar"><b></b></span><output></output><small></small>';
      const [name, track, number, ends] = line.children;
      name.textContent = shown.several ? ways.fieldName(change.name) : ways.valueName(field, change.name);
      track.firstChild.style.width = width(change.moved);
      if (change.error !== null) {
        const low = Math.max(0, Math.abs(change.moved) - change.error);
        track.append(Object.assign(document.createElement("i"), { style: `left:${width(low)};width:${width(Math.abs(change.moved) + change.error - low)}` }));
      }
      if (ghost) track.append(Object.assign(document.createElement("s"), { style: `left:${width(ghost.moved)}` }));
      number.textContent = (shown.several ? percent(change.moved) : ways.signed(100 * change.moved, 0)) + " %";
      ends.textContent = ends.title = less;
      return line;
    }
    function draw() {
      const row = ways.row();
      if (!shown || !row) {
        rows.replaceChildren();
        find(".nw-measured").textContent = ways.reads ? ways.say("measuring", { pictures: 0 }) : "";
        find(".nw-share").textContent = ways.reads ? "" : ways.say("blind");
        figure.dataset.done = false;
        return;
      }
      const old = before(row), ghosts = new Map(old?.rows.map((change) => [change.name, change])), by = new Map(shown.rows.map((change) => [change.name, change]));
      const most = Math.max(1e-6, ...[...shown.rows, ...ghosts.values()].map((change) => Math.abs(change.moved) + (change.error ?? 0)));
      rows.replaceChildren(...order.map((name) => bar(by.get(name), most, ghosts.get(name))));
      const said = [ways.say(shown.done ? "measured" : "measuring", { pictures: shown.pictures }), ways.say(shown.several ? "bars" : "bars-value")];
      find(".nw-measured").textContent = window.noisewalk.joined(said);
      find(".nw-share").innerHTML = sentence(row, old);
      figure.dataset.done = shown.done;
    }
    function sentence(row, old) {
      const what = shown.several ? ways.fieldName : (value) => ways.valueName((row.name || "").split("=")[0], value);
      if (knob("layers_from") >= knob("layers_to") && !shown.rows.some((change) => change.moved)) return ways.say("still");
      if (!shown.meant) return ways.say("nothing-meant", { name: what(order[0]) });
      const error = shown.share_error === null ? "" : " ± " + percent(shown.share_error, 1);
      const said = [ways.say(shown.several ? "meant" : "meant-value", { share: percent(shown.share, 1) + error, name: what(shown.meant) })];
      if (shown.several) said.push(ways.say("even", { count: shown.rows.length, even: percent(1 / shown.rows.length) }));
      if (old && shown.several) said.push(ways.say("held", { share: percent(old.share, 1), before: sum(old).toFixed(1), now: sum(shown).toFixed(1) }));
      return window.noisewalk.joined(said);
    }
    const busy = () => { moved = performance.now(); };
    listen(window, "noisewalk:drag", busy);
    listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === TAB) busy(); });
    listen(window, "noisewalk:direction", begin);
    listen(window, "noisewalk:set", ({ detail }) => { if (detail.canvas === kit.name) begin(); });
    listen(window, "noisewalk:turned", ({ detail }) => { if (detail.name === "hold") begin(); });
    listen(box, "change", () => ways.hold(box.checked));
    kit.whenPageChanges(draw);
    begin();
  };
})();
