// The Latent space tab: the place on the table in words, a seed to jump to, and which part is open.
(() => {
  const TAB = "latent", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.start) return;
  const { say } = window.noisewalk;
  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  const value = (name) => window.noisewalk.valueOf(TAB, name);

  // Everything that changes the place goes through here: a new start is looked at from its own middle.
  const goTo = (start) => window.noisewalk.jump(TAB, { start, x: 0, y: 0, offset: "" });
  const place = () => (value("x") || value("y") ? { of: "lattice", start: value("start"), x: value("x"), y: value("y") } : value("start"));

  // Styles that a search has found: no seed's, but only of a model that has styles.
  const styled = () => (facts.model.has[value("model")]?.layers ?? 0) > 0;
  const found = () => Boolean(value("offset")) && styled();

  // The seed of the node nearest to (x, y): the plane is a torus of 100 × 100 seeds.
  const ROW = 100;
  function seedNear() {
    const start = value("start"), column = Math.round(value("x")), row = Math.round(value("y"));
    if (start.of === "seed" && !column && !row) return start.seed; // also one that is refused
    const first = start.of === "seed" ? start.seed : column || row ? 0 : null;
    return first === null ? null : (((first + column + ROW * row) % ROW ** 2) + ROW ** 2) % ROW ** 2;
  }

  function show() {
    const input = document.querySelector("#latent-seed");
    if (!input || document.activeElement === input) return;
    input.value = found() ? "" : seedNear() ?? "";
    input.placeholder = say(found() ? "t:latent.own-styles" : "t:latent.own-place");
    document.querySelector("#tab-latent")?.classList.toggle("nw-found", found());
  }
  window.addEventListener("noisewalk:turned", (e) => { if (e.detail.tab === TAB) show(); });
  window.addEventListener("noisewalk:drag", (e) => { if (e.detail.canvas === "latent-picture") show(); });
  window.addEventListener("noisewalk:language", show);
  window.addEventListener("noisewalk:painted", show, { once: true });

  document.addEventListener("change", (e) => {
    if (e.target.id !== "latent-seed") return;
    const seed = Math.round(Number(e.target.value));
    e.target.blur();
    if (e.target.value !== "" && Number.isFinite(seed)) goTo({ of: "seed", seed: Math.min(9999, Math.max(0, seed)) });
    show();
  });
  document.addEventListener("click", (e) => {
    const act = e.target.closest?.("[data-latent]")?.dataset.latent;
    if (act === "another") goTo({ of: "seed", seed: Math.floor(Math.random() * 10000) });
    if (act === "nearest" && found()) goTo({ of: "seed", seed: seedNear() });
    else if (act === "nearest") emit("travel", { canvas: "latent-picture", to: [Math.round(value("x")), Math.round(value("y"))] });
  });

  // The menu of models, in every language: what this page was built with, and what was brought since.
  function menu(known) {
    const names = Object.keys(known), shown = window.noisewalkPage.texts.find((keys) => keys.label === "latent.model");
    facts.model.has = known;
    facts.model.choices = names;
    shown.choices = names.map((name) => ["models." + name, name]);
    const { words } = window.noisewalkPage, language = window.noisewalk.language();
    return { __type__: "update", choices: shown.choices.map(([key, name]) => [words[language][key] ?? name, name]) };
  }
  // The server knows what there is now; a link may have asked for what this page had not heard of.
  function refresh(known) {
    const before = facts.model.choices, update = menu(known), asked = new URL(location.href).searchParams.get("model");
    emit("models", {});
    if (Object.keys(known).some((name) => !before.includes(name) && JSON.stringify(name) === asked)) window.noisewalk.restore();
    return { ...update, value: Object.hasOwn(known, value("model")) ? value("model") : facts.model.choices[0] };
  }
  // A checkpoint that was taken in is chosen at once.
  function adopted(told) {
    document.querySelector("#latent-own-told").innerHTML = window.noisewalk.html("t:latent.own.told", told);
    return { ...menu({ ...facts.model.has, [told.name]: told.has }), value: told.name };
  }

  // Gradio would refuse a heavy file in its own words, and in English.
  document.addEventListener("change", (e) => {
    const told = document.querySelector("#latent-own-told"), [file] = e.target.files ?? [];
    if (!told || !file || !told.closest(".nw-card").contains(e.target)) return;
    told.textContent = ""; // what was said was of another file
    if (file.size <= Number(told.dataset.largest)) return;
    e.stopImmediatePropagation();
    e.target.value = "";
    told.textContent = window.noisewalk.say("t:refused.checkpoint-size", { file: file.name, megabytes: Number(told.dataset.largest) / 1e6 });
  }, true);

  Object.assign(window.noisewalk, { latent: { goTo, place, styled, adopted, refresh } });
})();
