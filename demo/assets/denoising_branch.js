// Branches of a run: which knobs stood behind each run on the stage, how one is left at a step, and the tree of all that ended.
(() => {
  const TAB = "denoising", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.trunk?.rest) return;
  const { rest, remembering, most } = facts.trunk;
  const STAGE = "denoising-run", SIDE = 96, LEAVES = 24, LONGEST = 3900; // letters of a trunk that a link still takes
  const { say, html, escaped, known, notice, valueOf } = window.noisewalk;
  const value = (name) => valueOf(TAB, name);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  const PLAN = Object.values(window.noisewalkPage.driven["denoising-price"]).map(([, knob]) => knob).filter((knob) => knob !== "trunk");
  const COURSE = Object.keys(rest).filter((name) => PLAN.includes(name)), FIXED = PLAN.filter((name) => !COURSE.includes(name));
  const pick = (names, values) => Object.fromEntries(names.map((name) => [name, values[name]]));

  // ---- values: those of all knobs that decide a run; a course is the part that may change on the way, without what is as usual
  const all = () => structuredClone({ ...Object.fromEntries(PLAN.map((name) => [name, value(name)])), trunk: limbs() });
  // A link may bring anything; what is no trunk the server refuses, and here it is none.
  const table = (thing) => thing !== null && typeof thing === "object" && !Array.isArray(thing);
  const limb = (thing) => table(thing) && Number.isInteger(thing.until) && table(thing.was) && (!thing.poke || table(thing.poke));
  function limbs() {
    const trunk = value("trunk");
    return Array.isArray(trunk) && trunk.every(limb) ? trunk : [];
  }
  function lean(values) {
    const own = values.knobs?.[values.sampler] ?? {}, course = { ...values, knobs: Object.keys(own).length ? { [values.sampler]: own } : {} };
    return pick(COURSE.filter((name) => !same(course[name], rest[name])), course);
  }
  function full(course, values) {
    const { [course.sampler ?? rest.sampler]: _, ...others } = values.knobs ?? {};
    return { ...values, ...pick(COURSE, rest), ...course, knobs: { ...others, ...course.knobs } };
  }
  // A limb without a say is left out: one of no length, or one that goes on as if it had not ended.
  function tidy(trunk, tip) {
    return trunk.filter(({ until, was, poke }, k) => {
      if (poke) return true;
      const next = trunk[k + 1]?.was ?? tip, forgets = !remembering.includes(was.sampler ?? rest.sampler);
      return until !== trunk[k - 1]?.until && !(same(was, next) && (forgets || until === 0));
    });
  }
  const keyOf = (values, trunk, tip) => JSON.stringify([pick(FIXED, values), tidy(trunk, tip), tip]);
  const key = (values) => keyOf(values, values.trunk, lean(values));

  // ---- runs: the knobs at the moment of the press belong to the run that begins next, if none was turned in between
  const begun = new Map();
  let pressed = null, stage = null;
  document.addEventListener("click", (e) => { if (e.target.closest?.("#denoising-run-button")) pressed = all(); }, true);
  window.addEventListener("noisewalk:turned", ({ detail }) => {
    if (detail.tab === TAB && (PLAN.includes(detail.name) || detail.name === "trunk")) pressed = null;
  });
  window.addEventListener("noisewalk:begun", ({ detail }) => {
    if (detail.timeline !== STAGE) return;
    if (pressed) begun.set(detail.run, pressed);
    pressed = null;
    for (const run of [...begun.keys()].slice(0, -4)) begun.delete(run);
  });
  window.addEventListener("noisewalk:frame", ({ detail }) => {
    if (detail.timeline !== STAGE) return;
    stage = { run: detail.run, values: begun.get(detail.run) ?? all(), step: detail.caption.step, steps: detail.caption.steps };
    emit("stopped", stage);
  });
  window.addEventListener("noisewalk:finished", async ({ detail }) => {
    const values = begun.get(detail.run), last = detail.shots.at(-1);
    if (detail.timeline !== STAGE || !values || last?.caption.step !== last?.caption.steps) return;
    emit("ended", { values });
    keep(values, last.caption.steps, await small(last.blobs[1]));
  });

  // ---- the tree: a leaf for every run that came to its end
  let leaves = [], count = 0;
  async function small(blob) {
    const bitmap = await createImageBitmap(blob), canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, SIDE, SIDE);
    bitmap.close();
    return canvas.toDataURL("image/jpeg", 0.85);
  }
  const parent = (leaf) => leaves.find((other) => other.key === leaf.origin);
  function keep(values, steps, thumb) {
    const mine = key(values), old = leaves.find((leaf) => leaf.key === mine), tip = lean(values), trunk = tidy(values.trunk, tip), limb = trunk.at(-1);
    if (old) old.thumb = thumb ?? old.thumb;
    else leaves.push({ key: mine, number: ++count, values, tip, limb, steps, thumb, origin: limb ? keyOf(values, trunk.slice(0, -1), limb.was) : null });
    while (leaves.length > LEAVES) {
      const bare = leaves.find((leaf) => leaf.key !== mine && !leaves.some((other) => other.origin === leaf.key)) ?? leaves[0];
      leaves = leaves.filter((leaf) => leaf !== bare);
    }
    emit("tree", {});
  }
  const clear = () => { leaves = []; emit("tree", {}); };

  // ---- the tree in a link: of each leaf what is not as usual; its picture is drawn anew when it is asked for
  const LINKED = 2400; // letters; of a larger tree the oldest leaves stay behind
  const THINGS = [...PLAN, "trunk"], usual = Object.fromEntries(THINGS.map((name) => [name, facts[name].default]));
  const told = ({ values, steps }) => ({ steps, values: pick(THINGS.filter((name) => !same(values[name], usual[name])), values) });
  function give() {
    const written = leaves.map(told);
    while (JSON.stringify(written).length > LINKED) written.shift();
    return written.length > (leaves.some((leaf) => leaf.key === key(all())) ? 1 : 0) ? written : null; // the run on the stage is in the knobs
  }
  function take(brought) {
    if (!Array.isArray(brought)) return;
    for (const leaf of brought.slice(0, LEAVES)) {
      if (!table(leaf) || !table(leaf.values) || !Number.isInteger(leaf.steps) || leaf.steps < 1) continue;
      const values = { ...structuredClone(usual), ...window.noisewalk.lawfully(TAB, leaf.values) };
      const grows = Array.isArray(values.trunk) && values.trunk.every((part) => limb(part) && part.until >= 0 && part.until < leaf.steps);
      if (grows) keep(values, leaf.steps, null);
    }
  }
  window.noisewalk.carry(TAB, "tree", give, take);

  // ---- ways on: several knobs at one stroke, and the run
  function land(next) {
    if (next.trunk.length > most || JSON.stringify(next.trunk).length > LONGEST) return notice(say("t:denoising.branch.full", { most }));
    window.noisewalk.denoisingLand(structuredClone(next));
    emit("press", { tab: TAB });
  }
  const turn = (trunk) => emit("knob", { tab: TAB, name: "trunk", value: trunk });
  // Whether the run on the stage is the one that the knobs ask for.
  const current = () => Boolean(stage) && begun.has(stage.run) && key(stage.values) === key(all());
  // What the run on the stage was at its step: the limbs that had ended, and the course it was on.
  function reached({ values, step }) {
    const limb = values.trunk.find(({ until }) => until > step);
    return { trunk: values.trunk.filter(({ until }) => until <= step), was: limb?.was ?? lean(values) };
  }
  const open = () => stage && stage.step < stage.steps;
  function cut() {
    if (!open()) return;
    const { trunk, was } = reached(stage), there = trunk.at(-1)?.until === stage.step;
    land({ ...full(was, stage.values), trunk: there ? trunk : [...trunk, { until: stage.step, was }] });
  }
  const poked = () => limbs().at(-1)?.poke ?? null;
  function poke(shape) {
    if (!open()) return;
    const { trunk, was } = reached(stage), last = trunk.at(-1);
    const bare = last?.until === stage.step && !last.poke && same(last.was, was); // just branched here, nothing turned since
    land({ ...full(was, stage.values), trunk: [...(bare ? trunk.slice(0, -1) : trunk), { until: stage.step, was, poke: shape }] });
  }
  function repoke(shape) {
    const trunk = limbs(), last = trunk.at(-1), { poke: _, ...bare } = last;
    if (shape) return turn([...trunk.slice(0, -1), { ...bare, poke: shape }]);
    turn(same(last.was, lean(all())) ? trunk.slice(0, -1) : [...trunk.slice(0, -1), bare]);
  }

  // ---- in words
  const spoken = (group, name) => (known(`t:${group}.${name}`) ? say(`t:${group}.${name}`) : name);
  const called = (names) => names.map((name) => spoken(TAB, name)).join(say("t:page.comma"));
  const sampler = (name) => spoken("samplers", name);

  function branch(kit) {
    const root = kit.element.querySelector(".nw-branch"), find = (part) => root.querySelector(part);
    let outlook = null, trouble = null;
    function sentences() {
      const { until, turned, idle, draws, remembers } = outlook, names = { until, sampler: sampler(value("sampler")) };
      const words = (part, more) => html("t:denoising.branch." + part, { ...names, ...more });
      if (until === null) return [words(draws ? "draws" : "fixed"), remembers ? words("remembers") : ""];
      if (!turned.length && !poked()) return [words("kept"), current() ? words(remembers ? "nothing.remembers" : "nothing") : words("coming")];
      const silent = idle.filter((name) => name !== "seed");
      return [words("kept"), turned.length ? words("turned", { names: called(turned) }) : "", idle.includes("seed") ? words("idle.seed") : "",
        silent.length ? words("idle", { names: called(silent) }) : "", remembers ? words("remembers") : ""];
    }
    function write() {
      find(".nw-branch-here").innerHTML = html("t:denoising.branch." + (!stage ? "wait" : open() ? "here" : "end"), stage ?? {});
      find("[data-branch=cut]").disabled = !open();
      find("[data-branch=whole]").hidden = !limbs().length;
      find(".nw-branch-said").innerHTML = trouble !== null ? escaped(kit.why(trouble)) : outlook ? sentences().filter(Boolean).join(" ") : "";
    }
    kit.listen(find("[data-branch=cut]"), "click", cut);
    kit.listen(find("[data-branch=whole]"), "click", () => { turn([]); emit("press", { tab: TAB }); });
    kit.listen(window, "noisewalk:stopped", write);
    kit.listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === TAB) write(); });
    kit.whenPageChanges(write);
    kit.pump(Object.values(kit.server)[0], async (reply, fresh) => { if (fresh()) { [outlook, trouble] = [reply, null]; emit("outlook", reply); write(); } }, (error) => { trouble = error; write(); });
    write();
  }

  window.noisewalk.denoisingBranch = {
    branch, land, poke, repoke, poked, clear, key, lean, parent, spoken, called, sampler,
    leaves: () => leaves, stage: () => stage, open, current, now: () => key(all()), values: all,
  };
})();
