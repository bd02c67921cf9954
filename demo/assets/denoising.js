// The Denoising tab: what is asked of the model, and a new run whenever something is turned that it can follow at once.
(() => {
  const TAB = "denoising", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.model?.wishes) return;
  const { say } = window.noisewalk;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const turn = (name, next) => window.dispatchEvent(new CustomEvent("noisewalk:knob", { detail: { tab: TAB, name, value: next } }));
  const SETTLED = 800; // milliseconds in which a link has put its knobs in place
  const QUIET = 350; // of rest before a run begins by itself
  const AT_ONCE = 6; // seconds: what costs more waits for the button
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
    turn("classes", word && !again ? { ...kept, [named(field, word)]: 1 } : kept);
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
    root?.toggle("nw-averaged", facts.model.averaged.includes(value("model")));
  }

  // ---- runs by themselves
  const FOLLOWED = Object.keys(window.noisewalkPage.driven["denoising-price"] ?? {});
  const button = (id) => document.querySelector(id);
  const running = () => Boolean(document.querySelector("#denoising-run .nw-waiting"));
  const PATIENCE = 8000; // milliseconds for a run's first message: until it comes, Gradio takes no second click
  let timer = 0, seen = false, seconds = 0, clicked = -Infinity;
  let begun = false; // the first run begins whatever it costs: nobody should meet an empty stage
  function run() {
    const begins = performance.now() - clicked < PATIENCE;
    if (running() && !begins) button("#denoising-stop")?.click();
    if (running() || begins) timer = setTimeout(run, 120);
    else button("#denoising-run-button")?.click();
  }
  document.addEventListener("click", (e) => { if (e.target.closest?.("#denoising-run-button")) clicked = performance.now(); }, true);
  window.addEventListener("noisewalk:begun", (e) => { if (e.detail.timeline === "denoising-run") [clicked, begun] = [-Infinity, true]; });
  function soon(wait = QUIET) {
    clearTimeout(timer);
    timer = setTimeout(() => { if (seconds <= AT_ONCE || !begun) run(); }, wait);
  }
  window.addEventListener("noisewalk:painted", (e) => { if (e.detail.canvas === "denoising-price" && !e.detail.reply.error) seconds = e.detail.reply.seconds; });
  window.addEventListener("noisewalk:ready", (e) => {
    if (e.detail.widget !== "denoising-run") return;
    lay();
    if (!seen) soon(SETTLED);
    seen = true;
  });
  window.addEventListener("noisewalk:turned", (e) => {
    if (e.detail.tab !== TAB) return;
    lay();
    if (seen && (FOLLOWED.includes(e.detail.name) || e.detail.name === "trunk")) soon();
  });
  window.addEventListener("noisewalk:language", lay);
})();
