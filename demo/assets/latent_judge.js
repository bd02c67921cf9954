// What D thinks: its score and heat map follow the picture; scores of real pictures and near training ones come once the hand rests.
(() => {
  const TAB = "latent", parts = (window.noisewalk.latentParts ??= {});
  const REST = 450; // ms of quiet before the nearest training pictures are looked for
  const say = (key, values) => window.noisewalk.say("t:latent." + key, values);

  // A part that is not open asks for nothing; what it then asks for is the place of that moment.
  const open = (target) => new Promise((done) => {
    if (target.clientWidth) return done();
    const eyes = new ResizeObserver(() => { if (target.clientWidth) { eyes.disconnect(); done(); } });
    eyes.observe(target);
  });
  // Asks only while open and, with `rest`, when nothing has moved for so long.
  parts.patient = (figure, ask, args, rest = 0) => async (message) => {
    await open(figure);
    for (let before = null; rest && before !== JSON.stringify(args()); await new Promise((done) => setTimeout(done, rest))) before = JSON.stringify(args());
    return ask({ ...message, args: args() });
  };
  // The pulled picture tells its place itself, sooner than the knobs do.
  parts.follow = (kit, requests) => kit.listen(window, "noisewalk:drag", ({ detail }) => {
    if (detail.canvas !== "latent-picture") return;
    const { x, y } = requests.args();
    if (x !== detail.values.x || y !== detail.values.y) requests.set(detail.values);
  });
  parts.trouble = (kit, figure) => {
    const line = figure.querySelector(".nw-error");
    let last = null;
    const tell = (reason) => {
      last = reason;
      figure.classList.toggle("nw-failed", reason !== null);
      line.hidden = reason === null;
      if (reason !== null) line.textContent = kit.why(reason);
    };
    kit.listen(window, "noisewalk:language", () => { if (last !== null) tell(last); });
    return tell;
  };
  parts.short = (value) => {
    const size = Math.abs(value), text = size < 1e-9 ? "0" : size >= 100 ? size.toFixed(0) : size >= 10 ? size.toFixed(1) : size >= 0.01 ? size.toFixed(2) : size.toExponential(0);
    return (value < 0 ? "−" : "") + text;
  };
  const { short } = parts, percent = (share) => (share > 0.995 && share < 1 ? "> 99" : share < 0.005 && share > 0 ? "< 1" : Math.round(100 * share));

  parts.judge = (kit) => {
    const { element, emit, colour, listen } = kit, figure = element.querySelector(".nw-judged");
    const canvas = figure.querySelector(".nw-picture"), heat = figure.querySelector(".nw-heat"), slider = figure.querySelector("input");
    const tell = parts.trouble(kit, figure);
    let values = null, side = 0;

    const channels = (wanted) => colour(wanted).match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16));
    // The same hue in its brightest shade: the map lies on gray, where ink would drown.
    const vivid = (shade) => shade.map((part) => Math.round((part * 205) / Math.max(...shade)));
    function warm() {
      if (!values) return;
      heat.width = heat.height = side;
      const pen = heat.getContext("2d"), image = pen.createImageData(side, side), more = vivid(channels("discriminator")), less = channels("paper");
      figure.style.setProperty("--nw-vivid", `rgb(${more})`);
      values.forEach((value, k) => image.data.set([...(value > 0 ? more : less), Math.min(255, Math.abs(value) * 2)], 4 * k));
      pen.putImageData(image, 0, 0);
    }
    async function show(reply, fresh) {
      const bitmap = await createImageBitmap(kit.picture(reply.image));
      if (fresh()) {
        [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        values = new Int8Array(Uint8Array.from(atob(reply.heat), (letter) => letter.charCodeAt(0)).buffer);
        side = reply.side;
        tell(null);
        warm();
        emit("judged", reply);
        figure.dataset.painted = Number(figure.dataset.painted ?? 0) + 1;
      }
      bitmap.close();
    }
    const dim = () => {
      const amount = window.noisewalk.valueOf(TAB, "heat");
      figure.style.setProperty("--nw-heat", amount);
      if (document.activeElement !== slider) slider.value = amount;
    };
    listen(slider, "input", () => emit("knob", { tab: TAB, name: "heat", value: Number(slider.value) }));
    listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === TAB && detail.name === "heat") dim(); });
    listen(window, "noisewalk:standing", () => requests.set({})); // now the score can be read
    kit.whenPageChanges(() => { canvas.setAttribute("aria-label", say("judge.picture")); warm(); });
    canvas.setAttribute("aria-label", say("judge.picture"));
    const requests = kit.pump(parts.patient(figure, Object.values(kit.server)[0], () => requests.args()), show, tell);
    parts.follow(kit, requests);
    dim();
  };

  parts.standing = (kit) => {
    const { element, emit, listen } = kit, figure = element.querySelector(".nw-standing"), find = (part) => figure.querySelector(part);
    const tell = parts.trouble(kit, figure), bars = find(".nw-bars");
    let known = null, judged = null;

    function column(kind, count, k, highest) {
      const bar = document.createElement("i");
      bar.className = kind;
      Object.assign(bar.style, { left: (100 * k) / known.real.length + "%", width: 100 / known.real.length + "%", height: (50 * count) / highest + "%" });
      return bar;
    }
    const place = (value) => { const { edges } = known, first = edges[0]; return Math.min(1, Math.max(0, (value - first) / (edges.at(-1) - first))); };
    const placed = (node, value) => { node.style.left = 100 * place(value) + "%"; return node; };
    const word = (kind, text) => Object.assign(document.createElement("span"), { className: kind, textContent: text });

    function draw() {
      if (!known) return;
      const highest = Math.max(...known.real, ...known.fake), last = known.edges.at(-1);
      bars.replaceChildren(
        ...known.real.map((count, k) => column("nw-up", count, k, highest)), ...known.fake.map((count, k) => column("nw-down", count, k, highest)),
        word("nw-of-real", say("judge.real")), word("nw-of-fake", say("judge.generated")),
        ...[known.edges[0], known.mean, last].map((value, k) => placed(word("nw-tick nw-tick-" + k, k === 1 ? say("judge.mean", { mean: short(value) }) : short(value)), value)),
        Object.assign(document.createElement("b"), { className: "nw-here" }),
      );
      bars.setAttribute("aria-label", say("judge.histogram"));
      const { count, picks } = known;
      find(".nw-picks").innerHTML = say("judge.picks", { picks: (100 * picks).toFixed(1), count, pairs: (count * count).toLocaleString(window.noisewalk.language()) });
      find(".nw-game").innerHTML = window.noisewalk.joined([known.names && say("judge.named"), say("judge.game." + known.loss, { lead: short(known.lead) })]);
      for (const formula of figure.querySelectorAll("[data-loss]")) formula.hidden = formula.dataset.loss !== known.loss;
    }
    function read() {
      const judgment = judged?.judgment, relative = judged?.relative, shown = judgment ? short(judgment.shown) : judged && !relative ? "" : "–";
      find(".nw-score-name").textContent = say(relative ? "judge.name.relative" : "judge.name");
      find(".nw-score-number").textContent = shown;
      find(".nw-score-text").innerHTML = judgment && known
        ? window.noisewalk.joined([say("judge.beside", { mean: short(known.mean), spread: short(known.spread), above: percent(judgment.above) }),
          judgment.odds !== null && say(relative ? "judge.odds.relative" : "judge.odds", { odds: percent(judgment.odds) })])
        : say("judge.comparing");
      if (judged) find(".nw-slope").innerHTML = say("judge.slope", { steep: short(judged.steep) });
      figure.classList.toggle("nw-unread", !judgment);
      if (!judgment) return;
      const numbers = { ...judgment, behind: -judgment.shown };
      for (const name of figure.querySelectorAll("[data-number]")) name.textContent = short(numbers[name.dataset.number] ?? 0);
      const mark = bars.querySelector(".nw-here");
      if (mark) placed(mark, judgment.shown).textContent = say("judge.here");
      bars.classList.toggle("nw-rightward", known && place(judgment.shown) > 0.75);
    }
    listen(window, "noisewalk:judged", ({ detail }) => { judged = detail; read(); });
    const all = () => { draw(); read(); };
    kit.whenPageChanges(all);
    const requests = kit.pump(parts.patient(figure, Object.values(kit.server)[0], () => requests.args()), async (reply, fresh) => {
      if (!fresh()) return;
      known = reply;
      tell(null);
      all();
      emit("standing", {});
    }, tell);
    read();
  };

  parts.neighbors = (kit) => {
    const figure = kit.element.querySelector(".nw-neighbors"), tell = parts.trouble(kit, figure);
    const near = figure.querySelector(".nw-near"), sentence = figure.querySelector(".nw-copy");
    let found = null;

    function fill() {
      if (!found) { sentence.textContent = say("near.seeking"); return; }
      near.replaceChildren(...window.noisewalk.nearness.cards(found));
      const { kind, said } = window.noisewalk.nearness.verdict(found);
      sentence.innerHTML = window.noisewalk.joined([said, say("near.unit")]);
      figure.dataset.kind = kind;
    }
    kit.whenPageChanges(fill);
    const requests = kit.pump(parts.patient(figure, Object.values(kit.server)[0], () => requests.args(), REST), async (reply, fresh) => {
      if (!fresh()) return;
      found = reply;
      figure.classList.remove("nw-stale");
      tell(null);
      fill();
    }, tell);
    const stale = ({ detail }) => figure.classList.toggle("nw-stale", figure.matches(".nw-stale") || ["latent-picture", kit.name].includes(detail.canvas));
    for (const moved of ["drag", "set"]) kit.listen(window, "noisewalk:" + moved, stale);
    parts.follow(kit, requests);
    fill();
  };
})();
