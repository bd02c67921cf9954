// A row whose entries can be put in another order: by dragging them, or with Alt and the arrow keys.
const SLACK = 6; // pixels that a click may wander
function sortable(row, moved) {
  let held = null;
  const entries = () => [...row.children];
  const inside = (event, entry) => { const box = entry.getBoundingClientRect(); return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom; };

  listen(row, 'pointerdown', event => {
    const entry = entries().find(each => each.contains(event.target));
    if (entry && !event.target.closest('input')) held = { entry, from: entries().indexOf(entry), x: event.clientX, y: event.clientY, moving: false };
  });
  listen(row, 'pointermove', event => {
    if (!held) return;
    if (!held.moving && Math.hypot(event.clientX - held.x, event.clientY - held.y) < SLACK) return;
    if (!held.moving) { held.moving = true; row.setPointerCapture(event.pointerId); held.entry.classList.add('nw-held'); }
    const other = entries().find(each => each !== held.entry && inside(event, each));
    if (other) row.insertBefore(held.entry, entries().indexOf(held.entry) < entries().indexOf(other) ? other.nextSibling : other);
  });
  for (const end of ['pointerup', 'pointercancel']) listen(row, end, () => {
    const { entry, from, moving } = held ?? {};
    held = null;
    entry?.classList.remove('nw-held');
    if (moving) moved(from, entries().indexOf(entry));
  });
  listen(row, 'dragstart', event => event.preventDefault());
  listen(row, 'keydown', event => {
    const step = event.altKey && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const from = entries().findIndex(each => each.contains(event.target)), to = from + step;
    if (from < 0 || to < 0 || to >= entries().length) return;
    moved(from, to);
    entries()[to]?.querySelector('button')?.focus();
  });
}
