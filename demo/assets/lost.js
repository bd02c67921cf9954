// The server goes away: Gradio says so in English, waits, and opens the page anew when it answers again.
// Here that is said in the page's language, what waits for an answer stops waiting, and all knobs come back with the page.
(() => {
  const { knobs } = window.noisewalkPage, { say, notice } = window.noisewalk;
  const KEY = "noisewalk.lost", LOST = "Connection to the server was lost"; // as Gradio says it
  const emit = (name, detail) => window.dispatchEvent(new CustomEvent("noisewalk:" + name, { detail }));
  let toast = null;

  const store = (act) => { try { return act(sessionStorage); } catch { return null; } }; // a frame may forbid it
  function leave() {
    const kept = JSON.stringify({ address: location.href, state: window.noisewalk.state() });
    store((session) => session.setItem(KEY, kept));
  }
  function comeBack() {
    const kept = store((session) => { const text = session.getItem(KEY); session.removeItem(KEY); return JSON.parse(text); });
    if (kept?.address !== location.href || !Object.hasOwn(knobs, kept.state?.tab ?? "")) return; // another link says more
    window.noisewalk.cameBack = kept.state;
    window.addEventListener("noisewalk:language", () => notice(say("t:page.lost.back")), { once: true });
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
    emit("lost");
    window.addEventListener("pagehide", leave, { once: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("noisewalk:language", write);
  comeBack();
})();
