// Gradio heads every refusal with "Error", whatever title it was given; here it is said in the page's language.
(() => {
  const THEIRS = "Error", refused = () => window.noisewalk.say("t:page.refused");
  const ours = new Set();

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
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("noisewalk:language", () => {
    for (const title of ours) title.isConnected ? write(title) : ours.delete(title);
  });
})();
