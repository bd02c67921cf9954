// Layers as they come over the wire (float16 in base64) and where each point is at a time of the clock.
function halves(base64) {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  const bits = new Uint16Array(bytes.buffer, 0, bytes.length >> 1);
  return Float32Array.from(bits, half => {
    const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
  });
}

function unpacked(layer) {
  const ready = { frames: 1, ...layer, hidden: false };
  for (const part of ['xy', 'uv', 'values']) if (typeof layer[part] === 'string') ready[part] = halves(layer[part]);
  if (ready.xy) ready.n ??= ready.xy.length / 2 / ready.frames;
  return ready;
}

// In a spread cloud noise lies one view to the left of the data, and each frame a little further right.
function shift(scene, time) {
  return scene.spread ? (time - 1) * scene.gap : 0;
}

function place(scene, layer, index, time, into) {
  const at = (layer.frames - 1) * time, frame = Math.min(Math.floor(at), Math.max(layer.frames - 2, 0)), part = at - frame;
  const first = (frame * layer.n + index) * 2, next = layer.frames > 1 ? first + layer.n * 2 : first;
  const when = layer.frames > 1 ? time : layer.time ?? 1;
  into[0] = layer.xy[first] + part * (layer.xy[next] - layer.xy[first]) + shift(scene, when);
  into[1] = layer.xy[first + 1] + part * (layer.xy[next + 1] - layer.xy[first + 1]);
  return into;
}

// Which point lies under the pointer: the nearest one of the layers that are shown, within reach.
function nearest(scene, time, x, y, reach) {
  let found = null, best = reach * reach;
  const spot = [0, 0];
  for (const layer of scene.layers) {
    if (layer.hidden || layer.still || !['points', 'trails'].includes(layer.kind)) continue;
    for (let index = 0; index < layer.n; index++) {
      place(scene, layer, index, time, spot);
      const distance = (spot[0] - x) ** 2 + (spot[1] - y) ** 2;
      if (distance < best) { best = distance; found = { layer, index, x: spot[0], y: spot[1] }; }
    }
  }
  return found;
}
