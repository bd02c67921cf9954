// A press that leaves a field also ends what was typed there. Who draws anew for that waits until the press is over,
// or its click would find what it was meant for replaced.
(() => {
  const SOON = 30; // milliseconds
  let pressing = false;
  window.addEventListener("pointerdown", () => { pressing = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => { pressing = false; }, true);
  window.addEventListener("pointermove", (e) => { if (!e.buttons) pressing = false; }, true); // its end may be lost to a menu
  function afterPress(act) {
    if (pressing) setTimeout(() => afterPress(act), SOON);
    else act();
  }
  window.noisewalk.afterPress = afterPress;
})();
