// The formula in letters is that of the sampler chosen now, and of what it explains, only what is in it.
(() => {
  const TAB = "denoising", SMALLEST = 0.7; // of its size: what is longer still is pulled sideways
  if (!window.noisewalkPage.knobs[TAB]?.sampler) return;
  const resized = new ResizeObserver(fit);
  function show() {
    const chosen = window.noisewalk.valueOf(TAB, "sampler");
    for (const part of document.querySelectorAll("#tab-denoising [data-of]")) part.hidden = !part.dataset.of.split(" ").includes(chosen);
    const box = document.getElementById("denoising-formulas");
    if (box) resized.observe(box);
    fit();
  }
  function fit() {
    for (const line of document.querySelectorAll("#denoising-formulas .nw-formula:not([hidden])")) {
      line.style.fontSize = "";
      const share = line.clientWidth / line.scrollWidth;
      if (share < 1) line.style.fontSize = `${Math.max(SMALLEST, 0.99 * share) * parseFloat(getComputedStyle(line).fontSize)}px`;
    }
  }
  for (const moment of ["turned", "restored", "language", "ready"]) window.addEventListener("noisewalk:" + moment, show);
})();
