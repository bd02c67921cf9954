// All knobs of all tabs in one place: what drives the live widgets, what Undo takes back, what stands in the link.
(() => {
  const { knobs, parts, driven, dragged } = window.noisewalkPage;
  const values = {}, history = {};
  for (const [tab, named] of Object.entries(knobs)) {
    values[tab] = Object.fromEntries(Object.entries(named).map(([name, knob]) => [name, knob.default]));
    history[tab] = [];
  }
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const emit = (name, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + name, { detail }));
  const dirty = new Set();

  // Several knobs that turn in one breath (Undo, a link) make one message, not several.
  function touch(tab, name, byHand = false) {
    for (const [widget, needs] of Object.entries(driven)) {
      if (!Object.values(needs).some(([t, n]) => t === tab && n === name)) continue;
      if (!dirty.size) queueMicrotask(flush);
      dirty.add(widget);
    }
    emit("turned", { tab, name, value: values[tab][name], byHand });
  }
  function flush() {
    for (const widget of dirty) emit("set", { canvas: widget, values: argumentsOf(widget) });
    dirty.clear();
  }
  const argumentsOf = (widget) => Object.fromEntries(
    Object.entries(driven[widget] || {}).map(([argument, [tab, name]]) => [argument, values[tab][name]]));

  // All that one press or drag does to a knob is one thing to take back, and so is what keys do in quick succession.
  const QUICK = 600; // milliseconds
  let gesture = 0, keyed = false;
  const begin = () => { gesture += 1; keyed = false; };
  window.addEventListener("pointerdown", begin, true);
  window.addEventListener("click", (e) => { if (e.isTrusted && !e.detail) begin(); }, true); // a key pressed a button, no script
  for (const kind of ["keydown", "wheel"]) window.addEventListener(kind, () => { keyed = true; }, { capture: true, passive: true });
  function remember(tab, name) {
    const past = history[tab], last = past[past.length - 1], at = performance.now();
    const goesOn = last?.name === name && (keyed ? at - last.at < QUICK : last.gesture === gesture);
    if (goesOn) return void (last.at = at);
    past.push({ name, at, gesture, values: structuredClone(values[tab]) });
    if (past.length > 100) past.shift();
  }

  function turned(tab, name, value) {
    if (same(values[tab][name], value)) return;
    remember(tab, name);
    const before = values[tab][name];
    values[tab][name] = value;
    touch(tab, name, true);
    (knobs[tab][name].resets ?? []).forEach((other) => release(tab, other, before, value));
  }
  // Some hidden knobs mean something only beside the old value of another; a link and Undo bring both, and what waits
  // is there again when the old value is.
  const aside = {};
  function release(tab, name, before, now) {
    const { waits, default: usual } = knobs[tab][name], left = ((aside[tab] ??= {})[name] ??= {});
    if (waits) left[before] = values[tab][name];
    const next = (waits ? left[now] : undefined) ?? usual;
    if (same(values[tab][name], next)) return;
    values[tab][name] = structuredClone(next);
    touch(tab, name);
    emit("restored", { tab, name, value: values[tab][name] });
  }

  function announce(tab, name) {
    emit("turned", { tab, name, value: values[tab][name], byHand: false });
    if (knobs[tab][name].hidden) emit("restored", { tab, name, value: values[tab][name] });
  }

  // Every component of the tab gets its value; a hidden knob is told to its widget.
  function put(tab, next) {
    for (const name of Object.keys(knobs[tab])) {
      if (same(values[tab][name], next[name])) continue;
      values[tab][name] = structuredClone(next[name]);
      touch(tab, name);
      if (knobs[tab][name].hidden) emit("restored", { tab, name, value: values[tab][name] });
    }
    return shown(tab);
  }
  const shown = (tab) => Object.keys(knobs[tab]).filter((name) => !knobs[tab][name].hidden).map((name) => values[tab][name]);
  const defaults = (tab) => Object.fromEntries(Object.entries(knobs[tab]).map(([name, knob]) => [name, knob.default]));

  // What an event sends to Python, with the values of hidden knobs in their places.
  const filled = (tab, names, sent) => sent.map((value, i) => (names[i] ? values[tab][names[i]] : value));

  // What stands beside a knob on the page, for a refusal that names an argument of a widget's view.
  function called(widget, argument) {
    const [tab, knob] = driven[widget]?.[argument] ?? [];
    const own = widget.split("-")[0]; // the id of a widget begins with its tab's key
    return ["t:" + tab + "." + knob, "t:" + own + "." + argument, "t:knobs." + argument].find(noisewalk.known) ?? argument;
  }

  function undo(tab) {
    const past = history[tab].pop();
    return past ? put(tab, past.values) : shown(tab);
  }
  function reset(tab) {
    remember(tab, "");
    return put(tab, defaults(tab));
  }
  // Several knobs at once are one thing to take back; what comes along with a knob is taken back with it.
  function jump(tab, next) {
    const turns = Object.keys(next).filter((name) => !same(values[tab][name], next[name])).join();
    if (turns) remember(tab, turns);
    return along(tab, next);
  }
  // Of two knobs that are the ends of a stretch, who is turned past the other takes it along.
  function pushed(tab, name, value) {
    along(tab, { [name]: value });
    return value;
  }
  const along = (tab, next) => put(tab, { ...values[tab], ...next });
  function surprise(tab) {
    remember(tab, "");
    const next = { ...values[tab] };
    for (const [name, knob] of Object.entries(knobs[tab])) {
      if (!knob.surprise) continue;
      if (knob.choices && !Array.isArray(knob.default)) next[name] = knob.choices[Math.floor(Math.random() * knob.choices.length)];
      else if (knob.step) next[name] = Number((knob.low + knob.step * Math.floor(Math.random() * (1 + (knob.high - knob.low) / knob.step))).toPrecision(9));
    }
    return put(tab, next);
  }

  const onStep = (value, { low, step }) => Math.abs((value - low) / step - Math.round((value - low) / step)) < 1e-6;
  // The same kind of thing all the way down; a list may have another length, and each entry is like the first.
  function alike(value, model) {
    if (value === null || model === null || typeof value !== typeof model) return value === model;
    if (Array.isArray(model)) return Array.isArray(value) && value.length <= 64 && (!model.length || value.every((v) => alike(v, model[0])));
    if (typeof model === "object") return !Array.isArray(value) && Object.keys(model).every((k) => Object.hasOwn(value, k) && alike(value[k], model[k]));
    return typeof model !== "number" || Number.isFinite(value);
  }
  // A free value is built like the default wherever that goes deeper; what it holds there, the server checks.
  // A place says what kind it is of.
  function built(value, model) {
    if (value === null || typeof value !== "object" || Array.isArray(value) !== Array.isArray(model)) return false;
    if (Array.isArray(model)) return !model.length || value.every((each) => built(each, model[0]));
    return (!("of" in model) || typeof value.of === "string") && Object.entries(model).every(([key, inner]) => typeof inner !== "object" || built(value[key], inner));
  }
  const inside = (value, { low, high }) => low === undefined || (value >= low && value <= high);
  // Values by method and knob, each within its bounds.
  function lawful(value, bounds) {
    const table = (thing) => thing !== null && typeof thing === "object" && !Array.isArray(thing);
    return table(value) && Object.entries(value).every(([method, own]) => table(own) && Object.entries(own).every(([key, number]) => {
      const knob = Object.hasOwn(bounds, method) && Object.hasOwn(bounds[method], key) ? bounds[method][key] : null;
      return knob && Number.isFinite(number) && number >= knob.low && number <= knob.high && (!knob.whole || Number.isInteger(number));
    }));
  }
  const LONGEST = 4000; // letters of one value in a link
  const fitting = (value) => JSON.stringify(value).length < LONGEST;
  // A value from a link is taken only where its knob allows it.
  function allowed(knob, value) {
    if (knob.toggle) return typeof value === "boolean";
    if (knob.within) return lawful(value, knob.within);
    if (knob.kinds && !knob.kinds.includes(value?.of)) return false;
    if (knob.hidden) return fitting(value) && (knob.free ? built(value, knob.default) : alike(value, knob.default) && inside(value, knob));
    if (knob.choices) {
      const many = Array.isArray(knob.default);
      if (Array.isArray(value) !== many || (many && value.length > (knob.most ?? knob.choices.length))) return false;
      return [value].flat().every((v) => knob.choices.includes(v));
    }
    if (knob.step) return Number.isFinite(value) && value >= knob.low && value <= knob.high && onStep(value, knob);
    return typeof value === typeof knob.default;
  }
  // What a tab has beside its knobs that goes along with them: `give` says it (null: nothing), `take` is told what a link brought.
  const carried = Object.fromEntries(Object.keys(knobs).map((tab) => [tab, {}]));
  const carry = (tab, name, give, take) => { carried[tab][name] = { give, take }; };
  const carriedBy = (tab) => Object.fromEntries(Object.entries(carried[tab]).map(([name, { give }]) => [name, give()]).filter(([, thing]) => thing !== null));
  const lawfully = (tab, brought) => Object.fromEntries(Object.entries(brought).filter(([name, value]) => Object.hasOwn(knobs[tab], name) && allowed(knobs[tab][name], value)));
  function link(tab) {
    const url = new URL(location.origin + location.pathname);
    url.searchParams.set("tab", tab);
    url.searchParams.set("lang", noisewalk.language());
    const part = partOf(tab);
    if (part) url.searchParams.set("part", part);
    for (const [name, knob] of Object.entries(knobs[tab])) {
      if (!same(values[tab][name], knob.default) && fitting(values[tab][name])) url.searchParams.set(name, JSON.stringify(values[tab][name]));
    }
    for (const [name, thing] of Object.entries(carriedBy(tab))) if (fitting(thing)) url.searchParams.set(name, JSON.stringify(thing));
    return url.toString();
  }
  const named = (tab, names) => names.map((name) => (noisewalk.known(`t:${tab}.${name}`) ? noisewalk.say(`t:${tab}.${name}`) : name)).join(noisewalk.say("t:page.comma"));
  async function copyLink(tab, text) {
    const address = text || link(tab), long = text ? [] : Object.keys(knobs[tab]).filter((name) => !fitting(values[tab][name]));
    const names = named(tab, long);
    try { await navigator.clipboard.writeText(address); noisewalk.notice(noisewalk.say(names ? "t:page.copied-short" : "t:page.copied", { names })); } catch { window.prompt(noisewalk.say("t:page.copy-by-hand"), address); }
  }
  // What a link asks for: {tab, parts, values}, each by tab; a page that came back by itself asks for all it had.
  function asked() {
    if (noisewalk.cameBack) return noisewalk.cameBack;
    const found = new URL(location.href).searchParams, tab = found.get("tab"), brought = {};
    for (const name of Object.hasOwn(knobs, tab ?? "") ? [...Object.keys(knobs[tab]), ...Object.keys(carried[tab])] : []) {
      const text = found.get(name), plain = knobs[tab][name]?.choices?.includes(text); // as one types it: model=faces-gan
      try { if (text !== null) brought[name] = plain ? text : JSON.parse(text); } catch { /* not of ours */ }
    }
    return { tab, parts: { [tab]: found.get("part") }, values: { [tab]: brought } };
  }
  function state() {
    const all = Object.keys(knobs).map((tab) => [tab, { ...values[tab], ...carriedBy(tab) }]);
    return { tab: tabOpen(), parts: Object.fromEntries(Object.keys(parts).map((tab) => [tab, partOf(tab)])), values: Object.fromEntries(all) };
  }
  // What a link asks for is known before the first picture is, so that none is drawn in vain.
  let foreseen = false;
  function foresee() {
    if (foreseen) return;
    foreseen = true;
    for (const [tab, brought] of Object.entries(asked().values)) if (Object.hasOwn(knobs, tab)) Object.assign(values[tab], lawfully(tab, brought));
  }
  function restore() {
    foresee();
    for (const [tab, brought] of Object.entries(asked().values)) {
      if (!Object.hasOwn(knobs, tab)) continue;
      put(tab, { ...values[tab], ...lawfully(tab, brought) });
      for (const name of Object.keys(knobs[tab])) if (!same(values[tab][name], knobs[tab][name].default)) announce(tab, name);
      for (const [name, { take }] of Object.entries(carried[tab])) if (Object.hasOwn(brought, name)) take(brought[name]);
    }
    window.noisewalk.inPlace = true;
    emit("inplace", {});
    return Object.keys(knobs).flatMap(shown);
  }
  // Which tab is open, and which part of it: the link says it, and a page that is opened by one follows.
  const tabOpen = () => Object.keys(knobs).find((tab) => document.querySelector(`#tab-${tab}-button[aria-selected=true]`));
  const partOf = (tab) => parts[tab]?.slice(1).find((key) => document.querySelector(`#${tab}-part-${key}-button[aria-selected=true]`));
  function opened(first) {
    const wanted = asked(), tab = Object.hasOwn(knobs, wanted.tab ?? "") ? wanted.tab : first;
    const open = (selected) => ({ __type__: "update", ...(selected && { selected }) });
    const inner = ([key, known]) => open(known.find((part) => part === wanted.parts[key]));
    return [open(tab), ...Object.entries(parts).map(inner)];
  }

  window.addEventListener("noisewalk:ready", (e) => {
    const { widget } = e.detail;
    foresee();
    if (driven[widget]) emit("set", { canvas: widget, values: argumentsOf(widget) });
  });
  // A drag has already asked for its picture; here it only finds its place in the link and in Undo.
  window.addEventListener("noisewalk:drag", (e) => {
    const tab = dragged[e.detail.canvas];
    if (!tab) return;
    for (const [name, value] of Object.entries(e.detail.values)) {
      if (same(values[tab][name], value)) continue;
      remember(tab, "drag");
      values[tab][name] = value;
    }
  });
  window.addEventListener("noisewalk:knob", (e) => turned(e.detail.tab, e.detail.name, e.detail.value));
  Object.assign(window.noisewalk, { turned, filled, called, undo, reset, surprise, jump, along, pushed, link, copyLink, carry, lawfully, asked, named, state, restore, opened, valueOf: (tab, name) => values[tab][name], argumentsOf });
})();
