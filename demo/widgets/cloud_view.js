// Pan and zoom: which part of the plane the canvas shows, and the pointers, wheels and keys that change it.
function lens(canvas, changed, clicked) {
  let home = [-1, 1, -1, 1], centre = [0, 0], scale = 1, zoom = 1; // scale: CSS pixels per unit at zoom 1
  const fingers = new Map();
  let travelled = 0, spread = 0;

  const box = () => [canvas.clientWidth, canvas.clientHeight];
  function fit() {
    const [width, height] = box();
    scale = Math.min(width / (home[1] - home[0]), height / (home[3] - home[2]));
  }
  function reset() {
    centre = [(home[0] + home[1]) / 2, (home[2] + home[3]) / 2];
    zoom = 1;
    changed();
  }
  const unit = () => scale * zoom;
  const toScreen = ([x, y]) => [box()[0] / 2 + (x - centre[0]) * unit(), box()[1] / 2 - (y - centre[1]) * unit()];
  const toPlane = ([left, top]) => [centre[0] + (left - box()[0] / 2) / unit(), centre[1] - (top - box()[1] / 2) / unit()];

  function pan(left, top) {
    centre = [centre[0] - left / unit(), centre[1] + top / unit()];
    changed();
  }
  function magnify(factor, [left, top] = box().map(side => side / 2)) {
    const before = toPlane([left, top]);
    zoom = Math.min(64, Math.max(0.25, zoom * factor));
    const after = toPlane([left, top]);
    centre = [centre[0] + before[0] - after[0], centre[1] + before[1] - after[1]];
    changed();
  }

  const spot = event => { const corner = canvas.getBoundingClientRect(); return [event.clientX - corner.left, event.clientY - corner.top]; };
  const apart = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
  listen(canvas, 'pointerdown', event => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, spot(event));
    travelled = 0;
    if (fingers.size === 2) spread = apart();
  });
  listen(canvas, 'pointermove', event => {
    const was = fingers.get(event.pointerId);
    if (!was) return;
    const now = spot(event);
    fingers.set(event.pointerId, now);
    travelled += Math.hypot(now[0] - was[0], now[1] - was[1]);
    if (travelled > 4) pan((now[0] - was[0]) / fingers.size, (now[1] - was[1]) / fingers.size);
    if (fingers.size === 2) { const gap = apart(); magnify(gap / spread, now); spread = gap; }
  });
  listen(canvas, 'pointerup', event => { if (travelled <= 4 && fingers.size === 1) clicked(toPlane(spot(event)), 12 / unit()); });
  listen(canvas, 'lostpointercapture', event => fingers.delete(event.pointerId));
  // A plain wheel belongs to the page; with Ctrl or Cmd (and so a trackpad's pinch) it zooms.
  listen(canvas, 'wheel', event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    magnify(Math.exp(-event.deltaY / 200), spot(event));
  }, { passive: false });
  const KEYS = { ArrowLeft: () => pan(32, 0), ArrowRight: () => pan(-32, 0), ArrowUp: () => pan(0, 32), ArrowDown: () => pan(0, -32),
    '+': () => magnify(1.25), '=': () => magnify(1.25), '-': () => magnify(0.8), 0: reset };
  listen(canvas, 'keydown', event => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  return { fit, reset, magnify, toScreen, toPlane, unit,
    show: view => { if (String(view) !== String(home)) { home = view; fit(); reset(); } } };
}
