// Your picture: cropped here by hand, then looked for; the search goes on only while this page asks for more of it.
(() => {
  const TAB = "latent", CURVE = "latent-project-curve", parts = (window.noisewalk.latentParts ??= {});
  const REST = 150, NUDGE = 0.05, RANDOM = 96; // ms of quiet; a share of the crop; pictures that are looked at first
  const SAME = 30, ALIKE = 20; // decibels
  const say = (key, values) => window.noisewalk.say("t:latent.project." + key, values);
  const decibels = (value) => (value === undefined ? "–" : value.toFixed(1));

  parts.project = (kit) => {
    const { element, name, server, listen, emit } = kit, { uploads } = window.noisewalk;
    const root = element.querySelector(".nw-project"), find = (part) => root.querySelector(part);
    const [aim, best, rest] = [".nw-aim", ".nw-best", ".nw-rest"].map((pane) => find(pane + " canvas"));
    const zoom = find("[type=range]"), ink = find("[type=checkbox]"), file = find("[type=file]");
    const records = {}; // the best of each kind of picture, by model
    let model = { side: 64, gray: false, guess: "chance" };
    let crop = null, cuts = 0, small = null; // a picture and the middle of its square; how often that changed; what is sent
    let search = null, ticket = "", asked = 0, trouble = null;

    const args = () => { const told = window.noisewalk.argumentsOf(name); return window.noisewalk.latent.styled() ? told : { ...told, space: "z" }; }; // w is kept for a model that has one
    const goal = () => args().goal;
    const aimed = () => { const { space, seed, steps, ...told } = args(); return told; };
    // What the answer depends on: once it changes, what was found is the answer to another question.
    function question() {
      const told = aimed(), { classes, face } = told;
      return JSON.stringify(told.goal === "table" ? told : [told.goal, told.model, classes, told.goal === "own" ? cuts : face]);
    }
    const ask = (view, values) => view({ page: `${window.nwPage}.${name}`.slice(0, 64), id: ++asked, language: window.noisewalk.language(), args: values }).catch(() => undefined);

    function tell(error) {
      trouble = error;
      const line = find(".nw-project-trouble");
      line.hidden = error === null;
      if (error !== null) line.textContent = kit.why(error);
    }
    function paint(canvas, source) {
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(source, 0, 0, canvas.width, canvas.height);
    }
    const show = async (canvas, letters, fresh) => { const bitmap = await createImageBitmap(kit.picture(letters)); if (fresh()) paint(canvas, bitmap); bitmap.close(); };
    const wipe = (...canvases) => { for (const canvas of canvases) canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height); };

    // --- the crop
    const square = () => ({ ...crop, side: Math.min(crop.bitmap.width, crop.bitmap.height) / Number(zoom.value) });
    function place(x, y) {
      const { bitmap } = crop, { side } = square(), within = (value, length) => Math.min(length - side / 2, Math.max(side / 2, value));
      Object.assign(crop, { x: within(x, bitmap.width), y: within(y, bitmap.height) });
      cuts += 1;
      draw();
    }
    function draw() {
      if (goal() !== "own") return;
      if (!crop) { wipe(aim); return changed(); }
      const filter = model.gray ? "grayscale(1)" + (ink.checked ? " invert(1)" : "") : "none";
      small = uploads.cut(crop.bitmap, square(), model.side, filter);
      paint(aim, small);
      changed();
    }
    async function take(picture) {
      const bitmap = await uploads.read(picture);
      crop?.bitmap.close();
      crop = { bitmap, ...uploads.middle(bitmap) };
      zoom.value = 1;
      tell(null);
      if (goal() !== "own") document.querySelector("#latent-goal input[value=own]")?.click();
      place(crop.x, crop.y);
    }
    const taken = (picture) => picture && take(picture).catch(uploads.refuse);
    const choose = () => { file.value = ""; file.click(); };
    const move = (right, down) => place(crop.x + right, crop.y + down);
    let grip = null;
    listen(aim, "pointerdown", (e) => {
      if (goal() !== "own") return;
      if (!crop) return choose();
      grip = { x: e.clientX, y: e.clientY };
      aim.setPointerCapture(e.pointerId);
    });
    listen(aim, "pointermove", (e) => {
      if (!grip || !aim.hasPointerCapture(e.pointerId)) return;
      const scale = square().side / aim.clientWidth;
      move((grip.x - e.clientX) * scale, (grip.y - e.clientY) * scale);
      grip = { x: e.clientX, y: e.clientY };
    });
    listen(aim, "lostpointercapture", () => { grip = null; });
    const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    listen(aim, "keydown", (e) => {
      if (goal() !== "own" || (!crop && e.key !== "Enter")) return;
      if (e.key === "Enter") { e.preventDefault(); return choose(); }
      if (e.key === "+" || e.key === "-") { zoom.value = Number(zoom.value) + (e.key === "+" ? 0.25 : -0.25); place(crop.x, crop.y); }
      if (!KEYS[e.key]) return;
      e.preventDefault();
      move(...KEYS[e.key].map((step) => step * NUDGE * square().side));
    });
    listen(zoom, "input", () => { if (crop) place(crop.x, crop.y); });
    listen(ink, "change", () => { cuts += 1; draw(); });
    listen(file, "change", () => taken(file.files[0]));
    listen(find("[data-project=choose]"), "click", choose);
    listen(root, "dragover", (e) => e.preventDefault());
    listen(root, "drop", (e) => { e.preventDefault(); taken(e.dataTransfer.files[0]); });
    listen(document, "paste", (e) => { if (root.clientWidth && e.clipboardData?.files[0]) { e.preventDefault(); taken(e.clipboardData.files[0]); } });

    // --- the search
    function clear() {
      search = null;
      wipe(best, rest);
      delete root.dataset.place;
      delete root.dataset.curve;
      tidy();
    }
    function changed() {
      document.body.dataset.latentGoal = goal();
      root.classList.toggle("nw-empty", goal() === "own" && !crop);
      root.classList.toggle("nw-gray", model.gray);
      if (search && search.question !== question()) clear();
    }
    async function begin() {
      if (goal() === "own" && !crop) return tell({ key: "no-upload" });
      clear();
      tell(null);
      const mine = (search = { question: question(), goal: goal(), model: args().model, space: args().space, curve: [], going: true, last: null });
      tidy();
      const begun = await ask(server.begin, { ...args(), upload: mine.goal === "own" ? uploads.letters(small) : "", instead: ticket });
      if (search !== mine || !begun || begun.error) return search === mine && end(begun?.error);
      ticket = begun.search;
      await show(aim, begun.image, () => search === mine);
      while (mine.going && element.isConnected) {
        const news = await ask(server.further, { search: ticket });
        if (search !== mine) return;
        if (!news || news.error) return end(news?.error);
        await learn(mine, news);
        if (news.done) [mine.going, mine.late] = [false, mine.last?.step < mine.last?.steps];
      }
      tidy();
    }
    async function learn(mine, news) {
      mine.curve.push(...news.curve);
      if (!news.image) return;
      mine.last = news;
      const record = (records[mine.model] ??= {});
      record[mine.goal] = Math.max(record[mine.goal] ?? 0, news.psnr);
      root.dataset.place = "ready";
      const fresh = () => search === mine;
      await Promise.all([show(best, news.image, fresh), show(rest, news.difference, fresh)]);
      tidy();
      chart();
    }
    function end(error) {
      search.going = false;
      if (!search.last) clear();
      tell(error ?? undefined);
      tidy();
    }
    const halt = () => { if (search?.going) { [search.going, search.halted] = [false, true]; tidy(); } };

    // What was found, as it is: nothing that was done to the last picture is done to this one.
    function lay() {
      const usual = (knob) => window.noisewalkPage.knobs[TAB][knob].default, changes = ["psi", "cutoff", "grain"];
      if (!search?.last) return changes.map((knob) => window.noisewalk.valueOf(TAB, knob));
      const plain = Object.fromEntries(changes.map((knob) => [knob, usual(knob)]));
      const { place: start, offset } = search.last;
      window.noisewalk.jump(TAB, { start, x: 0, y: 0, offset, moves: {}, ...plain });
      return Object.values(plain);
    }

    // --- in words
    function tidy() {
      root.dataset.state = search?.going ? "searching" : search?.last ? "found" : "idle";
      const last = search?.last, [verdict, beside] = [find(".nw-project-verdict"), find(".nw-project-beside")];
      find(".nw-project-state").hidden = !search;
      verdict.innerHTML = beside.innerHTML = "";
      if (!search) return;
      find("progress").value = last ? last.step / last.steps : 0;
      const looking = search.going ? "looking." + model.guess : "stopped";
      find(".nw-project-step").textContent = last && (last.step || !search.going) ? say("step", { step: last.step, steps: last.steps }) : say(looking, { count: RANDOM });
      for (const number of root.querySelectorAll("[data-number]")) number.textContent = last ? (number.dataset.number === "psnr" ? decibels(last.psnr) : last.mse.toPrecision(2)) : "–";
      if (search.going || !last) return;
      const level = last.psnr >= SAME ? "same" : last.psnr >= ALIKE ? "alike" : "far", known = records[search.model];
      const why = search.halted && level !== "same" ? null : search.goal === "table" ? (level === "same" ? "table" : "stuck") : search.goal;
      verdict.innerHTML = window.noisewalk.joined([say(level, { psnr: decibels(last.psnr), first: decibels(new Map(search.curve).get(0)) }), why ? say("why." + why) : say("halted"), level !== "same" && last.freer ? say("freer") : "", last.far ? say("length", last.far) : "", search.late && level !== "same" ? say("late") : "", last.offset ? say("styles") : ""]);
      const others = Object.keys(known).some((kind) => kind !== "table");
      if (others) beside.innerHTML = known.table === undefined ? say("try") : say("beside", Object.fromEntries(["table", "held", "own"].map((kind) => [kind, decibels(known[kind])])));
    }
    function chart() {
      const points = [...new Map(search?.curve).entries()], heights = points.map(([, psnr]) => psnr), fixed = { fixedrange: true, zeroline: false };
      if (!points.length) return;
      root.dataset.curve = "drawn";
      const line = { type: "scatter", x: points.map(([step]) => step), y: heights, mode: "lines+markers", marker: { size: 3 }, line: { color: "--nw-generated", width: 2 } };
      const range = [Math.floor(heights[0]) - 1, Math.ceil(heights.at(-1)) + 1];
      emit("plot", { plot: CURVE, value: {
        data: [{ ...line, showlegend: false, hovertemplate: "%{x}: %{y:.1f} dB<extra></extra>" }],
        layout: { xaxis: { ...fixed, range: [-1, search.last.steps + 1], title: "t:latent.project.axis" }, yaxis: { ...fixed, title: "dB", range }, margin: { l: 48, r: 12, t: 8, b: 40 } },
      } });
    }
    function sayAll() {
      for (const [canvas, key] of [[aim, "aim"], [best, "best"], [rest, "rest"]]) canvas.setAttribute("aria-label", say(key));
      if (trouble !== null) tell(trouble);
      tidy();
    }

    const requests = kit.pump(parts.patient(root, server.aim, aimed, REST), async (reply, fresh) => {
      if (!fresh()) return;
      const other = reply.side !== model.side || reply.gray !== model.gray;
      model = reply;
      if (other) cuts += 1;
      if (!reply.image) draw();
      else if (goal() !== "own") await show(aim, reply.image, () => goal() !== "own");
      if (!search) tell(null);
      changed();
    }, tell);
    listen(window, "noisewalk:set", ({ detail }) => { if (detail.canvas === name) changed(); });
    listen(window, "noisewalk:drag", ({ detail }) => { if (detail.canvas === "latent-picture" && goal() === "table") { changed(); requests.set({}); } });
    kit.whenPageChanges(sayAll);
    Object.assign(parts.project, { find: begin, halt, lay });
    changed();
    sayAll();
  };
})();
