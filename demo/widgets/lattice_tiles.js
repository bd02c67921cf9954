// The small pictures of the map: asked for in portions that leave the hand free, kept by what they show.
const ROW = 100, SEEDS = ROW ** 2, FARTHEST = 1000; // the plane is a torus of seeds
const KEPT = 700, AT_REST = 6, IN_MOTION = 3, BREATH = 90; // tiles, tiles a request, milliseconds between two while the hand moves

function tiles(ask, painted, failed) {
  const pages = `${(window.nwPage ??= Math.random().toString(36).slice(2, 14))}.${name}`.slice(0, 64);
  const held = new Map(); // what a crossing shows -> {bitmap, look}
  let look = {}, signature = '', sent = 0, flying = false, waiting = 0;

  // A crossing is a seed, except the middle of a plane that was set out from somewhere else.
  function shows(column, row) {
    const { start } = look;
    if (!column && !row && start?.of !== 'seed') return JSON.stringify(start);
    const first = start?.of === 'seed' ? start.seed : 0;
    return (((first + column + ROW * row) % SEEDS) + SEEDS) % SEEDS;
  }

  function at(column, row) {
    const key = shows(column, row), tile = held.get(key);
    if (tile) { held.delete(key); held.set(key, tile); } // last used, last to go
    return tile;
  }

  const missing = nodes => nodes.filter(([column, row]) =>
    Math.abs(column) <= FARTHEST && Math.abs(row) <= FARTHEST && held.get(shows(column, row))?.look !== signature);

  // Nearest first; one request at a time, so that the picture under the hand has every other turn.
  function want(nodes, moving) {
    clearTimeout(waiting);
    if (flying || !look.model) return;
    const portion = missing(nodes).slice(0, moving ? IN_MOTION : AT_REST);
    if (!portion.length) return;
    flying = true;
    const asked = signature, keys = portion.map(node => shows(...node));
    const args = { ...look, columns: portion.map(node => node[0]), rows: portion.map(node => node[1]) };
    ask({ page: pages, id: ++sent, language: language(), args })
      .then(async reply => {
        if (!reply?.image) throw reply?.error;
        await cut(reply.image, keys, asked);
        failed(null);
        flying = false;
        if (moving) waiting = setTimeout(painted, BREATH); else painted();
      })
      .catch(error => { flying = false; failed({ reason: error?.key ? error : undefined }); });
  }

  async function cut(image, keys, asked) {
    const sheet = await createImageBitmap(picture(image));
    const side = sheet.height;
    for (const [k, key] of keys.entries()) {
      const tile = document.createElement('canvas');
      tile.width = tile.height = side;
      tile.getContext('2d').drawImage(sheet, k * side, 0, side, side, 0, 0, side, side);
      held.delete(key);
      held.set(key, { picture: tile, look: asked });
    }
    sheet.close();
    while (held.size > KEPT) held.delete(held.keys().next().value);
  }

  // The look is all but the place: the model and what was done to the picture.
  function set(values) {
    look = { ...look, ...values };
    const { start, ...rest } = look;
    if (signature && rest.model !== JSON.parse(signature).model) held.clear();
    signature = JSON.stringify(rest);
  }

  return { set, at, want, missing, seed: (column, row) => { const key = shows(column, row); return Number.isInteger(key) ? key : null; } };
}
