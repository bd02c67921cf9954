// The point cloud: layers of a plane over time, with a sentence below it that is its legend.
const figure = element.querySelector('.nw-cloud');
const canvas = figure.querySelector('canvas');
const legend = figure.querySelector('.nw-legend');
const pen = canvas.getContext('2d');
const ORDER = ['field', 'arrows', 'trails', 'points'];
let scene = { layers: [], view: [-1, 1, -1, 1], spread: false, gap: 0 };
let time = 1, picked = null;
const hidden = new Set(); // labels of layers that the visitor switched off: it outlives the data

const redraw = onceAFrame(() => {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight], dense = window.devicePixelRatio || 1;
  if (!width) return;
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.clearRect(0, 0, width, height);
  view.fit();
  grid(pen, scene, view, [width, height]);
  for (const layer of scene.ordered ?? []) if (!layer.hidden) drawLayer[layer.kind](pen, scene, layer, view.toScreen, [width, height], time, picked);
  if (picked && !picked.layer.hidden) ring();
  figure.dataset.time = time;
});

const view = lens(canvas, redraw, (point, reach) => {
  picked = nearest(scene, time, ...point, reach);
  if (picked) {
    const { layer, index, x, y } = picked;
    trigger('pick', { index, layer: layer.name ?? layer.label ?? layer.kind, x, y });
    emit('pick', { cloud: name, index, layer: layer.name ?? layer.label ?? layer.kind, x, y });
  } else emit('pick', { cloud: name, index: null });
  redraw();
});

function ring() {
  const [x, y] = view.toScreen(place(scene, picked.layer, picked.index, time, [0, 0]));
  pen.strokeStyle = colour('ink');
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, (picked.layer.size ?? 5) / 2 + 4, 0, 2 * Math.PI);
  pen.stroke();
}

function show(value) {
  if (!value?.layers) return;
  const layers = value.layers.map(unpacked), bounds = value.view ?? [-1, 1, -1, 1];
  const gap = value.gap ?? 1.1 * (bounds[1] - bounds[0]);
  scene = { layers, view: bounds, spread: Boolean(value.spread), gap, legend: value.legend ?? props.legend };
  scene.ordered = ORDER.flatMap(kind => layers.filter(layer => layer.kind === kind));
  for (const layer of layers) layer.hidden = hidden.has(layer.label);
  if (Number.isFinite(value.clock)) time = value.clock;
  const was = picked;
  picked = was && layers.filter(layer => layer.kind === was.layer.kind && layer.label === was.layer.label && was.index < layer.n)
    .map(layer => ({ ...was, layer }))[0];
  view.show([bounds[0] - (scene.spread ? gap : 0), ...bounds.slice(1)]);
  sayAll();
}

// The sentence is the legend: '{real} dots became {generated} ones', each word a switch in its layer's colour.
function sayLegend() {
  const named = scene.layers.filter(layer => layer.label);
  const words = Object.fromEntries(named.map((layer, k) => [layer.name ?? layer.label, `\u0001${k}\u0001`]));
  const sentence = scene.legend ? say(scene.legend, words) : Object.values(words).join('');
  legend.classList.toggle('nw-list', !scene.legend);
  legend.replaceChildren(...sentence.split('\u0001').map((part, k) => (k % 2 ? toggle(named[part]) : part)));
}

function toggle(layer) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'nw-word';
  button.textContent = say(layer.label);
  button.style.setProperty('--nw-word', colour(layer.colors?.at(-1) ?? layer.color ?? (layer.kind === 'points' ? 'real' : 'generated')));
  button.setAttribute('aria-pressed', String(!layer.hidden));
  button.addEventListener('click', () => {
    layer.hidden = !layer.hidden;
    hidden[layer.hidden ? 'add' : 'delete'](layer.label);
    button.setAttribute('aria-pressed', String(!layer.hidden));
    redraw();
  });
  return button;
}

function sayAll() {
  sayLabel();
  canvas.setAttribute('aria-label', say(props.label || 't:widgets.cloud'));
  ['t:widgets.zoom-in', 't:widgets.zoom-out', 't:widgets.zoom-fit'].forEach((key, k) => zooms[k].setAttribute('aria-label', say(key)));
  for (const layer of scene.layers) layer.sheet = null;
  sayLegend();
  redraw();
}

const zooms = [...figure.querySelectorAll('.nw-zoom button')];
for (const button of zooms) listen(button, 'click', () => (Number(button.dataset.zoom) ? view.magnify(Number(button.dataset.zoom)) : view.reset()));

function tick(to) {
  time = Math.min(1, Math.max(0, to));
  redraw();
}
listen(window, 'noisewalk:clock', ({ detail }) => { if (detail.cloud === name) tick(detail.time); });
listen(window, 'noisewalk:frame', ({ detail }) => { if (detail.timeline === props.timeline) tick(detail.index / Math.max(detail.total - 1, 1)); });
listen(window, 'noisewalk:cloud', ({ detail }) => { if (detail.cloud === name) show(detail.value); });

figure.style.setProperty('--nw-size', props.size + 'px');
figure.style.setProperty('--nw-ratio', props.ratio);
watch('value', () => show(props.value));
whenPageChanges(sayAll);
whenResized(canvas, redraw);
sayAll();
show(props.value);
emit('ready', { widget: name });
