// The server goes away: Gradio says so in English, waits, and opens the page anew when it answers again.
// Here that is said in the page's language, and what waits for an answer stops waiting. All knobs come back with the
// page, whoever opened it anew: Gradio, or a visitor who reloads it or comes back to it.
(() => {
  const { knobs } = window.noisewalkPage, { say, notice } = window.noisewalk;
  const KEY = "noisewalk.left ", LOST = "Connection to the server was lost"; // as Gradio says it
  const emit = (name, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + name, { detail }));
  let toast = null, lost = false;

  const store = (act) => { try { return act(sessionStorage); } catch { return null; } }; // a frame may forbid it
  const here = KEY + location.href; // another link says what it asks for
  function leave() {
    if (!window.noisewalk.inPlace) return; // nothing has been turned yet
    const kept = JSON.stringify({ lost, state: window.noisewalk.state() });
    store((session) => session.setItem(here, kept));
  }
  function comeBack() {
    const again = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
    const kept = store((session) => { const text = session.getItem(here); session.removeItem(here); return JSON.parse(text); });
    if (!(kept?.lost || again) || !Object.hasOwn(knobs, kept?.state?.tab ?? "")) return;
    window.noisewalk.cameBack = kept.state;
    if (kept.lost) window.addEventListener("noisewalk:language", () => notice(say("t:page.lost.back")), { once: true });
  }

  // Only the letters change: the nodes stay Gradio's.
  function write() {
    if (!toast?.isConnected) return;
    for (const [part, key] of [["title", "title"], ["message-text", "text"]]) {
      const letters = toast.querySelector(".toast-" + part)?.firstChild;
      if (letters) letters.data = say("t:page.lost." + key);
    }
  }
  new MutationObserver((changes) => {
    const nodes = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.nodeType === 1);
    const texts = nodes.flatMap((node) => [...node.querySelectorAll(".toast-message-text")]);
    const told = texts.find((node) => node.textContent.startsWith(LOST));
    if (!told) return;
    toast = told.closest(".toast-body");
    write();
    lost = true;
    emit("lost");
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("noisewalk:language", write);
  window.addEventListener("pagehide", leave);
  comeBack();
})();
