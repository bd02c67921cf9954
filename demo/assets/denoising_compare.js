// Compare: the menus of the fates, what each comparison would cost, and which of them speak of a stage that has changed since.
(() => {
  const TAB = "denoising", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.fates) return;
  const parts = (window.noisewalk.denoisingCompare ??= {});
  const { say, known } = window.noisewalk;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const turn = (name, next) => window.dispatchEvent(new CustomEvent("noisewalk:knob", { detail: { tab: TAB, name, value: next } }));
  const words = (key, values) => say("t:denoising.compare." + key, values);
  const AT_ONCE = 6; // seconds: what costs more waits for the button
  const LIKELY = { sampler: ["ddim", "heun"], steps: [8, 16], guidance: [3, 1], translated: ["flow", "cosine"], mismatched: ["cosine", "flow"] };
  const SPOKEN_OF = ["fates", "model", "seed", "classes", "sampler", "steps", "guidance", "guide", "average", "schedule", "fit"];
  parts.LETTERS = "ABCD";
  parts.node = (tag, kind = "", text = "") => Object.assign(document.createElement(tag), { className: kind, textContent: text });

  // ---- runs: each of the three is begun and stopped by its own buttons, and remembers what it was about
  const OWN = { compare: [], ladder: ["fates", "judged", "trunk", "steps", "count"], errors: ["fates", "trunk", "steps", "sampler"] };
  const button = (key, act) => document.querySelector(`#denoising-${key}-${act}`);
  const card = (key) => button(key, "go")?.closest(".nw-card");
  const busy = new Set(), asking = {}, about = {}; // what the newest runs were asked, and what is on screen
  let wanted = false, costs = {};
  const now = (key) => {
    const all = Object.entries(window.noisewalk.argumentsOf("denoising-compare-costs")).filter(([name]) => !OWN[key].includes(name));
    return JSON.stringify([...all, key === "compare" ? value("compare_shown") : 0]);
  };
  function mark() {
    for (const key of Object.keys(OWN)) {
      card(key)?.classList.toggle("nw-stale", key in about && about[key] !== now(key));
      button(key, "go")?.setAttribute("aria-disabled", busy.has(key));
    }
  }
  parts.over = (key) => { // by itself or not; its last messages may still be on their way
    busy.delete(key);
    mark();
  };
  document.addEventListener("click", (e) => {
    if (e.target.closest?.("#denoising-part-compare-button")) soon();
    const pressed = /^denoising-(compare|ladder|errors)-(go|halt)$/.exec(e.target.closest?.("button")?.id ?? "");
    if (!pressed) return;
    const [, key, act] = pressed;
    if (act === "halt") {
      if (key === "compare") window.noisewalk.halt("denoising-compare");
      return parts.over(key);
    }
    if (busy.has(key)) return e.stopPropagation();
    busy.add(key);
    asking[key] = now(key);
    mark();
  }, true);
  parts.shows = (key) => { // not before: a run that is stopped before its first result leaves the old one on screen
    if (key in asking) about[key] = asking[key];
    mark();
  };
  window.addEventListener("noisewalk:begun", ({ detail }) => { if (detail.timeline === "denoising-compare") parts.shows("compare"); });
  function run(key) {
    const busyNow = busy.has(key);
    if (busyNow) button(key, "halt").click();
    if (busyNow || window.noisewalk.ending(button(key, "go"))) return setTimeout(() => run(key), 150);
    button(key, "go")?.click();
  }
  // By itself where that is quick; its price is known a moment after the knobs have turned.
  function soon() {
    wanted = asking.compare !== now("compare");
    if (wanted && costs.of === now("compare")) go();
  }
  function go() {
    wanted = false;
    if (costs.compare?.seconds <= AT_ONCE) run("compare");
  }

  // ---- prices
  const open = (target) => new Promise((done) => {
    if (target.clientWidth) return done();
    const eyes = new ResizeObserver(() => { if (target.clientWidth) { eyes.disconnect(); done(); } });
    eyes.observe(target);
  });
  parts.costs = (kit) => {
    const ask = Object.values(kit.server)[0];
    function fill() {
      for (const line of document.querySelectorAll("[data-cost]")) {
        const cost = costs[line.dataset.cost];
        if (!cost) continue;
        line.textContent = cost.error ? kit.why(cost.error) : words("cost", cost);
        line.classList.toggle("nw-error-line", Boolean(cost.error));
      }
    }
    const requests = kit.pump(async (message) => {
      await open(kit.element);
      return ask({ ...message, args: requests.args() });
    }, async (reply, fresh) => {
      if (!fresh()) return;
      costs = { ...reply, of: now("compare") };
      fill();
      if (wanted) go();
    }, () => {});
    kit.whenPageChanges(fill);
    open(kit.element).then(soon); // a link may open the part without a click
    kit.listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === TAB) mark(); });
  };

  // ---- what is different: a column for each fate, with a menu of things and one of what they are instead
  const fields = () => facts.model.wishes[value("model")] ?? {};
  const spoken = (group, name) => (known(`t:${group}.${name}`) ? say(`t:${group}.${name}`) : String(name).split("=").at(-1));
  const wishes = () => Object.entries(fields()).flatMap(([field, all]) => {
    const several = Object.keys(fields()).length > 1;
    return all.map((word) => (several ? [`${field}=${word}`, `${spoken("attributes", field)}: ${spoken("attributes." + field, word)}`] : [word, spoken("attributes." + field, word)]));
  });
  const menus = ({ steps, guidances, kin }) => ({
    sampler: () => facts.sampler.choices.map((name) => [name, spoken("samplers", name)]),
    steps: () => steps.map((count) => [count, count]),
    guidance: () => guidances.map((scale) => [scale, scale]),
    class: () => (wishes().length ? [["", words("nothing")], ...wishes()] : []),
    translated: () => facts.schedule.choices.filter((name) => name !== "own").map((name) => [name, spoken("schedules", name)]),
    mismatched: () => facts.schedule.choices.filter((name) => name !== "own").map((name) => [name, spoken("schedules", name)]),
    model: () => facts.model.choices.filter((name) => name !== value("model") && kin[name] === kin[value("model")]).map((name) => [name, spoken("models", name)]),
    average: () => (facts.model.averaged?.includes(value("model")) ? facts.average.choices.map((name) => [name, spoken("denoising.average", name)]) : []),
  });

  // Why a fate would be that of the stage over again, as a sentence; nothing where it differs.
  function idle(thing, to) {
    const asked = Object.keys(value("classes"));
    if (thing === "guidance" && !asked.length && value("guide") !== "weaker") return "unguided";
    const field = String(to).includes("=") ? to.split("=")[0] + "=" : "";
    const now = thing === "class" ? asked.filter((word) => word.startsWith(field)).join() : thing === value("fit") ? value("schedule") : value(thing);
    return now === to ? "same" : "";
  }

  // Only one thing differs, so another model keeps the stage's sampler, and a sampler the stage's model.
  function unfit(thing, to) {
    const at = (name) => (thing === name ? to : value(name));
    const { ways, jumps: jumping } = facts.model;
    const taught = ways[at("model")]?.sampler === jumping, jumps = at("sampler") === jumping;
    if (taught === jumps || !(thing in { model: 0, sampler: 0 })) return "";
    return jumps ? "soft" : thing === "model" ? "walking" : "afoot";
  }

  parts.fates = (kit) => {
    const { element, props, listen } = kit, row = element.querySelector(".nw-fate-row"), noise = element.querySelector(".nw-bracket img");
    const offered = menus(props), { node } = parts;
    const others = () => value("fates").map((fate) => Object.entries(fate)[0]).filter((pair) => pair?.[0] in offered);
    const put = (next) => { turn("fates", next.map(([thing, to]) => ({ [thing]: to }))); soon(); };
    const instead = (thing) => {
      const all = offered[thing]().map(([to]) => to);
      const likely = [...(LIKELY[thing] ?? []), ...all].filter((to) => all.includes(to) && to !== "");
      return likely.find((to) => !idle(thing, to)) ?? likely[0];
    };
    function menu(options, chosen, label, changed, key) {
      const select = node("select");
      select.dataset.at = key;
      select.setAttribute("aria-label", label);
      if (!options.some(([to]) => to === chosen)) options = [...options, [chosen, String(chosen).split("=").at(-1)]];
      select.append(...options.map(([to, text], k) => new Option(text, k, false, to === chosen)));
      select.onchange = () => changed(options[select.value][0]);
      return select;
    }
    function column(letter, ...inside) {
      const box = node("div", "nw-fate");
      box.dataset.letter = letter;
      box.append(node("b", "nw-letter", letter), ...inside);
      row.append(box);
    }
    function lay() {
      const held = document.activeElement?.dataset?.at, now = others();
      row.replaceChildren();
      row.style.setProperty("--nw-fates", now.length + 1);
      column("A", node("span", "nw-as-it-is", words("as-it-is")));
      const things = Object.keys(offered).filter((thing) => offered[thing]().length);
      now.forEach(([thing, to], k) => {
        const change = (pair) => put(now.map((other, i) => (i === k ? pair : other)));
        const letter = parts.LETTERS[k + 1], named = (what) => words(what, { letter });
        const inside = [
          menu(things.map((each) => [each, words("thing." + each)]), thing, named("thing"), (next) => change([next, instead(next)]), "thing" + k),
          menu(offered[thing](), to, named("instead"), (next) => change([thing, next]), "to" + k),
        ];
        if (now.length > 1) {
          const drop = Object.assign(node("button", "nw-button nw-drop", "×"), { type: "button", title: named("drop"), onclick: () => put(now.filter((_, i) => i !== k)) });
          drop.setAttribute("aria-label", named("drop"));
          inside.push(drop);
        }
        const why = idle(thing, to) || unfit(thing, to);
        if (why) inside.push(node("span", "nw-idle", words(why)));
        column(letter, ...inside);
      });
      if (now.length < props.most) {
        const more = Object.assign(node("button", "nw-button nw-another", words("another")), { type: "button" });
        more.onclick = () => { const thing = things.find((each) => !now.some(([taken]) => taken === each) && !idle(each, instead(each))) ?? things[0]; put([...now, [thing, instead(thing)]]); };
        row.append(more);
      }
      element.querySelector(".nw-bracket b").textContent = words("same-noise", { seed: value("seed") });
      row.querySelector(`[data-at="${held}"]`)?.focus({ preventScroll: true });
    }
    const turned = ({ detail }) => {
      if (detail.tab !== TAB || !SPOKEN_OF.includes(detail.name)) return;
      // what another model cannot be asked for, or be, is compared no longer
      const fit = others().filter(([thing, to]) => !["class", "model", "average"].includes(thing) || offered[thing]().some(([each]) => each === to));
      if (detail.name === "model" && fit.length < others().length) turn("fates", fit.length ? fit.map(([thing, to]) => ({ [thing]: to })) : facts.fates.default);
      lay();
    };
    listen(window, "noisewalk:turned", turned);
    listen(window, "noisewalk:compared", ({ detail }) => { noise.hidden = false; noise.src = "data:image/jpeg;base64," + detail.noise; });
    kit.whenPageChanges(lay);
    lay();
  };
})();
