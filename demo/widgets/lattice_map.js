// The map: the pulled picture's place on the plane of seeds. Click to travel, drag to look around, drag the dot to pull.
const figure = element.querySelector('.nw-map');
const canvas = figure.querySelector('canvas'), pen = canvas.getContext('2d');
const trouble = figure.querySelector('.nw-error'), facts = figure.querySelector('.nw-facts');
const { tab, axes, start, snap, picture: pulled } = props.plane;
const WIDE = 560, INNER = 1.25, GAP = 0.06, REACH = 20, LONGEST = 500, FADES = 240, FAINT = 0.12, CLOSE = 0.02; // pixels, cells, share of a cell, pixels, points of the trail, until it has faded, to what, and how near they lie
const FOLLOW = 0.008, CLICK = 5, SETTLED = 250, AIMED = 900; // share of the way a millisecond, pixels, milliseconds, milliseconds
const still = matchMedia('(prefers-reduced-motion: reduce)');
const value = knob => window.noisewalk?.valueOf(tab, knob);
// Past the edge of the plane numbers are so coarse that counting crossings would never end.
const within = part => Math.max(-FARTHEST, Math.min(FARTHEST, Number(part) || 0));
const standing = () => axes.map(axis => within(value(axis)));
let camera = standing(), place = standing(), trail = [place], loose = false;
let lastMove = 0, before = 0, grip = null, goal = null, aimed = 0, hover = null, lastError = null, blocked = false, relook = 0;

const cells = () => canvas.clientWidth / (canvas.clientWidth > WIDE ? 7 : 5);
const shape = () => [canvas.clientWidth, canvas.clientHeight];
const toScreen = ([x, y]) => { const [w, h] = shape(); return [w / 2 + (x - camera[0]) * cells(), h / 2 + (y - camera[1]) * cells()]; };
const toPlane = ([x, y]) => { const [w, h] = shape(); return [camera[0] + (x - w / 2) / cells(), camera[1] + (y - h / 2) / cells()]; };
const under = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
const moving = () => performance.now() - lastMove < SETTLED;

const shelf = tiles(Object.values(server)[0], () => redraw(), tell);

// Every crossing in sight, the nearest to the place first.
function inSight() {
  const [w, h] = shape(), [left, top] = toPlane([0, 0]), [right, bottom] = toPlane([w, h]);
  const nodes = [];
  for (let row = Math.round(top); row <= Math.round(bottom); row += 1) {
    for (let column = Math.round(left); column <= Math.round(right); column += 1) nodes.push([column, row]);
  }
  const far = ([column, row]) => Math.hypot(column - place[0], row - place[1]);
  return nodes.sort((a, b) => far(a) - far(b));
}

// The map stays put while the dot is well inside; else it follows without haste.
function follow(now) {
  const passed = Math.min(now - before, 50);
  before = now;
  if (loose || grip?.pan) return false;
  const share = still.matches ? 1 : 1 - Math.exp(-passed * FOLLOW);
  const over = place.map((part, k) => { const off = part - camera[k]; return off - Math.max(-INNER, Math.min(INNER, off)); });
  if (Math.hypot(...over) < 2e-3) return false;
  camera = camera.map((part, k) => part + over[k] * share);
  return true;
}

const redraw = onceAFrame(now => {
  const [width, height] = shape(), dense = Math.min(window.devicePixelRatio || 1, 2);
  if (!width) return;
  const sailing = follow(now);
  if (canvas.width !== Math.round(width * dense)) [canvas.width, canvas.height] = [Math.round(width * dense), Math.round(height * dense)];
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.clearRect(0, 0, width, height);
  const nodes = inSight();
  for (const node of nodes) drawTile(node);
  drawTrail();
  drawDot();
  if (!blocked) shelf.want(nodes, moving());
  figure.dataset.missing = shelf.missing(nodes).length;
  if (sailing) redraw();
});

function drawTile(node) {
  const [x, y] = toScreen(node), side = cells() * (1 - GAP), tile = shelf.at(...node);
  pen.save();
  pen.beginPath();
  pen.roundRect(x - side / 2, y - side / 2, side, side, 5);
  pen.clip();
  pen.fillStyle = colour('--nw-well');
  pen.fill();
  if (tile) pen.drawImage(tile.picture, x - side / 2, y - side / 2, side, side);
  pen.restore();
  if (hover && node[0] === hover[0] && node[1] === hover[1]) {
    pen.lineWidth = 2;
    pen.strokeStyle = colour('ink');
    pen.stroke();
  }
}

function drawTrail() {
  pen.lineCap = pen.lineJoin = 'round';
  for (const [ink, wide] of [['panel', 5], ['generated', 2.5]]) {
    pen.strokeStyle = colour(ink);
    pen.lineWidth = wide;
    for (let k = 1; k < trail.length; k += 1) {
      if (!trail[k - 1] || !trail[k]) continue; // a jump leaves no trail
      pen.globalAlpha = Math.max(FAINT, 1 - (trail.length - k) / FADES);
      pen.beginPath();
      pen.moveTo(...toScreen(trail[k - 1]));
      pen.lineTo(...toScreen(trail[k]));
      pen.stroke();
    }
  }
  pen.globalAlpha = 1;
}

function drawDot() {
  const [x, y] = toScreen(place);
  for (const [ink, radius] of [['ink/0.25', 10], ['panel', 9], ['generated', 6.5]]) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = colour(ink);
    pen.fill();
  }
}

function arrive(next) {
  if (next.every((part, k) => part === place[k])) return;
  const step = Math.hypot(next[0] - place[0], next[1] - place[1]);
  place = next;
  loose = false;
  lastMove = performance.now();
  if (step > 1.5) trail.push(null);
  const [former, last] = trail.slice(-2);
  if (former && last && Math.hypot(last[0] - former[0], last[1] - former[1]) < CLOSE) trail.pop();
  trail.push(place);
  if (trail.length > LONGEST) trail = trail.slice(-LONGEST);
  setTimeout(redraw, SETTLED + 20); // what is still missing comes in larger portions once the hand rests
  sayPlace();
  redraw();
}

function setOut() { // from another place: nothing is left of the way here
  place = standing();
  [camera, trail, loose, goal] = [place, [place], false, null];
  sayPlace();
  redraw();
}

const tidy = part => Math.round(within(part) * 1e3) / 1e3 + 0; // + 0: what snaps to the middle from the left is no -0
const named = point => Object.fromEntries(axes.map((axis, k) => [axis, tidy(point[k])]));
function pull(point) {
  emit('set', { canvas: pulled, values: named(point) });
  emit('drag', { canvas: pulled, values: named(point) });
}
function travel(to) {
  goal = to.map(part => tidy(value(snap) ? Math.round(part) : part));
  aimed = performance.now();
  emit('travel', { canvas: pulled, to: goal });
}

listen(canvas, 'pointerdown', event => {
  const at = under(event), dot = toScreen(place);
  canvas.setPointerCapture(event.pointerId);
  const near = Math.hypot(at[0] - dot[0], at[1] - dot[1]) < REACH;
  grip = { at, camera, off: [dot[0] - at[0], dot[1] - at[1]], pan: !near, moved: false };
});
listen(canvas, 'pointermove', event => {
  const at = under(event);
  hover = toPlane(at).map(Math.round);
  if (grip) {
    grip.moved ||= Math.hypot(at[0] - grip.at[0], at[1] - grip.at[1]) > CLICK;
    if (grip.moved && grip.pan) { camera = grip.camera.map((part, k) => part - (at[k] - grip.at[k]) / cells()); lastMove = performance.now(); }
    if (grip.moved && !grip.pan) pull(toPlane([at[0] + grip.off[0], at[1] + grip.off[1]]));
  }
  sayPlace();
  redraw();
});
for (const end of ['pointerup', 'pointercancel']) listen(canvas, end, event => {
  if (!grip) return;
  const { pan, moved } = grip;
  grip = null;
  loose = pan && moved;
  if (end === 'pointerup' && !moved) travel(toPlane(under(event)));
  else if (!pan && value(snap)) travel(place);
  setTimeout(redraw, SETTLED + 20);
});
listen(canvas, 'pointerleave', () => { hover = null; sayPlace(); redraw(); });

// From seed to seed; with Shift in small steps; Home brings the map back to the dot.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
listen(canvas, 'keydown', event => {
  if (event.key === 'Home') { [camera, loose] = [place, false]; event.preventDefault(); return redraw(); }
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  if (event.shiftKey) return pull(place.map((part, k) => part + step[k] * 0.1));
  const from = goal && performance.now() - aimed < AIMED ? goal : place; // on a way, the next step begins at its end
  travel(from.map((part, k) => Math.round(part) + step[k]));
});

function sayPlace() {
  const at = hover ?? place.map(Math.round), seed = shelf.seed(...at);
  const [x, y] = place.map(part => (Math.round(part * 100) / 100 + 0).toFixed(2)), spot = { x, y };
  facts.textContent = say('t:latent.map.place', spot) + ' · ' + (seed === null ? say('t:latent.map.start') : say(hover ? 't:latent.map.under' : 't:latent.map.near', { seed }));
}

function tell(error) {
  lastError = error;
  trouble.hidden = error === null;
  figure.classList.toggle('nw-failed', error !== null);
  if (error === null) return;
  trouble.textContent = why(error.reason);
  blocked = true; // until something changes, or a while has passed
  setTimeout(() => { blocked = false; redraw(); }, 3000);
}

function sayAll() {
  canvas.setAttribute('aria-label', say('t:latent.map.label'));
  if (lastError) tell(lastError);
  sayPlace();
  redraw();
}

listen(window, 'noisewalk:set', ({ detail }) => {
  if (detail.canvas !== name) return;
  blocked = false;
  clearTimeout(relook);
  const look = () => { shelf.set(detail.values); sayPlace(); redraw(); };
  // A knob that is being turned changes every tile: wait until it rests.
  if (figure.dataset.missing === undefined) look(); else relook = setTimeout(look, SETTLED);
});
listen(window, 'noisewalk:drag', ({ detail }) => { if (detail.canvas === pulled) arrive(axes.map(axis => within(detail.values[axis]))); });
listen(window, 'noisewalk:turned', ({ detail }) => {
  if (detail.tab !== tab) return;
  if (detail.name === start) { shelf.set({ [start]: detail.value }); queueMicrotask(setOut); }
  if (axes.includes(detail.name)) queueMicrotask(() => arrive(standing()));
});
whenPageChanges(sayAll);
whenResized(canvas, redraw);
sayAll();
emit('ready', { widget: name });
