// Compare, below the timeline: how each run ended, where it differs from the first, and a map of the ways they took.
(() => {
  const parts = (window.noisewalk.denoisingCompare ??= {});
  const TIMELINE = "denoising-compare", INKS = ["--nw-ink", "--nw-sampler-1", "--nw-sampler-2", "--nw-sampler-3"];
  const words = (key, values) => window.noisewalk.say("t:denoising.compare." + key, values);
  const { SVG } = window.noisewalk, WIDE = 640, TALL = 340, EDGE = 26;
  const shape = (kind, facts, inside = []) => {
    const made = document.createElementNS(SVG, kind);
    for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };

  parts.ends = (kit) => {
    const { element, props, listen, emit } = kit, { node, LETTERS } = parts, find = (part) => element.querySelector(part);
    const row = find(".nw-end-row"), ways = find(".nw-fate-map"), chart = find("svg");
    let shown = null, at = 0, last = null, resting = null; // the value, the frame on the timeline, its caption, where a hover began

    // ---- the ends
    function heat({ heat: letters }, [height, width]) {
      const canvas = Object.assign(node("canvas", "nw-apart"), { width, height }), pen = canvas.getContext("2d"), image = pen.createImageData(width, height);
      const values = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
      values.forEach((value, k) => { image.data[4 * k + 3] = value; });
      pen.putImageData(image, 0, 0);
      // the shape of the difference, in the ink of the theme
      pen.globalCompositeOperation = "source-in";
      pen.fillStyle = getComputedStyle(element).getPropertyValue("--nw-ink");
      pen.fillRect(0, 0, width, height);
      canvas.setAttribute("role", "img");
      return canvas;
    }
    // The nearest training picture, and whether it lies nearer than to real new pictures.
    function near(found) {
      const { kind, numbers } = window.noisewalk.nearness.verdict(found);
      const card = window.noisewalk.nearness.card(found.pictures[0], words("near", { ...numbers, item: found.items[0] }));
      card.classList.add("nw-end-near");
      card.dataset.kind = kind;
      return card;
    }
    function fill() {
      if (!shown) return;
      row.style.setProperty("--nw-fates", shown.fates.length);
      row.replaceChildren(...shown.fates.map((fate, k) => {
        const box = node("figure", "nw-end"), pair = node("div", "nw-end-pair"), end = Object.assign(new Image(), { src: "data:image/jpeg;base64," + fate.picture, alt: words("end", { letter: LETTERS[k] }) });
        box.style.setProperty("--nw-mine", `var(${INKS[k]})`);
        pair.append(end);
        if (k) pair.append(heat(fate, shown.side));
        pair.lastChild.ariaLabel ??= words("apart", { letter: LETTERS[k] });
        const caption = node("figcaption");
        caption.append(node("b", "nw-letter", LETTERS[k]), node("span", "", words(!k ? "ended-first" : fate.apart ? "ended" : "ended-same", { ...fate, apart: fate.apart.toFixed(1) })));
        box.append(pair, caption, near(fate.near));
        return box;
      }));
      find(".nw-full").hidden = false;
      find(".nw-full").textContent = words("full", { full: shown.full });
      draw();
    }
    function tellMoment() {
      if (!last?.steps) return;
      const steps = last.steps.map(([made, of], k) => `${LETTERS[k]} ${made} / ${of}`).join(" · ");
      const apart = last.apart.slice(1).map((far, k) => `${LETTERS[k + 1]} ${far.toFixed(1)}`).join(" · ");
      find(".nw-moment-said").innerHTML = words("moment", { noise: (100 * last.noise).toFixed(1), steps, apart });
    }

    // ---- the map: equal scales, so that lengths are lengths
    function draw() {
      const { paths, shares, part } = shown.map, all = paths.flat();
      const low = [0, 1].map((axis) => Math.min(...all.map((dot) => dot[axis]))), high = [0, 1].map((axis) => Math.max(...all.map((dot) => dot[axis])));
      const scale = Math.min((WIDE - 2 * EDGE) / (high[0] - low[0] || 1), (TALL - 2 * EDGE) / (high[1] - low[1] || 1));
      const spot = ([x, y]) => [WIDE / 2 + (x - (low[0] + high[0]) / 2) * scale, TALL / 2 - (y - (low[1] + high[1]) / 2) * scale];
      const percent = (share) => Math.round(100 * share);
      chart.setAttribute("viewBox", `0 0 ${WIDE} ${TALL}`);
      chart.setAttribute("aria-label", words("map", { first: percent(shares[0]), second: percent(shares[1]) }));
      chart.replaceChildren(...paths.map((dots, k) => {
        const spots = dots.map(spot), [x, y] = spots.at(-1);
        const line = shape("polyline", { points: spots.map((pair) => pair.join(",")).join(" ") });
        const marks = dots.map((dot, i) => shape("circle", { cx: spots[i][0], cy: spots[i][1], r: i === dots.length - 1 ? 5 : 3, "data-frame": dot[2], "data-fate": k }));
        const name = shape("text", { x: x + (k % 2 ? -12 : 12), y: y + 5, "text-anchor": k % 2 ? "end" : "start" }, [LETTERS[k]]);
        return shape("g", { style: `--nw-mine: var(${INKS[k]})` }, [line, ...marks, name]);
      }));
      ways.hidden = false;
      find(".nw-fate-map .nw-title").textContent = words(`map.${part}`);
      find(".nw-fate-map .nw-said").textContent = words("map.said", { first: percent(shares[0]), second: percent(shares[1]), rest: Math.max(0, 100 - percent(shares[0]) - percent(shares[1])) });
      fade();
    }
    // What comes after the moment on the timeline is faint; the dots of that moment are large.
    function fade() {
      for (const group of chart.children) {
        const marks = [...group.querySelectorAll("circle")], reached = marks.filter((mark) => Number(mark.dataset.frame) <= at);
        marks.forEach((mark) => mark.classList.toggle("nw-later", Number(mark.dataset.frame) > at));
        marks.forEach((mark) => mark.classList.toggle("nw-now", mark === reached.at(-1)));
      }
    }
    const go = (index) => emit("timeline", { timeline: TIMELINE, index });
    const frameOf = (target) => (target.dataset?.frame === undefined ? null : Number(target.dataset.frame));
    listen(chart, "pointerover", ({ target, pointerType }) => {
      const frame = frameOf(target);
      if (frame === null || pointerType === "touch") return;
      resting ??= at;
      go(frame);
    });
    listen(chart, "pointerout", ({ target }) => {
      if (frameOf(target) === null || resting === null) return;
      go(resting);
      resting = null;
    });
    listen(chart, "click", ({ target }) => {
      const frame = frameOf(target);
      if (frame === null) return;
      resting = frame;
      go(frame);
    });
    listen(window, "noisewalk:frame", ({ detail }) => {
      if (detail.timeline !== TIMELINE) return;
      [at, last] = [detail.index, detail.caption];
      fade();
      tellMoment();
    });
    function hear(value) {
      if (!value?.fates) return;
      [shown, resting] = [value, null];
      emit("compared", value);
      fill();
    }
    kit.watch("value", () => hear(props.value));
    kit.whenPageChanges(() => { fill(); tellMoment(); });
    hear(props.value);
  };
})();
