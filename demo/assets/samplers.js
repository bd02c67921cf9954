// The two widgets of the Samplers tab: the cloud with its clock, and the table that judges it.
(() => {
  const TAB = "samplers", parts = (window.noisewalk.samplersParts ??= {});
  const LAYERS = ["trails", "density", "score", "truth"];
  const value = name => window.noisewalk.valueOf(TAB, name);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function whole(base64) { return new Int8Array(Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)).buffer); }

  // A tab that nobody has opened asks for nothing.
  parts.seen = target => new Promise(done => {
    if (target.clientWidth) return done();
    const eyes = new ResizeObserver(() => { if (target.clientWidth) { eyes.disconnect(); done(); } });
    eyes.observe(target);
  });

  parts.cloud = kit => {
    const { element, name, say, listen, emit, colour, halves, why } = kit;
    const { draw, stand, spot, INKS } = window.noisewalk.samplers;
    const figure = element.querySelector(".nw-samplers"), find = part => figure.querySelector(part);
    const canvas = find("canvas"), pen = canvas.getContext("2d"), range = find(".nw-range"), count = find(".nw-count");
    const play = find(".nw-play"), legend = find(".nw-legend"), facts = find(".nw-facts"), trouble = find(".nw-error"), absent = find(".nw-absent");
    let scene = null, k = 0, playing = false, before = 0, resting = true, lastError = null, aim = null, drawn = 0, judged = null, requests = null, asleep = false;
    const hidden = new Set();

    const redraw = kit.onceAFrame(now => {
      const box = [canvas.clientWidth, canvas.clientHeight], dense = Math.min(window.devicePixelRatio || 1, 2);
      asleep ||= !box[0];
      if (!scene || !box[0]) return;
      if (asleep) [asleep, before] = [false, now]; // the tab has just been opened: what waited begins now
      if (playing) advance(now);
      const size = box.map(side => Math.round(side * dense));
      if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
      const spread = value("view") !== "place";
      Object.assign(scene, { box, dense, grey: colour("noise"), frame: stand(box, spread, scene.last), dots: value("dots"), aim });
      for (const run of scene.runs) run.hidden = hidden.has(run.method);
      pen.setTransform(dense, 0, 0, dense, 0, 0);
      pen.clearRect(0, 0, ...box);
      draw(pen, scene, k, { spread, layers: value("layers"), chosen: value("dot"), ink: colour("ink"), placing: value("law") === "dots" });
      figure.dataset.step = k.toFixed(2);
      figure.dataset.painted = ++drawn;
      if (playing) redraw();
    });

    function advance(now) {
      const pace = scene.last / Math.max(2.2, Math.min(5, scene.last * 0.16));
      k = Math.min(scene.last, k + (Math.max(0, now - before) / 1000) * pace);
      before = now;
      if (k >= scene.last) stop();
      tell();
    }
    function start() {
      if (!scene) return;
      if (k >= scene.last) k = 0;
      before = performance.now();
      playing = true; resting = false;
      mark(); redraw();
    }
    function stop() { playing = false; resting = scene && k >= scene.last; mark(); }
    function scrub(to) {
      if (!scene) return;
      k = Math.max(0, Math.min(scene.last, Math.round(to)));
      stop(); tell(); redraw();
    }

    // Where the clock stands, in words; other widgets hear it as a frame.
    let told = -1;
    function tell() {
      range.max = scene.last; range.value = k;
      range.style.setProperty("--nw-at", k / scene.last);
      range.style.setProperty("--nw-loaded", 1);
      const step = Math.floor(k + 1e-6);
      count.textContent = `${step} / ${scene.last}`;
      const level = scene.sigmas[step] / scene.alphas[step], short = v => (v < 1e-9 ? "0" : Number.isFinite(v) ? Number(v.toPrecision(3)).toString() : "∞");
      facts.textContent = say("t:samplers.now", { t: short(scene.times[step]), level: short(level) });
      for (const number of figure.querySelectorAll("[data-rate]")) number.textContent = short(scene[number.dataset.rate][step]);
      range.setAttribute("aria-valuetext", `${count.textContent} · ${facts.textContent}`);
      if (step !== told) emit("frame", { timeline: name, index: step, total: scene.last + 1, caption: { t: scene.times[step], level } });
      told = step;
    }

    function show(reply) {
      const last = reply.times.length - 1, first = scene === null, end = resting || k >= (scene?.last ?? 0);
      const runs = reply.runs.map((run, i) => ({ method: run.method, ink: INKS[i], refused: run.refused ?? null, xy: run.frames ? halves(run.frames) : null }));
      const share = scene ? k / scene.last : 1;
      // The frame stays until the next drawing: a click before it is meant for what was seen.
      scene = { ...reply, id: `${Math.random()}`, last, runs, arrows: { ...reply.arrows, field: whole(reply.arrows.field) }, sheet: scene?.sheet, frame: scene?.frame, truth: null, life: null };
      if (!playing) k = end ? last : Math.round(share * last); else k = share * last;
      told = -1;
      fail(null); sayAbsent(); sayLegend(); tell(); redraw();
      if (first && !calm()) { k = 0; start(); }
      if (judged) believe(judged);
    }
    function fail(error) {
      lastError = error;
      figure.classList.toggle("nw-failed", error !== null);
      trouble.hidden = error === null;
      if (error !== null) trouble.textContent = why(error.reason);
    }
    const title = method => say("t:samplers." + method);
    function sayAbsent() {
      const gone = scene?.runs.filter(run => run.refused) ?? [];
      absent.hidden = gone.length === 0;
      absent.replaceChildren(...gone.map(run => Object.assign(document.createElement("span"), { textContent: `${title(run.method)}: ${why(run.refused)}` })));
    }

    // The sentence is the legend: each of its words switches a layer.
    function word(label, ink, on, flip, key) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "nw-word", textContent: label });
      button.dataset.layer = key;
      button.style.setProperty("--nw-word", ink);
      button.setAttribute("aria-pressed", String(on));
      button.addEventListener("click", () => { flip(); sayLegend(); redraw(); [...legend.querySelectorAll("[data-layer]")].find(each => each.dataset.layer === key)?.focus(); });
      return button;
    }
    function flip(layer) {
      const layers = value("layers"), next = layers.includes(layer) ? layers.filter(each => each !== layer) : [...layers, layer];
      emit("knob", { tab: TAB, name: "layers", value: next });
    }
    function sayLegend() {
      if (!scene) return;
      const buttons = { runs: scene.runs.map(run => word(title(run.method), run.ink, !hidden.has(run.method), () => (hidden.has(run.method) ? hidden.delete(run.method) : hidden.add(run.method)), run.method)) };
      for (const layer of LAYERS) buttons[layer] = [word(say("t:samplers.layer." + layer), colour("ink"), value("layers").includes(layer), () => flip(layer), layer)];
      const marked = say("t:samplers.legend", Object.fromEntries(Object.keys(buttons).map(key => [key, `\u0001${key}\u0001`])));
      const listed = all => all.flatMap((button, i) => (i ? [", ", button] : [button]));
      legend.replaceChildren(...marked.split("\u0001").flatMap((part, i) => (i % 2 ? listed(buttons[part]) : [part])));
    }

    function mark() {
      play.classList.toggle("nw-on", playing);
      play.setAttribute("aria-label", say(playing ? "t:widgets.pause" : "t:widgets.play"));
    }
    function sayAll() {
      canvas.setAttribute("aria-label", say("t:samplers.cloud"));
      range.setAttribute("aria-label", say("t:widgets.scrub"));
      mark();
      if (lastError) fail(lastError);
      if (scene) { sayAbsent(); sayLegend(); tell(); }
      redraw();
    }

    // A click follows a dot, or lets go of it; where the visitor's own dots are the law, it puts one or takes one away.
    const inPlane = ([left, top]) => { const [cx, cy] = scene.frame.at(scene.last); return [(left - cx) / scene.frame.unit, (cy - top) / scene.frame.unit]; };
    const follow = b => emit("knob", { tab: TAB, name: "dot", value: b });
    function nearest(left, top) {
      const [cx, cy] = scene.frame.at(k), { unit } = scene.frame, a = [0, 0];
      let best = 14 * 14, found = -1;
      for (const run of scene.shown ?? []) for (let i = 0; i < scene.count; i++) {
        spot(run, scene.count, k, i, a);
        const far = (cx + a[0] * unit - left) ** 2 + (cy - a[1] * unit - top) ** 2;
        if (far < best) [best, found] = [far, i];
      }
      return found;
    }
    function place(x, y) {
      const dots = value("dots"), near = dots.findIndex(dot => Math.hypot(dot[0] - x, dot[1] - y) * scene.frame.unit < 11);
      if (near < 0 && (dots.length >= 64 || Math.abs(x) > 2.7 || Math.abs(y) > 2.7)) return;
      if (near >= 0 && dots.length === 1) return;
      const next = near >= 0 ? dots.filter((_, i) => i !== near) : [...dots, [x, y].map(v => Math.round(v * 100) / 100)];
      emit("knob", { tab: TAB, name: "dots", value: next });
    }
    listen(canvas, "click", event => {
      if (!scene?.frame) return;
      const box = canvas.getBoundingClientRect(), at = [event.clientX - box.left, event.clientY - box.top];
      const [x, y] = inPlane(at), found = nearest(...at);
      if (value("law") === "dots" && (found < 0 || k >= scene.last) && Math.abs(x) < 2.7 && Math.abs(y) < 2.7) return place(x, y);
      follow(found === value("dot") ? -1 : found);
    });
    listen(canvas, "keydown", event => {
      if (!scene || event.ctrlKey || event.metaKey || event.altKey) return;
      const placing = value("law") === "dots" && (event.shiftKey || aim), arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (arrow && placing) aim = (aim ?? [0, 0]).map((v, i) => Math.max(-2.6, Math.min(2.6, v + 0.1 * arrow[i])));
      else if (event.key === "Enter" && placing && aim) place(...aim);
      else if (event.key === "Escape") { aim = null; follow(-1); }
      else if (arrow && arrow[0]) scrub(Math.round(k) + arrow[0]);
      else if (arrow) follow((value("dot") - arrow[1] + scene.count) % scene.count);
      else if (event.key === "Home") scrub(0);
      else if (event.key === "End") scrub(scene.last);
      else if (event.key === " ") (playing ? stop : start)();
      else return;
      event.preventDefault();
      redraw();
    });
    listen(canvas, "blur", () => { aim = null; redraw(); });
    listen(range, "input", () => scrub(Number(range.value)));
    listen(play, "click", () => (playing ? stop() : start()));
    listen(range, "keydown", event => { if (event.key === " ") { event.preventDefault(); play.click(); } });
    // Knobs that speak of one law only are shown with it.
    const sort = () => { document.body.dataset.samplersLaw = value("law"); };
    sort();
    listen(window, "noisewalk:turned", ({ detail }) => {
      if (detail.tab !== TAB) return;
      sort();
      if (detail.name === "layers") sayLegend();
      if (["layers", "view", "dot", "dots", "law"].includes(detail.name)) redraw();
    });
    // The judge's answer belongs to this cloud only if both were asked the same.
    function believe(detail) {
      judged = detail;
      const asked = requests?.args() ?? {};
      if (!scene || Object.keys(asked).some(key => JSON.stringify(asked[key]) !== JSON.stringify(detail.args[key]))) return;
      Object.assign(scene, { truth: halves(detail.truth), life: detail.life && { ...detail.life, dot: detail.args.dot } });
      redraw();
    }
    listen(window, "noisewalk:judged", ({ detail }) => believe(detail));
    kit.whenPageChanges(sayAll);
    kit.whenResized(canvas, redraw);
    sayAll();
    const ask = Object.values(kit.server)[0];
    const whenSeen = async message => {
      await parts.seen(canvas);
      return JSON.stringify(message.args) === JSON.stringify(requests.args()) ? ask(message) : { superseded: true, unasked: true };
    };
    requests = kit.pump(whenSeen, async (reply, fresh) => { if (fresh()) show(reply); }, reason => fail({ reason }));
  };
})();
