// The Schedules tab: which controls belong to what is chosen, the drawn curve, the strip, an own picture.
(() => {
  const TAB = "schedules", facts = window.noisewalkPage.knobs[TAB];
  if (!facts) return;
  const { say } = window.noisewalk;
  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  const turn = (name, value) => emit("knob", { tab: TAB, name, value });
  const value = (name) => window.noisewalk.valueOf(TAB, name);

  // Numbers as people write them: 0.0853, 14.6, 4.04 × 10⁻⁵.
  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  window.noisewalk.digits = (number, precision = 3, padded = false) => {
    if (number === null || number === undefined) return "–";
    if (number === 0) return "0";
    const size = Math.abs(number);
    if (size >= 1e-4 && size < (padded ? 10 ** precision : 1e5)) return (padded ? number.toPrecision(precision) : String(Number(number.toPrecision(precision)))).replace("-", "−");
    const [digits, power] = number.toExponential(Math.max(precision - 1, 1)).split("e");
    return `${digits.replace("-", "−")} × 10${[...String(Number(power))].map((sign) => RAISED[sign]).join("")}`;
  };

  // The style sheet hides what does not belong to the chosen source and spacing.
  const shown = () => { for (const name of ["source", "spacing"]) document.body.dataset[TAB + name[0].toUpperCase() + name.slice(1)] = value(name); };
  window.addEventListener("noisewalk:turned", (e) => { if (e.detail.tab === TAB) shown(); });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", shown); else shown();

  // A plot that is not on the page yet hears nothing, so what it is to show waits for it.
  const waiting = {};
  function show(plot, spec) {
    const idle = !(plot in waiting);
    waiting[plot] = spec;
    if (idle) deliver(plot);
  }
  function deliver(plot) {
    emit("plot", { plot, value: waiting[plot] });
    if (document.querySelector(`#${plot} [data-drawn]`)) delete waiting[plot];
    else setTimeout(deliver, 120, plot);
  }

  // The drawn curve: the page holds the points, the server answers with the smooth curve through them.
  const BOUNDS = { "alpha-bar": [0, 1, 0, 1], "log-snr": [0, 1, -12, 12] }, GAP = { "alpha-bar": 1e-4, "log-snr": 1e-3 };
  let hand = null;
  function plan() {
    const { quantity, points } = value("drawn"), [, , low, high] = BOUNDS[quantity];
    const room = (high - low) * 0.04;
    const smooth = hand && hand.quantity === quantity ? { x: hand.t, y: hand.y } : { x: [], y: [] };
    return {
      data: [
        { ...smooth, mode: "lines", line: { color: "--nw-accent", width: 2 }, hoverinfo: "skip", showlegend: false },
        { x: points.map((p) => p[0]), y: points.map((p) => p[1]), mode: "markers", marker: { size: 3, color: "--nw-accent" }, hoverinfo: "skip",
          showlegend: false, meta: { handles: true, slope: "down", bounds: BOUNDS[quantity] } },
      ],
      layout: {
        xaxis: { range: [-0.02, 1.02], title: "t:schedules.axis.t", zeroline: false, fixedrange: true },
        yaxis: { range: [low - room, high + room], title: "t:schedules.quantity." + quantity, zeroline: false, fixedrange: true },
      },
    };
  }
  const redraw = () => show("schedules-hand", plan());

  // The ends stay at t = 0 and 1, and no point stands above or on the one before it.
  function lawful(points, quantity) {
    const [, , low, high] = BOUNDS[quantity], gap = GAP[quantity], last = points.length - 1;
    const fixed = points.map(([t, y], k) => [k === 0 ? 0 : k === last ? 1 : Math.min(1 - 0.01 * (last - k), Math.max(0.01 * k, t)), y]);
    for (let k = 1; k < last; k++) fixed[k][0] = Math.max(fixed[k][0], fixed[k - 1][0] + 0.01);
    for (let k = last - 1; k > 0; k--) fixed[k][0] = Math.min(fixed[k][0], fixed[k + 1][0] - 0.01);
    for (let k = 0; k <= last; k++) fixed[k][1] = Math.min(high - gap * k, Math.max(low + gap * (last - k), fixed[k][1]));
    for (let k = 1; k <= last; k++) fixed[k][1] = Math.min(fixed[k][1], fixed[k - 1][1] - gap);
    return fixed.map(([t, y]) => [Number(t.toFixed(4)), Number(y.toFixed(5))]);
  }
  function draw(points, quantity = value("drawn").quantity) {
    turn("drawn", { quantity, points: lawful(points, quantity) });
    redraw();
    const slots = structuredClone(value("slots"));
    if (Object.values(slots).some((slot) => slot.on && slot.schedule === "drawn")) return;
    const letter = Object.keys(slots).find((key) => slots[key].schedule === "drawn") ?? "d";
    slots[letter] = { schedule: "drawn", on: true, zero: false, knobs: {} };
    turn("slots", slots);
  }
  const logit = (share) => Math.log(share) - Math.log1p(-share), logistic = (x) => 1 / (1 + Math.exp(-x));
  const within = ([t, y], quantity) => [t, quantity === "log-snr" ? Math.max(-12, Math.min(12, y)) : y];
  function inQuantity(points, from, to) {
    const change = { "alpha-bar>log-snr": logit, "log-snr>alpha-bar": logistic }[`${from}>${to}`] ?? ((y) => y);
    return points.map(([t, y]) => within([t, change(y)], to));
  }
  window.addEventListener("noisewalk:handles", (e) => { if (e.detail.plot === "schedules-hand") draw(e.detail.points); });
  window.addEventListener("noisewalk:schedules-hand", (e) => { hand = e.detail.hand; redraw(); });
  window.addEventListener("noisewalk:schedules-histogram", (e) => show("schedules-histogram", e.detail.spec));
  window.addEventListener("noisewalk:restored", (e) => { if (e.detail.tab === TAB && e.detail.name === "drawn") redraw(); });

  // Buttons of the tab that stand in plain HTML.
  const acts = {
    start: ({ points }) => { const { quantity } = value("drawn"); draw(inQuantity(JSON.parse(points), "alpha-bar", quantity), quantity); },
    quantity: ({ quantity }) => { const now = value("drawn"); draw(inQuantity(now.points, now.quantity, quantity), quantity); },
    put: ({ schedule, zero }) => {
      const slots = structuredClone(value("slots"));
      slots[value("focus")] = { schedule, on: true, zero: zero === "true", knobs: {} };
      turn("slots", slots);
    },
    go: ({ t }) => {
      const slider = document.querySelector("#schedules-t input[type=range]");
      slider.value = t;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    },
    upload: () => document.querySelector("#schedules-file")?.click(),
  };
  document.addEventListener("click", (e) => {
    const button = e.target.closest?.("[data-schedules]");
    if (button) acts[button.dataset.schedules]?.(button.dataset);
  });

  // An own picture is made 64 × 64 here, rides along with each question, and is kept nowhere.
  async function take(file) {
    const { read, cut, middle, letters } = window.noisewalk.uploads, bitmap = await read(file);
    emit("schedules-upload", { letters: letters(cut(bitmap, middle(bitmap), 64), "image/jpeg") });
    bitmap.close();
  }
  document.addEventListener("drop", (e) => {
    if (!e.target.closest?.("#schedules-forward") || !e.dataTransfer.files[0]) return;
    e.preventDefault();
    document.querySelector(`#schedules-source input[value="upload"]`)?.click();
    take(e.dataTransfer.files[0]).catch(refuse);
  });
  document.addEventListener("dragover", (e) => { if (e.target.closest?.("#schedules-forward")) e.preventDefault(); });
  const refuse = (reason) => window.noisewalk.uploads.refuse(reason);
  document.addEventListener("change", (e) => { if (e.target.id === "schedules-file" && e.target.files[0]) take(e.target.files[0]).catch(refuse); });

  const fill = (root) => { for (const node of root.querySelectorAll?.("[data-digits]:empty") ?? []) node.textContent = window.noisewalk.digits(Number(node.dataset.digits), 2); };
  new MutationObserver((changes) => { for (const change of changes) for (const node of change.addedNodes) fill(node); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
