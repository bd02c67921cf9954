// The forward process: one answer brings x_t, the strip, the histogram and every number of the formulas.
const figure = element.querySelector('.nw-forward');
const canvas = figure.querySelector('canvas');
const trouble = figure.querySelector('.nw-error');
const pen = canvas.getContext('2d');
const TAB = 'schedules', SIDE = 160, REACH = 3.2;
let last = null, strip = [];

async function paint(reply, fresh) {
  const bitmap = reply.image ? await createImageBitmap(picture(reply.image)) : null;
  if (!fresh()) return bitmap?.close();
  last = reply;
  if (bitmap) show(canvas, bitmap);
  bitmap?.close();
  canvas.classList.toggle('nw-crisp', Boolean(reply.image));
  trouble.hidden = true;
  figure.classList.add('nw-painted');
  figure.classList.remove('nw-failed');
  if (reply.strip_key) await fillStrip(reply);
  scatterPlane();
  mark();
  numbers();
  emit('schedules-histogram', { spec: reply.histogram });
  dot();
  emit('schedules-ends', { ends: reply.ends });
  emit('schedules-hand', { hand: reply.hand });
  figure.dataset.painted = Number(figure.dataset.painted ?? 0) + 1;
}

function show(target, bitmap, from = [0, 0, bitmap.width, bitmap.height]) {
  if (target.width !== from[2] || target.height !== from[3]) [target.width, target.height] = [from[2], from[3]];
  target.getContext('2d').drawImage(bitmap, ...from, 0, 0, from[2], from[3]);
}

// Points of the plane have a canvas of their own, which can be moved about: where they are now, over where they were.
function scatterPlane() {
  if (!last?.points || !Array.isArray(strip)) return;
  const now = { kind: 'points', name: 'now', label: 't:schedules.cloud.now', xy: last.points, color: mixed(last.facts.signal), size: 5 };
  const data = { kind: 'points', name: 'data', label: 't:schedules.cloud.data', xy: strip[0], color: 'real', opacity: 0.3, size: 3 };
  emit('cloud', { cloud: 'schedules-cloud', value: { layers: [data, now], view: [-REACH, REACH, -REACH, REACH], legend: 't:schedules.cloud' } });
}
listen(window, 'noisewalk:ready', ({ detail }) => { if (detail.widget === 'schedules-cloud') scatterPlane(); });

// Points turn from the color of data into the color of noise as the signal goes.
function scatter(target, cloud, signal) {
  const side = target.width = target.height = SIDE, ink = target.getContext('2d');
  ink.fillStyle = mixed(signal);
  ink.globalAlpha = 0.75;
  for (let i = 0; i < cloud.length; i += 2) {
    ink.beginPath();
    ink.arc((cloud[i] / REACH + 1) * side / 2, (1 - cloud[i + 1] / REACH) * side / 2, 1.2, 0, 7);
    ink.fill();
  }
}
function mixed(signal) {
  const share = Math.round(100 * (signal ?? 0));
  const parts = ['real', 'noise'].map(actor => colour(actor).match(/[0-9a-f]{2}/gi).map(pair => parseInt(pair, 16)));
  return `rgb(${parts[0].map((value, k) => Math.round((value * share + parts[1][k] * (100 - share)) / 100)).join(',')})`;
}

async function fillStrip(reply) {
  requests.args().have = reply.strip_key;
  strip = reply.strip_points ? reply.strip_points.map(halves) : await createImageBitmap(picture(reply.strip));
  signals = reply.strip_signals;
  drawStrip();
}
let signals = [];
function drawStrip() {
  const buttons = document.querySelectorAll('#schedules-strip button canvas');
  buttons.forEach((small, k) => {
    small.classList.toggle('nw-crisp', !Array.isArray(strip));
    if (Array.isArray(strip)) { if (strip[k]) scatter(small, strip[k], signals[k]); }
    else show(small, strip, [k * strip.height, 0, strip.height, strip.height]);
  });
}
function mark() {
  const t = last.facts.t;
  document.querySelectorAll('#schedules-strip button').forEach((button, k, all) =>
    button.classList.toggle('nw-now', Math.abs(k / (all.length - 1) - t) <= 0.5 / (all.length - 1)));
}

function numbers() {
  const { facts, end } = last;
  for (const node of document.querySelectorAll('#schedules-formulas [data-fact]')) {
    const value = facts[node.dataset.fact];
    node.textContent = noisewalk.digits(value, 3, true);
  }
  const box = document.querySelector('#schedules-formulas');
  box?.classList.toggle('nw-other-variable', !facts.preserving);
  box?.classList.toggle('nw-at-zero', facts.number === 0);
  const words = { t: facts.t, n: facts.number, T: facts.T, mean: noisewalk.digits(facts.mean, 3), std: noisewalk.digits(facts.std, 3),
    end_mean: noisewalk.digits(end.mean, 3), end_std: noisewalk.digits(end.std, 3) };
  for (const node of document.querySelectorAll('[data-schedules-line]')) {
    const key = node.dataset.schedulesLine === 'end' ? (end.normal ? 'schedules.closes' : 'schedules.closes-not') : 'schedules.' + node.dataset.schedulesLine;
    node.innerHTML = say('t:' + key, words);
  }
  canvas.setAttribute('aria-label', say('t:schedules.now', words));
}

// The dot on the curves; a plot that comes later than the first answer is told again.
const dot = () => { if (last) emit('frame', { timeline: 'schedules-now', caption: last.facts }); };
listen(window, 'noisewalk:ready', ({ detail }) => { if (detail.widget === 'schedules-plot') dot(); });

function fail(error) {
  figure.classList.add('nw-failed');
  trouble.hidden = false;
  trouble.textContent = why(error);
}

function redraw() {
  if (!last) return;
  if (Array.isArray(strip)) drawStrip();
  scatterPlane();
  numbers();
}

const requests = pump(Object.values(server)[0], paint, fail);
listen(window, 'noisewalk:schedules-upload', ({ detail }) => requests.set({ upload: detail.letters }));
whenPageChanges(redraw);
