// Poke: a rectangle is drawn on x at the step where the timeline stands; what is changed of the last poke is a new run at once.
(() => {
  const branches = window.noisewalk.denoisingBranch;
  if (!branches) return;
  const { say } = window.noisewalk;
  const STAGE = "denoising-run", MAP = "denoising-poke-map";
  const AT_ONCE = 6; // seconds of a run that is compared without being asked to
  const SIDES = ["left", "top", "right", "bottom"], STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const words = (key, values) => say("t:denoising.poke." + key, values), html = (key, values) => window.noisewalk.html("t:denoising.poke." + key, values);
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  branches.poking = (kit) => {
    const root = kit.element.querySelector(".nw-poke"), find = (part) => root.querySelector(part);
    const paper = find(".nw-poke-paper"), canvas = find("canvas"), mark = find("i"), which = find("select"), amount = find("[type=range]"), seed = find("[data-seed]");
    const sides = Object.fromEntries(SIDES.map((side) => [side, find(`[data-side=${side}]`)]));
    let size = null, shape = null, seconds = 0; // of a picture in pixels; the poke as it stands here; of a run

    // ---- the shape: within the picture, at least one pixel each way
    function fit(wanted) {
      const [width, height] = size, left = clamp(Math.round(wanted.left), 0, width - 1), top = clamp(Math.round(wanted.top), 0, height - 1);
      return { ...wanted, left, top, right: clamp(Math.round(wanted.right), left + 1, width), bottom: clamp(Math.round(wanted.bottom), top + 1, height) };
    }
    const first = ([width, height]) => ({ left: width * 0.3, top: height * 0.3, right: width * 0.7, bottom: height * 0.55, seed: 1, amount: 1 });
    function put(wanted, settled = true) {
      shape = fit({ ...shape, ...wanted });
      show();
      if (settled && branches.poked() && !same(branches.poked(), shape)) branches.repoke({ ...shape });
    }
    const across = () => Math.round(Math.sqrt(Number(branches.values().count)));
    const place = (columns = 1, cell = 0) => ({
      left: (100 * ((cell % columns) + shape.left / size[0])) / columns + "%", top: (100 * (Math.floor(cell / columns) + shape.top / size[1])) / columns + "%",
      width: (100 * (shape.right - shape.left)) / size[0] / columns + "%", height: (100 * (shape.bottom - shape.top)) / size[1] / columns + "%",
    });
    function show() {
      if (!shape) return;
      Object.assign(mark.style, place());
      for (const side of SIDES) {
        sides[side].max = side === "left" || side === "right" ? size[0] : size[1];
        sides[side].min = 0;
        if (document.activeElement !== sides[side]) sides[side].value = shape[side];
      }
      amount.value = shape.amount;
      find("output").textContent = shape.amount.toFixed(2);
      if (document.activeElement !== seed) seed.value = shape.seed;
      paper.setAttribute("aria-label", words("paper", shape));
      outline();
    }
    // The same rectangle lies on every picture of the stage, once something is poked there.
    function outline() {
      const frame = document.querySelector(`#${STAGE} .nw-pane .nw-frame`), columns = across();
      frame?.querySelectorAll(".nw-poked").forEach((old) => old.remove());
      if (!frame || !shape || !branches.poked()) return;
      for (let cell = 0; cell < columns ** 2; cell++) {
        const box = Object.assign(document.createElement("i"), { className: "nw-poked" });
        Object.assign(box.style, place(columns, cell));
        frame.append(box);
      }
    }
    function copy() {
      const from = document.querySelector(`#${STAGE} .nw-pane canvas`), columns = across(), cell = Number(which.value || 0);
      if (!from?.width) return;
      const [width, height] = [from.width / columns, from.height / columns], pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(from, (cell % columns) * width, Math.floor(cell / columns) * height, width, height, 0, 0, canvas.width, canvas.height);
    }

    // ---- by hand and by key
    let grip = null;
    const spot = (e) => { const box = canvas.getBoundingClientRect(); return [((e.clientX - box.left) / box.width) * size[0], ((e.clientY - box.top) / box.height) * size[1]]; };
    kit.listen(paper, "pointerdown", (e) => { if (size) { grip = spot(e); paper.setPointerCapture(e.pointerId); } });
    kit.listen(paper, "pointermove", (e) => {
      if (!grip || !paper.hasPointerCapture(e.pointerId)) return;
      const [x, y] = spot(e), [a, b] = grip;
      put({ left: Math.floor(Math.min(a, x)), top: Math.floor(Math.min(b, y)), right: Math.ceil(Math.max(a, x)), bottom: Math.ceil(Math.max(b, y)) }, false);
    });
    kit.listen(paper, "lostpointercapture", () => { grip = null; if (shape) put({}); });
    kit.listen(paper, "keydown", (e) => {
      const by = STEPS[e.key];
      if (!by || !shape) return;
      e.preventDefault();
      const [right, down] = by, { left, top, right: far, bottom } = shape;
      if (e.shiftKey) return put({ right: far + right, bottom: bottom + down });
      const [x, y] = [clamp(right, -left, size[0] - far), clamp(down, -top, size[1] - bottom)];
      put({ left: left + x, top: top + y, right: far + x, bottom: bottom + y });
    });
    for (const side of SIDES) kit.listen(sides[side], "change", () => { if (shape && sides[side].value !== "") put({ [side]: Number(sides[side].value) }); sides[side].value = shape?.[side] ?? ""; });
    kit.listen(amount, "input", () => put({ amount: Number(amount.value) }));
    kit.listen(seed, "change", () => { put({ seed: clamp(Math.round(Number(seed.value) || 0), 0, 9999) }); seed.value = shape.seed; });
    kit.listen(which, "change", copy);
    kit.listen(find("[data-poke=do]"), "click", () => { if (shape) branches.poke({ ...shape }); });
    kit.listen(find("[data-poke=again]"), "click", () => put({ seed: Math.floor(Math.random() * 10000) }));
    kit.listen(find("[data-poke=undo]"), "click", () => branches.repoke(null));

    // ---- the map: asked for once the poked run has ended, moved with the stage
    let asking = null, mapped = null;
    const card = () => root.closest(".nw-poke-row"), press = (what) => document.querySelector(`#denoising-poke-${what}`)?.click();
    const stale = () => card()?.classList.toggle("nw-stale", mapped !== branches.now());
    const waiting = () => Boolean(document.querySelector(`#${MAP} .nw-waiting`));
    kit.listen(document, "click", (e) => { if (e.target.closest?.("#denoising-poke-show")) asking = branches.now(); }, { capture: true });
    kit.listen(window, "noisewalk:begun", ({ detail }) => { if (detail.timeline === MAP) { mapped = asking; stale(); } });
    function compare() {
      if (ended && ended === branches.now() && ended !== mapped && asking !== ended && branches.values().trunk.some((limb) => limb.poke) && root.clientWidth && seconds <= AT_ONCE) press("show");
    }
    let ended = null;
    kit.listen(window, "noisewalk:ended", ({ detail }) => { ended = branches.key(detail.values); compare(); });
    kit.listen(window, "noisewalk:painted", ({ detail }) => { if (detail.canvas === "denoising-price" && !detail.reply.error) seconds = detail.reply.seconds; });
    kit.whenResized(root, compare);

    function write() {
      const stage = branches.stage(), open = branches.open(), button = find("[data-poke=do]"), poked = branches.poked(), many = across() > 1;
      find(".nw-name").textContent = stage ? words("here", stage) : "";
      button.disabled = !open;
      button.textContent = open ? words("do", stage) : words("where.end");
      find("[data-poke=undo]").hidden = !poked;
      find(".nw-said").innerHTML = [poked ? html("live", { step: branches.values().trunk.at(-1).until }) : open ? "" : html("draw"), many ? html("many") : ""].join(" ");
      which.parentElement.hidden = !many;
      if (which.options.length !== across() ** 2) which.replaceChildren(...Array.from({ length: across() ** 2 }, (_, k) => new Option(k + 1, k)));
    }
    kit.listen(window, "noisewalk:stopped", ({ detail }) => {
      write();
      copy();
      outline();
      const until = detail.values.trunk.findLast((limb) => limb.poke)?.until;
      if (mapped && mapped === branches.key(detail.values)) emit("timeline", { timeline: MAP, index: Math.max(0, detail.step - until) });
    });
    kit.listen(window, "noisewalk:outlook", ({ detail }) => {
      const now = [detail.width, detail.height];
      if (size && same(size, now)) return;
      const scale = size ? { left: (shape.left * now[0]) / size[0], top: (shape.top * now[1]) / size[1], right: (shape.right * now[0]) / size[0], bottom: (shape.bottom * now[1]) / size[1] } : first(now);
      size = now;
      shape = fit({ ...shape, ...scale, ...branches.poked() });
      show();
    });
    kit.listen(window, "noisewalk:turned", ({ detail }) => {
      if (detail.tab !== "denoising") return;
      const poked = branches.poked();
      if (poked && size && !same(poked, shape)) shape = fit({ ...first(size), ...shape, ...poked });
      if (waiting() && asking !== branches.now()) press("halt");
      stale();
      show();
      write();
    });
    kit.whenPageChanges(() => { show(); write(); });
    stale();
    write();
    copy();
  };
})();
