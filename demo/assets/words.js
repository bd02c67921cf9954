// The page's language: one table per language, applied to our own HTML here and to Gradio's components by `speak`.
window.noisewalk = window.noisewalk || {};
(() => {
  const { words, languages, texts } = window.noisewalkPage;
  const kept = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } },
                 set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* a frame may forbid it */ } } };

  function preferred() {
    const asked = new URL(location.href).searchParams.get("lang") || kept.get("noisewalk.language");
    if (Object.hasOwn(words, asked ?? "")) return asked;
    const own = asked || navigator.language || "en";
    if (!/^zh/i.test(own)) return "en";
    return /TW|HK|MO|Hant/i.test(own) ? "zh-TW" : "zh-CN";
  }

  let language = preferred();
  document.documentElement.lang = language;

  // "t:key" or "t:key|{json values}" is a sentence of ours; anything else is passed on as it is.
  const say = (text, values) => put(text, values, (value) => value);
  // The same as HTML: our sentences may hold tags, but whatever is filled in is letters only, whoever wrote it.
  const html = (text, values) => put(text, values, escaped);
  const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

  function put(text, values, dress) {
    if (typeof text !== "string" || !text.startsWith("t:")) return dress(text);
    const bar = text.indexOf("|");
    const key = bar < 0 ? text.slice(2) : text.slice(2, bar);
    const given = bar < 0 ? values || {} : JSON.parse(text.slice(bar + 1));
    const sentence = words[language][key] ?? words.en[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (all, name) => (name in given ? put(given[name], undefined, dress) : all));
  }

  const known = (text) => Object.hasOwn(words.en, text.slice(2));

  function fill(root) {
    const all = root.matches?.("[data-say],[data-title]") ? [root] : [];
    for (const node of [...all, ...root.querySelectorAll("[data-say],[data-title]")]) {
      const { say: key, title, spoken } = node.dataset;
      if (spoken === language) continue;
      node.dataset.spoken = language;
      if (key) node.innerHTML = say("t:" + key);
      if (title) { node.title = say("t:" + title); node.setAttribute("aria-label", node.title); }
    }
  }

  // What each Gradio component shows, in the order in which Python wired them as outputs.
  function updates() {
    return texts.map((keys) => {
      const update = { __type__: "update" };
      for (const [property, key] of Object.entries(keys)) {
        update[property] = property === "choices"
          ? key.map(([k, value]) => [words[language][k] ?? value, value]) : say("t:" + key);
      }
      return update;
    });
  }

  function speak(next) {
    if (Object.hasOwn(words, next ?? "")) language = next;
    kept.set("noisewalk.language", language);
    document.documentElement.lang = language;
    document.title = say("t:page.title");
    fill(document.body);
    window.dispatchEvent(new CustomEvent("noisewalk:language", { detail: { language } }));
    return updates();
  }

  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) fill(node);
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Sentences in a row; Chinese ones stand without a space between them.
  const joined = (sentences) => sentences.filter(Boolean).join(language === "en" ? " " : "");

  Object.assign(window.noisewalk, { say, joined, html, escaped, known, speak, kept, language: () => language, languages });
})();
