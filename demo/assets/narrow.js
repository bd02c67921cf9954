// On a narrow screen a picture would be out of sight of what makes it: the one on the table and the samplers' cloud come
// along, small, in a corner, and what a press makes is scrolled to.
(() => {
  const NARROW = matchMedia("(max-width: 900px)"), CALM = matchMedia("(prefers-reduced-motion: reduce)");
  const ALONG = ["latent-picture", "samplers-cloud"];
  function pin(picture, away) {
    const pinned = away && NARROW.matches;
    picture.style.minHeight = pinned ? picture.offsetHeight + "px" : ""; // its place stays free
    picture.classList.toggle("nw-pinned", pinned);
  }
  function watch(picture) {
    let away = false;
    const seen = new IntersectionObserver((looks) => {
      const { boundingClientRect: box, rootBounds: page, isIntersecting } = looks.at(-1);
      away = !isIntersecting && box.height > 0 && box.bottom <= (page?.top ?? 0);
      pin(picture, away);
    }, { rootMargin: "-100px 0px 0px" });
    seen.observe(picture);
    NARROW.addEventListener("change", () => pin(picture, away));
    picture.addEventListener("click", () => { if (picture.matches(".nw-pinned")) picture.scrollIntoView({ block: "start" }); });
  }
  const PRESSED = 1000; // milliseconds: who presses waits to see what comes of it; a run that begins by itself moves nothing
  let pressed = -Infinity;
  window.addEventListener("click", (e) => { if (e.isTrusted) pressed = performance.now(); }, true);
  window.addEventListener("noisewalk:joined", ({ detail }) => {
    if (!NARROW.matches || performance.now() - pressed > PRESSED) return;
    const stage = detail.shows.map((id) => document.getElementById(id)).find((shown) => shown?.offsetHeight);
    const box = stage?.getBoundingClientRect();
    const hidden = box && (box.bottom < 60 || box.top > innerHeight - 60);
    if (hidden) stage.scrollIntoView({ behavior: CALM.matches ? "auto" : "smooth", block: "center" });
  });

  window.addEventListener("noisewalk:ready", ({ detail }) => {
    if (ALONG.includes(detail.widget)) watch(document.getElementById(detail.widget));
  });
})();
