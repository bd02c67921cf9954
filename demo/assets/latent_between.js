// Between: every result can be put on the table, and every walk can be saved; what each is stands here.
(() => {
  const TAB = "latent", { latent } = window.noisewalk;
  if (!latent) return;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const results = {};

  const emit = (type, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + type, { detail }));
  let walked = null;

  window.addEventListener("noisewalk:painted", (e) => {
    const { canvas, reply } = e.detail;
    if (reply.spot) results[canvas] = reply.spot;
    if (canvas === "latent-walk") { walked = reply; follow(); }
  });
  // The dot on the lengths goes with the picture, and asks for nothing itself.
  const follow = () => { if (walked) emit("frame", { timeline: "latent-walk", caption: walked }); };
  window.addEventListener("noisewalk:ready", (e) => { if (e.detail.widget === "latent-norms") follow(); });
  document.addEventListener("click", (e) => {
    const from = e.target.closest?.("[data-put]")?.dataset.put;
    if (from && results[from]) latent.land(structuredClone(results[from]));
  });

  // The ends are shown again wherever they are reckoned with.
  window.addEventListener("noisewalk:end", (e) => {
    const { knob, picture } = e.detail;
    for (const copy of document.querySelectorAll(`canvas[data-end="${knob}"]`)) {
      [copy.width, copy.height] = [picture.width, picture.height];
      copy.getContext("2d").drawImage(picture, 0, 0);
    }
  });

  // What is saved from where: pictures large, but a sheet of many as the model made them. A turn of the circle is
  // closed, so that it goes on without a jerk.
  const LARGE = 4, MOVING = 24;
  const zoom = (kind) => (kind === "png" ? 1 : LARGE);
  Object.assign((window.noisewalk.sources ??= {}), {
    table: () => ({ model: value("model"), stops: [latent.spot()], zoom: LARGE }),
    way: (kind) => ({ model: value("model"), stops: [value("a"), value("b")], way: value("path"), closed: value("path") === "circle", frames: MOVING, zoom: zoom(kind) }),
    route: (kind) => ({ model: value("model"), stops: value("route"), closed: value("closed"), frames: value("frames"), zoom: zoom(kind) }),
  });
})();
