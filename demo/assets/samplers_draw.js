// How the cloud of the Samplers tab is drawn: density, arrows, trails, dots, and the one dot that is followed.
(() => {
  const REACH = 2.95;          // of the plane, from the middle of a cloud, in its own units

  // Where a cloud stands at step k of `last`, and how many pixels a unit is.
  function stand(box, spread, last) {
    const [width, height] = box;
    const unit = Math.min(height / 2 / REACH, spread ? width / 2 / (REACH * 1.55) : width / 2 / REACH);
    const edge = unit * REACH, middle = height / 2;
    const left = spread ? edge : width / 2, right = spread ? width - edge : width / 2;
    return { unit, at: k => [left + (right - left) * (last ? k / last : 1), middle], edge };
  }

  const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
  const blend = (a, b, part) => a.map((v, i) => Math.round(v + part * (b[i] - v)));
  const css = (ink, alpha) => `rgba(${ink.join(",")},${alpha})`;
  const between = (list, k) => { const i = Math.min(Math.floor(k), list.length - 1), j = Math.min(i + 1, list.length - 1); return list[i] + (k - i) * (list[j] - list[i]); };

  function spot(run, count, k, b, into) {
    const i = Math.floor(k), part = k - i, first = (i * count + b) * 2, next = part ? first + count * 2 : first;
    into[0] = run.xy[first] + part * (run.xy[next] - run.xy[first]);
    into[1] = run.xy[first + 1] + part * (run.xy[next + 1] - run.xy[first + 1]);
    return into;
  }

  // The law as haze: one soft spot per center, added up on a coarse sheet so that the sum is the density.
  const soft = {};
  function spotSheet(ink) {
    if (soft[ink]) return soft[ink];
    const sheet = Object.assign(document.createElement("canvas"), { width: 96, height: 96 });
    const pen = sheet.getContext("2d"), image = pen.createImageData(96, 96), [r, g, b] = rgb(ink);
    for (let i = 0; i < 96 * 96; i++) {
      const x = ((i % 96) - 47.5) / 16, y = (Math.floor(i / 96) - 47.5) / 16;
      image.data.set([r, g, b, 255 * Math.exp(-(x * x + y * y) / 2)], i * 4);
    }
    pen.putImageData(image, 0, 0);
    return (soft[ink] = sheet);
  }
  function haze(pen, scene, k, ink, strength) {
    const { density, box, frame } = scene, [cx, cy] = frame.at(k), coarse = 0.5;
    const pull = between(density.pull, k), w = [0, 1].map(side => between(density.widths.map(pair => pair[side]), k));
    const sheet = (scene.sheet ??= document.createElement("canvas"));
    [sheet.width, sheet.height] = box.map(side => Math.max(1, Math.round(side * coarse)));
    const light = sheet.getContext("2d"), size = w.map(width => Math.max(width * frame.unit * coarse * 6, 3));
    const near = (a, b) => Math.exp(-((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) * pull * pull / (2 * w[0] * w[1]));
    const most = Math.max(...density.centers.map(a => density.centers.reduce((sum, b) => sum + near(a, b), 0)));
    light.globalCompositeOperation = "lighter";
    light.globalAlpha = 1 / most;
    for (const [x, y] of density.centers) {
      light.setTransform(1, 0, 0, 1, (cx + x * pull * frame.unit) * coarse, (cy - y * pull * frame.unit) * coarse);
      light.rotate(-density.angle);
      light.drawImage(spotSheet(ink), -size[0] / 2, -size[1] / 2, size[0], size[1]);
    }
    pen.globalAlpha = strength;
    pen.drawImage(sheet, 0, 0, box[0], box[1]);
    pen.globalAlpha = 1;
  }

  function arrows(pen, scene, k, ink) {
    const { side, reach, field } = scene.arrows, frame = Math.round(k) * side * side * 2, gap = (2 * reach) / (side - 1);
    const [cx, cy] = scene.frame.at(Math.round(k)), unit = scene.frame.unit, long = 0.8 * gap * unit / 127;
    pen.strokeStyle = ink;
    pen.lineWidth = 0.8;
    pen.beginPath();
    for (let i = 0; i < side * side; i++) {
      const x = cx + (Math.floor(i / side) * gap - reach) * unit, y = cy - ((i % side) * gap - reach) * unit;
      const dx = field[frame + 2 * i] * long, dy = -field[frame + 2 * i + 1] * long;
      if (dx * dx + dy * dy < 1.5) continue;
      const [tx, ty] = [x + dx / 2, y + dy / 2];
      pen.moveTo(x - dx / 2, y - dy / 2); pen.lineTo(tx, ty);
      pen.moveTo(tx - 0.28 * dx - 0.18 * dy, ty - 0.28 * dy + 0.18 * dx); pen.lineTo(tx, ty);
      pen.lineTo(tx - 0.28 * dx + 0.18 * dy, ty - 0.28 * dy - 0.18 * dx);
    }
    pen.stroke();
  }

  // One step of every trail of a run, from grey (noise) to the run's colour (data).
  function segment(pen, scene, run, from, to, faint) {
    const last = scene.last, [ax, ay] = scene.frame.at(from), [bx] = scene.frame.at(to), { unit } = scene.frame;
    const part = Math.min(1, to / last), fewer = 1 / Math.sqrt(scene.runs.length);
    pen.strokeStyle = css(blend(rgb(scene.grey), rgb(run.ink), Math.min(1, part * 1.25)), (0.3 + 0.35 * part) * fewer * faint);
    pen.beginPath();
    const a = [0, 0], b = [0, 0];
    for (let i = 0; i < scene.count; i++) {
      spot(run, scene.count, from, i, a); spot(run, scene.count, to, i, b);
      pen.moveTo(ax + a[0] * unit, ay - a[1] * unit);
      pen.lineTo(bx + b[0] * unit, ay - b[1] * unit);
    }
    pen.stroke();
  }
  // Whole steps stay on a sheet of their own, so that playing draws each of them once.
  function trails(pen, scene, k, faint) {
    const whole = Math.floor(k), key = [scene.id, scene.box, scene.dense, scene.grey, faint, scene.runs.map(run => run.hidden)].join();
    const kept = (scene.kept ??= { sheet: document.createElement("canvas"), key: "", drawn: 0 });
    const sheetPen = kept.sheet.getContext("2d");
    if (kept.key !== key || whole < kept.drawn) {
      [kept.sheet.width, kept.sheet.height] = scene.box.map(side => Math.round(side * scene.dense));
      Object.assign(kept, { key, drawn: 0 });
    }
    sheetPen.setTransform(scene.dense, 0, 0, scene.dense, 0, 0);
    sheetPen.lineWidth = pen.lineWidth = 0.7;
    for (; kept.drawn < whole; kept.drawn++) for (const run of scene.shown) segment(sheetPen, scene, run, kept.drawn, kept.drawn + 1, faint);
    pen.drawImage(kept.sheet, 0, 0, scene.box[0], scene.box[1]);
    if (k > whole) for (const run of scene.shown) segment(pen, scene, run, whole, k, faint);
  }

  function dots(pen, scene, run, k, radius, paint) {
    const [cx, cy] = scene.frame.at(k), a = [0, 0], { unit } = scene.frame;
    pen.fillStyle = paint;
    pen.beginPath();
    for (let i = 0; i < scene.count; i++) {
      spot(run, scene.count, k, i, a);
      const x = cx + a[0] * unit, y = cy - a[1] * unit;
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 7);
    }
    pen.fill();
  }

  function circle(pen, x, y, radius) { pen.beginPath(); pen.arc(x, y, radius, 0, 7); pen.stroke(); }

  function truth(pen, scene, ink) {
    const [cx, cy] = scene.frame.at(scene.last), { unit } = scene.frame;
    pen.strokeStyle = ink;
    pen.lineWidth = 0.8;
    for (let i = 0; i < scene.count; i++) circle(pen, cx + scene.truth[2 * i] * unit, cy - scene.truth[2 * i + 1] * unit, 3.2);
  }

  // The dot that is followed: its way so far, the way to come, the exact way, and the data it believes in.
  function followed(pen, scene, k, b, ink) {
    const { unit } = scene.frame, a = [0, 0], end = scene.frame.at(scene.last);
    const place = (j, [x, y]) => { const [cx, cy] = scene.frame.at(j); return [cx + x * unit, cy - y * unit]; };
    const line = (points, paint, width, dashes) => {
      pen.setLineDash(dashes); pen.strokeStyle = paint; pen.lineWidth = width; pen.beginPath();
      points.forEach((point, i) => (i ? pen.lineTo(...point) : pen.moveTo(...point)));
      pen.stroke(); pen.setLineDash([]);
    };
    const scaled = (x, j) => x.map(v => v * scene.scales[j]);
    if (scene.life?.dot === b) line(scene.life.truth.map((x, j) => place(j, scaled(x, j))), css(rgb(ink), 0.55), 1, [1.5, 3]);
    for (const run of scene.shown) {
      const steps = Array.from({ length: scene.last + 1 }, (_, j) => place(j, spot(run, scene.count, j, b, a)));
      const now = place(k, spot(run, scene.count, k, b, a));
      line([now, ...steps.slice(Math.floor(k) + 1)], css(rgb(run.ink), 0.3), 1.4, []);
      line([...steps.slice(0, Math.floor(k) + 1), now], run.ink, 2, []);
      pen.fillStyle = run.ink;
      steps.slice(0, Math.floor(k) + 1).forEach(([x, y]) => { pen.beginPath(); pen.arc(x, y, 1.7, 0, 7); pen.fill(); });
      const believed = scene.life?.dot === b && scene.life.paths.find(path => path.method === run.method)?.x0[Math.floor(k)];
      if (believed) {
        const [x, y] = [end[0] + believed[0] * unit, end[1] - believed[1] * unit];
        line([now, [x, y]], css(rgb(run.ink), 0.7), 1, [5, 4]);
        line([[x - 4, y - 4], [x + 4, y + 4]], run.ink, 1.6, []);
        line([[x - 4, y + 4], [x + 4, y - 4]], run.ink, 1.6, []);
      }
      pen.strokeStyle = ink; pen.lineWidth = 1.4;
      circle(pen, ...now, 5);
    }
  }

  // The visitor's own dots and, by keyboard, where the next one would go.
  function own(pen, scene, ink) {
    const [cx, cy] = scene.frame.at(scene.last), { unit } = scene.frame;
    pen.strokeStyle = ink; pen.lineWidth = 1.2;
    for (const [x, y] of scene.dots) circle(pen, cx + x * unit, cy - y * unit, Math.min(7, unit / 9));
    if (!scene.aim) return;
    const [x, y] = [cx + scene.aim[0] * unit, cy - scene.aim[1] * unit];
    pen.beginPath(); pen.moveTo(x - 9, y); pen.lineTo(x + 9, y); pen.moveTo(x, y - 9); pen.lineTo(x, y + 9); pen.stroke();
  }

  function draw(pen, scene, k, look) {
    const faint = look.chosen >= 0 ? 0.16 : 1, on = part => look.layers.includes(part);
    scene.shown = scene.runs.filter(run => run.xy && !run.hidden);
    if (on("density")) {
      if (look.spread) haze(pen, scene, scene.last, look.ink, 0.1);
      haze(pen, scene, k, look.ink, look.spread ? 0.16 : 0.2);
    }
    if (on("score")) arrows(pen, scene, k, css(rgb(look.ink), 0.38));
    if (look.spread && scene.shown[0]) dots(pen, scene, scene.shown[0], 0, 1.1, css(rgb(scene.grey), 0.5 * Math.max(faint, 0.4)));
    if (on("trails")) trails(pen, scene, k, faint);
    const size = Math.max(1.2, Math.min(2, scene.frame.unit / 36));
    for (const run of scene.shown) dots(pen, scene, run, k, size, css(rgb(run.ink), look.chosen >= 0 ? 0.22 : 0.88));
    if (on("truth") && scene.truth) truth(pen, scene, css(rgb(look.ink), 0.75 * Math.max(faint, 0.3)));
    if (look.chosen >= 0 && scene.shown.length) followed(pen, scene, k, look.chosen, look.ink);
    if (look.placing) own(pen, scene, look.ink);
  }

  // The inks of the three methods, as samplers.css has them; read when a widget mounts, for the styles come later than this.
  const ink = (k) => getComputedStyle(document.querySelector(".contain")).getPropertyValue(`--nw-sampler-${k}`).trim();
  window.noisewalk.samplers = { draw, stand, spot, get INKS() { return [1, 2, 3].map(ink); } };
})();
