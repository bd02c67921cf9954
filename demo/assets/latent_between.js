// Between: every result can be put on the table, and every walk can be saved; what each is stands here.
(() => {
  const TAB = "latent", { latent } = window.noisewalk;
  if (!latent) return;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const results = {};

  window.addEventListener("noisewalk:painted", (e) => { if (e.detail.reply.spot) results[e.detail.canvas] = e.detail.reply.spot; });
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
  Object.assign(latent, { sources: {
    table: () => ({ model: value("model"), stops: [latent.spot()], zoom: LARGE }),
    way: (kind) => ({ model: value("model"), stops: [value("a"), value("b")], way: value("path"), closed: value("path") === "circle", frames: MOVING, zoom: zoom(kind) }),
    route: (kind) => ({ model: value("model"), stops: value("route"), closed: value("closed"), frames: value("frames"), zoom: zoom(kind) }),
  } });
})();
