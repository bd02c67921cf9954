// What is saved of the run on the stage, and how a file that was saved comes back as its knobs.
(() => {
  const TAB = "denoising", facts = window.noisewalkPage.knobs[TAB];
  if (!facts?.kept_panes) return;
  const { valueOf, argumentsOf, jump, notice } = window.noisewalk;
  const value = (name) => valueOf(TAB, name);
  const LARGE = 4, SMALL = 2, MOVING = 32; // times as large as the model made it; pictures of a film

  // Many pictures on one stage are enlarged less, so that a file is never much larger than the stage.
  const zoom = (most) => Math.max(1, Math.floor(most / Math.sqrt(Number(value("count")))));
  const film = () => ({ panes: value("kept_panes"), frames: MOVING, zoom: zoom(value("kept_panes") === "all" ? SMALL : LARGE) });
  const settings = {
    gif: film,
    webp: film,
    mp4: film,
    strip: () => ({ kind: "png", panes: value("kept_panes"), frames: value("kept_steps"), zoom: zoom(SMALL) }),
    png: () => ({ panes: "x0", frames: 1, zoom: zoom(LARGE) }),
    json: film,
  };
  const run = (kind) => ({ ...argumentsOf("denoising-price"), trunk: value("trunk"), ...settings[kind]() });
  Object.assign((window.noisewalk.sources ??= {}), { run });

  // Several knobs at one stroke reach Gradio's own sliders and menus through a hidden button.
  let pending = {};
  window.noisewalk.denoisingLanded = () => jump(TAB, pending);
  window.noisewalk.denoisingLand = (next) => {
    pending = next;
    document.querySelector("#denoising-land")?.click();
  };
  window.addEventListener("noisewalk:recipe", ({ detail: { source, reply } }) => {
    if (source !== "run") return;
    window.noisewalk.denoisingLand(Object.fromEntries(Object.entries(reply.knobs).filter(([name]) => facts[name])));
    notice("t:save.opened");
  });
})();
