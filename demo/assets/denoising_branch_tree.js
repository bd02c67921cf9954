// The tree of runs along the axis of steps: a lane for each, leaving that of its parent where the run left it.
(() => {
  const branches = window.noisewalk.denoisingBranch;
  if (!branches) return;
  const { say } = window.noisewalk;
  const { SVG } = window.noisewalk;
  const LANE = 56, THUMB = 48, LEFT = 6, BEND = 7;
  const words = (key, values) => say("t:denoising.tree." + key, values);
  const node = (tag, attributes = {}) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  function asked(wish) {
    const [field, word] = wish.split("=");
    return word === undefined ? wish : `${branches.spoken("attributes", field)}: ${branches.spoken("attributes." + field, word)}`;
  }
  // What a value is called beside its knob.
  function told(name, value) {
    if (name === "sampler") return branches.sampler(value);
    if (name === "classes") return Object.keys(value ?? {}).map(asked).join(say("t:page.comma")) || "–";
    if (name === "knobs") return Object.values(value ?? {}).flatMap((own) => Object.entries(own ?? {}).map(([knob, amount]) => `${branches.spoken("knobs", knob)} ${amount}`)).join(say("t:page.comma")) || "–";
    return typeof value === "string" ? branches.spoken("denoising." + name, value) : String(value);
  }
  // How a run differs from the one it left; of one that left none, where it began.
  function about(leaf) {
    const { rest } = window.noisewalkPage.knobs.denoising.trunk, was = leaf.limb ? { ...rest, ...leaf.limb.was } : null, now = { ...rest, ...leaf.tip };
    const names = was ? Object.keys(now).filter((name) => !same(now[name], was[name])) : ["seed", "sampler", ...(leaf.tip.classes ? ["classes"] : [])];
    const shown = names.map((name) => (["sampler", "classes"].includes(name) ? "" : branches.called([name]) + " ") + told(name, now[name]));
    return [...(leaf.limb?.poke ? [words("poked")] : []), ...shown].join(" · ") || words("same");
  }

  // Each run under its parent, the oldest first.
  function lanes(all) {
    const rows = [], place = (leaf) => { rows.push(leaf); all.filter((other) => branches.parent(other) === leaf).forEach(place); };
    all.filter((leaf) => !branches.parent(leaf)).forEach(place);
    return rows;
  }

  branches.tree = (kit) => {
    const root = kit.element.querySelector(".nw-tree"), find = (part) => root.querySelector(part), svg = find("svg"), box = find(".nw-leaves"), paper = find(".nw-tree-paper");
    let rows = [];

    const draw = kit.onceAFrame(() => {
      const focused = document.activeElement?.dataset?.leaf, right = paper.clientWidth - THUMB - 8, now = branches.now();
      rows = lanes(branches.leaves());
      root.hidden = !rows.length;
      if (root.hidden || right < 40) return;
      const current = rows.find((leaf) => leaf.key === now), line = new Set();
      for (let leaf = current; leaf; leaf = branches.parent(leaf)) line.add(leaf);
      const x = (leaf, step) => LEFT + (step / leaf.steps) * (right - LEFT), y = (leaf) => rows.indexOf(leaf) * LANE + LANE / 2;
      const paths = rows.map((leaf) => {
        const from = leaf.limb ? x(leaf, leaf.limb.until) : LEFT, parent = branches.parent(leaf), [here, above] = [y(leaf), parent ? y(parent) : y(leaf)];
        const way = parent ? `M${from} ${above}V${here - BEND}q0 ${BEND} ${BEND} ${BEND}H${right}` : `M${from} ${here}H${right}`;
        const group = node("g", { class: [line.has(leaf) ? "nw-line" : "", leaf.limb && !parent ? "nw-orphan" : ""].join(" ") });
        if (leaf.limb && !parent) group.append(node("path", { d: `M${LEFT} ${here}H${from}`, class: "nw-unseen" }));
        group.append(node("path", { d: way }));
        if (leaf.limb?.poke) group.append(node("rect", { x: from - 4, y: above - 4, width: 8, height: 8 }));
        else group.append(node("circle", { cx: from, cy: above, r: 3.5 }));
        return group;
      });
      svg.setAttribute("width", paper.clientWidth);
      svg.setAttribute("height", rows.length * LANE);
      svg.replaceChildren(...paths.filter((g) => !g.classList.contains("nw-line")), ...paths.filter((g) => g.classList.contains("nw-line")));
      box.replaceChildren(...rows.map((leaf, k) => button(leaf, k, leaf === current, leaf.limb ? x(leaf, leaf.limb.until) : LEFT)));
      if (focused) box.querySelector(`[data-leaf="${focused}"]`)?.focus({ preventScroll: true });
    });
    function button(leaf, k, current, from) {
      const made = document.createElement("button"), text = document.createElement("span"), image = new Image(), origin = branches.parent(leaf);
      made.type = "button";
      Object.assign(made.dataset, { leaf: leaf.number, from: leaf.limb?.until ?? "" });
      made.style.top = k * LANE + "px";
      made.style.paddingLeft = from + 14 + "px";
      if (leaf.thumb) image.src = leaf.thumb;
      image.alt = "";
      text.textContent = about(leaf);
      made.title = [text.textContent, ...(leaf.thumb ? [] : [words("undrawn")])].join(" · ");
      made.setAttribute("aria-label", words(leaf.limb ? (origin ? "branch" : "lost") : "root", { number: leaf.number, origin: origin?.number, step: leaf.limb?.until, about: made.title }));
      if (current) made.setAttribute("aria-current", "true");
      made.append(text, image);
      return made;
    }
    const of = (button) => rows.find((leaf) => leaf.number === Number(button?.dataset.leaf));
    kit.listen(box, "click", (e) => { const leaf = of(e.target.closest("button")); if (leaf) branches.land(leaf.values); });
    // Up and down go from lane to lane, left to the run it came from, right to the first that left it.
    kit.listen(box, "keydown", (e) => {
      const leaf = of(e.target.closest("button")), at = rows.indexOf(leaf);
      const to = { ArrowUp: () => rows[at - 1], ArrowDown: () => rows[at + 1], ArrowLeft: () => branches.parent(leaf), ArrowRight: () => rows.find((other) => branches.parent(other) === leaf) }[e.key];
      if (!leaf || !to) return;
      e.preventDefault();
      box.querySelector(`[data-leaf="${to()?.number}"]`)?.focus();
    });
    kit.listen(find("[data-tree=clear]"), "click", branches.clear);
    kit.listen(window, "noisewalk:tree", draw);
    kit.listen(window, "noisewalk:turned", ({ detail }) => { if (detail.tab === "denoising") draw(); });
    const sayAll = () => { paper.setAttribute("aria-label", words("label")); draw(); };
    kit.whenPageChanges(sayAll);
    kit.whenResized(paper, draw);
    sayAll();
  };
})();
