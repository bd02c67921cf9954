// What stands around the tabs: light and dark, small notices, and the tour.
(() => {
  const { say, html, kept } = window.noisewalk;

  function isDark() { return document.body.classList.contains("dark"); }
  function paint(dark) {
    document.body.classList.toggle("dark", dark);
    kept.set("noisewalk.theme", dark ? "dark" : "light");
    window.dispatchEvent(new CustomEvent("noisewalk:theme", { detail: { dark } }));
  }
  function flipTheme() { paint(!isDark()); }
  if (!new URL(location.href).searchParams.get("__theme")) {
    const wanted = kept.get("noisewalk.theme");
    if (wanted) paint(wanted === "dark");
  }

  let fading;
  function notice(text) {
    let box = document.querySelector(".nw-notice");
    if (!box) {
      box = document.createElement("div");
      box.className = "nw-notice";
      box.setAttribute("role", "status");
      document.body.append(box);
    }
    box.textContent = say(text);
    box.classList.add("nw-shown");
    clearTimeout(fading);
    // a Chinese letter, of three bytes, says as much as three
    fading = setTimeout(() => {
      box.classList.remove("nw-shown");
      fading = setTimeout(() => { box.textContent = ""; }, 400); // what is not seen is not read out either
    }, Math.max(2200, 1000 + 60 * new Blob([box.textContent]).size));
  }

  // Five stops; each opens its tab, lights up one part of the page and says one thing about it.
  const stops = [
    { tab: "latent", part: "#latent-picture" }, { tab: "latent", part: "#latent-between", open: "#latent-part-between-button" },
    { tab: "denoising", part: "#denoising-run" }, { tab: "schedules", part: "#schedules-plot" },
    { tab: "samplers", part: "#samplers-cloud" },
  ];
  let at = -1;
  function openTab(key) {
    const names = Object.keys(window.noisewalkPage.knobs);
    document.querySelectorAll(".nw-tabs > .tab-wrapper [role=tab], .nw-tabs [role=tab]")[names.indexOf(key)]?.click();
  }
  function card() {
    let box = document.querySelector(".nw-tour");
    if (!box) {
      box = document.createElement("div");
      box.className = "nw-tour";
      box.setAttribute("role", "dialog");
      box.innerHTML = "<p class='nw-tour-count'></p><p class='nw-tour-text'></p><div><button class='nw-quiet' data-go='-1'></button><button class='nw-quiet' data-go='0'></button><button class='nw-go' data-go='1'></button></div>";
      box.addEventListener("click", (e) => { const go = e.target.dataset?.go; if (go) step(Number(go)); });
      document.body.append(box);
    }
    return box;
  }
  function step(by) {
    document.querySelectorAll(".nw-lit").forEach((node) => node.classList.remove("nw-lit"));
    at = by === 0 ? -1 : at + by;
    if (at < 0 || at >= stops.length) { at = -1; document.querySelector(".nw-tour")?.remove(); return; }
    openTab(stops[at].tab);
    if (stops[at].open) document.querySelector(stops[at].open)?.click();
    const box = card();
    box.querySelector(".nw-tour-count").textContent = `${at + 1} / ${stops.length}`;
    box.querySelector(".nw-tour-text").textContent = say(`t:tour.${at + 1}`);
    const [back, end, next] = box.querySelectorAll("button");
    back.textContent = say("t:tour.back"); back.disabled = at === 0;
    end.textContent = say("t:tour.end");
    next.textContent = say(at === stops.length - 1 ? "t:tour.done" : "t:tour.next");
    next.focus();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    setTimeout(() => {
      const part = document.querySelector(stops[at]?.part);
      part?.classList.add("nw-lit");
      part?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    }, 250);
  }
  function tour() { at = -1; step(1); }
  window.addEventListener("keydown", (e) => { if (e.key === "Escape" && at >= 0) step(0); });
  window.addEventListener("noisewalk:language", () => { if (at >= 0) { at -= 1; step(1); } });

  // On a narrow screen the row of a tab's parts scrolls sideways; the part that was opened comes into sight.
  const NEXT = 24; // pixels of what comes after it
  function reveal() {
    for (const part of document.querySelectorAll(".nw-parts [role=tab][aria-selected=true]")) {
      const row = part.parentElement, end = part.offsetLeft + part.offsetWidth + NEXT;
      row.scrollLeft = Math.min(Math.max(row.scrollLeft, end - row.clientWidth), Math.max(0, part.offsetLeft - NEXT));
    }
  }
  const selected = new MutationObserver((seen) => { // once Gradio has laid out the row anew
    if (seen.some(({ target }) => target.closest?.(".nw-parts > .tab-wrapper"))) setTimeout(reveal, 60);
  });
  selected.observe(document.documentElement, { subtree: true, attributeFilter: ["aria-selected"] });

  // Sentences whose numbers come with the pictures.
  const facts = {};
  function sayFacts(canvas) {
    for (const node of document.querySelectorAll(`[data-facts="${canvas}"]`)) node.innerHTML = html("t:" + node.dataset.key, facts[canvas]);
  }
  window.addEventListener("noisewalk:painted", (e) => { facts[e.detail.canvas] = e.detail.reply; sayFacts(e.detail.canvas); });
  window.addEventListener("noisewalk:frame", (e) => { facts[e.detail.timeline] = e.detail.caption; sayFacts(e.detail.timeline); });
  window.addEventListener("noisewalk:language", () => Object.keys(facts).forEach(sayFacts));

  // The header is plain HTML, so its buttons are found when pressed.
  document.addEventListener("click", (e) => {
    const press = e.target.closest?.("[data-press]")?.dataset.press;
    if (press === "theme") flipTheme();
    if (press === "tour") tour();
    if (press === "api") openApi();
  });

  // Gradio opens the page of the API only by its own button; an address that asks for it counts as opened already.
  function openApi() {
    const button = document.querySelector("footer .show-api");
    if (new URL(location.href).searchParams.get("view") === "api") button?.click();
    button?.click();
  }

  const halt = (timeline) => window.dispatchEvent(new CustomEvent("noisewalk:timeline", { detail: { timeline, stop: true } }));

  // The name of SVG's elements, as the browser itself has it: nothing in the page's head looks like an address.
  const SVG = Object.assign(document.createElement("p"), { innerHTML: "<svg></svg>" }).firstChild.namespaceURI;

  Object.assign(window.noisewalk, { SVG, notice, openTab, tour, halt });
})();
