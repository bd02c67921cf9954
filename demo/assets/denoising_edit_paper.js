// The paper of an edit: the picture, a brush for holes and colors, a visitor's own picture, and what it is to become.
(() => {
  const TAB = "denoising", parts = (window.noisewalk.denoisingEdit ??= {}), REST = 150; // ms of quiet before a picture is asked for
  const TELLING = ["hair-style", "glasses", "beard", "mouth", "skin", "hair-color"];
  const { say } = window.noisewalk;
  const KNOBS = { fill: "edit_hole", redraw: "edit_drawing" };
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const turn = (name, next) => window.dispatchEvent(new CustomEvent("noisewalk:knob", { detail: { tab: TAB, name, value: next } }));
  const letter = (cell) => String.fromCharCode(97 + cell);

  // So many pixels, and a letter for what lies on them; nothing brushed is nothing written.
  function runs(cells) {
    if (!cells.some(Boolean)) return "";
    let text = "", since = 0;
    for (let k = 1; k <= cells.length; k++) if (cells[k] !== cells[since]) { text += k - since + letter(cells[since]); since = k; }
    return text;
  }
  function spread(text, side, ready) {
    const cells = new Uint8Array(side * side);
    if (ready[text]) {
      const [left, top, right, bottom] = ready[text].map((share) => even(share * side));
      for (let y = top; y < bottom; y++) cells.fill(1, y * side + left, y * side + right);
      return cells;
    }
    let at = 0;
    for (const [, count, kind] of text.matchAll(/(\d+)([a-p])/g)) cells.fill(kind.charCodeAt(0) - 97, at, (at += Number(count)));
    return cells;
  }
  const even = (number) => (number % 1 === 0.5 ? 2 * Math.round(number / 2) : Math.round(number)); // as Python rounds

  parts.paper = (kit) => {
    const { element, name, server, props, listen } = kit, { uploads, latentParts } = window.noisewalk;
    const root = element.querySelector(".nw-paper"), find = (part) => root.querySelector(part);
    const [paper, over] = root.querySelectorAll("canvas"), size = find("[type=range]"), ink = find("[type=checkbox]"), file = find("[type=file]");
    const swatches = find(".nw-paintes"), wishes = find(".nw-wishes");
    let model = { side: 64, gray: false, shares: {} }, cells = new Uint8Array(64 * 64);
    let own = null, small = null, color = 1, erasing = false, trouble = null;
    const way = () => value("edit_way"), source = () => value("edit_source"), knob = () => KNOBS[way()];

    function tell(error) {
      trouble = error;
      const line = find(".nw-error-line");
      line.hidden = error === null;
      if (error !== null) line.textContent = typeof error === "string" ? say(error) : kit.why(error);
    }

    // ---- the picture
    function paint(drawn) {
      const pen = paper.getContext("2d");
      pen.clearRect(0, 0, paper.width, paper.height);
      pen.imageSmoothingQuality = "high";
      if (drawn) pen.drawImage(drawn, 0, 0, paper.width, paper.height);
    }
    function crop() {
      if (source() !== "own") return;
      root.classList.toggle("nw-empty", !own);
      if (!own) return paint(null);
      const filter = model.gray ? "grayscale(1)" + (ink.checked ? " invert(1)" : "") : "none";
      small = uploads.cut(own, uploads.middle(own), model.side, filter);
      paint(small);
    }
    parts.upload = () => (small ? uploads.letters(small) : "");
    async function take(picture) {
      const opened = await uploads.read(picture);
      own?.close();
      own = opened;
      if (source() !== "own") document.querySelector("#denoising-edit-card .nw-for-picture input[value=own]")?.click();
      tell(null);
      crop();
    }
    const taken = (picture) => picture && take(picture).catch((reason) => tell(typeof reason === "string" ? reason : "t:upload.no"));
    const choose = () => { file.value = ""; file.click(); };
    listen(file, "change", () => taken(file.files[0]));
    listen(find("[data-paper=choose]"), "click", choose);
    listen(ink, "change", crop);
    listen(root, "dragover", (e) => e.preventDefault());
    listen(root, "drop", (e) => { e.preventDefault(); taken(e.dataTransfer.files[0]); });
    listen(document, "paste", (e) => { if (root.clientWidth && e.clipboardData?.files[0]) { e.preventDefault(); taken(e.clipboardData.files[0]); } });

    // ---- the brush
    function show() {
      const { side } = model, shades = new ImageData(side, side), hole = way() === "fill";
      Object.assign(over, { width: side, height: side });
      cells.forEach((cell, k) => {
        if (!cell) return;
        const stripe = ((k % side) + Math.floor(k / side)) % 4 < 2 ? 255 : 40;
        const pixel = hole ? [stripe, stripe, stripe, 190] : [...tint(cell), 255];
        shades.data.set(pixel, 4 * k);
      });
      over.getContext("2d").putImageData(shades, 0, 0);
    }
    function tint(cell) {
      const hex = props.palette[cell - 1], shade = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
      if (!model.gray) return shade;
      return Array(3).fill(0.299 * shade[0] + 0.587 * shade[1] + 0.114 * shade[2]);
    }
    function read() {
      cells = knob() ? spread(value(knob()), model.side, props.ready) : new Uint8Array(model.side ** 2);
      if (cells.length !== model.side ** 2) cells = new Uint8Array(model.side ** 2);
      show();
      mark();
    }
    const spot = (e) => { const box = over.getBoundingClientRect(); return [((e.clientX - box.left) / box.width) * model.side, ((e.clientY - box.top) / box.height) * model.side]; };
    function dab([x, y]) {
      const { side } = model, radius = (Number(size.value) * side) / 128, kind = erasing ? 0 : way() === "fill" ? 1 : color;
      for (let row = Math.max(0, Math.floor(y - radius)); row <= Math.min(side - 1, y + radius); row++) {
        for (let column = Math.max(0, Math.floor(x - radius)); column <= Math.min(side - 1, x + radius); column++) {
          const [right, down] = [column + 0.5 - x, row + 0.5 - y], inside = Math.floor(x) === column && Math.floor(y) === row;
          if (inside || right * right + down * down <= radius * radius) cells[row * side + column] = kind;
        }
      }
    }
    let last = null;
    listen(over, "pointerdown", (e) => {
      if (source() === "own" && !own) return choose();
      if (!knob()) return;
      over.setPointerCapture(e.pointerId);
      dab((last = spot(e)));
      show();
    });
    listen(over, "pointermove", (e) => {
      if (!last || !over.hasPointerCapture(e.pointerId)) return;
      const to = spot(e), [right, down] = [to[0] - last[0], to[1] - last[1]], pieces = Math.max(1, Math.ceil(Math.hypot(right, down)));
      for (let k = 1; k <= pieces; k++) dab([last[0] + (right * k) / pieces, last[1] + (down * k) / pieces]);
      last = to;
      show();
    });
    listen(over, "lostpointercapture", () => { if (!last) return; last = null; turn(knob(), runs(cells)); });
    listen(find("[data-paper=clear]"), "click", () => turn(knob(), ""));
    listen(find("[data-paper=erase]"), "click", () => { erasing = !erasing; mark(); });
    for (const ready of Object.keys(props.ready)) {
      const chip = Object.assign(document.createElement("button"), { type: "button", className: "nw-chip", onclick: () => turn("edit_hole", ready) });
      chip.dataset.say = "denoising.edit.hole." + ready;
      chip.dataset.hole = ready;
      find(".nw-chips").append(chip);
    }
    props.palette.forEach((hex, k) => {
      const swatch = Object.assign(document.createElement("button"), { type: "button", className: "nw-paint", onclick: () => { color = k + 1; erasing = false; mark(); } });
      swatch.style.background = hex;
      swatches.append(swatch);
    });
    function mark() {
      find("[data-paper=erase]").setAttribute("aria-pressed", erasing);
      [...swatches.children].forEach((swatch, k) => { swatch.setAttribute("aria-pressed", !erasing && color === k + 1); swatch.hidden = model.gray && k > 2; });
      for (const chip of root.querySelectorAll("[data-hole]")) chip.setAttribute("aria-pressed", value("edit_hole") === chip.dataset.hole);
    }

    // ---- what it is to become
    const rank = ([field]) => (TELLING.includes(field) ? TELLING.indexOf(field) : TELLING.length);
    const fields = () => Object.entries(window.noisewalkPage.knobs[TAB].model.wishes[value("model")] ?? {}).sort((a, b) => rank(a) - rank(b));
    const named = (field, word) => (fields().length > 1 ? `${field}=${word}` : word);
    const spoken = (key, word) => (window.noisewalk.known("t:" + key) ? say("t:" + key) : word);
    function wishing() {
      const chosen = value("edit_wishes");
      wishes.replaceChildren(...fields().map(([field, words]) => {
        const label = document.createElement("label"), select = document.createElement("select"), title = document.createElement("span");
        const now = words.find((word) => named(field, word) in model.shares);
        label.className = "nw-wish";
        title.textContent = spoken("attributes." + field, field);
        select.append(new Option(now ? say("t:denoising.edit.as-is", { what: spoken(`attributes.${field}.${now}`, now) }) : "–", ""), ...words.map((word) => new Option(spoken(`attributes.${field}.${word}`, word), word)));
        select.dataset.field = field;
        select.value = words.find((word) => named(field, word) in chosen) ?? "";
        select.onchange = () => {
          const kept = Object.fromEntries(Object.entries(value("edit_wishes")).filter(([wish]) => !words.some((word) => named(field, word) === wish)));
          turn("edit_wishes", select.value ? { ...kept, [named(field, select.value)]: 1 } : kept);
        };
        label.append(title, select);
        return label;
      }));
    }

    // ---- with the page
    function sayAll() {
      paper.setAttribute("aria-label", say("t:denoising.edit.paper"));
      size.setAttribute("aria-label", say("t:denoising.edit.brush"));
      [...swatches.children].forEach((swatch, k) => swatch.setAttribute("aria-label", say("t:denoising.edit.color", { number: k + 1 })));
      if (trouble !== null) tell(trouble);
      wishing();
    }
    let requests = null, bitmap = null;
    const asking = latentParts.patient(root, Object.values(server)[0], () => requests.args(), REST);
    requests = kit.pump(asking, async (reply, fresh) => {
      const image = reply.image && (await createImageBitmap(kit.picture(reply.image)));
      if (!fresh()) return image?.close();
      const grown = model.side !== reply.side;
      model = reply;
      root.classList.toggle("nw-gray", model.gray);
      tell(null);
      bitmap?.close();
      bitmap = image || null;
      if (source() === "own") crop();
      else paint(bitmap);
      if (grown) read();
      mark();
      wishing();
    }, tell);
    listen(window, "noisewalk:turned", ({ detail }) => {
      if (detail.tab !== TAB) return;
      if (["edit_way", "edit_hole", "edit_drawing", "edit_source"].includes(detail.name)) read();
      if (detail.name === "edit_source") { tell(null); root.classList.toggle("nw-empty", source() === "own" && !own); if (source() === "own") crop(); }
      if (["edit_wishes", "model"].includes(detail.name)) wishing();
    });
    // The stage's picture is there only once its run has ended.
    listen(window, "noisewalk:finished", ({ detail }) => { if (detail.timeline === "denoising-run" && source() === "stage") requests.set({}); });
    kit.whenPageChanges(sayAll);
    sayAll();
    read();
  };
})();
