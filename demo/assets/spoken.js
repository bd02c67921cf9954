// What a screen reader says of Gradio's own controls, which know only English: the same in the page's language.
(() => {
  const { say, language } = window.noisewalk;
  const OWN = [ // as Gradio writes it, and our words for it
    [/^number input for (.*)$/, "number"],
    [/^range slider for (.*)$/, "range"],
    [/^Reset to default value$/, "reset"],
  ];
  const found = new Map(); // by control: [key, name]; a name is said in the page's language by Gradio itself

  function put(node) {
    const [key, name] = found.get(node);
    node.setAttribute("aria-label", say("t:spoken." + key, { name }));
  }
  function hear(node) {
    const label = node.getAttribute("aria-label");
    const own = OWN.find(([words]) => words.test(label));
    if (!own) return;
    const [words, key] = own;
    found.set(node, [key, words.exec(label)[1] ?? ""]);
    if (language() !== "en") put(node);
  }
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") hear(target);
      for (const node of addedNodes) {
        if (node.nodeType !== 1) continue;
        for (const one of [node, ...node.querySelectorAll("[aria-label]")]) hear(one);
      }
    }
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["aria-label"] });
  window.addEventListener("noisewalk:language", () => {
    for (const node of found.keys()) if (node.isConnected) put(node); else found.delete(node);
  });
})();
