// How each kind of layer is drawn; `at` turns a point of the plane into CSS pixels.
const SEGMENTS = 24000; // of trails in one drawing: beyond it every k-th point keeps its trail
const SPOT = [0, 0];

const drawLayer = {
  field(pen, scene, layer, at, box) {
    layer.sheet ??= painted(layer);
    const [x0, x1, y0, y1] = layer.extent ?? scene.view, [left, top] = at([x0, y1]), [right, bottom] = at([x1, y0]);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(layer.sheet, left, top, right - left, bottom - top);
  },

  arrows(pen, scene, layer, at, box, time) {
    const frame = Math.round(time * (layer.frames - 1)) * layer.n * 2, reach = layer.scale ?? 1;
    pen.strokeStyle = colour(layer.color ?? 'muted', layer.opacity ?? 0.7);
    pen.lineWidth = 1;
    pen.beginPath();
    for (let i = frame; i < frame + layer.n * 2; i += 2) {
      const k = layer.xy.length === layer.n * 2 ? i - frame : i;
      const [x, y] = at([layer.xy[k], layer.xy[k + 1]]);
      const [tx, ty] = at([layer.xy[k] + reach * layer.uv[i], layer.xy[k + 1] + reach * layer.uv[i + 1]]);
      const dx = tx - x, dy = ty - y, barb = Math.min(4, 0.4 * Math.hypot(dx, dy)) / (Math.hypot(dx, dy) || 1);
      pen.moveTo(x, y);
      pen.lineTo(tx, ty);
      pen.lineTo(tx - barb * (dx + 0.6 * dy), ty - barb * (dy - 0.6 * dx));
      pen.moveTo(tx, ty);
      pen.lineTo(tx - barb * (dx - 0.6 * dy), ty - barb * (dy + 0.6 * dx));
    }
    pen.stroke();
  },

  trails(pen, scene, layer, at, box, time, picked) {
    const shade = layer.color ?? 'generated', chosen = picked?.layer === layer ? picked.index : -1;
    const stride = Math.ceil((layer.n * layer.frames) / SEGMENTS);
    pen.lineWidth = 1;
    pen.strokeStyle = colour(shade, (layer.opacity ?? 0.22) * (chosen < 0 ? 1 : 0.3));
    pen.beginPath();
    for (let index = 0; index < layer.n; index += stride) path(pen, scene, layer, index, 0, time, at);
    pen.stroke();
    if (chosen >= 0) {
      pen.lineWidth = 2;
      for (const [from, to, opacity] of [[time, 1, 0.35], [0, time, 1]]) {
        pen.strokeStyle = colour(shade, opacity);
        pen.beginPath();
        path(pen, scene, layer, chosen, from, to, at);
        pen.stroke();
      }
    }
    dots(pen, scene, layer, at, time, shade, chosen < 0 ? 0.9 : 0.3);
  },

  points(pen, scene, layer, at, box, time, picked) {
    dots(pen, scene, layer, at, time, layer.color ?? 'real', (layer.opacity ?? 0.75) * (picked && picked.layer !== layer ? 0.5 : 1));
  },
};

function dots(pen, scene, layer, at, time, shade, opacity) {
  const radius = (layer.size ?? 5) / 2;
  pen.fillStyle = colour(shade, opacity);
  pen.beginPath();
  for (let index = 0; index < layer.n; index++) {
    const [x, y] = at(place(scene, layer, index, time, SPOT));
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 2 * Math.PI);
  }
  pen.fill();
}

function path(pen, scene, layer, index, from, to, at) {
  const steps = layer.frames - 1;
  const go = (time, draw) => pen[draw](...at(place(scene, layer, index, time, SPOT)));
  go(from, 'moveTo');
  for (let k = Math.floor(from * steps) + 1; k < to * steps; k++) go(k / steps, 'lineTo');
  go(to, 'lineTo');
}

// A field is painted once, pixel by value, and stretched: colors = [low, high], or one colour that fades in.
function painted(layer) {
  const sheet = Object.assign(document.createElement('canvas'), { width: layer.w, height: layer.h });
  const pen = sheet.getContext('2d'), image = pen.createImageData(layer.w, layer.h);
  const finite = layer.values.filter(Number.isFinite);
  const low = layer.low ?? finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = layer.high ?? finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const inks = (layer.colors ?? [layer.color ?? 'accent']).map(ink => {
    const probe = document.createElement('canvas').getContext('2d');
    probe.fillStyle = colour(ink);
    probe.fillRect(0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data;
  });
  layer.values.forEach((value, k) => {
    const part = Math.min(1, Math.max(0, (value - low) / (high - low || 1))) || 0;
    const row = layer.h - 1 - Math.floor(k / layer.w), pixel = (row * layer.w + (k % layer.w)) * 4;
    const ink = inks.length > 1 && part < 0.5 ? inks[0] : inks.at(-1);
    const strength = inks.length > 1 ? Math.abs(2 * part - 1) : part;
    image.data.set([ink[0], ink[1], ink[2], 255 * strength * (layer.opacity ?? 0.5)], pixel);
  });
  pen.putImageData(image, 0, 0);
  return sheet;
}

// A fine grid without numbers: enough to see the plane turn and stretch, too little to be read.
function grid(pen, scene, view, [width, height]) {
  const step = 10 ** Math.floor(Math.log10(160 / view.unit())), [x0, y1] = view.toPlane([0, 0]), [x1, y0] = view.toPlane([width, height]);
  for (const [size, opacity] of [[step, 0.4], [5 * step, 0.9]]) {
    pen.strokeStyle = colour('line', opacity);
    pen.lineWidth = 1;
    pen.beginPath();
    for (let x = Math.ceil(x0 / size) * size; x < x1; x += size) { const left = Math.round(view.toScreen([x, 0])[0]) + 0.5; pen.moveTo(left, 0); pen.lineTo(left, height); }
    for (let y = Math.ceil(y0 / size) * size; y < y1; y += size) { const top = Math.round(view.toScreen([0, y])[1]) + 0.5; pen.moveTo(0, top); pen.lineTo(width, top); }
    pen.stroke();
  }
}
