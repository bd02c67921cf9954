// What a link asks for and is not to be had here is said: it stays as it was.
(() => {
  const { knobs, parts } = window.noisewalkPage, { asked, lawfully, named, notice, say } = window.noisewalk;
  function left() {
    const found = new URL(location.href).searchParams, { tab, values } = asked();
    if (!Object.hasOwn(knobs, tab ?? "")) return tab === null ? "" : `tab=${tab.slice(0, 40)}`;
    const taken = lawfully(tab, values[tab]), part = found.get("part");
    const names = [...found.keys()].filter((name) => Object.hasOwn(knobs[tab], name) && !Object.hasOwn(taken, name));
    const strange = part !== null && !parts[tab]?.includes(part) ? [`part=${part.slice(0, 40)}`] : [];
    return [...strange, ...names.map((name) => named(tab, [name]))].join(say("t:page.semicolon"));
  }
  function tell() {
    if (window.noisewalk.cameBack) return;
    const names = left();
    if (names) notice(say("t:page.link-left", { names }));
  }
  // On one's own machine the server says next which models there are: more than this page was built with.
  const own = () => window.gradio_config?.components.some(({ props }) => props.elem_id === "latent-own-file");
  window.addEventListener("noisewalk:inplace", () => { if (!own()) tell(); }, { once: true });
  window.addEventListener("noisewalk:models", tell, { once: true });
})();
