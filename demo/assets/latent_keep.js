// What is kept: spots with a name and a small picture, in this browser alone. And the way of a spot onto the table.
(() => {
  const TAB = "latent", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.start) return;
  const STORE = "noisewalk.shelf", MOST = 24, LONGEST = 4000, LINK = 8000, SIDE = 72, NAME = 40;
  const CHANGES = Object.keys(window.noisewalkPage.driven["latent-picture"]).filter((name) => facts[name] && !["model", "start", "x", "y"].includes(name));
  const { kept: storage, valueOf, notice, say, joined } = window.noisewalk;
  const value = (name) => valueOf(TAB, name);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  const tidy = (spot) => Object.fromEntries(Object.entries(spot).filter(([name, v]) => (name === "x" || name === "y" ? v : !same(v, facts[name]?.default) || name === "start")));

  // The spot on the table, without what is as usual.
  function spot() {
    return structuredClone(tidy(Object.fromEntries(["start", "x", "y", ...CHANGES].map((name) => [name, value(name)]))));
  }
  // What was done with one model's directions and classes means nothing to another.
  const spotFor = (model, item) => structuredClone(item.model === model ? item.spot : tidy({ start: item.spot.start, x: item.spot.x ?? 0, y: item.spot.y ?? 0 }));

  const within = ({ low, high }, v) => (high === undefined ? v : Math.min(high, Math.max(low, v)));

  // A spot comes onto the table as one thing to take back; a hidden button of Gradio's carries it to the sliders.
  let pending = null;
  function land(spot, model = value("model")) {
    const changes = Object.fromEntries(CHANGES.map((name) => [name, within(facts[name], spot[name] ?? facts[name].default)]));
    bring({ ...changes, model, start: spot.start, x: spot.x ?? 0, y: spot.y ?? 0 });
  }
  function bring(next) {
    pending = next;
    const carrier = document.querySelector("#latent-land");
    if (carrier) carrier.click(); else landed();
  }
  function landed() {
    const next = pending ?? {};
    pending = null;
    return window.noisewalk.jump(TAB, next);
  }

  // ---- a file that was saved here is opened again: one spot comes onto the table, a walk between or through its stops
  window.addEventListener("noisewalk:recipe", ({ detail: { source, reply } }) => {
    if (source !== "table") return;
    const { model, stops, way, closed, frames } = reply;
    if (stops.length === 1) land(stops[0], model);
    else {
      document.querySelector("#latent-part-between-button")?.click();
      const [a, b] = stops, many = Math.max(frames, facts.frames.low);
      bring(stops.length === 2 && (way !== "slerp" || !closed) ? { model, a, b, path: way } : { model, route: stops, closed, frames: many });
    }
    notice(say(stops.length === 1 ? "t:save.opened" : "t:save.opened.walk"));
    const stage = stops.length === 1 ? "latent-picture" : stops.length === 2 ? "latent-walk" : "latent-route";
    document.getElementById(stage)?.scrollIntoView({ block: "center", behavior: "smooth" });
  });

  // ---- the shelf
  // A model may be away: its file was moved, or another visitor brought it. What was kept of it stays, and waits.
  const here = (item) => facts.model.choices.includes(item.model);
  const weights = (model) => facts.model.has[model]?.weights;
  const object = (thing) => thing !== null && typeof thing === "object" && !Array.isArray(thing);
  const fresh = () => Math.random().toString(36).slice(2, 10);
  function item(raw) {
    if (!object(raw) || !object(raw.spot) || !facts.start.kinds.includes(raw.spot.start?.of) || typeof raw.model !== "string" || !/^[\w.-]{1,60}$/.test(raw.model)) return null;
    if (JSON.stringify(raw.spot).length > LONGEST) return null;
    const thumb = typeof raw.thumb === "string" && /^data:image\/jpeg;base64,[\w+/=]{1,20000}$/.test(raw.thumb) ? raw.thumb : null;
    return { id: typeof raw.id === "string" && /^[a-z0-9]{1,12}$/.test(raw.id) ? raw.id : fresh(), name: String(raw.name ?? "").slice(0, NAME), model: raw.model, spot: raw.spot, thumb, weights: String(raw.weights ?? "").slice(0, 64) };
  }
  const parsed = (text) => { try { return JSON.parse(text); } catch { return null; } };
  const read = (text) => [parsed(text)].flat().map(item).filter(Boolean);
  // A small picture that other weights painted is asked for again.
  const stored = (text) => read(text).slice(0, MOST).map((each) => (here(each) && each.weights !== weights(each.model) ? { ...each, thumb: null } : each));
  let items = stored(storage.get(STORE) ?? "[]"), dropped = [];
  function put(next) {
    items = next;
    storage.set(STORE, JSON.stringify(items));
    emit("shelf", { items });
  }

  function thumb() {
    const from = document.querySelector("#latent-picture canvas");
    if (!from?.width) return null;
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    small.getContext("2d").drawImage(from, 0, 0, SIDE, SIDE);
    return small.toDataURL("image/jpeg", 0.88);
  }
  function keep(name = "") {
    if (items.length >= MOST) return notice(say("t:latent.keep.full", { most: MOST }));
    const made = { id: fresh(), name, model: value("model"), spot: spot(), thumb: thumb(), weights: weights(value("model")) };
    put([...items, made]);
    return made.id;
  }
  const of = (id) => items.find((each) => each.id === id);
  const change = (id, part) => put(items.map((each) => (each.id === id ? { ...each, ...part, ...(part.thumb ? { weights: weights(each.model) } : {}) } : each)));
  function move(from, to) {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    put(next);
  }
  function drop(id) {
    dropped.push({ at: items.findIndex((each) => each.id === id), item: of(id) });
    put(items.filter((each) => each.id !== id));
  }
  function putBack() {
    if (!dropped.length || items.length >= MOST) return;
    const next = [...items], { at, item } = dropped.pop();
    next.splice(at, 0, item);
    put(next);
  }
  // What is there already is not put there twice.
  function add(text) {
    const known = read(text);
    if (!known.length) return { unread: object(parsed(text)) && "noisewalk" in parsed(text) ? "recipe" : "unread" };
    const news = known.filter((each) => !items.some((old) => old.model === each.model && same(old.spot, each.spot)));
    const fit = news.slice(0, MOST - items.length);
    if (fit.length) put([...items, ...fit]);
    return { count: fit.length, left: news.length - fit.length, most: MOST };
  }
  const news = (told) => say("t:latent.keep." + (told.unread ? told.unread : told.left ? "brought-part" : told.count ? "brought" : "nothing"), told);
  const text = (some = items) => JSON.stringify(some.map(({ name, model, spot }) => ({ name, model, spot })));

  function linkTo(some, whole = some.length > 1) {
    const url = new URL(location.origin + location.pathname);
    url.searchParams.set("tab", TAB);
    url.searchParams.set("lang", window.noisewalk.language());
    if (!whole) {
      const [{ model, spot }] = some;
      for (const [name, v] of Object.entries({ model, ...spot })) if (!same(v, facts[name]?.default)) url.searchParams.set(name, JSON.stringify(v));
    } else url.searchParams.set("shelf", text(some));
    return url.toString();
  }
  // Servers refuse an address without end: of a full shelf, what comes first.
  function linkToAll() {
    let count = items.length;
    while (count > 1 && linkTo(items.slice(0, count), true).length > LINK) count--;
    return { link: linkTo(items.slice(0, count), true), count, left: items.length - count };
  }
  function copyAll() {
    const { link, ...told } = linkToAll();
    return copy(link, told.left ? say("t:latent.keep.link-part", told) : "");
  }
  async function copy(what, more = "") {
    try { await navigator.clipboard.writeText(what); notice(joined([say("t:page.copied"), more])); } catch { window.prompt(joined([say("t:page.copy-by-hand"), more]), what); }
  }

  const brought = new URL(location.href).searchParams.get("shelf");
  if (brought) {
    const told = add(brought);
    if (told.count + told.left || told.unread) window.addEventListener("noisewalk:painted", () => notice(told.unread ? say("t:page.link-left", { names: "shelf" }) : news(told)), { once: true });
  }
  window.addEventListener("storage", (e) => { if (e.key === STORE) { items = stored(e.newValue ?? "[]"); emit("shelf", { items }); } });

  const shelf = { items: () => items, keep, change, move, drop, putBack, dropped: () => dropped.length > 0, add, news, here, text, linkTo, linkToAll, copy, copyAll, of, MOST };
  Object.assign(window.noisewalk.latent, { spot, spotFor, land, landed, shelf });
})();
