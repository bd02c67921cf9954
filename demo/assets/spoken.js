// What a screen reader says of Gradio's own controls, which know only English: the same in the page's language.
(() => {
  const { say, language } = window.noisewalk;
  const OWN = [ // as Gradio writes it, and our words for it
    [/^number input for (.*)$/, "number"],
    [/^range slider for (.*)$/, "range"],
    [/^Reset to default value$/, "reset"],
    [/^More tabs$/, "more-tabs"],
  ];
  const controls = new WeakMap(); // {key, name, said}: a name is in the page's language already, Gradio sees to that

  function put(node) {
    const control = controls.get(node);
    control.said = say("t:spoken." + control.key, { name: control.name });
    node.setAttribute("aria-label", control.said);
  }
  function hear(node) {
    const label = node.getAttribute("aria-label");
    if (label === null || controls.get(node)?.said === label) return;
    controls.delete(node);
    for (const [words, key] of OWN) {
      const found = words.exec(label);
      if (!found) continue;
      controls.set(node, { key, name: found[1] ?? "", said: label });
      if (language() !== "en") put(node);
    }
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
    for (const node of document.querySelectorAll("[aria-label]")) if (controls.has(node)) put(node);
  });
})();
