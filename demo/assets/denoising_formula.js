// The formula in letters is that of the sampler chosen now, and of what it explains, only what is in it.
(() => {
  const TAB = "denoising";
  if (!window.noisewalkPage.knobs[TAB]?.sampler) return;
  function show() {
    const chosen = window.noisewalk.valueOf(TAB, "sampler");
    for (const part of document.querySelectorAll("#tab-denoising [data-of]")) part.hidden = !part.dataset.of.split(" ").includes(chosen);
  }
  for (const moment of ["turned", "restored", "language", "ready"]) window.addEventListener("noisewalk:" + moment, show);
})();
