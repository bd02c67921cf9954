// What is asked for now becomes the far end of the mix, and is named beside its slider.
(() => {
  const TAB = "denoising";
  if (!window.noisewalkPage.knobs[TAB]?.live_classes) return;
  const { say, known } = window.noisewalk;
  const value = (name) => window.noisewalk.valueOf(TAB, name);
  const spoken = (name) => {
    const [field, word] = name.includes("=") ? name.split("=") : ["", name], key = `t:attributes.${field}.${word}`;
    return field ? `${say("t:attributes." + field)}: ${known(key) ? say(key) : word}` : word;
  };
  const named = (wish) => Object.keys(wish).map(spoken).join(say("t:page.comma")) || say("t:denoising.live.nothing");
  function write() {
    const line = document.querySelector("#denoising-live-wish");
    const [from, to] = [named(value("classes")), named(value("live_classes"))];
    if (line) line.textContent = say("t:denoising.live." + (from === to ? "same" : "between"), { from, to });
  }
  window.noisewalk.keepWish = () => {
    window.dispatchEvent(new CustomEvent("noisewalk:knob", { detail: { tab: TAB, name: "live_classes", value: { ...value("classes") } } }));
  };
  for (const moment of ["turned", "restored", "language", "painted"]) window.addEventListener("noisewalk:" + moment, write);
})();
