// Gradio heads every refusal with "Error", whatever title it was given; here it is said in the page's language, for as
// long as it takes to read, or until something else is tried.
(() => {
  const THEIRS = "Error", refused = () => window.noisewalk.say("t:page.refused");
  const ours = new Set(), LEAST = 8000, LETTER = 60; // milliseconds
  let fading;

  // Only the letters change: the nodes stay Gradio's.
  function write(title) {
    const letters = title.firstChild;
    if (!letters || ![THEIRS, title.dataset.head].includes(letters.data.trim())) return; // said otherwise by lost.js
    letters.data = title.dataset.head = refused();
    ours.add(title);
  }
  new MutationObserver((changes) => {
    const nodes = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.nodeType === 1);
    for (const title of nodes.flatMap((node) => [...node.querySelectorAll(".toast-title")])) write(title);
    const said = nodes.flatMap((node) => [...node.querySelectorAll(".toast-message-text")]).map((text) => text.textContent).join("");
    if (!said) return;
    clearTimeout(fading);
    fading = setTimeout(close, Math.max(LEAST, LETTER * new Blob([said]).size));
  }).observe(document.documentElement, { childList: true, subtree: true });
  function close() {
    for (const title of ours) title.isConnected ? title.closest(".toast-body")?.querySelector(".toast-close")?.click() : ours.delete(title);
  }
  window.addEventListener("noisewalk:joined", close);
  window.addEventListener("noisewalk:language", () => {
    for (const title of ours) title.isConnected ? write(title) : ours.delete(title);
  });
})();
