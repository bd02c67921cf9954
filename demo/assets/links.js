// What a link asks for and is not to be had here is said: it stays as it was.
(() => {
  const { knobs } = window.noisewalkPage, { asked, carry, lawfully, named, notice, say } = window.noisewalk;
  function left() {
    const found = new URL(location.href).searchParams, { tab, values } = asked();
    if (!Object.hasOwn(knobs, tab ?? "")) return tab === null ? "" : `tab=${tab.slice(0, 40)}`;
    const taken = lawfully(tab, values[tab]);
    return named(tab, [...found.keys()].filter((name) => Object.hasOwn(knobs[tab], name) && !Object.hasOwn(taken, name)));
  }
  function tell() {
    if (window.noisewalk.cameBack) return;
    const names = left();
    if (names) notice(say("t:page.link-left", { names }));
  }
  // On one's own machine the server says next which models there are: more than this page was built with.
  window.addEventListener("noisewalk:inplace", () => { if (!document.querySelector("#latent-own-file")) tell(); }, { once: true });
  window.addEventListener("noisewalk:models", tell, { once: true });
})();
