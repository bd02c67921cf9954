// The Denoising tab: what is asked of the model, and a new run whenever something is turned that it can follow at once.
(() => {
  const TAB = "denoising", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.model?.wishes) return;
  const { say } = window.noisewalk;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const tell = (event, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + event, { detail }));
  const turn = (name, next) => tell("knob", { tab: TAB, name, value: next });
  const SETTLED = 800; // milliseconds in which the components show what a link put in place
  const QUIET = 350; // of rest before a run begins by itself
  const AT_ONCE = 6; // seconds: what costs more waits for the button
  const LONG = 2; // seconds: of what costs more each step is shown as it comes, even to who rests at a final picture
  const JUMPS = facts.model.jumps; // right for a model that was taught it, and for no other
  const FIRST = ["hair-style", "glasses", "beard", "mouth", "skin", "hair-color"];

  // ---- what is wished for: chips where there is one field, else a menu for each, the most telling ones in sight
  const fields = () => facts.model.wishes[value("model")] ?? {};
  const named = (field, word) => (Object.keys(fields()).length > 1 ? `${field}=${word}` : word);
  const spoken = (key, word) => (window.noisewalk.known("t:" + key) ? say("t:" + key) : word);
  function chips(field, words) {
    const box = Object.assign(document.createElement("div"), { className: "nw-chips", role: "group" });
    box.append(...words.map((word) => Object.assign(document.createElement("button"), { className: "nw-chip", textContent: word, onclick: () => wish(field, word) })));
    return box;
  }
  function menu(field, words) {
    const label = document.createElement("label"), select = document.createElement("select"), title = document.createElement("span");
    label.className = "nw-wish";
    title.dataset.say = "attributes." + field;
    select.dataset.field = field;
    select.append(new Option("–", ""), ...words.map((word) => new Option(spoken(`attributes.${field}.${word}`, word), word)));
    select.onchange = () => wish(field, select.value);
    label.append(title, select);
    return label;
  }
  function wish(field, word) {
    const kept = Object.fromEntries(Object.entries(value("classes")).filter(([name]) => !fields()[field].some((other) => named(field, other) === name)));
    const again = Object.keys(fields()).length === 1 && named(field, word) in value("classes");
    const wished = word && !again ? { ...kept, [named(field, word)]: 1 } : kept;
    const usual = facts.model.guided[value("model")], [none, some] = [value("classes"), wished].map((all) => !Object.keys(all).length);
    if (none === some || value("guidance") !== (none ? 1 : usual)) return turn("classes", wished);
    window.noisewalk.denoisingLand({ classes: wished, guidance: none ? usual : 1 }); // which is for who asks
  }
  let laid = "";
  function lay() {
    const box = document.querySelector("#denoising-wishes"), known = Object.entries(fields());
    if (!box) return;
    const now = value("model") + window.noisewalk.language();
    if (laid !== now || !box.children.length === Boolean(known.length)) {
      laid = now;
      if (known.length === 1) box.replaceChildren(chips(...known[0]));
      else {
        const more = document.createElement("details"), word = document.createElement("summary");
        word.dataset.say = "page.more";
        more.append(word, ...known.filter(([field]) => !FIRST.includes(field)).map(([field, words]) => menu(field, words)));
        box.replaceChildren(...FIRST.filter((field) => fields()[field]).map((field) => menu(field, fields()[field])), ...(known.length ? [more] : []));
      }
    }
    const chosen = value("classes");
    for (const chip of box.querySelectorAll(".nw-chip")) chip.setAttribute("aria-pressed", chip.textContent in chosen);
    for (const select of box.querySelectorAll("select")) {
      select.value = fields()[select.dataset.field].find((word) => named(select.dataset.field, word) in chosen) ?? "";
    }
    const root = document.querySelector("#tab-denoising")?.classList;
    root?.toggle("nw-asked", Object.keys(chosen).length > 0);
    root?.toggle("nw-is-early", facts.model.early.includes(value("model")));
    root?.toggle("nw-averaged", facts.model.averaged.includes(value("model")));
    const taught = facts.model.ways[value("model")]?.sampler === JUMPS, jumps = value("sampler") === JUMPS;
    root?.toggle("nw-taught", taught);
    root?.toggle("nw-jumping", taught && !jumps);
    root?.toggle("nw-blurred", jumps && !taught);
  }

  // ---- a model that can be asked for other things than the one before begins with a wish of its own
  let model = value("model"), left = null; // by hand; a menu tells of a choice again whenever it is left
  let walked = null; // how a model that was not taught to jump was last run: who comes back to one finds it so
  window.addEventListener("noisewalk:turned", ({ detail }) => {
    if (detail.tab !== TAB || detail.name !== "model") return;
    [left, model] = [detail.byHand ? model : null, detail.value];
  });
  window.noisewalk.denoisingMeets = (name) => {
    const { wishes, begins, ways } = facts.model, same = (some) => left === null || JSON.stringify(some[left]) === JSON.stringify(some[name]);
    window.noisewalk.turned(TAB, "model", name);
    const changes = { ...(same(ways) ? {} : crossed(ways[left], ways[name], same(wishes))), ...(same(wishes) ? {} : begins[name]) };
    left = null;
    return window.noisewalk.along(TAB, changes);
  };

  function crossed(from, to, kin) { // between models of other wishes, guidance is a matter of those
    const names = Object.keys({ ...from, ...to }).filter((name) => kin || name !== "guidance");
    if (![from.sampler, value("sampler")].includes(JUMPS)) walked = Object.fromEntries(names.map((name) => [name, value(name)]));
    return to.sampler === JUMPS ? to : walked ?? to;
  }

  // ---- runs: by themselves where they cost little, else by a press; until then the stage says that it is behind
  const FOLLOWED = Object.keys(window.noisewalkPage.driven["denoising-price"] ?? {});
  const button = (id) => document.querySelector(id);
  const running = () => Boolean(document.querySelector("#denoising-run .nw-waiting"));
  const now = () => window.noisewalk.denoisingBranch?.now();
  const PATIENCE = 8000; // milliseconds for a run's first message: until it comes, Gradio takes no second click
  let timer = 0, seen = false, clicked = -Infinity;
  const VAST = 2000; // pictures on their way: so much no link begins by itself
  let begun = false; // the first run begins though it costs long, if not that long: nobody should meet an empty stage
  let price = null; // of what the knobs say: {seconds} or {error}, or nothing while it is asked for
  let due = false, pressed = false; // whether a run is to be thought of, and whether somebody asked for it
  let stopped = false; // by hand, and nothing was begun since: not even a run that is only about to be asked for
  let coming = null; // the knobs of a run that was begun and is not on the stage yet

  function run() {
    const begins = performance.now() - clicked < PATIENCE, ends = window.noisewalk.ending(button("#denoising-run-button"));
    if (running() && !begins) button("#denoising-stop")?.click();
    coming = now();
    if (running() || begins || ends) timer = setTimeout(run, 120);
    else button("#denoising-run-button")?.click();
  }
  function soon(wait = QUIET) {
    clearTimeout(timer);
    due = true;
    timer = setTimeout(() => { timer = 0; decide(); }, wait);
  }
  // A press waits for no price; whatever begins by itself must be known to cost little.
  function decide() {
    if (due && !timer && !window.noisewalk.inPlace) return soon(); // a link has not put its knobs in place yet
    const first = !begun && value("steps") * Number(value("count")) <= VAST;
    const asked = first || (pressed && !window.noisewalk.denoisingBranch?.current());
    if (!due || timer || !(asked || price)) return;
    due = false;
    if (asked || price.seconds <= AT_ONCE) run();
    else pressed = false;
    mark();
  }
  function press() {
    pressed = true;
    soon();
  }
  document.addEventListener("click", ({ target, isTrusted }) => {
    if (target.closest?.("#denoising-run-button")) {
      clearTimeout(timer);
      [timer, clicked, coming, due, pressed, stopped] = [0, performance.now(), now(), false, false, false];
      setTimeout(() => { if (performance.now() - clicked >= PATIENCE && clicked > 0) coming = null; mark(); }, PATIENCE + 1);
      mark();
    }
    if (target.closest?.("#denoising-stop")) { coming = null; setTimeout(mark, QUIET); }
    if (isTrusted && target.closest?.("#denoising-stop")) {
      clearTimeout(timer);
      [timer, clicked, due, pressed, stopped] = [0, -Infinity, false, false, true];
    }
    if (target.closest?.("#denoising-texts")) press();
    if (target.closest?.("#denoising-behind button")) { pressed = true; run(); }
  }, true);
  window.addEventListener("noisewalk:press", (e) => { if (e.detail.tab === TAB) press(); });
  window.addEventListener("noisewalk:begun", (e) => {
    if (e.detail.timeline !== "denoising-run") return;
    [clicked, begun] = [-Infinity, true];
    if (stopped) return setTimeout(() => button("#denoising-stop").click());
    if (price?.seconds > LONG) setTimeout(() => tell("timeline", { timeline: "denoising-run", follow: true }));
  });
  window.addEventListener("noisewalk:painted", (e) => {
    if (e.detail.canvas !== "denoising-price") return;
    const { reply, asked } = e.detail, knobs = Object.entries(window.noisewalk.argumentsOf("denoising-price"));
    if (!knobs.every(([name, set]) => JSON.stringify(asked[name]) === JSON.stringify(set))) return; // of what they said before
    price = reply;
    decide();
    mark();
  });

  // ---- the stage while it shows another run than the knobs ask for, and nothing is on its way
  function mark() {
    const branches = window.noisewalk.denoisingBranch, stage = branches?.stage(), line = button("#denoising-behind");
    if (!line || !(stage || price?.seconds)) return;
    if (branches?.current()) coming = null;
    const behind = !branches?.current() && !due && coming !== now();
    line.closest(".nw-card").classList.toggle("nw-stale", behind);
    line.hidden = !behind;
    if (!behind) return;
    const why = !stage ? "first" : price?.error ? "refused" : price?.seconds > AT_ONCE ? "costly" : "plain";
    line.querySelector("span").innerHTML = window.noisewalk.html("t:denoising.behind." + why, { seconds: price?.seconds });
    line.querySelector("button").hidden = Boolean(price?.error);
  }
  window.addEventListener("noisewalk:stopped", mark);
  window.addEventListener("noisewalk:finished", ({ detail }) => { // the price has learned from the run
    if (detail.timeline === "denoising-run") tell("set", { canvas: "denoising-price", values: {} });
  });
  window.addEventListener("noisewalk:ready", (e) => {
    if (e.detail.widget !== "denoising-run") return;
    lay();
    if (!seen) soon(SETTLED);
    seen = true;
  });
  window.addEventListener("noisewalk:turned", (e) => {
    if (e.detail.tab !== TAB) return;
    lay();
    if (!FOLLOWED.includes(e.detail.name)) return;
    price = null;
    if (seen) soon();
    mark();
  });
  window.addEventListener("noisewalk:language", mark);
  window.addEventListener("noisewalk:language", lay);
})();
