// What the chosen model can do decides which cards are shown; the classes are chips, and those chosen have shares.
(() => {
  const TAB = "latent", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.model?.has) return;
  const { say, notice } = window.noisewalk;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const known = () => facts.model.has[value("model")] ?? { layers: 0, classes: [] };
  const MOST = 4;
  let mixing = false;

  function chips() {
    const box = document.querySelector("#latent-chips");
    if (!box) return;
    const { classes } = known(), chosen = value("classes");
    if (box.dataset.model !== value("model")) {
      box.dataset.model = value("model");
      const chip = (name) => Object.assign(document.createElement("button"), { className: "nw-chip", textContent: name });
      box.replaceChildren(...classes.map(chip), Object.assign(chip(""), { id: "latent-mix" }));
    }
    for (const chip of box.children) chip.setAttribute("aria-pressed", chip.textContent in chosen);
    box.lastChild.setAttribute("aria-pressed", mixing);
    box.lastChild.textContent = say("t:latent.classes.mix");
    box.setAttribute("aria-label", say("t:latent.classes.choose"));
    shares(chosen);
  }

  function shares(chosen) {
    const box = document.querySelector("#latent-shares"), names = Object.keys(chosen);
    if ([...box.children].map((row) => row.dataset.name).join() !== names.join()) {
      box.replaceChildren(...(names.length > 1 ? names : []).map((name) => {
        const row = document.createElement("label");
        row.dataset.name = name;
        row.innerHTML = '<span></span><input type="range" min="0" max="1" step="0.01"><output></output>';
        row.querySelector("span").textContent = name;
        row.querySelector("input").addEventListener("input", (e) => turn({ ...value("classes"), [name]: Number(e.target.value) }));
        return row;
      }));
    }
    const whole = Object.values(chosen).reduce((sum, share) => sum + share, 0) || 1;
    for (const row of box.children) {
      row.querySelector("input").value = chosen[row.dataset.name];
      row.querySelector("output").textContent = Math.round((100 * chosen[row.dataset.name]) / whole) + " %";
    }
  }

  const turn = (classes) => window.dispatchEvent(new CustomEvent("noisewalk:knob", { detail: { tab: TAB, name: "classes", value: classes } }));

  // A press asks for this class alone, or for nothing if it was; with Shift, or while mixing is on, it comes to those
  // chosen before, or goes from them.
  function choose(name, also = mixing) {
    const { [name]: share, ...others } = value("classes"), many = Object.keys(others).length;
    if (!also) return turn(share !== undefined && !many ? {} : { [name]: 1 });
    if (share !== undefined) return turn(others);
    if (many >= MOST) return notice(say("t:latent.classes.most", { most: MOST }));
    turn({ ...others, [name]: 0.5 });
  }

  function show() {
    const root = document.querySelector("#tab-latent");
    if (!root) return;
    const { layers, classes, early } = known();
    root.classList.toggle("nw-is-early", Boolean(early));
    root.classList.toggle("nw-has-styles", layers > 0);
    root.classList.toggle("nw-has-classes", classes.length > 0);
    root.classList.toggle("nw-unasked", !Object.keys(value("classes")).length);
    chips();
  }

  document.addEventListener("click", (e) => {
    const shift = e.shiftKey || undefined;
    if (e.target.id === "latent-mix") {
      mixing = !mixing;
      const [[first] = []] = Object.entries(value("classes")).sort(([, a], [, b]) => b - a);
      if (!mixing && Object.keys(value("classes")).length > 1) turn({ [first]: 1 }); // no mix goes on unseen
      return chips();
    }
    if (e.target.matches?.(".nw-chip")) choose(e.target.textContent, shift);
    const canvas = e.target.closest?.("#latent-classes canvas");
    if (!canvas) return;
    const { classes } = known(), across = 9, rows = Math.ceil(classes.length / across), box = canvas.getBoundingClientRect();
    const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
    const left = (box.width - canvas.width * scale) / 2, top = (box.height - canvas.height * scale) / 2;
    const column = Math.floor(((e.clientX - box.left - left) / scale / canvas.width) * across);
    const row = Math.floor(((e.clientY - box.top - top) / scale / canvas.height) * rows);
    const name = column >= 0 && column < across && row >= 0 ? classes[row * across + column] : undefined;
    if (name) choose(name, shift);
  });
  window.addEventListener("noisewalk:turned", (e) => {
    if (e.detail.tab !== TAB) return;
    if (e.detail.name === "model") {
      const names = known().classes, kept = Object.keys(value("classes")).filter((name) => names.includes(name));
      if (kept.length !== Object.keys(value("classes")).length) turn({});
    }
    show();
  });
  window.addEventListener("noisewalk:language", show);
  window.addEventListener("noisewalk:painted", (e) => { if (["latent-picture", "latent-classes"].includes(e.detail.canvas)) show(); });
})();
