// One run's frames: encoded pictures are kept, bitmaps only near the thumb, so that memory stays bounded.
const LONGEST = 3000, AHEAD = 24, AT_ONCE = 2;
const DECODED = 300, PIXELS = 25e6; // of decoded bitmaps: about 100 MB at most

function reel(value, changed) {
  const shots = [], bitmaps = new Map();
  let keep = DECODED, busy = 0;
  const run = { id: value.run, panes: value.panes, shots, total: 0, done: false, missing: null };

  run.take = piece => {
    const start = piece.start ?? shots.length;
    run.total = Math.min(LONGEST, Math.max(piece.total ?? 0, shots.length));
    if (start > shots.length) run.missing = shots.length;
    else {
      run.missing = null;
      for (const shot of piece.add?.slice(shots.length - start) ?? []) {
        if (shots.length < LONGEST) shots.push({ blobs: shot.frames.map(picture), caption: shot.caption ?? {} });
      }
    }
    run.done = Boolean(piece.done) && run.missing === null;
    run.total = run.done ? shots.length : Math.max(run.total, shots.length);
  };

  function decode(index) {
    if (bitmaps.has(index) || !shots[index]) return;
    bitmaps.set(index, null);
    busy++;
    Promise.all(shots[index].blobs.map(opened)).finally(() => { busy--; }).then(
      pictures => {
        if (!bitmaps.has(index)) return pictures.forEach(each => each.close());
        const pixels = pictures.reduce((sum, each) => sum + each.width * each.height, 0);
        keep = Math.max(2 * AHEAD, Math.min(DECODED, Math.floor(PIXELS / pixels)));
        bitmaps.set(index, pictures);
        changed();
      },
      () => { bitmaps.delete(index); shots[index].broken = true; changed(); });
  }

  // Small pictures come as they are, and are enlarged here by whole numbers: gently, which the screen alone is not.
  async function opened(blob) {
    const small = await createImageBitmap(blob), times = props.smooth ? Math.floor(props.size / small.width) : 1;
    if (times < 2) return small;
    const size = { resizeWidth: small.width * times, resizeHeight: small.height * times, resizeQuality: 'high' };
    return createImageBitmap(small, size).finally(() => small.close());
  }

  function forget(thumb) {
    if (bitmaps.size <= keep) return;
    const far = [...bitmaps.keys()].sort((a, b) => Math.abs(b - thumb) - Math.abs(a - thumb));
    for (const index of far.slice(0, bitmaps.size - keep)) {
      bitmaps.get(index)?.forEach(each => each.close());
      bitmaps.delete(index);
    }
  }

  // The pictures of a frame, or null while they are being decoded.
  run.open = index => {
    decode(index);
    return bitmaps.get(index) ?? null;
  };

  // The same, and its neighbours are made ready on the way.
  run.at = index => {
    decode(index);
    if (shots.length <= keep) shots.forEach((_, each) => decode(each));
    else for (let each = index - AHEAD / 3; each <= index + AHEAD; each++) decode(each);
    forget(index);
    return bitmaps.get(index) ?? null;
  };

  // The newest frame that can be drawn at once. Where frames come faster than they are decoded some are left out:
  // one that waited for the very last would draw none until the run is over.
  run.newest = () => {
    let newest = run.last();
    if (busy < AT_ONCE) decode(newest);
    forget(newest);
    while (newest > 0 && !bitmaps.get(newest)) newest--;
    return newest;
  };
  run.last = () => shots.length - 1;
  run.close = () => { bitmaps.forEach(pictures => pictures?.forEach(each => each.close())); bitmaps.clear(); };
  return run;
}
