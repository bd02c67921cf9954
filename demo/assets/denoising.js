// The Denoising tab shows a run as soon as it is first seen, so that there is something to scrub before anything is read.
(() => {
  const SETTLED = 800; // milliseconds in which a link has put its knobs in place
  let seen = false;
  window.addEventListener("noisewalk:ready", (e) => {
    if (e.detail.widget !== "denoising-run" || seen) return;
    seen = true;
    setTimeout(() => document.querySelector("#denoising-run-button")?.click(), SETTLED);
  });
})();
