// Editing: which way is chosen and what of the page belongs to it, what is sent, and what is said of the step on screen.
(() => {
  const TAB = "denoising", TIMELINE = "denoising-edit", parts = (window.noisewalk.denoisingEdit ??= {});
  if (!window.noisewalkPage.knobs[TAB]?.edit_way) return;
  const { html, valueOf } = window.noisewalk;
  const card = () => document.getElementById("denoising-edit-card");
  let caption = null, result = null; // what is on the screen; the run of the last edit, once it is over

  // An upload is no knob: it goes with the press of the button, and nowhere else.
  parts.upload = () => "";
  parts.sent = (names, values) => {
    const upload = names.length; // its place is behind the knobs, before the language
    const filled = window.noisewalk.filled(TAB, names, values);
    filled[upload] = valueOf(TAB, "edit_source") === "own" && valueOf(TAB, "edit_way") !== "between" ? parts.upload() : "";
    return filled;
  };

  function lay() {
    const box = card();
    if (!box) return;
    for (const name of ["way", "source", "damage"]) box.dataset[name] = valueOf(TAB, "edit_" + name);
  }
  function write() {
    const line = card()?.querySelector(".nw-edit-said");
    if (!line || !caption) return;
    const key = ["denoising.edit.said", caption.way, caption.phase].filter(Boolean).join(".");
    line.innerHTML = html("t:denoising.edit.step", caption) + " " + html("t:" + key, caption);
  }
  // What is saved and looked up is what the last edit came to; one that was stopped came to nothing.
  Object.assign((window.noisewalk.sources ??= {}), { edit: () => result && { run: result } });
  function came(run) {
    result = run;
    card().dataset.result = "";
    card().querySelector(".nw-edit-result").inert = !run;
  }
  window.addEventListener("noisewalk:begun", (e) => { if (e.detail.timeline === TIMELINE && result) came(null); });
  window.addEventListener("noisewalk:finished", (e) => { if (e.detail.timeline === TIMELINE) came(e.detail.run); });
  // A file that an edit was saved in is opened on the stage like any other, and its edit here.
  window.addEventListener("noisewalk:recipe", ({ detail: { source, reply } }) => {
    if (source === "run" && reply.knobs.edit_way) document.getElementById("denoising-part-edit-button")?.click();
  });
  window.addEventListener("noisewalk:frame", (e) => {
    if (e.detail.timeline !== TIMELINE) return;
    caption = e.detail.caption;
    card().dataset.shown = caption.way;
    write();
  });
  window.addEventListener("noisewalk:turned", (e) => { if (e.detail.tab === TAB) lay(); });
  window.addEventListener("noisewalk:ready", lay);
  window.addEventListener("noisewalk:language", write);
})();
